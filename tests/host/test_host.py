"""Runs every TEST of every tests/host/test_*.c, each in a process of its own.

A test names the kernel sources it needs in its first lines: `// sources: a.c b.asm` (see sources.py).
They are compiled unchanged, with the address and undefined-behaviour sanitizers;
not as a position-independent program, so that static buffers lie below 4 GiB as a
32-bit device needs them. A source that many programs need is compiled once."""

import collections
import functools
import os
import re
import subprocess
import threading
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
COMMON = ["tests/host/test.c", "tests/host/fake/fake.c"]
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


def cases():
    for path in sorted(HERE.glob("test_*.c")):
        for name in re.findall(r"^TEST(?:_ON)?\((\w+)", path.read_text(), re.M):
            yield pytest.param(path, name, id=f"{path.stem[5:]}-{name}")


def run(*words):
    """AssertionError with what a tool complains of."""
    result = subprocess.run([str(word) for word in words], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def assemble(source, made):
    run("nasm", "-f", "elf64", "-g", "-F", "dwarf", "-I./", "-o", made, source)


@functools.cache
def _compile(source):
    made = BUILD / "objects" / (source.replace("/", "_") + ".o")
    made.parent.mkdir(parents=True, exist_ok=True)
    if source.endswith(".asm"):
        assemble(source, made)
    else:
        run("gcc", *FLAGS, "-c", "-o", made, source)
    return made


_turns = collections.defaultdict(threading.Lock)  # {source: who compiles it}


def compiled(source):
    """The object file of a source; compiled once a run, by whoever needs it first."""
    with _turns[source]:
        return _compile(source)


@functools.cache
def build(path):
    """The test program for one C file. Raises AssertionError with the compiler's words."""
    program = BUILD / path.stem
    sources = [*COMMON, *with_parts([str(path.relative_to(ROOT))])]
    objects = [compiled(source) for source in sources]
    run("gcc", *FLAGS, *objects, "-o", program)
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
