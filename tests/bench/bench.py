"""What does it cost? The figures of docs/figures.md, measured anew.

    bench.py            all of them; the table on the terminal, build/bench.json and docs/figures.md
    bench.py --host     only what needs no VirtualBox; the table on the terminal
    bench.py --linux    only what is beside Linux, into the figures of the last whole run

Nothing here is a test: a figure is what it is. Guest instructions are differences of VirtualBox's own
counter, which is exact where it interprets the guest. Costs of a single thing are differences too: between
this kernel and one that halts at its entry, between many events and none."""

import datetime
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("machine", "virtualbox", "host")]

import in_virtualbox  # noqa: E402
import installation as installations  # noqa: E402
import linux  # noqa: E402
import on_the_host  # noqa: E402
from figures import BUILD, ISO, MARKS, figure, figures, lines_of, run, table  # noqa: E402
from linux_machine import processor  # noqa: E402
from userland import SetupError  # noqa: E402
from virtualbox import MachineDied  # noqa: E402


PAGE = """# Figures

What things cost, misses first. `make bench` measures all of it anew and writes this page; none of it is a test. Other pages
name these rows, and `make docs` writes the values there.

Measured on {date}, commit {commit}, on {machine}, in {virtualbox}.

{table}

{beside_linux}
## By hand

What takes too long for every run has a command of its own:

| Command | What it shows | Last run |
|---|---|---|
| `make test-toolchain` | a compiler from nothing in 16 minutes; all three make a kernel that boots: 3 passed | 2026-11-22, 4e25b3f |
| `make test-matrix` | 84 machines with BIOS (three-wise) and 19 with EFI (pairwise): 105 passed in 55 minutes | 2026-11-23, c1ae2e5 |

## How it is measured

* **Guest instructions** are VirtualBox's own count (`/IEM/CPU0/cInstructions`), which is exact where it interprets the
  guest. It has 32 bits and wraps: it is sampled. The cost of the boot is the difference to an image that is the same
  but for three bytes at the kernel's entry, which halt. Firmware and GRUB wait for clocks and devices, so boots differ.
* **One mouse event**, drawn by the kernel of chapters 1 to 14 and, in chapters 1 to 15, by the host, is measured with
  events 5 ms apart, many to one drawing of the numbers in the status row, and 200 ms apart, one to one; two equations,
  two costs.
* **Exits** are accesses in the fake VMMDev's trace (tests/host/fake/vmmdev.c), counted again by the host in VirtualBox:
  one fast acknowledge an event.
* **One call to a service** is a property that is read: 4,000 of them beside 100, in a kernel that takes the letters of an
  order for a number. What the board draws meanwhile is taken off.
* **Beside Linux**: both machines have 512 MiB and a share with the same files. The calls are the host's count
  (`/HGCM/VBoxSharedFolders/Fn*`); of the instructions, what an idle guest takes in that time is taken off. `cp` beside
  `dd bs=1M`; `cat` of 200 names beside the shell's own `read`, so that Linux starts no programs; `ls -l` beside `ls -l`.
  The seconds are the host's, from the order to its end. What is on the screen is typed on the keyboard of a machine that
  has no serial port, as VirtualBox makes them, and ends when the host's picture of the screen, which it takes a few times
  a second, has the last line and the prompt; in Linux, whose console draws 1024x768 as well, it ends when the program
  that writes there does. Linux's console takes about a dozen lines a second, so of the text it shows only the first: what
  a second and a line are worth is compared. One call is a property read here, and in Linux a look at a file that is not
  there, without what the shell costs and a look in memory. To boot Linux takes an interpreted VirtualBox many minutes; so
  it goes on from a state that was saved when its modules were loaded.
* **Clicks** are lost where the host overwrites them before the guest looks: VMMDev keeps one mouse state, the newest,
  and an interpreted guest takes about half a millisecond to fetch it. No hand clicks that fast. By PS/2 (mouse feature
  word 0x11) far more is lost: a PS/2 mouse reports at its own rate, and a button that was pressed and released between
  two reports never was; turns of the wheel are added up.
* **The allocator** is kernel/memory/pages.c, compiled for this computer with the kernel's optimisation and DEBUG=0, beside a
  free list as xv6 has it and malloc. Instructions are counted one by one (tests/bench/steps.c); time is the best of
  five runs over 256 MiB, where a free list has to fetch each page into the cache to find the next. What the list does
  not have: runs of pages, zones, an account outside of the pages, and a check of what is given back. That is what the
  other instructions are for ([chapter 5](05-pages.md)); they cost less time than the list waits.
"""


BESIDE_LINUX = """## Beside Linux

The same work in the same VirtualBox, on machines of the same settings, one after the other; first what is missed or worse.
Linux is Debian's {which}; it uses its own vboxsf.
Measured on {date}, commit {commit}.

{table}
"""


def when_and_where(installation):
    return {"date": datetime.date.today().isoformat(), "commit": run("git", "describe", "--always", "--dirty").strip(),
            "machine": f"{os.cpu_count()} processors {processor()}", "virtualbox": str(installation)}


LAST = ROOT / "build" / "bench.json"


def write_page(where, beside):
    (ROOT / "docs" / "figures.md").write_text(PAGE.format(table=table(), beside_linux=beside, **where))
    LAST.write_text(json.dumps({"where": where, "figures": figures}, indent=1) + "\n")


def write_over_the_last(beside):
    """Puts what was measured now among the figures of the last whole run."""
    last = json.loads(LAST.read_text())
    names = {one["name"] for one in figures}
    figures[:0] = [one for one in last["figures"] if one["name"] not in names]
    write_page(last["where"], beside)


def beside_linux(installation, call):
    """The section of the page. call: what services() measured. Without a Linux it says why there is none."""
    try:
        which, rows = linux.compare(ISO, installation, in_virtualbox.Counter, call)
    except (SetupError, MachineDied, TimeoutError) as error:
        why = str(error).splitlines()[0]
        print(f"bench: no comparison with Linux: {why}")
        return f"## Beside Linux\n\nNot compared this time: {why}\n"
    for work, ours, theirs, ratio, goal, is_met in rows:
        if goal:
            figure(f"{work}, beside Linux", ratio if goal.endswith("x") else ours, goal, is_met, f"{ours}; Linux {theirs}")
    lines = lines_of(("Work", "Guestbook", "Linux", "Ratio", "Goal", ""),
                     [(*row[:4], row[4] or "", MARKS[row[5]]) for row in rows])
    return BESIDE_LINUX.format(which=which, table=lines, **when_and_where(installation))


def main(only_host, only_linux):
    BUILD.mkdir(parents=True, exist_ok=True)
    installation = None if only_host else installations.find()
    if only_linux:
        if not LAST.exists():
            raise SystemExit("bench: these are figures among others; a whole `make bench` comes first")
        on_the_host.folders()
        write_over_the_last(beside_linux(installation, in_virtualbox.services(installation)))
        return
    on_the_host.events()
    on_the_host.resize()
    on_the_host.allocator()
    on_the_host.folders()
    on_the_host.sizes()
    if not only_host:
        in_virtualbox.boots_and_events(installation)
        in_virtualbox.health(installation)
        write_page(when_and_where(installation), beside_linux(installation, in_virtualbox.services(installation)))
    print("\n" + table())


if __name__ == "__main__":
    main("--host" in sys.argv[1:], "--linux" in sys.argv[1:])
