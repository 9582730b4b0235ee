"""Does the house keep its law? drivers → kernel → lib, never back: by what is included, and by what is called.

docs/architecture.md draws it. A folder that holds more than a dozen files is two ideas."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "machine"))

import needs  # noqa: E402

OBJECTS = ROOT / "build" / "objects"
MAY_USE = {"lib": {"lib"}, "kernel": {"kernel", "lib"}, "drivers": {"drivers", "kernel", "lib"}}
FILES_MOST = 12


def floor(path):
    return path.relative_to(ROOT).parts[0]


def test_nobody_includes_what_stands_above():
    wrong = []
    for path in sorted(path for name in MAY_USE for path in (ROOT / name).rglob("*.[ch]")):
        for used in re.findall(r'^#include "(\w+)/', path.read_text(), re.M):
            if used not in MAY_USE[floor(path)]:
                wrong.append(f"{path.relative_to(ROOT)} includes something of {used}/")
    assert not wrong, "\n" + "\n".join(wrong)


def symbols(path, kinds):
    """Names in an object file, of nm's KINDS."""
    nm = needs.program("nm", "nobody looks who calls whom", "build")
    said = subprocess.run([nm, path], capture_output=True, text=True, check=True).stdout
    return {name for kind, name in re.findall(r"^[0-9a-f ]{16} (\w) (\S+)$", said, re.M) if kind in kinds}


def test_nobody_calls_what_stands_above():
    """A declaration of one's own would need no header."""
    sources = [path.relative_to(OBJECTS).with_suffix("") for path in sorted(OBJECTS.rglob("*.o"))]
    objects = {OBJECTS / f"{source}.o": source.parts[0] for source in sources
               if source.parts[0] in MAY_USE and (ROOT / source).exists()}       # not what lies there of other days
    assert len(objects) > 80
    where = {symbol: name for path, name in objects.items() for symbol in symbols(path, "TDBRVW")}
    wrong = [f"{path.relative_to(OBJECTS)} uses {symbol} of {where[symbol]}/" for path, name in objects.items()
             for symbol in sorted(symbols(path, "U")) if where.get(symbol, name) not in MAY_USE[name]]
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_room_is_one_idea():
    crowded = [f"{folder.relative_to(ROOT)}: {count} files" for name in MAY_USE for folder in [ROOT / name, *(ROOT / name).rglob("*")]
               if folder.is_dir() and (count := sum(path.is_file() for path in folder.iterdir())) > FILES_MOST]
    assert not crowded, crowded
