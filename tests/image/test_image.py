"""Is the image the same wherever and whenever it is built, and does every kind of PC start it?"""

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "machine"))

from qemu import QemuMachine, in_option  # noqa: E402

SOURCES = ["Makefile", "boot", "kernel", "drivers", "lib", "iso", "tests/machine"]
LAST_LINE = "A pointer that follows"
SMALL_ENOUGH = 2 * 1024 * 1024

# What distributions and people tell a compiler that makes programs: Debian, Fedora, Arch, conda, and a few at work.
HARDENED = ("-g -O2 -ffile-prefix-map=/a=. -fstack-protector-strong -Wformat -Werror=format-security -D_FORTIFY_SOURCE=2 "
            "-fPIE -pie -fstack-clash-protection -fcf-protection -fexceptions -fasynchronous-unwind-tables -Wl,-z,relro")
FLAGS = {
    "debian": HARDENED,
    "optimised at the link": "-O2 -flto=auto -ffat-lto-objects",
    "conda": "-march=nocona -mtune=haswell -ftree-vectorize -fPIC -fno-plt -O2 -ffunction-sections -pipe -isystem /a/include",
    "fedora": "-O2 -specs=/usr/lib/rpm/redhat/redhat-hardened-cc1 -fplugin=annobin -Wp,-D_GLIBCXX_ASSERTIONS -m64",
    "wide registers": "-O2 -mavx2 -mavx512f -mbmi2 -msse4.2 -mfpmath=sse",
    "sanitizers": "-O2 -fsanitize=address,undefined -fno-sanitize-recover",
    "profiles": "-O2 -pg --coverage -fprofile-arcs -ftest-coverage -finstrument-functions -fsplit-stack",
    "another abi": "-O2 -m32 -mabi=ms -mregparm=3 -fshort-enums -fpack-struct -funsigned-char -mcmodel=large -mred-zone",
    "parts of a compiler": "-O2 -Wp,-MD,/a.d -Wa,--32 -D NDEBUG -U linux -DDEBUG=7",
    "another language": "-O2 -ansi -std=c99 -include stdio.h -nostdinc -fhosted -fopenmp",
}
FRESH = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def copy_sources(folder):
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)


