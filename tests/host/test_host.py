"""Runs every TEST of every tests/host/test_*.c, each in a process of its own.

A test names the kernel sources it needs in its first lines: `// sources: a.c b.asm` (see sources.py).
They are compiled unchanged, with the address and undefined-behaviour sanitizers;
not as a position-independent program, so that static buffers lie below 4 GiB as a
32-bit device needs them."""

import functools
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sources import with_parts

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "host"
BUILD = ROOT / "build" / "tests" / "host"
FLAGS = ["-std=gnu11", "-g", "-O1", "-fno-pie", "-no-pie", "-fno-strict-aliasing", "-fno-omit-frame-pointer",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror", "-DDEBUG=1",
         "-Itests/host/fake", "-I.", "-Wl,-z,noexecstack"]
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


def cases():
    for path in sorted(HERE.glob("test_*.c")):
        for name in re.findall(r"^TEST\((\w+)\)", path.read_text(), re.M):
            yield pytest.param(path, name, id=f"{path.stem[5:]}-{name}")


def assemble(source, program):
    """The object file of an assembly source; each program has its own, since several are built at a time."""
    made = f"{program}-{Path(source).stem}.o"
    result = subprocess.run(["nasm", "-f", "elf64", "-g", "-F", "dwarf", "-I./", "-o", made, source], cwd=ROOT,
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return made


@functools.cache
def build(path):
    """The test program for one C file; compiled once a run. Raises AssertionError with the compiler's words."""
    program = BUILD / path.stem
    BUILD.mkdir(parents=True, exist_ok=True)
    sources = [assemble(source, program) if source.endswith(".asm") else source
               for source in with_parts([str(path.relative_to(ROOT))])]
    command = ["gcc", *FLAGS, "tests/host/test.c", "tests/host/fake/fake.c", *sources, "-o", str(program)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return program


@pytest.fixture(scope="module")
def built(request):
    """built(path): the program. All that were selected are built ahead, as many at a time as there are processors."""
    paths = dict.fromkeys(item.callspec.params["path"] for item in request.session.items if item.path == request.path)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        programs = {path: pool.submit(build, path) for path in paths}
        yield lambda path: programs[path].result()
        for program in programs.values():
            program.cancel()


@pytest.mark.parametrize("path, name", cases())
def test_on_the_host(path, name, built):
    environment = dict(os.environ, **SANITIZERS)
    result = subprocess.run([built(path), name], capture_output=True, text=True, timeout=120, env=environment)
    assert result.returncode == 0, result.stderr
