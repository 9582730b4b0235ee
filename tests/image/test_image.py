"""Is the image the same wherever and whenever it is built, and does every kind of PC start it?"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "machine"))

from qemu import QemuMachine  # noqa: E402

SOURCES = ["Makefile", "boot", "kernel", "drivers", "lib", "iso", "tests/machine"]
LAST_LINE = "A pointer that follows"
SMALL_ENOUGH = 2 * 1024 * 1024


def build_elsewhere(folder, umask, **environment):
    """Copies the sources to FOLDER and builds there; answers the image's bytes."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    made = subprocess.run(["make", "iso"], cwd=folder, env={**inherited, **environment}, umask=umask,
                          capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return (folder / "build" / "guestbook.iso").read_bytes()


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """Two folders in which the image was built by people with different habits."""
    one = tmp_path_factory.mktemp("a")
    other = tmp_path_factory.mktemp("a-folder-with-a-longer-name") / "and-one-more-below"
    build_elsewhere(one, 0o022, TZ="UTC")
    build_elsewhere(other, 0o077, TZ="Asia/Tokyo", LANG="C.UTF-8")
    return one, other


def difference(one, other):
    """Where two byte strings begin to differ, in words; empty when they do not."""
    if len(one) != len(other):
        return f"{len(one)} bytes, and {len(other)}"
    places = [place for place, (left, right) in enumerate(zip(one, other)) if left != right]
    return f"{len(places)} bytes differ, the first at {places[0]:#x} (sector {places[0] // 2048})" if places else ""


def test_two_builds_are_the_same_byte_for_byte(builds):
    one, other = [(folder / "build" / "guestbook.iso").read_bytes() for folder in builds]
    assert not difference(one, other)


def test_a_compiled_file_does_not_know_where_it_was_compiled(builds):
    """Assembled ones do: NASM writes the folder into what it tells the debugger, which the image leaves out."""
    for folder in builds:
        for compiled in (folder / "build" / "objects").rglob("*.c.o"):
            assert str(folder).encode() not in compiled.read_bytes(), compiled


def test_the_image_is_small_and_has_both_halves(builds):
    image = builds[0] / "build" / "guestbook.iso"
    assert image.stat().st_size < SMALL_ENOUGH
    table = subprocess.run(["xorriso", "-indev", str(image), "-report_el_torito", "plain"], capture_output=True, text=True)
    assert re.findall(r"El Torito boot img :\s+\d+\s+(\w+)\s+y", table.stdout) == ["BIOS", "UEFI"], table.stdout


@pytest.mark.parametrize("missing", ["i386-pc", "x86_64-efi"])
def test_no_image_without_one_of_grubs_halves(builds, tmp_path, missing):
    """A CD with one half looks like any other until a PC of the other kind does not start it."""
    parts = tmp_path / "grub"
    for platform in {"i386-pc", "x86_64-efi"} - {missing}:
        shutil.copytree(f"/usr/lib/grub/{platform}", parts / platform)
    image = tmp_path / "half.iso"
    made = subprocess.run(["sh", "iso/image.sh", str(builds[0] / "build" / "guestbook.elf"), str(image), str(tmp_path / "work")],
                          cwd=ROOT, env=dict(os.environ, GRUB_PARTS=str(parts)), capture_output=True, text=True)
    assert made.returncode != 0 and missing in made.stderr and not image.exists()


@pytest.mark.parametrize("firmware", ["bios", "efi"])
@pytest.mark.parametrize("medium", ["cd", "stick"])
def test_every_pc_starts_it(builds, firmware, medium):
    """As a CD, and written to a stick as it is."""
    image = builds[0] / "build" / "guestbook.iso"
    stick = ["-device", "qemu-xhci", "-device", "usb-storage,drive=stick", "-drive",
             f"if=none,id=stick,format=raw,readonly=on,file={image}"]
    with QemuMachine(image if medium == "cd" else None, f"image-{medium}-{firmware}", firmware=firmware, memory=256,
                     extra=stick if medium == "stick" else ()) as machine:
        machine.wait_serial(LAST_LINE, 120)


def test_a_missing_kernel_is_said_on_the_screen(builds, tmp_path):
    """GRUB's words, in text mode: nothing else could show what went wrong."""
    empty = tmp_path / "no-kernel.iso"
    image = (builds[0] / "build" / "guestbook.iso").read_bytes()
    name = b"NM\x12\x01\0guestbook.elf"       # as the folder on the CD has it (Rock Ridge)
    assert image.count(name) == 1
    empty.write_bytes(image.replace(name, name.replace(b".elf", b".old")))
    with QemuMachine(empty, "image-no-kernel") as machine:
        for _ in range(100):
            cells = re.findall(r"0x([0-9a-f]{2})\b", machine.monitor("xp /4000xb 0xb8000"))
            text = bytes(int(cell, 16) for cell in cells[::2]).decode("cp437")
            if "error: file `/boot/guestbook.elf' not found." in text:
                return
            time.sleep(0.2)
    raise AssertionError(f"the screen shows: {text.rstrip()!r}")
