#!/usr/bin/env python3
"""Question: what works on this machine, what does not, and what would mend it?

Each line is something that was tried: a compiler that compiled, a GRUB that made its cores, a machine that started. A
program's name on PATH proves little: its parts, its firmware or its kernel driver may be missing.

    doctor.py           prints the lines; status 1 when the image cannot be built here
"""
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import installation
import packages
import toolchain
import userland
from userland import SetupError

ENOUGH_SPACE = 2 << 30      # for the private VirtualBox and the machines' folders
GRUB_FOLDERS = ["/usr/lib/grub", "/usr/lib/grub2", "/usr/share/grub2", "/usr/share/grub"]


class Trouble(Exception):
    """What does not work, and why."""


def say(*words, text="", where=None):
    """What the command says; Trouble with its last words when it fails or is missing."""
    if not shutil.which(words[0]):
        raise Trouble(f"{words[0]} is missing")
    done = subprocess.run(words, input=text, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          check=False)
    if done.returncode != 0:
        raise Trouble(f"{' '.join(words[:3])} ... fails: {(done.stdout.strip().splitlines() or ['without a word'])[-1]}")
    return done.stdout.strip()


def version(program, option="--version"):
    """The first version number that a program tells."""
    found = re.search(r"\d+\.\d+[\w.~+-]*", say(program, option))
    return found[0] if found else "of unknown version"


def first(*programs):
    return next((program for program in programs if shutil.which(program)), programs[-1])


# What building needs

def check_make():
    number = version("make")
    if int(number.split(".")[0]) < 4:
        raise Trouble(f"make {number} is too old, 4.0 is needed")
    return f"make {number}, Python {platform.python_version()}"


def check_compiler():
    own = str(toolchain.compiler())
    compiler = first("x86_64-elf-gcc", own, "x86_64-linux-gnu-gcc")
    with tempfile.TemporaryDirectory() as folder:
        say(compiler, "-ffreestanding", "-mgeneral-regs-only", "-mno-red-zone", "-xc", "-c", "-", "-o", f"{folder}/x.o",
            text="int answer(void) { return 42; }\n")
        say(compiler[:-len("gcc")] + "ld", "-Ttext=0x100000", "-e", "answer", f"{folder}/x.o", "-o", f"{folder}/x.elf")
    return f"{compiler} {version(compiler)} compiles and links for a machine without a system"


def check_assembler():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "x.asm").write_text("bits 64\nhlt\n")
        say("nasm", "-f", "elf64", "-g", "-F", "dwarf", "-o", f"{folder}/x.o", f"{folder}/x.asm")
    return f"nasm {version('nasm', '-v')} assembles"


def check_grub():
    program = first("grub2-mkimage", "grub-mkimage")
    parts = next((path for path in GRUB_FOLDERS if os.path.isdir(path + "/i386-pc")), GRUB_FOLDERS[0])
    with tempfile.TemporaryDirectory() as folder:
        for kind, target, package in (("i386-pc", "i386-pc-eltorito", "grub-pc-bin"),
                                      ("x86_64-efi", "x86_64-efi", "grub-efi-amd64-bin")):
            try:
                say(program, "-d", f"{parts}/{kind}", "-O", target, "-p", "/boot/grub", "-o", f"{folder}/{kind}", "iso9660")
            except Trouble as trouble:
                raise Trouble(f"no GRUB for {kind} (Debian: {package}): {trouble}") from None
    return f"GRUB {version(program)} makes its cores for BIOS and UEFI"


def check_image_tools():
    with tempfile.TemporaryDirectory() as folder:
        say("mformat", "-C", "-i", f"{folder}/fat", "-f", "1440", "::")
        say("mcopy", "-i", f"{folder}/fat", "/etc/hostname", "::/x")
        say("xorriso", "-as", "mkisofs", "-quiet", "-o", f"{folder}/cd", f"{folder}/fat")
    return f"xorriso {version('xorriso')} and mtools make a CD and a FAT file system"


# What running and testing needs

def check_qemu():
    from qemu import EFI_FIRMWARE
    say("qemu-system-x86_64", "-accel", "tcg", "-display", "none", "-machine", "none", "-monitor", "stdio", text="quit\n")
    if not any(os.path.exists(code) for code, _ in EFI_FIRMWARE):
        raise Trouble("QEMU runs, but there is no EFI firmware for it (Debian: ovmf)")
    return f"QEMU {version('qemu-system-x86_64')} starts, with EFI firmware"


