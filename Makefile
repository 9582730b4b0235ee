# Guestbook: `make` alone explains itself.

# The system's own: its packages (pytest, for one) are for this one. Whatever the environment says to another
# Python (-E), and whatever the language: sources and pages are UTF-8.
PYTHON := /usr/bin/python3 -E -X utf8
NASM   := nasm
# Chapters 1 to CHAPTER alone, in a folder of their own; without it, all of them.
CHAPTER :=
BUILD   := build$(if $(CHAPTER),/chapter-$(CHAPTER))
OBJECTS := build/objects
KERNEL  := $(BUILD)/guestbook.elf
ISO     := $(BUILD)/guestbook.iso
HOST    := virtualbox
# What to test: all, or TESTS=tests/host, or whatever else pytest takes.
TESTS   :=
# 1: freed pages are filled with junk. 0: they are left as they are.
DEBUG   := 1

# What an environment tells compilers, linkers and Pythons that work for the system, not for a kernel.
unexport CPATH C_INCLUDE_PATH LIBRARY_PATH LD_RUN_PATH GCC_EXEC_PREFIX COMPILER_PATH DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES
unexport CCC_OVERRIDE_OPTIONS LDEMULATION NASMENV PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONOPTIMIZE
# The Pythons that ours starts.
export PYTHONUTF8 := 1

comma := ,
# A word of the shell, whatever is in it.
quoted = '$(subst ','\'',$(1))'

# A system that has never seen Python: the first goal that needs it installs it.
ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
ifeq ($(wildcard $(firstword $(PYTHON))),)
$(if $(filter 0,$(shell sh tests/machine/python.sh 1>&2; echo $$?)),,$(error no Python 3))
endif
endif

