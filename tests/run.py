#!/usr/bin/env python3
"""Question: how is everything tested in the time that a person waits?

    run.py [PYTEST'S ARGUMENTS]     what they name; without any, everything

Machines in VirtualBox wait half of their time: for firmware, for a window, for a clock. So everything is two runs of
pytest at a time, those machines in the foreground and all the rest behind them, with less of the processors where both
want them. What the rest says is shown when it has ended. The last line adds both up; the status is that of the worse.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MACHINES = ["virtualbox"]
BEHIND = ["nice", "-n", "5"]
PYTEST = [sys.executable, "-m", "pytest", "-c", str(HERE / "pytest.ini")]

sys.path.insert(0, str(HERE / "machine"))

import installation  # noqa: E402
from userland import SetupError  # noqa: E402


def parts():
    """All folders with tests, by the order in pytest.ini."""
    named = re.search(r"^testpaths = (.*)$", (HERE / "pytest.ini").read_text(), re.M)[1].split()
    assert set(named) == {path.parent.name for path in HERE.glob("*/test_*.py")}, "tests/pytest.ini does not name every folder"
    return named


def paths(names):
    return [str(HERE / name) for name in names]


def pass_on(stream):
    """Show what comes, as it comes; answers all of it."""
    said = b""
    while some := os.read(stream.fileno(), 4096):
        sys.stdout.buffer.write(some)
        sys.stdout.flush()
        said += some
    return said.decode(errors="replace")


def total(*texts):
    """The counts in the last lines of several runs of pytest, as one line."""
    ends = [text.rstrip().rpartition("\n")[2] for text in texts]

    def count(words):
        return sum(int(number) for end in ends for number in re.findall(rf"(\d+) (?:{words})", end))
    return f"{count('passed')} passed, {count('failed|error')} failed, {count('skipped')} skipped"


def both():
    """Everything; answers the status."""
    rest = [name for name in parts() if name not in MACHINES]
    try:
        installation.find(lambda text: print(text, flush=True))     # once, before two look for it
    except SetupError:
        pass                                                        # the tests say what is missing
    with tempfile.TemporaryFile() as kept:
        behind = subprocess.Popen([*BEHIND, *PYTEST, *paths(rest)], stdin=subprocess.DEVNULL, stdout=kept, stderr=kept)
        front = subprocess.Popen([*PYTEST, *paths(MACHINES)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        try:
            said = pass_on(front.stdout)
            status = max(abs(front.wait()), abs(behind.wait()))
        except KeyboardInterrupt:
            for run in (front, behind):     # a terminal's Ctrl-C has reached them, a signal has not; they end their machines
                run.send_signal(signal.SIGINT)
                run.wait()
            return 130
        kept.seek(0)
        said_behind = kept.read().decode(errors="replace")
    print("\n" + said_behind)
    print(total(said, said_behind))
    return status


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments:
        os.execv(sys.executable, [*PYTEST, *arguments])
    sys.exit(both())
