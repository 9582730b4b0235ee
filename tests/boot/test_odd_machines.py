"""Does the whole kernel boot where a part of the machine is missing, or is of another kind?"""

import functools
import re
import subprocess

import images
import pytest
from qemu import PROGRAM
from reading import read_row

# name: (the machine, what the boot log must say)
MACHINES = {
    "pc": ({}, ["BIOS", "I/O APIC, 24 lines", "keyboard, mouse with wheel and 5 buttons"]),
    "q35": ({"machine": "q35"}, ["MCFG", "I/O APIC, 24 lines", "keyboard, mouse with wheel and 5 buttons"]),
    "pc-efi": ({"firmware": "efi"}, ["UEFI", "1024x768", "keyboard, mouse"]),
    "q35-efi-6-GiB": ({"machine": "q35", "firmware": "efi", "memory": 6144}, ["UEFI", "MCFG", "keyboard, mouse"]),
    "8-MiB": ({"memory": 8}, ["7 MiB in"]),
    "16-MiB": ({"memory": 16}, ["15 MiB in"]),
    "64-MiB": ({"memory": 64}, ["63 MiB"]),
    "6-GiB": ({"memory": 6144}, ["6143 MiB"]),
    "q35-6-GiB": ({"machine": "q35", "memory": 6144}, ["6143 MiB"]),
    "4-processors": ({"cpus": 4}, ["4 processors"]),
    "pc-without-i8042": ({"machine": "pc,i8042=off"}, ["no keyboard controller"]),
    "q35-without-i8042": ({"machine": "q35,i8042=off"}, ["no keyboard controller"]),
    "pc-without-acpi": ({"machine": "pc,acpi=off"}, ["no ACPI tables", "8259, 16 lines"]),
    "q35-with-the-bios-s-own-tables": ({"machine": "q35,acpi=off"}, ["SSDT", "I/O APIC, 24 lines"]),
    "without-vga": ({"extra": ["-vga", "none"]}, ["no framebuffer"]),
    "efi-without-vga": ({"firmware": "efi", "extra": ["-vga", "none"]}, ["no framebuffer"]),
    "without-no-execute": ({"cpu": "qemu64,-nx"}, ["keyboard, mouse"]),
    "without-local-apic": ({"cpu": "qemu64,-apic"}, ["no local APIC"]),
    "newest-cpu": ({"cpu": "max"}, ["keyboard, mouse"]),
}


@functools.cache
def machine_options():
    return subprocess.run([PROGRAM, "-machine", "pc,help"], capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", MACHINES)
def test_machine(name, boot):
    settings, words = MACHINES[name]
    if "i8042" in name and "i8042=" not in machine_options():
        pytest.skip("THIS QEMU CANNOT LEAVE THE KEYBOARD CONTROLLER OUT, so no machine without one is booted: QEMU 7.0 and later can")
    log = boot(images.iso(), **settings).serial()
    missing = [word for word in words if word not in log]
    assert not missing, log


def test_the_log_is_on_the_screen_too(boot):
    """Its end: the board takes the room of its beginning."""
    machine = boot(images.iso())
    last = images.heading(images.chapters()[-1].number)
    end = re.search(f"((?:.*\n){{15}}){last}.*", machine.serial())[0].splitlines()

    def shown():
        picture = machine.picture()
        rows = [read_row(picture, 8, top) for top in range(8, picture.height - 16, 8)]
        return any("\n".join(end) in "\n".join(rows[half::2]) for half in (0, 1))
    machine.wait_until(shown, 20, f"{end} on the screen")


def test_without_a_serial_port_the_screen_still_tells(start):
    """There is no line to wait for here: the screen is looked at until it shows the last chapter."""
    machine = start(images.iso(), serial=False)
    last = images.heading(images.chapters()[-1].number).rstrip()

    def shown():
        picture = machine.picture()
        if picture.height < 768:
            return None  # still the firmware's
        rows = [read_row(picture, 8, top) for top in range(8, picture.height - 32, 16)]
        return any(row.startswith(last) for row in rows) and rows
    rows = machine.wait_until(shown, 60, "last chapter on the screen")
    assert any(row.startswith(images.heading(19)) and "no serial line" in row for row in rows)


def test_a_text_screen_has_the_log(boot):
    machine = boot(images.iso_in_text_mode())
    characters = machine.memory(0xB8000, 80 * 25 * 2)[0::2].decode("cp437")
    assert images.heading(7) in characters or images.heading(images.chapters()[-1].number) in characters
