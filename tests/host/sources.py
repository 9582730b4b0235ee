"""Which sources does a test program consist of?

A file names those that it needs in its first lines, `// sources: a.c b.asm`. What is named in a header of tests/host that
it includes counts as well: tests that share a beginning share its sources. And a fake that is written in several parts
names the others in the same way, so that a test need not know them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def named_in(name):
    text = (ROOT / name).read_text()
    names = " ".join(re.findall(r"^// sources:(.*)$", text, re.M)).split()
    for header in re.findall(r'^#include "(tests/host/.*\.h)"', text, re.M):
        names += named_in(header)
    return names


def with_parts(names):
    """NAMES, and what these name themselves; each once."""
    found = list(dict.fromkeys(names))
    for name in found:  # grows on the way
        found += [part for part in dict.fromkeys(named_in(name)) if part not in found]
    return found
