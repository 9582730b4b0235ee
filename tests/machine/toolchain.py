#!/usr/bin/env python3
"""Question: how does a compiler come to be that knows nothing of the system it runs on?

From Debian's own sources of binutils and gcc, configured for x86_64-elf: a machine without an operating system. Built
once, in the cache folder; the build takes it when it is there. What /usr/bin/gcc does differently is small (it would
assume a Linux to run on, and is told not to by flags), so this is for those who want none of it.

    toolchain.py build       make it (a quarter of an hour on two idle cores, 2 GB while it lasts, 0.1 GB in the end)
    toolchain.py remove      the folder and everything in it
    toolchain.py status      what is there
"""
import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import processes
from userland import SetupError, cache_folder, command_line

TARGET = "x86_64-elf"
SPACE_NEEDED = 2 << 30
# What neither a kernel in C nor its debugger asks for.
WITHOUT = ["--disable-nls", "--disable-multilib", "--disable-lto", "--disable-plugin", "--disable-gprofng", "--disable-gdb",
           "--disable-libssp", "--disable-libquadmath", "--disable-libgomp", "--disable-libctf", "--disable-shared", "--disable-werror"]
FLAGS = ["CFLAGS=-O2", "CXXFLAGS=-O2", "MAKEINFO=true"]     # without -g; and the manuals are not in Debian's sources


def folder():
    return cache_folder() / "toolchain"


def compiler():
    """The compiler's path; it exists only when everything is complete."""
    return folder() / "bin" / f"{TARGET}-gcc"


def source(pattern):
    """The newest of Debian's source archives that PATTERN describes."""
    found = sorted(Path("/usr/src").glob(pattern), key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)])
    if not found:
        raise SetupError(f"no /usr/src/{pattern}: Debian's source packages are needed (tests/machine/packages.py toolchain)")
    return found[-1]


class Builder:
    """Builds in a work folder beside the final one, so that nothing incomplete is ever taken for a compiler."""

    def __init__(self):
        self.final = folder()
        self.work = self.final.with_name("toolchain.work")
        self.stage = self.work / "stage"
        self.staged = Path(f"{self.stage}{self.final}")
        self.log = self.final.with_name("toolchain.log")
        # gcc is configured for the assembler and linker that were built before it.
        self.environment = dict(os.environ, PATH=f"{self.staged}/bin:{os.environ['PATH']}", LC_ALL="C")
        for name in ("MAKEFLAGS", "MAKELEVEL", "CC", "CXX", "LD", "AS", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS"):
            self.environment.pop(name, None)
        self.started = time.monotonic()

    def run(self, what, where, *words):
        """One step, its output in the log, one line of progress; SetupError with the log's end when it fails."""
        began = time.monotonic()
        where.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            start = log.tell()
            process = subprocess.Popen([str(word) for word in words], cwd=where, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=self.environment, start_new_session=True, preexec_fn=lambda: os.nice(10))
            try:
                while True:
                    try:
                        status = process.wait(1 if sys.stdout.isatty() else 60)
                        break
                    except subprocess.TimeoutExpired:
                        self.show(what, time.monotonic() - began, self.compiled_since(start), "\r" if sys.stdout.isatty() else "\n")
            except BaseException:
                processes.end_group(process)
                raise
        self.show(what, time.monotonic() - began, self.compiled_since(start), "\n")
        if status != 0:
            raise SetupError(f"{what} failed; the log {self.log} ends with:\n" +
                             self.log.read_text(errors="replace")[-1500:])

    def compiled_since(self, start):
        """How many files were compiled in this step, counted in the log."""
        with open(self.log, "rb") as log:
            log.seek(start)
            return len(re.findall(rb"^(?:  CC |  CXX |(?:gcc|g\+\+|/\S*/xgcc) .* -c )", log.read(), re.M))

    def show(self, what, seconds, files, end):
        count = f", {files} files" if files else ""
        print(f"toolchain: {what:34} {int(seconds) // 60}:{int(seconds) % 60:02}{count}   ", end=end, flush=True)

    def unpack(self, archive, name):
        self.run(f"unpack {archive.name}", self.work / name, "tar", "-xf", archive, "--strip-components=1")
        return self.work / name / "configure"

    def make(self, what, where, *goals):
        self.run(what, where, "make", f"-j{os.cpu_count() or 1}", *FLAGS, *goals)

    def build(self):
        binutils, gcc = source("binutils/binutils-*.tar.xz"), source("gcc-*/gcc-*.tar.xz")
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.log.unlink(missing_ok=True)
        free = shutil.disk_usage(self.work).free
        if free < SPACE_NEEDED:
            raise SetupError(f"{self.work} has {free >> 20} MB left, {SPACE_NEEDED >> 20} are needed for the time of the build")
        options = [f"--target={TARGET}", f"--prefix={self.final}", *WITHOUT]

        here = self.work / "build-binutils"
        self.run("configure binutils", here, self.unpack(binutils, "binutils"), *options)
        self.make("build binutils", here, "all-binutils", "all-gas", "all-ld")
        self.make("install binutils", here, "install-strip-binutils", "install-strip-gas", "install-strip-ld", f"DESTDIR={self.stage}")

        here = self.work / "build-gcc"
        self.run("configure gcc", here, self.unpack(gcc, "gcc"), *options, "--enable-languages=c", "--without-headers")
        self.make("build gcc", here, "all-gcc")
        self.make("build its library", here, "all-target-libgcc")
        # Debian removed the manuals, and a rule that checks one of them would end the installation. It is left alone when
        # its mark is newer than everything that was built.
        (here / "gcc" / "s-tm-texi").touch()
        self.make("install gcc", here, "install-strip-gcc", "install-target-libgcc", f"DESTDIR={self.stage}")

        shutil.rmtree(self.staged / "share", ignore_errors=True)
        shutil.rmtree(self.final, ignore_errors=True)
        self.staged.rename(self.final)
        shutil.rmtree(self.work)


def size(path):
    return sum(entry.lstat().st_size for entry in path.rglob("*") if entry.is_file() and not entry.is_symlink())


def status():
    if not compiler().exists():
        return f"{folder()}: nothing built"
    version = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=False).stdout.splitlines()[0]
    return f"{folder()}: {version}, {size(folder()) >> 20} MB"


def build():
    cache_folder().mkdir(parents=True, exist_ok=True)
    with open(cache_folder() / "toolchain.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)        # a second one waits, and finds it done
        if not compiler().exists():
            builder = Builder()
            print(f"toolchain: building {TARGET} binutils and gcc into {folder()}; the log is {builder.log}", flush=True)
            builder.build()
            print(f"toolchain: done in {(time.monotonic() - builder.started) / 60:.0f} minutes")
    print("toolchain: " + status())


def remove():
    for path in (folder(), folder().with_name("toolchain.work")):
        shutil.rmtree(path, ignore_errors=True)
    print(f"toolchain: {folder()} is gone")


def tell():
    print("toolchain: " + status())


if __name__ == "__main__":
    command_line("toolchain", __doc__, {"build": build, "remove": remove, "status": tell},
                 unfinished="ended before it was done; `make toolchain` begins anew")