def driver_state():
    """Why an installed VirtualBox would not have its driver, in words; empty when it has."""
    if os.path.exists("/dev/vboxdrv"):
        return ""
    module = subprocess.run("modinfo -F signer vboxdrv", shell=True, capture_output=True, text=True, check=False)
    if module.returncode != 0:
        return "its driver vboxdrv is not built for this Linux (Debian: virtualbox-dkms and the headers of your kernel)"
    locked = "enabled" in subprocess.run("mokutil --sb-state", shell=True, capture_output=True, text=True, check=False).stdout
    if locked and not module.stdout.strip():
        return "its driver vboxdrv is not signed and Secure Boot is on (sign it, enrol the key with mokutil, or switch that off)"
    return "its driver vboxdrv is not loaded (as root: modprobe vboxdrv)"


def processor_holder():
    """Who else uses the processor's virtualisation, in words; empty when nobody does."""
    for module in ("kvm_intel", "kvm_amd"):
        try:
            users = int(Path(f"/sys/module/{module}/refcnt").read_text())
        except (OSError, ValueError):
            continue
        if users:
            return f"KVM holds the processor ({users} running); end its machines (as root: modprobe -r {module})"
    return ""


def check_virtualbox():
    installed = installation.Installed()
    candidates = [installed, installation.Installed(driverless=True)] if installed.programs else []
    why = "; ".join(filter(None, (driver_state(), processor_holder()))) if installed.programs else ""
    if userland.is_there():
        candidates.append(installation.Private())
    for one in candidates:
        if installation._works(one, lambda text: None):
            return f"the {one} starts machines" + (f" ({why})" if why else "")
    if candidates:
        raise Trouble(f"the {candidates[0]} starts no machine: {why or 'see build/machines'}; `make run` sets up a private one")
    raise Trouble("none here yet; `make run` sets up a private one")


def check_private_system():
    name, _ = userland.way_in()
    return f"a private VirtualBox would be entered by way of: {name}"


def check_display():
    from display import PersonsDisplay
    display = PersonsDisplay()
    return f"windows open on {display.name}" if display.works() else "none; windows are shown in a browser"


def check_space():
    folder = userland.cache_folder()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < ENOUGH_SPACE:
        raise Trouble(f"{folder} has {free >> 20} MB left")
    return f"{free >> 30} GB free for {userland.cache_folder()}"


CHECKS = [      # (what, check, group of packages that would mend it)
    ("make", check_make, "build"), ("compiler", check_compiler, "build"), ("assembler", check_assembler, "build"),
    ("GRUB", check_grub, "build"), ("image", check_image_tools, "build"), ("QEMU", check_qemu, "qemu"),
    ("VirtualBox", check_virtualbox, None), ("private", check_private_system, "virtualbox"),
    ("display", check_display, None), ("space", check_space, None)]


def report_check(what, check):
    """One line; answers whether the thing works."""
    try:
        works, text = True, check()
    except (Trouble, SetupError, OSError, subprocess.TimeoutExpired) as trouble:
        works, text = False, str(trouble)
    print(f"{'ok     ' if works else 'MISSING'}  {what:11} {text}", flush=True)
    return works


def print_install_lines(groups):
    """What to type, where packages of these groups are missing."""
    names = list(dict.fromkeys(name for group in groups for name in packages.missing(group)))
    if shutil.which("apt-get"):
        if names:
            print("\nTo mend it (every make installs what it needs by itself):\n\n    sudo apt-get install " + " ".join(names))
    else:
        print()
        packages.explain(groups)


def main():
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, AttributeError, KeyError):
        name = platform.system()
    print(f"{name}, {platform.machine()}, Linux {platform.release()}, {os.cpu_count()} processors\n")
    broken = [group for what, check, group in CHECKS if not report_check(what, check)]
    groups = [group for group in dict.fromkeys(broken) if group]
    if groups:
        print_install_lines(groups)
    return 1 if "build" in broken else 0


if __name__ == "__main__":
    sys.exit(main())