# The cross compiler from PATH, else that of `make toolchain`, else the one that Debian
# names in full; and the linker beside it. CC=clang compiles for the same bare machine. Flags
# behind a compiler's name are flags like those below.
export PATH := $(PATH):$(or $(GUESTBOOK_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/guestbook)/toolchain/bin
CROSS := $(if $(shell PATH=$(call quoted,$(PATH)) command -v x86_64-elf-gcc),x86_64-elf-,x86_64-linux-gnu-)
YOUR_CC := $(if $(filter default undefined,$(origin CC)),,$(CC))
override CC := $(or $(filter-out -%,$(YOUR_CC)),$(CROSS)gcc)
LD      := $(CROSS)ld
NM      := $(CROSS)nm
OBJCOPY := $(CROSS)objcopy
TARGET  := $(if $(findstring clang,$(notdir $(CC))),--target=x86_64-unknown-none-elf)

# Yours to set: CFLAGS, for optimisation, the debugger, names and warnings. What else a system sets there for its programs
# (-fstack-protector, -flto, -mavx2, ...) wants a library or a register that no kernel has, and is left out, which is
# said. What the kernel cannot do without comes last, and wins: KERNEL_CFLAGS.
CFLAGS ?= -O2 -g
FLAGS := $(filter -%,$(YOUR_CC)) $(CFLAGS)
NOT_YOURS := -Wl$(comma)% -Wp$(comma)% -Wa$(comma)% -D -U -DDEBUG -DDEBUG=%
YOUR_CFLAGS := $(filter-out $(NOT_YOURS),$(filter -O% -g% -D% -U% -W%,$(FLAGS)))
NOT_FOR_KERNELS := $(strip $(filter-out $(YOUR_CFLAGS),$(FLAGS)))
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla \
            $(if $(CI),-Werror)
KERNEL_CFLAGS := -std=gnu11 -march=x86-64 -ffreestanding -fno-pic -mcmodel=small -mno-red-zone \
    -mgeneral-regs-only -fno-stack-protector -fno-omit-frame-pointer -fcf-protection=none \
    -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common -I. -DDEBUG=$(DEBUG)
LINK_FLAGS := -nostdlib -static --no-pie -T boot/kernel.ld -z max-page-size=4096 -z noexecstack --build-id=none

SOURCES := $(if $(MAKECMDGOALS),$(shell $(PYTHON) boot/contents.py sources $(CHAPTER)))
COMPILED := $(filter %.c %.asm,$(SOURCES))
KERNEL_OBJECTS := $(COMPILED:%=$(OBJECTS)/%.o)
ifneq ($(filter kernel/faults/symbols.h,$(SOURCES)),)
SYMBOLS := $(BUILD)/symbols.o
endif

.PHONY: help iso run qemu debug test test-matrix fuzz bench lint docs docs-check clean remove-virtualbox toolchain test-toolchain remove-toolchain doctor
.DELETE_ON_ERROR:

help:
	@echo "Guestbook, a kernel that is a good guest. What is missing is installed, after saying so."
	@echo
	@echo "  make run                boot it in VirtualBox and move the mouse"
	@echo "  make test               every test: on this computer, in QEMU, in VirtualBox"
	@echo "  make test-matrix        a hundred odd machines in VirtualBox: an hour without its driver"
	@echo "  make iso                build/guestbook.iso, for any VirtualBox"
	@echo "  build/host WORD...      VBoxManage for the machine of make run, from another terminal"
	@echo "  make qemu               boot it in QEMU (no guest additions there)"
	@echo "  make debug              gdb on the running kernel; HOST=qemu for QEMU"
	@echo "  make docs               fill code into the pages; docs-check compares them"
	@echo "  make doctor             what works on this computer, what does not, what to install"
	@echo "  make lint, bench, fuzz  analysers; figures; random input, longer than in the tests"
	@echo "  make toolchain          an x86_64-elf compiler of your own, in a quarter of an hour"
	@echo "  make clean              remove build/; also remove-virtualbox, remove-toolchain"
	@echo
	@echo "  CHAPTER=n  chapters 1 to n alone    CC=clang  another compiler    DEBUG=0  no junk in free pages"
	@echo "  of the machine, in run, qemu and debug: MEMORY=MiB CPUS=n CHIPSET=ich9 FIRMWARE=efi"
	@echo "      in VirtualBox alone: MONITORS=n SHARE=FOLDER GRAPHICS=vmsvga VRAM=MiB IOAPIC=off MOUSE=usbtablet EXTRADATA=KEY=VALUE"

iso: $(ISO) $(BUILD)/compile_commands.json

# VBoxManage for the machine that `make run` has started.
build/host: Makefile
	@mkdir -p $(@D)
	@printf '%s\n' '#!/bin/sh' 'exec $(PYTHON) "$$(dirname "$$0")/../tests/machine/host.py" "$$@"' > $@
	@chmod +x $@

run: packages-build iso build/host
	$(PYTHON) tests/machine/run.py virtualbox $(ISO)

qemu: packages-build iso
	$(PYTHON) tests/machine/run.py qemu $(ISO)

debug: packages-build iso
	$(PYTHON) tests/machine/run.py debug $(ISO) --host $(HOST) --symbols $(KERNEL)

test: packages-build iso
	@$(PYTHON) tests/machine/packages.py test lint docs qemu virtualbox desktop $(if $(CI),clang)
	$(PYTHON) tests/run.py $(TESTS)

# Machines in which every three settings meet, and every two with EFI (tests/virtualbox/matrix.py).
test-matrix: export GUESTBOOK_MATRIX := all
test-matrix: packages-build iso
	@$(PYTHON) tests/machine/packages.py test virtualbox desktop
	$(PYTHON) -m pytest -c tests/pytest.ini tests/virtualbox/test_machines.py

# For each part of the kernel; SEED=n begins with that one.
SECONDS := 60
fuzz:
	@$(PYTHON) tests/machine/packages.py test
	@$(PYTHON) tests/host/fuzz.py $(SECONDS) $(SEED)

bench: packages-build iso
	@$(PYTHON) tests/machine/packages.py test virtualbox desktop
	@$(PYTHON) tests/bench/bench.py

lint: packages-build iso
	@$(PYTHON) tests/machine/packages.py lint
	$(PYTHON) -m pytest -c tests/pytest.ini tests/lint

docs:
	@$(PYTHON) tests/machine/packages.py docs
	@$(PYTHON) docs/book.py fill

docs-check:
	@$(PYTHON) tests/machine/packages.py docs
	@$(PYTHON) docs/book.py check

clean:
	rm -rf build

toolchain:
	@$(PYTHON) tests/machine/packages.py toolchain
	@$(PYTHON) tests/machine/toolchain.py build

# All three compilers, the own one built from nothing.
test-toolchain: export GUESTBOOK_CACHE := $(CURDIR)/build/toolchain/cache
test-toolchain: export GUESTBOOK_TOOLCHAINS := all
test-toolchain: packages-build
	@$(PYTHON) tests/machine/packages.py test qemu clang toolchain
	rm -rf build/toolchain
	@$(PYTHON) tests/machine/toolchain.py build
	$(PYTHON) -m pytest -c tests/pytest.ini tests/toolchain

doctor:
	@$(PYTHON) tests/machine/doctor.py

remove-toolchain:
	@$(PYTHON) tests/machine/toolchain.py remove

remove-virtualbox:
	$(PYTHON) tests/machine/userland.py remove

# One short line a file; V=1 shows the commands.
V :=
say = $(if $(V),,@echo "  $(1)" &&)

# Installing comes before anything is compiled, also under make -j.
.PHONY: packages-build
packages-build:
	@$(PYTHON) tests/machine/packages.py build || { $(PYTHON) tests/machine/doctor.py; false; }
iso: | packages-build
$(KERNEL_OBJECTS) $(ISO): | packages-build

# Objects are made anew when the compiler or its flags change.
COMMAND := $(CC) $(TARGET) $(WARNINGS) $(YOUR_CFLAGS) $(KERNEL_CFLAGS)
$(OBJECTS)/command: force
	@mkdir -p $(@D)
	$(if $(NOT_FOR_KERNELS),@echo "  CFLAGS   left out:" $(call quoted,$(NOT_FOR_KERNELS)))
	@echo $(call quoted,$(COMMAND)) | cmp -s - $@ || echo $(call quoted,$(COMMAND)) > $@
.PHONY: force
force:

# What is made for the debugger holds no name of this folder, which may be anything.
COMPILE := PWD=/proc/self/cwd $(COMMAND)

$(OBJECTS)/%.c.o: %.c $(OBJECTS)/command
	@mkdir -p $(@D)
	$(call say,compile  $<) $(COMPILE) -MMD -MP -c $< -o $@

$(OBJECTS)/%.asm.o: %.asm
	@mkdir -p $(@D)
	$(call say,assemble $<) $(NASM) -f elf64 -g -F dwarf -I./ -MD $(@:.o=.d) -o $@ $<

-include $(KERNEL_OBJECTS:.o=.d)

# How each file is compiled, for clangd and the analysers.
$(BUILD)/compile_commands.json: $(OBJECTS)/command boot/contents Makefile
	@mkdir -p $(@D)
	@in_json() { sed 's/[\\"]/\\&/g'; }; folder=$$(pwd | in_json); command=$$(in_json < $(OBJECTS)/command); \
	{ before='['; for file in $(filter %.c,$(COMPILED)); do \
	    printf '%s{"directory": "%s", "file": "%s", "command": "%s"}\n' "$$before" "$$folder" $$file "$$command -c $$file"; \
	    before=,; done; echo ']'; } > $@

$(BUILD)/contents.c: boot/contents boot/contents.py
	@mkdir -p $(@D)
	@$(PYTHON) boot/contents.py table $(CHAPTER) > $@

$(BUILD)/%.o: $(BUILD)/%.c $(OBJECTS)/command
	$(call say,compile  $<) $(COMPILE) -c $< -o $@

# Linked once to learn the addresses, and once more with the names (boot/symbols.py).
$(BUILD)/nameless.elf: $(KERNEL_OBJECTS) $(BUILD)/contents.o boot/kernel.ld boot/contents
	@$(PYTHON) boot/contents.py check $(CHAPTER) $(KERNEL_OBJECTS:.o=.d)
	@echo 'const int symbols[1], symbol_count;' | $(COMPILE) -xc -c - -o $(BUILD)/no_symbols.o
	@$(LD) $(LINK_FLAGS) -Map=$(BUILD)/nameless.map $(filter %.o,$^) $(BUILD)/no_symbols.o -o $@

$(BUILD)/symbols.c: $(BUILD)/nameless.elf boot/symbols.py
	@$(PYTHON) boot/symbols.py $< $(BUILD)/nameless.map $(NM) > $@

$(KERNEL): $(KERNEL_OBJECTS) $(BUILD)/contents.o $(SYMBOLS) $(BUILD)/nameless.elf
	$(call say,link     $@) $(LD) $(LINK_FLAGS) $(filter %.o,$^) -o $@

# Without its BIOS half or its UEFI half there is no image: GRUB's tools fail on what is missing.
$(ISO): $(KERNEL) iso/image.sh iso/grub.cfg
	$(call say,image    $@) OBJCOPY=$(OBJCOPY) sh iso/image.sh $< $@ $(BUILD)/image
