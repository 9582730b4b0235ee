"""Small machines for the tests: a boot in QEMU takes a second, so every test has its own."""

import contextlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("boot", "tests/boot", "tests/machine", "tests/virtualbox")]

import images  # noqa: E402
from qemu import QemuMachine  # noqa: E402

BOOT_SECONDS = 60  # EFI firmware alone takes 5, twice that on a busy computer


@pytest.fixture
def start():
    """start(image, machine="q35", ...): a running QemuMachine, ended with the test."""
    with contextlib.ExitStack() as machines:
        yield lambda image, **settings: machines.enter_context(QemuMachine(image, **settings))


@pytest.fixture
def boot(start):
    """The same, once the chapter that is the image's last has said its line and the kernel sleeps."""
    def boot_it(image, chapters=None, **settings):
        machine = start(image, **settings)
        machine.wait_serial(images.heading(chapters or images.chapters()[-1].number), BOOT_SECONDS)
        machine.wait_until(machine.sleeps, 20, "sleep after the boot")
        assert "PANIC" not in machine.serial()
        return machine
    return boot_it
