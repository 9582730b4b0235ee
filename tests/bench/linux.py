"""What does the same work with the host's folders cost Linux, with its own vboxsf, in the same VirtualBox?"""

import filecmp
import os
import re
import time

from linux_machine import ORDER_SECONDS, SETTINGS, Linux, cached
from reading import rows_above
from shop import MIB, Shop

LARGE, SMALL, LISTED, LOOKS = 64, 200, 2000, 2000  # MiB of a file, files read, files listed, looks at a file that is not there
NAMES, NAME, TEXT = 1500, "photo-{:04}.jpg", "{:06} is a line of plain text."
LINES, FEWER = 32768, 512  # of a text: a MiB, and as much of it as Linux's console takes in a minute
PROMPT, RETURN = "/memory>", (0x1c, 0x9c)


class Guestbook(Shop):
    """A machine with this kernel, and as VirtualBox makes them: without a serial port that everything would go to as well."""

    def _create(self):
        super()._create()
        self.manage("modifyvm", self.name, "--uart1", "off")

    def show(self, line, last):
        """Somebody types LINE and looks at the screen until the prompt is back, below a row that ends with LAST."""
        self.type(line)
        self.wait_until(lambda: rows_above(self.picture(), f"{PROMPT} {line}") is not None, 60, f"{line!r} on the screen")
        started = time.monotonic()
        self.keyboard(*RETURN)
        self.wait_until(lambda: (rows_above(self.picture(), PROMPT) or [""])[0].endswith(last), 600, f"{last!r} on the screen")
        self.seconds = time.monotonic() - started

    def moment(self, name):
        """When the property NAME was last set, in seconds."""
        answer = self.manage("guestproperty", "get", self.name, f"/Guestbook/{name}", "--verbose")
        return int(re.search(r"Timestamp: (\d+)", answer)[1]) / 1e9

    def end(self, number, line, seconds=60):
        ended = super().end(number, line, seconds)
        self.seconds = self.moment("Status") - self.moment("Command")
        return ended


def fill(share, lines):
    """The files that both guests work on; the text has LINES."""
    block = os.urandom(MIB)
    with open(share / "large", "wb") as file:
        for number in range(LARGE):
            file.write(number.to_bytes(8, "little") + block[8:])
    (share / "text").write_text("".join(f"{TEXT.format(line)}\n" for line in range(lines)))
    (share / "names").mkdir()
    for number in range(NAMES):
        (share / "names" / NAME.format(number)).touch()
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

    def __call__(self, line, last=None):
        """LAST: what is shown on the screen, to this end; None: that it is done is all there is to see."""
        calls, before, started = self.machine.calls(), self.counter(), time.monotonic()
        if last:
            self.machine.show(line, last)
        else:
            self.machine.done(line, ORDER_SECONDS)
        instructions = self.counter() - before - self.idle * (time.monotonic() - started)
        calls = {name: value - calls.get(name, 0) for name, value in self.machine.calls().items()}
        return {"calls": calls, "all": sum(calls.values()), "instructions": instructions, "seconds": self.machine.seconds}


def work(machine, counter, copy, read, names, lines):
    """{work: what it costs} after the same orders in this machine's words."""
    share = machine.folders["s"]
    fill(share, lines)
    meter = Meter(machine, counter)
    costs = {"copy": meter(copy), "read": meter(read), "list": meter("ls -l /s/many", " " + max(os.listdir(share / "many"))),
             "names": meter(names, NAME.format(NAMES - 1)), "text": meter("cat /s/text", TEXT.format(lines - 1)), "lines": lines,
             "meter": meter}
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
                    "ls /s/names", LINES)


def by_linux(folder, installation, counter):
    def loop(times, what):
        return f"i=100; while [ $i -lt {100 + times} ]; do {what}; i=$((i+1)); done"

    with Linux(folder / "image.iso", "bench-linux", installation=installation, state=folder / "state.sav") as machine:
        machine.done("mount -t vboxsf s /s", 600)
        costs = work(machine, counter, "dd if=/s/large of=/s/copy bs=1M", loop(SMALL, "read x </s/small/$i"), "ls -1 /s/names", FEWER)
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

    copy, listing = f"{LARGE} MiB copied within a share", f"{LISTED:,} files listed with attributes, on the screen"
    small, names = f"{SMALL} files of 6 bytes read", f"{NAMES:,} names listed on the screen"
    text = f"a text of {LINES:,} lines, 1 MiB, shown on the screen (Linux: its first {FEWER:,})"
    row(f"{copy}, MiB a second", "{:,.2f}", lambda costs: LARGE / costs["copy"]["seconds"], ">= 20 x", lambda _, ratio: ratio >= 20,
        faster=True)
    for name, function in (("read", "FnRead"), ("written", "FnWrite")):
        row(f"{copy}, calls per MiB {name}", "{:,.3g}", lambda costs: costs["copy"]["calls"][function] / LARGE, "<= 1",
            lambda mine, _: mine <= 1)
    row(f"{copy}, guest instructions per MiB", "{:,.0f}", lambda costs: costs["copy"]["instructions"] / LARGE)
    row(f"{listing}, calls", "{:,}", lambda costs: costs["list"]["all"], ">= 10 x", lambda _, ratio: ratio >= 10)
    row(f"{listing}, seconds", "{:,.2f}", lambda costs: costs["list"]["seconds"])
    row(f"{listing}, guest instructions per file", "{:,.0f}", lambda costs: costs["list"]["instructions"] / LISTED)
    row(f"{names}, seconds", "{:,.2f}", lambda costs: costs["names"]["seconds"], "< 3", lambda mine, _: mine < 3)
    row(f"{names}, guest instructions per name", "{:,.0f}", lambda costs: costs["names"]["instructions"] / NAMES)
    row(f"{text}, lines a second", "{:,.0f}", lambda costs: costs["lines"] / costs["text"]["seconds"], "> 5,000",
        lambda mine, _: mine > 5000, faster=True)
    row(f"{text}, guest instructions per line", "{:,.0f}", lambda costs: costs["text"]["instructions"] / costs["lines"])
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
