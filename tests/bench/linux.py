"""What does the same work with the host's folders cost Linux, with its own vboxsf, in the same VirtualBox?"""

import filecmp
import os
import re
import time

from linux_machine import SETTINGS, Linux, cached
from shop import MIB, Shop

LARGE, SMALL, LISTED, LOOKS = 64, 200, 2000, 2000  # MiB of a file, files read, files listed, looks at a file that is not there


class Guestbook(Shop):
    """A machine with this kernel."""

    def moment(self, name):
        """When the property NAME was last set, in seconds."""
        answer = self.manage("guestproperty", "get", self.name, f"/Guestbook/{name}", "--verbose")
        return int(re.search(r"Timestamp: (\d+)", answer)[1]) / 1e9

    def end(self, number, line, seconds=60):
        ended = super().end(number, line, seconds)
        self.seconds = self.moment("Status") - self.moment("Command")
        return ended


def fill(share):
    """The files that both guests work on."""
    block = os.urandom(MIB)
    with open(share / "large", "wb") as file:
        for number in range(LARGE):
            file.write(number.to_bytes(8, "little") + block[8:])
    for folder, count in (("small", SMALL), ("many", LISTED)):
        (share / folder).mkdir()
        for number in range(100, 100 + count):
            (share / folder / f"{number}").write_text(f"{number:05}\n")


class Meter:
    """What an order costs: calls by function, guest instructions, seconds."""

    def __init__(self, machine, counter):
        self.machine, self.counter = machine, counter(machine)
        before, started = self.counter(), time.monotonic()
        time.sleep(5)
        self.idle = (self.counter() - before) / (time.monotonic() - started)  # of the clock on the board; of Linux's ticks

    def __call__(self, line, seconds=3600):
        calls, before, started = self.machine.calls(), self.counter(), time.monotonic()
        self.machine.done(line, seconds)
        instructions = self.counter() - before - self.idle * (time.monotonic() - started)
        calls = {name: value - calls.get(name, 0) for name, value in self.machine.calls().items()}
        return {"calls": calls, "all": sum(calls.values()), "instructions": instructions, "seconds": self.machine.seconds}


def work(machine, counter, copy, read, listing):
    """{work: what it costs} after the same orders in this machine's words."""
    share = machine.folders["s"]
    fill(share)
    meter = Meter(machine, counter)
    costs = {"copy": meter(copy), "read": meter(read), "list": meter(listing), "meter": meter}
    if not filecmp.cmp(share / "large", share / "copy", shallow=False):
        raise SystemExit(f"bench: {machine.name} copied {LARGE} MiB wrongly")
    for name in ("large", "copy"):  # the folder of a machine is kept
        (share / name).unlink()
    return costs


def by_guestbook(iso, installation, counter):
    names = [f"{100 + number}" for number in range(SMALL)]
    with Guestbook(iso, "bench-folders", installation=installation, **SETTINGS) as machine:
        machine.wait_until(lambda: machine.note("Status") == "0 ready", 240, "guest that takes orders")
        machine.wait_for_folders("s")
        half = SMALL // 2  # a line has at most 128 words
        return work(machine, counter, "cp /s/large /s/copy", f"cd /s/small; cat {' '.join(names[:half])}; cat {' '.join(names[half:])}",
                    "ls -l /s/many")


def by_linux(folder, installation, counter):
    def loop(times, what):
        return f"i=100; while [ $i -lt {100 + times} ]; do {what}; i=$((i+1)); done"

    with Linux(folder / "image.iso", "bench-linux", installation=installation, state=folder / "state.sav") as machine:
        machine.done("mount -t vboxsf s /s", 600)
        costs = work(machine, counter, "dd if=/s/large of=/s/copy bs=1M", loop(SMALL, "read x </s/small/$i"), "ls -l /s/many >/dev/null")
        # What a look at nothing costs on a share, without what the shell and a look in memory cost.
        far, near = (costs["meter"](loop(LOOKS, f"[ -e {path} ]")) for path in ("/s/none", "/init"))
        costs["call"] = (far["instructions"] - near["instructions"]) / far["all"]
        return costs


def side_by_side(ours, theirs):
    """Rows (work, Guestbook, Linux, ratio, goal, whether it is met), first what is missed or worse."""
    rows = []

    def row(name, text, value, goal=None, is_met=None, faster=False):
        """VALUE of either's costs, and how many times better ours is."""
        mine, other = value(ours), value(theirs)
        ratio = mine / other if faster else other / mine
        rows.append((name, text.format(mine), text.format(other), f"{ratio:,.1f} x", goal, is_met(mine, ratio) if goal else None))

    copy, listing = f"{LARGE} MiB copied within a share", f"{LISTED:,} files listed with attributes"
    small = f"{SMALL} files of 6 bytes read"
    row(f"{copy}, MiB a second", "{:,.2f}", lambda costs: LARGE / costs["copy"]["seconds"], ">= 20 x", lambda _, ratio: ratio >= 20,
        faster=True)
    for name, function in (("read", "FnRead"), ("written", "FnWrite")):
        row(f"{copy}, calls per MiB {name}", "{:,.3g}", lambda costs: costs["copy"]["calls"][function] / LARGE, "<= 1",
            lambda mine, _: mine <= 1)
    row(f"{copy}, guest instructions per MiB", "{:,.0f}", lambda costs: costs["copy"]["instructions"] / LARGE)
    row(f"{listing}, calls", "{:,}", lambda costs: costs["list"]["all"], ">= 10 x", lambda _, ratio: ratio >= 10)
    row(f"{listing}, seconds", "{:,.2f}", lambda costs: costs["list"]["seconds"])
    row(f"{listing}, guest instructions per file", "{:,.0f}", lambda costs: costs["list"]["instructions"] / LISTED)
    row(f"{small}, calls", "{:,}", lambda costs: costs["read"]["all"])
    row(f"{small}, seconds", "{:,.2f}", lambda costs: costs["read"]["seconds"])
    row(f"{small}, guest instructions per file", "{:,.0f}", lambda costs: costs["read"]["instructions"] / SMALL)
    row("one call there and back, guest instructions", "{:,.0f}", lambda costs: costs["call"], "< 4,000", lambda mine, _: mine < 4000)
    rows.sort(key=lambda row: (row[5] is not False, float(row[3].removesuffix(" x").replace(",", "")) >= 1))
    return rows


def compare(iso, installation, counter, call):
    """(which Linux, rows). counter: bench.py's Counter. call: instructions of one call of Guestbook's to a service.
    SetupError: there is no Linux to be had."""
    folder = cached(installation)
    ours = {**by_guestbook(iso, installation, counter), "call": call}
    return (folder / "which").read_text(), side_by_side(ours, by_linux(folder, installation, counter))
