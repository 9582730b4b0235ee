"""Who can be started from nowhere says so: a wrong loader, and a CPU that is too old.

There is no log and no screen yet: the words go to COM1, to the host's log port, and to
text memory where the loader left the screen in text mode."""

import images
import pytest
from qemu import in_option

NOT_MULTIBOOT2 = "Guestbook: not started by a multiboot2 loader.\n"
NO_LONG_MODE = "Guestbook: this CPU has no 64-bit long mode.\n"
TEXT_MEMORY, TEXT_COLUMNS = 0xB8000, 80
WHITE_ON_RED = 0x4F
SECONDS = 60


def refused(start, tmp_path, message, image, extra=(), **settings):
    """Starts a machine that must refuse with MESSAGE, on both ports, and stop for good."""
    host_log = tmp_path / "host.log"
    machine = start(image, extra=["-chardev", f"file,id=host,path={in_option(host_log)}", "-device",
                                  "isa-debugcon,iobase=0x504,chardev=host", *extra], **settings)
    machine.wait_serial(message, SECONDS)
    machine.wait_until(machine.sleeps, SECONDS, "stop")
    assert machine.serial().endswith(message)
    assert host_log.read_text() == message
    return machine


def top_row(machine):
    cells = machine.memory(TEXT_MEMORY, 2 * TEXT_COLUMNS)
    return cells[0::2].decode("cp437"), cells[1::2]


def test_another_loader_is_refused(start, tmp_path):
    kernel, disk = images.kernel(), images.disk_of_another_loader()
    refused(start, tmp_path, NOT_MULTIBOOT2, None,
            extra=["-device", f"loader,file={in_option(kernel)}", "-drive", f"file={in_option(disk)},format=raw,if=ide"])


@pytest.mark.parametrize("cpu", ["qemu64,-lm", "pentium", "486"])
def test_a_cpu_without_long_mode_is_refused(cpu, start, tmp_path):
    refused(start, tmp_path, NO_LONG_MODE, images.iso(), cpu=cpu)


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_the_words_are_on_a_text_screen_too(machine, start, tmp_path):
    characters, colors = top_row(
        refused(start, tmp_path, NO_LONG_MODE, images.iso_in_text_mode(), cpu="qemu64,-lm", machine=machine))
    words = NO_LONG_MODE.rstrip("\n")
    assert characters.startswith(words)
    assert set(colors[:len(words)]) == {WHITE_ON_RED}


def test_pixels_are_no_text_screen(start, tmp_path):
    characters, _ = top_row(refused(start, tmp_path, NO_LONG_MODE, images.iso(), cpu="qemu64,-lm"))
    assert "Guestbook" not in characters
