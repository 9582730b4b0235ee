"""Kernels that differ from ours in one thing, so that what this thing costs is a difference."""

import re
import shutil
import struct

from figures import BUILD, ROOT, run

CALLS_A_LETTER = 100
HLT_FOR_EVER = b"\xf4\xeb\xfd"  # hlt; jmp back: interrupts are off where a loader jumps to


def make_image(kernel, name):
    image = BUILD / f"{name}.iso"
    run("sh", "iso/image.sh", kernel, image, BUILD / f"{name}-image")
    return image


def halting_image(kernel):
    """This kernel, byte for byte, but at its entry it halts: what the machine does before it is the same."""
    data = bytearray(kernel.read_bytes())
    entry, table = struct.unpack_from("<QQ", data, 24)
    size, count = struct.unpack_from("<HH", data, 54)
    for at in range(table, table + size * count, size):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, at)
        if kind == 1 and address <= entry < address + length:
            data[offset + entry - address:offset + entry - address + len(HLT_FOR_EVER)] = HLT_FOR_EVER
    kernel = BUILD / "halting.elf"
    kernel.write_bytes(data)
    return make_image(kernel, "halting")


# What is changed: {name: (file, what in it, what stands there instead)}.
CHANGES = {
    # Buttons and wheel are left to the PS/2 mouse, as on a host without request 223.
    "ps2": ("drivers/guest/mouse/mouse.c", r"(has_buttons = read_capabilities\(\) & )\w+;", r"\g<1>0;"),
    # An order of n letters is answered with n times CALLS_A_LETTER calls of the host's property service.
    "calls": ("drivers/guest/services/notes.c", r"int ended = shell_run\([^;]*;",
              f"int ended = 0; static struct property note; for (; *line; line++) "
              f"for (int i = 0; i < {CALLS_A_LETTER}; i++) property_get(STATUS, &note);"),
}


def changed_source(name):
    """(path, text) of the file that a change is about, changed."""
    path, pattern, replacement = CHANGES[name]
    text, times = re.subn(pattern, replacement, (ROOT / path).read_text())
    if times != 1:
        raise SystemExit(f"bench: {path} is no longer what this knows: {pattern} is there {times} times")
    return path, text


def changed_image(name):
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("boot", "kernel", "drivers", "lib", "iso"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "tests").symlink_to(ROOT / "tests")
    path, text = changed_source(name)
    (folder / path).write_text(text)
    run("make", "-C", folder, "iso")
    return folder / "build" / "guestbook.iso"


def image_of_chapters(last):
    """Chapters 1 to 14 draw the pointer and then rest; chapter 15 leaves it to the host; later ones have a clock."""
    run("make", f"CHAPTER={last}", "iso")
    return ROOT / "build" / f"chapter-{last}" / "guestbook.iso"
