"""Does a panic get out of a real VirtualBox, to the host's log and the screen? The telling mistakes of tests/boot/dangers.py."""

import re
import sys

import pytest
from reading import ROOT, read_row
from virtualbox import Machine

sys.path[:0] = [str(ROOT / "boot"), str(ROOT / "tests" / "boot")]

from dangers import image  # noqa: E402

SECONDS = 240
PANICS = {
    "divide": "divide error, error code 0x0",
    "protection": "general protection, error code 0x0",
    "null-call": r"page fault, executing 0x0000000000000000: a null pointer\?",
    "text-write": r"page fault, writing 0x[0-9a-f]{16}: a write to what is read-only\?",
    "data-call": r"page fault, executing 0x[0-9a-f]{16}: data executed as code\?",
    "boot-stack": r"double fault: a stack overflow\? \(last page fault at 0x[0-9a-f]{16}\)",
    "task-stack": r"double fault: a stack overflow\? \(last page fault at 0x[0-9a-f]{16}\)",
    "double-free": r"kernel/memory/pages.c:\d+: pages_free: page 0x[0-9a-f]+ was never handed out, or is freed twice",
}


def live(installation, name):
    with Machine(image(name), f"panic-{name}", installation=installation) as machine:
        machine.wait_serial("The kernel has stopped.", SECONDS)
        machine.wait_until(lambda: "Guest Log: The kernel has stopped." in machine.vbox_log(), 30, "end in the host's log")
        return machine.vbox_log(), machine.gurus(), machine.state(), machine.steady_picture()


@pytest.mark.parametrize("name", PANICS)
def test_the_host_reads_the_panic(name, ahead):
    log, gurus, state, picture = ahead(name)
    assert re.search("Guest Log: PANIC: " + PANICS[name], log), log[-3000:]
    assert re.search(r"Guest Log:   0x[0-9a-f]{16} (kernel_main|task_first_step)\+0x", log)
    assert gurus == [] and state == "running"
    assert read_row(picture, 8, 16).startswith("PANIC: ")
