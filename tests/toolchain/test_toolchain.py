"""Does every compiler that is here make a kernel that boots to the last chapter?

`make test` takes those that are present; GUESTBOOK_TOOLCHAINS=all, which `make test-toolchain` says, wants every one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "machine"))

import needs  # noqa: E402
import toolchain  # noqa: E402
from qemu import QemuMachine  # noqa: E402

UNTESTED = "no kernel of this compiler is booted"
LAST_LINE = "A pointer that follows"
BOOT_SECONDS = 60
OWN = str(toolchain.folder() / "bin" / "x86_64-elf-")

# name: (the compiler's program, what make is told)
COMPILERS = {
    "system": ("x86_64-linux-gnu-gcc", ["CROSS=x86_64-linux-gnu-"]),
    "clang": ("clang", ["CC=clang"]),
    "x86_64-elf": (OWN + "gcc", [f"CROSS={OWN}"]),
}


@pytest.mark.parametrize("name", COMPILERS)
def test_every_compiler_makes_a_kernel_that_boots(name):
    program, words = COMPILERS[name]
    if os.environ.get("GUESTBOOK_TOOLCHAINS") == "all":
        assert shutil.which(program), f"there is no {program}"
    elif name == "x86_64-elf":
        needs.compiler(program, UNTESTED, "`make toolchain` builds it in a quarter of an hour")
    else:
        needs.program(program, UNTESTED, {"system": "build"}.get(name, name))
    folder = f"build/toolchain/{name}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    made = subprocess.run(["make", "iso", *words, f"BUILD={folder}", f"OBJECTS={folder}/objects"], cwd=ROOT,
                          env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "warning:" not in made.stderr, made.stderr
    with QemuMachine(ROOT / folder / "guestbook.iso", f"toolchain-{name}") as machine:
        machine.wait_serial(LAST_LINE, BOOT_SECONDS)
