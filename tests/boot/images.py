"""What do the machines boot? Images made by the project's own Makefile, and variations of them."""

import functools
import os
import shutil
import struct
import subprocess
from pathlib import Path

import contents

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "tests" / "boot"


def chapters():
    return contents.read_contents()


def heading(number):
    """What the boot log says first of this chapter."""
    return f"{number:2}  {chapters()[number - 1].title:{contents.TITLE_COLUMN}}"


def run(*command, folder=ROOT):
    """Run COMMAND. AssertionError with its words if it fails."""
    result = subprocess.run([str(word) for word in command], cwd=folder, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    assert result.returncode == 0, f"{' '.join(map(str, command))}:\n{result.stdout[-4000:]}"
    return result.stdout


@functools.cache
def iso(chapter=None):
    """The image of chapters 1 to CHAPTER, or of all."""
    number = [f"CHAPTER={chapter}"] if chapter else []
    run("make", f"-j{os.cpu_count()}", "iso", *number)
    return ROOT / "build" / (f"chapter-{chapter}" if chapter else "") / "guestbook.iso"


def kernel(chapter=None):
    return iso(chapter).parent / "guestbook.elf"


def _iso_with_settings(name, change):
    """The whole kernel, started by a GRUB whose line that loads it is CHANGEd."""
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    settings = (ROOT / "iso" / "grub.cfg").read_text()
    load = "multiboot2 /boot/guestbook.elf"
    assert load in settings
    (folder / "grub.cfg").write_text(settings.replace(load, change(load)))
    shutil.copy(ROOT / "iso" / "image.sh", folder)
    run("sh", folder / "image.sh", kernel(), folder / "guestbook.iso", folder / "work")
    return folder / "guestbook.iso"


@functools.cache
def iso_in_text_mode():
    """The same, with the screen kept in text mode: the line sets gfxpayload to what the kernel's header asks for."""
    return _iso_with_settings("text-mode", lambda load: load + "\n    set gfxpayload=text")


@functools.cache
def iso_with_command_line(words):
    return _iso_with_settings("command-line", lambda load: f"{load} {words}")


@functools.cache
def iso_with(source, more=()):
    """Chapters 1 to 11, and a twelfth: SOURCE, NAME.c with NAME_start, and the files MORE of later chapters.

    It is added as a reader adds a chapter: files, and lines in the table of contents."""
    source = Path(source)
    folder = BUILD / source.stem
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("boot", "kernel", "drivers", "lib", "iso"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "tests").symlink_to(ROOT / "tests")
    shutil.copy(source, folder / "kernel")
    table = (ROOT / "boot" / "contents").read_text().split("\n12  ")[0]
    files = "".join(f"    {name}\n" for name in (f"kernel/{source.name}", *more))
    (folder / "boot" / "contents").write_text(f"{table}\n12  {source.stem.capitalize()} | {source.stem}_start\n{files}")
    run("make", f"-j{os.cpu_count()}", "iso", folder=folder)
    return folder / "build" / "guestbook.iso"


def iso_with_echo():
    """Says on the serial line what it takes from the input queue."""
    return iso_with(ROOT / "tests" / "boot" / "echo.c")


def iso_with_scenes():
    """Sets modes by the display's drivers alone, one scene after the other."""
    drivers = (name for chapter in chapters() for name in chapter.files
               if name.startswith(("drivers/display/", "kernel/desktop/display.")))
    return iso_with(ROOT / "tests" / "virtualbox" / "scenes.c", tuple(drivers))


@functools.cache
def disk_of_another_loader():
    """A disk whose first sector jumps to the kernel's entry with multiboot1's magic (other_loader.asm)."""
    BUILD.mkdir(parents=True, exist_ok=True)
    entry, = struct.unpack_from("<Q", kernel().read_bytes(), 24)  # ELF header: e_entry
    disk = BUILD / "other_loader.img"
    run("nasm", "-f", "bin", f"-DENTRY={entry:#x}", "-o", disk, ROOT / "tests" / "boot" / "other_loader.asm")
    return disk
