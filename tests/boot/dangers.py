"""Which images boot into trouble?

A kernel of the same sources with two chapters more, danger_before.c and danger.c: the word
danger=NAME on its command line says which mistake it makes."""

import functools
import os
import re
import shutil
import threading

import images

_lock = threading.Lock()


@functools.cache
def tree():
    """The kernel's sources with the two chapters; built."""
    folder = images.BUILD / "dangers"
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("boot", "kernel", "drivers", "lib", "iso"):
        shutil.copytree(images.ROOT / part, folder / part)
    shutil.copy(images.ROOT / "Makefile", folder)
    (folder / "tests").symlink_to(images.ROOT / "tests")
    for name in ("danger_before.c", "danger.c"):
        shutil.copy(images.ROOT / "tests" / "boot" / name, folder / "kernel")
    before, after = re.split(r"^(?=4 )", (images.ROOT / "boot" / "contents").read_text(), maxsplit=1, flags=re.M)
    after = re.sub(r"^(\d+)", lambda number: str(int(number[1]) + 1), after, flags=re.M)
    last = len(images.chapters()) + 2
    (folder / "boot" / "contents").write_text(
        f"{before}4  Danger before | danger_before_start\n    kernel/danger_before.c\n\n"
        f"{after}\n{last}  Danger | danger_start\n    kernel/danger.c\n")
    images.run("make", f"-j{os.cpu_count()}", "iso", folder=folder)
    return folder


@functools.cache
def image(name):
    """Its image for one mistake; "none" makes none."""
    with _lock:
        tree()
    folder = tree() / "images" / name
    folder.mkdir(parents=True, exist_ok=True)
    settings = (tree() / "iso" / "grub.cfg").read_text()
    load = "multiboot2 /boot/guestbook.elf"
    assert load in settings
    (folder / "grub.cfg").write_text(settings.replace(load, f"{load} danger={name}"))
    shutil.copy(tree() / "iso" / "image.sh", folder)
    images.run("sh", folder / "image.sh", tree() / "build" / "guestbook.elf", folder / "guestbook.iso", folder / "work")
    shutil.rmtree(folder / "work")
    return folder / "guestbook.iso"
