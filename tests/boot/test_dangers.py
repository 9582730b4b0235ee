"""What does a reader see when everything goes wrong? One boot for every case.

The images are those of dangers.py: kernels that make one mistake each."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import images
import pytest
from dangers import image
from qemu import QemuMachine
from reading import read_row

SECONDS = 60

# name: (what the panic says, the function it happened in, or the first that called). A kernel
# in ring 0 cannot raise vectors 10, 17, 19 and 21 here: no other stack segment, no alignment
# check, no SIMD exceptions in QEMU, no shadow stacks.
PANICS = {
    "divide": ("divide error, error code 0x0", "divide"),
    "step": ("debug, error code 0x0", "step"),
    "breakpoint": ("breakpoint, error code 0x0", "breakpoint"),
    "overflow": ("overflow, error code 0x0", "overflow"),
    "undefined": ("invalid opcode, error code 0x0", "undefined"),
    "no-device": ("device not available, error code 0x0", "no_device"),
    "not-present": ("segment not present, error code 0x18", "not_present"),
    "stack-fault": ("(stack fault|general protection), error code 0x0", "stack_fault"),  # software CPUs: the latter
    "protection": ("general protection, error code 0x0", "protection"),
    "floating-point": ("x87 floating point, error code 0x0", "floating_point"),
    "device-vector": ("interrupt on vector 240, which nobody has attached", "device_vector"),
    "null-read": (r"page fault, reading 0x0000000000000000: a null pointer\?", "null_read"),
    "null-write": (r"page fault, writing 0x0000000000000008: a null pointer\?", "null_write"),
    "null-call": (r"page fault, executing 0x0000000000000000: a null pointer\?", "null_call"),
    "nowhere-read": (r"page fault, reading 0x0000030000000000: an address that nobody mapped\?", "nowhere_read"),
    "nowhere-write": (r"page fault, writing 0x0000030000000000: an address that nobody mapped\?", "nowhere_write"),
    "nowhere-call": (r"page fault, executing 0x0000030000000000: an address that nobody mapped\?", "nowhere_call"),
    "text-write": (r"page fault, writing 0x[0-9a-f]{16}: a write to what is read-only\?", "text_write"),
    "constant-write": (r"page fault, writing 0x[0-9a-f]{16}: a write to what is read-only\?", "constant_write"),
    "data-call": (r"page fault, executing 0x[0-9a-f]{16}: data executed as code\?", "data_call"),
    "constant-call": (r"page fault, executing 0x[0-9a-f]{16}: data executed as code\?", "constant_call"),
    "stack-call": (r"page fault, executing 0x[0-9a-f]{16}: data executed as code\?", "stack_call"),
    "boot-stack": (r"double fault: a stack overflow\? \(last page fault at 0x[0-9a-f]{16}\)", "dig"),
    "task-stack": (r"double fault: a stack overflow\? \(last page fault at 0x[0-9a-f]{16}\)", "dig"),
    "no-stack": (r"double fault: a stack overflow\? \(last page fault at 0x000002fffffffff8\)", "no_stack"),
    "no-stack-not-canonical": (r"double fault: a stack overflow\? \(last", "no_stack_not_canonical"),
    "task-return": (r"kernel/time/task.c:\d+: task deserter returned", "task_returned"),
    "circular-frames": ("invalid opcode, error code 0x0", "circular_frames"),
    "wild-frames": ("invalid opcode, error code 0x0", "wild_frames"),
    "double-free": (r"kernel/memory/pages.c:\d+: pages_free: page 0x[0-9a-f]+ was never handed out, or is freed twice", "pages_free"),
    "foreign-free": (r"kernel/memory/pages.c:\d+: pages_free: no page of ours at 0x1000", "pages_free"),
    "crooked-free": (r"kernel/memory/pages.c:\d+: .* 0x8 and 0x0", "pages_free"),
    "use-after-free": (r"kernel/danger.c:\d+: page\[0\] is not == 0: 0xdbdbdbdbdbdbdbdb and 0x0", "use_after_free"),
    "check": (r"kernel/danger.c:\d+: zero \+ 2 is not == 3: 0x2 and 0x3", "check_fails"),
    "plain": (r"kernel/danger.c:\d+: the answer is 42", "plain"),
}
# danger_start called whoever made the mistake; of these it is not known, or somebody else did.
ELSEWHERE = {"task-stack": "task_first_step", "task-return": "task_first_step", "circular-frames": None,
             "no-stack": "kernel_main+0x", "no-stack-not-canonical": "kernel_main+0x",
             "wild-frames": "no further: the next frame cannot be read",
             "stack-fault": "no further: the next frame cannot be read"}

# name: what the log says of it. The kernel boots to its last chapter all the same.
SURVIVED = {
    "none": "Danger before                 none",
    "framebuffer-missing": "no framebuffer: text goes to the serial port alone",
    "framebuffer-absurd": "Screen: 4294967295x4294967295, 4096 bytes a row, at 0x[0-9a-f]+ is no picture; left out",
    "framebuffer-nowhere": "Screen: 1024x768, 4096 bytes a row, at 0x0000000000000000 is no picture; left out",
    "framebuffer-without-pitch": "Screen: 1024x768, 0 bytes a row, at 0x[0-9a-f]+ is no picture; left out",
    "rsdp-wrong-sum": "ACPI: the root pointer has a wrong signature or checksum; left out",
    "rsdt-wrong-sum": "ACPI: table RSDT at 0x[0-9a-f]+ has a wrong checksum; left out",
    "rsdt-huge": "ACPI: table RSDT at 0x[0-9a-f]+ claims 4294967295 bytes; left out",
    "madt-wrong-sum": "ACPI: table APIC at 0x[0-9a-f]+ has a wrong checksum; left out",
    "madt-short": "ACPI: table APIC at 0x[0-9a-f]+ claims 20 bytes; left out",
    "madt-missing": "8259, 16 lines",
    "madt-entry-of-nothing": r"MADT entry at byte 44 of \d+ claims 0 bytes; the rest is left out",
    "fadt-huge": "ACPI: table FACP at 0x[0-9a-f]+ claims 2147483648 bytes; left out",
    "tables-elsewhere": "ACPI: table .* left out",
}

# name: what the log says of it. Nobody knows of any memory then; the kernel says so and stops.
WITHOUT_MEMORY = {
    "map-missing": "no memory that the kernel may use, in a map of 0 ranges",
    "map-entries-of-nothing": "Boot information: memory map entries of 0 bytes; left out",
    "total-huge": r"Boot information: 4294967280 bytes at 0x[0-9a-f]+; nothing of it is used",
    "total-nothing": r"Boot information: 0 bytes at 0x[0-9a-f]+; nothing of it is used",
    "total-cut": r"Boot information: tag \d+ claims \d+ bytes of 8; the rest is left out",
    "not-aligned": r"Boot information: 0 bytes at 0x[0-9a-f]+[4c]; nothing of it is used",
    "null-list": "Boot information: 0 bytes at 0x0000000000000000; nothing of it is used",
    "tag-empty": r"Boot information: tag 6 claims 0 bytes of \d+; the rest is left out",
    "tag-huge": r"Boot information: tag 6 claims 4294967288 bytes of \d+; the rest is left out",
}


class Seen:
    """What one boot showed, until the kernel slept or stopped. act(machine): does something to it then, which stops it."""

    def __init__(self, name, act=None):
        end = "The kernel has stopped." if name in PANICS or name in WITHOUT_MEMORY else "survived"
        with QemuMachine(image(name), name=f"danger-{name}") as machine:
            machine.wait_serial(end, SECONDS)
            if act:
                machine.wait_until(machine.sleeps, SECONDS, "sleep")
                act(machine)
                machine.wait_serial("The kernel has stopped.", SECONDS)
            machine.wait_until(machine.sleeps, SECONDS, "sleep")
            machine.wait_until(lambda: not machine.serial().endswith("stopped."), SECONDS, "end of the last line")
            assert not machine.ended()  # a triple fault would reset it, and a reset ends it
            flags = re.search(r"RFL=([0-9a-f]+)", machine.monitor("info registers"))[1]
            self.waits_for_nothing = not int(flags, 16) & 0x200  # asleep, and interrupts are off
            self.log = machine.serial().replace("\r", "")
            self.picture = machine.picture()
        self.panic = self.log.partition("PANIC: ")[2]


@pytest.fixture(scope="module")
def see(request):
    """see(name): what that boot showed. The boots run ahead of their tests, as many at a time as there are processors."""
    names = [item.callspec.params["name"] for item in request.session.items
             if item.path == request.path and "name" in getattr(getattr(item, "callspec", None), "params", {})]
    image("none")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        boots = {name: pool.submit(Seen, name) for name in names}
        yield lambda name: (boots[name] if name in boots else pool.submit(Seen, name)).result()
        for boot in boots.values():
            boot.cancel()


@pytest.mark.parametrize("name", PANICS)
def test_a_mistake_is_a_panic_that_names_it(name, see):
    says, function = PANICS[name]
    seen = see(name)
    assert re.match(says, seen.panic), seen.panic[:200]
    assert f" {function}+0x" in seen.panic
    last = len(images.chapters()) + 2  # one chapter of danger stands before chapter 5, and one at the end
    chapter = {"pages_free": "6, Who owns which page", "task_returned": "14, The host calls"}.get(function, f"{last}, Danger")
    assert f"explained in chapter {chapter}\n" in seen.panic
    way = ELSEWHERE.get(name, "danger_start+0x")
    assert way is None or way in seen.panic
    assert seen.panic.endswith("The kernel has stopped.\n") and "within a panic" not in seen.log
    assert seen.waits_for_nothing
    assert read_row(seen.picture, 8, 16).startswith("PANIC: "), "the screen does not say it"


@pytest.mark.parametrize("name", SURVIVED)
def test_a_machine_that_lies_boots_all_the_same(name, see):
    seen = see(name)
    assert re.search(SURVIVED[name], seen.log), seen.log
    assert not seen.panic and not seen.waits_for_nothing


@pytest.mark.parametrize("name", WITHOUT_MEMORY)
def test_a_loader_that_tells_nothing_is_named(name, see):
    seen = see(name)
    assert re.search(WITHOUT_MEMORY[name], seen.log), seen.log
    assert "no memory that the kernel may use, in a map of 0 ranges" in seen.panic and seen.waits_for_nothing
    assert "explained in chapter 6, Who owns which page\n" in seen.panic


def test_recursion_is_told_once_and_its_first_caller_is_seen(see):
    panic = see("boot-stack").panic
    assert re.search(r"dig\+0x[0-9a-f]+\n    and \d+ times more\n  0x[0-9a-f]+ danger_start\+", panic), panic


def test_an_output_that_breaks_does_not_keep_the_first_message_back(see):
    with QemuMachine(image("nested"), name="danger-nested") as machine:
        machine.wait_serial("PANIC within a panic: page fault, writing 0x0000000000000000: a null pointer?", SECONDS)
        machine.wait_until(machine.sleeps, SECONDS, "sleep")
        assert "PANIC: kernel/danger.c:" in machine.serial() and "the first of two" in machine.serial()
        assert not machine.ended()


def test_a_non_maskable_interrupt():
    seen = Seen("none", lambda machine: machine.monitor("nmi"))
    assert seen.panic.startswith("NMI, error code 0x0\n") and seen.waits_for_nothing


def test_a_machine_check():
    """Bank 1: valid, uncorrected, enabled (SDM 3B 16.3.2.2); an exception is in progress."""
    seen = Seen("none", lambda machine: machine.monitor("mce 0 1 0xb000000000000000 4 0 0"))
    assert seen.panic.startswith("machine check, error code 0x0\n") and seen.waits_for_nothing
