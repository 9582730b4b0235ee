"""Question: can the driver be taken into another kernel, and what must that kernel have?

The driver is copied into an empty folder, where every header that it includes from the rest of the kernel is one line
that includes your_kernel.h. So nothing else can be used in secret. What the linker then misses must be what
docs/driver-elsewhere.md lists; and a program of those functions runs the driver before the fake device."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "host"))

from sources import with_parts  # noqa: E402

HERE = ROOT / "tests" / "driver"
BUILD = ROOT / "build" / "tests" / "driver"
SOURCES = ["drivers/guest/vmmdev.c", "drivers/guest/events.c", "drivers/guest/mouse/mouse.c", "drivers/guest/mouse/host_pointer.c"]
PARTS = [*SOURCES, *(source[:-1] + "h" for source in SOURCES), "drivers/guest/vmmdev_wire.h"]
TAKEN_ALONG = ["lib/number.h"]      # a header that needs nothing itself
WARNINGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror"]
FREESTANDING = [*WARNINGS, "-O2", "-ffreestanding", "-nostdinc", "-fno-stack-protector", "-fno-pic", "-mgeneral-regs-only"]


def compilers():
    """{name: command} of the compilers that are here, each for the processors that it knows."""
    found = {}
    for name in ("gcc", "clang"):
        if shutil.which(name):
            for bits in (64, 32):
                found[f"{name}-{bits}"] = [name, f"-m{bits}"]
    return found


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def included():
    """Headers that the driver's parts include from the rest of the kernel."""
    names = set()
    for part in PARTS:
        names |= set(re.findall(r'^#include "(.*)"', (ROOT / part).read_text(), re.M))
    return sorted(name for name in names if not name.startswith("drivers/guest/"))


@pytest.fixture(scope="module")
def elsewhere():
    """A folder with the driver and your_kernel, and nothing else of this kernel."""
    folder = BUILD / "elsewhere"
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, folder / part)
    for name in ("your_kernel.h", "your_kernel.c"):
        shutil.copy(HERE / name, folder)
    for name in included():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if name in TAKEN_ALONG:
            shutil.copy(ROOT / name, folder / name)
        else:
            (folder / name).write_text('#include "your_kernel.h"\n')
    return folder


def declared():
    """Functions that your_kernel.h declares."""
    text = (HERE / "your_kernel.h").read_text()
    for other in (r"/\*.*?\*/", r"#define (.*\\\n)*.*", r"__attribute__\(\(.*\)\)", r"struct \w+ \{.*?\};"):
        text = re.sub(other, "", text, flags=re.S if other[0] in "/s" else 0)
    return set(re.findall(r"\b(\w+)\(", text))


def documented():
    """Functions in the tables of docs/driver-elsewhere.md."""
    return set(re.findall(r"^\| `(?:[^`]*\W)?(\w+)\([^`]*`", (ROOT / "docs" / "driver-elsewhere.md").read_text(), re.M))


@pytest.mark.parametrize("name", compilers())
def test_the_linker_misses_what_the_page_lists(elsewhere, name):
    compiler = compilers()[name]
    own_headers = run(*compiler, "-print-file-name=include").strip()
    objects = []
    for source in SOURCES:
        objects.append(elsewhere / (Path(source).stem + f"-{name}.o"))
        run(*compiler, *FREESTANDING, "-isystem", own_headers, "-I.", "-c", source, "-o", objects[-1], cwd=elsewhere)
    linked = elsewhere / f"driver-{name}.o"
    run("ld", "-m", "elf_i386" if "-m32" in compiler else "elf_x86_64", "-r", "-o", linked, *objects)
    missing = {line.split()[-1] for line in run("nm", "-u", linked).splitlines()}
    assert missing == documented()


def test_the_header_declares_what_the_page_lists():
    assert declared() == documented()


def test_the_page_names_the_headers():
    page = (ROOT / "docs" / "driver-elsewhere.md").read_text()
    assert [name for name in included() if f"`{name}`" not in page] == []


@pytest.fixture(scope="module")
def program(elsewhere):
    """The driver in the smallest kernel, as a program of this computer."""
    target = elsewhere / "your_kernel"
    fake = [ROOT / source for source in with_parts(["tests/host/fake/vmmdev.c"])]
    # Not position-independent: requests lie below 4 GiB.
    run("gcc", *WARNINGS, "-g", "-O1", "-fno-pie", "-no-pie", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
        "-I.", "-idirafter", ROOT, "your_kernel.c", *SOURCES, *fake, "-o", target, cwd=elsewhere)
    return target


HOSTS = re.findall(r'{ "([0-9.]+-\w+)",', (ROOT / "tests" / "host" / "fake" / "profiles.c").read_text())
VERSIONS = {"6.1": "6.1.50 r161033", "7.0": "7.0.14 r161095", "7.1": "7.1.6 r167084", "7.2": "7.2.22 r175245"}
MOUSE = """\
x 100, y 200, buttons 0, wheel 0
x 0, y 65535, buttons 1, wheel 0
x 0, y 65535, buttons 0, wheel -1
"""
WITHOUT_BUTTONS = """\
x 100, y 200, buttons 0, wheel 0
x 0, y 65535, buttons 0, wheel 0
"""


def lives(program, host, between, *words):
    release = host.split("-")[0]
    assert run(program, *words, env={"HOST_PROFILE": host}) == f"""\
VirtualBox {VERSIONS[release]}
{between}
positions will come
""" + (WITHOUT_BUTTONS if release < "7" else MOUSE)


@pytest.mark.parametrize("host", HOSTS)
def test_it_lives_there_with_interrupts(program, host):
    lives(program, host, "VMMDev on line 11, level-triggered, fast acknowledge")


@pytest.mark.parametrize("host", HOSTS)
def test_it_lives_there_without_interrupts(program, host):
    lives(program, host, """\
    VMMDev: no interrupt to be had; looking every 10 ms instead
without an interrupt""", "polling")