def make(folder, *words, umask=-1, **environment):
    """What make says in FOLDER. AssertionError when it fails, or when a compiler warns."""
    made = subprocess.run(["make", *words], cwd=folder, env={**FRESH, **environment}, umask=umask,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    assert made.returncode == 0 and "warning:" not in made.stdout, made.stdout
    return made.stdout


def build_elsewhere(folder, umask, **environment):
    """Copies the sources to FOLDER and builds there."""
    copy_sources(folder)
    make(folder, "iso", umask=umask, **environment)


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """Two folders in which the image was built by people with different habits."""
    one = tmp_path_factory.mktemp("a")
    other = tmp_path_factory.mktemp("a-folder-with-a-longer-name") / "behind-a-link"
    other.symlink_to(tmp_path_factory.mktemp("the-folder-itself"))
    with ThreadPoolExecutor() as pool:
        for made in [pool.submit(build_elsewhere, one, 0o022, TZ="UTC"),
                     pool.submit(build_elsewhere, other, 0o077, TZ="Asia/Tokyo", LANG="C.UTF-8", PWD=str(other))]:
            made.result()
    return one, other


# Three chapters have every step of the whole in them, and are built in two seconds.
CHAPTER = "CHAPTER=3"
ODD_FOLDER = """Übung: my\\os, (course) & "x"='y' #1 $HOME; 100%"""
HABITS = {      # name: (folder, environment, more words for make)
    "nothing odd": ("plain", {}, ()),
    "a folder's name": (ODD_FOLDER, {}, ()),
    "no built-in rules": ("rules", {}, ("-rR",)),
    "no built-in rules, by the environment": ("flags", {"MAKEFLAGS": "-rR"}, ()),
    "several at a time": ("jobs", {}, ("-j4",)),
    "the flags of a distribution": ("hardened", {
        "CFLAGS": HARDENED, "CPPFLAGS": "-D_FORTIFY_SOURCE=2", "CXXFLAGS": HARDENED, "ASFLAGS": "-g --32", "NASMENV": "-DDEBUG -O0",
        "LDFLAGS": "-Wl,-z,relro -Wl,-z,now -pie", "LDLIBS": "-lc", "LDEMULATION": "elf_i386"}, ()),
    "flags on the command line": ("command-line", {}, ("CFLAGS=" + HARDENED,)),
    "folders of a compiler for programs": ("paths", {name: "/usr/include/x86_64-linux-gnu:/usr/include:{folder}/odd" for name in (
        "CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "LD_RUN_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX", "LD_LIBRARY_PATH")}, ()),
    "another Python": ("python", {
        "PYTHONSAFEPATH": "1", "PYTHONOPTIMIZE": "2", "PYTHONHOME": "{folder}/odd", "PYTHONPATH": "{folder}/odd", "PYTHONUTF8": "0",
        "PYTHONNOUSERSITE": "1", "PYTHONWARNINGS": "error", "VIRTUAL_ENV": "{folder}/odd", "PATH": "{folder}/odd:" + FRESH["PATH"]}, ()),
    "a language without UTF-8": ("language", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, ()),
    "a person's shell": ("shell", {
        "GREP_OPTIONS": "--color=always", "CDPATH": "/:/usr", "POSIXLY_CORRECT": "1", "TMPDIR": "{folder}/odd/of mine", "BASH_ENV": "/a",
        "ENV": "/a", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1", "XDG_CACHE_HOME": "{folder}/odd/my (cache)", "LS_COLORS": "", "V": "",
        "HOME": "{folder}/odd", "CHAPTER": "1", "DEBUG": "0", "BUILD": "x", "HOST": "x86_64-conda-linux-gnu", "LD": "ld.gold"}, ()),
}


def build_by_habit(place, folder, environment, words):
    """The image of three chapters, built in FOLDER, in which "odd" has what nobody wants to be taken."""
    folder = place / folder
    copy_sources(folder)
    for name, text in {"stdint.h": "#error wrong\n", "contents.py": "raise SystemExit('wrong')\n", "python3": "#!/bin/false\n",
                       ".mtoolsrc": "MTOOLS_LOWER_CASE=1\ndrive x: file=\"/a\"\n", ".xorrisorc": "-volid WRONG\n", "of mine/x": ""}.items():
        (folder / "odd" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "odd" / name).write_text(text)
        (folder / "odd" / name).chmod(0o755)
    environment = {name: value.replace("{folder}", str(folder)) for name, value in environment.items()}
    make(folder, "iso", "build/host", CHAPTER, *words, **environment)
    host = subprocess.run([folder / "build" / "host", "list", "vms"], capture_output=True, text=True)
    assert "no machine runs in VirtualBox" in host.stderr
    return (folder / "build" / "chapter-3" / "guestbook.iso").read_bytes()


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """{habit: future of its image}"""
    place = tmp_path_factory.mktemp("habits")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {name: pool.submit(build_by_habit, place, *habit) for name, habit in HABITS.items()}


@pytest.mark.parametrize("habit", HABITS)
def test_every_habit_builds_the_same_image(images, habit):
    assert not difference(images["nothing odd"].result(), images[habit].result())


@pytest.mark.parametrize("name", FLAGS)
def test_a_kernel_is_not_compiled_as_a_program(tmp_path, name):
    """Whatever the flags and their order, and wherever they are said. What is left out is no secret."""
    copy_sources(tmp_path)

    def command(*words, **environment):
        said = make(tmp_path, "build/objects/command", *words, **environment)
        used = (tmp_path / "build" / "objects" / "command").read_text()
        assert not words or all(flag in said.split() or flag in used.split() for flag in flags.split()), said
        return used
    flags, plain = "", command()
    for flags in (FLAGS[name], " ".join(reversed(FLAGS[name].split()))):
        said = command(CFLAGS=flags)
        assert said == command(f"CFLAGS={flags}")
        assert not any(flag.startswith("-Wl") for flag in said.split())
        more = [word for word in said.split() if word not in plain.split()]
        assert all(re.match("-[OgDW]", word) for word in more) and said.endswith(plain.partition("-O2 -g")[2]), said


@pytest.mark.parametrize("flags", ["-m32", "-flto -O3", "-fPIE -pie", "-fsanitize=address -std=c99"])
def test_flags_of_a_compilers_name_are_flags(tmp_path, flags):
    copy_sources(tmp_path)
    kept = []
    for environment in ({"CC": "gcc", "CFLAGS": f"{flags} -O2"}, {"CC": f"gcc {flags}", "CFLAGS": "-O2"}):
        make(tmp_path, "build/objects/command", **environment)
        kept.append((tmp_path / "build" / "objects" / "command").read_text())
    assert kept[0] == kept[1]
    make(tmp_path, "build/objects/command", f"CC=gcc {flags}", "CFLAGS=-O2")
    assert kept[0] == (tmp_path / "build" / "objects" / "command").read_text()


def test_a_compiler_without_a_name_is_ours(tmp_path):
    copy_sources(tmp_path)
    make(tmp_path, "build/objects/command")
    ours = (tmp_path / "build" / "objects" / "command").read_text()
    make(tmp_path, "build/objects/command", CC="")
    make(tmp_path, "build/objects/command", "CC=")
    assert ours == (tmp_path / "build" / "objects" / "command").read_text()


def test_a_kernel_optimised_for_this_computer_boots(tmp_path):
    copy_sources(tmp_path)
    make(tmp_path, "iso", f"-j{os.cpu_count()}", CFLAGS="-O3 -march=native -mavx2 -fstack-protector-all")
    with QemuMachine(tmp_path / "build" / "guestbook.iso", "image-optimised") as machine:
        machine.wait_serial(LAST_LINE, 120)


def test_a_clone_has_the_same_files_on_every_system(tmp_path):
    """Git for Windows gives lines other ends, unless it is told that these are for sh."""
    subprocess.run(["git", "-c", "core.autocrlf=true", "clone", "-q", ROOT, tmp_path / "clone"], check=True)
    for name in subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines():
        kept = subprocess.run(["git", "-C", ROOT, "show", f"HEAD:{name}"], capture_output=True).stdout
        assert (tmp_path / "clone" / name).read_bytes() == kept, name


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
            for name in (folder, folder.resolve()):
                assert str(name).encode() not in compiled.read_bytes(), compiled


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
             f"if=none,id=stick,format=raw,readonly=on,file={in_option(image)}"]
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
