"""Question: is what the pages of the book say true?

Code on a page is the code of the sources (docs/book.py). Boot logs are what the kernel says. What stands in a console is typed
as it stands there, and what is seen then must be what the page shows; `...` stands for anything, as a line or within one.
The machine of `make run` is the same one for all pages that say `make run`, and so is every other.

An experiment has a copy of the tree for itself: its change is made in it, the copy is built and booted, what the page shows
must be said, and the change is taken back. Above it may stand <!-- break: whole -->: the kernel says this and nothing else.

While a page is written:
    /usr/bin/python3 tests/docs/test_pages.py 05 "make run"     types the experiment of page 5, and what belongs to a machine
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from book_sessions import ROOT, NotSeen, Session, first_missing, is_all  # noqa: E402

import book  # noqa: E402
import needs  # noqa: E402
from qemu import PROGRAM  # noqa: E402

BOTH = ("make qemu", "make run")  # whose boot logs are compared with all pages


def experiments():
    for number, page in sorted(book.chapter_pages().items()):
        for index, experiment in enumerate(page.experiments(), 1):
            yield f"{number:02}" + (f"-{index}" if index > 1 else ""), *experiment


def machines():
    """{line that starts a machine: [(page, step)]} of all consoles; "" for what needs none. In the order of the pages."""
    found = {}
    for page in book.pages():
        line = ""
        for steps in page.consoles():
            line = next((step.typed for step in steps if step.kind == "machine"), line)     # also for what is typed before it
            for step in steps:
                line = step.typed if step.kind == "machine" else line
                found.setdefault(line, []).append((page.name, step))
    for line, name in book.named_machines(book.pages()).items():
        found[line] = [(name, book.Step("machine", line))]
    return found


EXPERIMENTS = {name: rest for name, *rest in experiments()}
MACHINES = machines()


def test_pages_and_sources_agree():
    mistakes = list(book.check())
    assert not mistakes, "\n" + "\n".join(mistakes)


def test_the_pages_are_read_alike_in_every_language():
    """As UTF-8, which they are, whatever the system's own letters."""
    spoken = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    for command in (["make", "docs-check"], ["/usr/bin/python3", "docs/book.py", "check"]):
        done = subprocess.run(command, cwd=ROOT, env={**environment, **spoken}, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr


def carry_out(name):
    """What is not as the page of an experiment shows it, or ""; and what the kernel said."""
    options, diff, steps = EXPERIMENTS[name]
    with Session("page-" + name) as session:
        try:
            for step in steps:
                session.type(step)
                if step.kind == "machine" and "whole" in options:
                    session.wait_for_silence()
                    if not is_all(step.shown, session.log("the kernel")):
                        raise NotSeen("the kernel says more than:\n" + "\n".join(step.shown))
                if step.typed.startswith("docs/book.py break"):
                    changed = [path for path, _ in book.read_diff(diff)]
                    assert all((session.folder / path).read_text() != (ROOT / path).read_text() for path in changed)
        except NotSeen as error:
            return f"{error}\nThe kernel said:\n{session.log('the kernel')[-3000:]}", session.log("the kernel")
        left = [path for path in changed if (session.folder / path).read_text() != (ROOT / path).read_text()]
        return left and f"mended, and yet changed: {left}", session.log("the kernel")


def follow(line):
    """What is not as the pages show it of the steps that belong to a machine; and what its kernel said."""
    wrong = []
    with Session("machine-" + "-".join(line.split()).replace("/", "-")) as session:
        for page, step in MACHINES[line]:
            try:
                if step.kind == "machine" and session.terminal:     # it runs, for another page
                    session.see_from_the_beginning(step)
                else:
                    session.type(step)
            except NotSeen as error:
                wrong.append(f"{page}: {error}")
                if step.kind == "machine" and not session.terminal:
                    break
        if session.terminal:
            session.wait_for_boot()
        return "\n\n".join(wrong), session.log("the kernel")


def is_in_virtualbox(name):
    lines = [step.typed for step in EXPERIMENTS[name][2] if step.kind == "machine"] if name in EXPERIMENTS else [name]
    return lines[0].startswith("make run")


@pytest.fixture(scope="session")
def running(request):
    """{name: future} of the experiments and machines that this run wants, two at a time, the slow ones first."""
    wanted = set()
    for item in request.session.items:
        if "running" in getattr(item, "fixturenames", ()):
            wanted |= {item.callspec.params["name"]} if hasattr(item, "callspec") else set()
    with ThreadPoolExecutor(2) as pool:
        ordered = sorted(wanted, key=lambda name: (not is_in_virtualbox(name), name not in MACHINES, name))
        futures = {name: pool.submit(follow if name in MACHINES else carry_out, name) for name in ordered}
        yield futures
        for future in futures.values():
            future.cancel()


def need(name):
    if is_in_virtualbox(name):
        needs.virtualbox(f"what the pages say of {name} is not tried")
    else:
        needs.program(PROGRAM, f"what the pages say of {name} is not tried", "qemu")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_experiment_ends_as_the_page_shows(name, running):
    need(name)
    wrong, _ = running[name].result()
    assert not wrong, f"page {name}: {wrong}"


@pytest.mark.parametrize("name", MACHINES)
def test_what_is_typed_is_answered_as_the_pages_show(name, running):
    need(name)
    wrong, _ = running[name].result()
    assert not wrong, "\n" + wrong


@pytest.mark.parametrize("name", BOTH)
def test_the_boot_log_is_as_the_pages_show_it(name, running):
    """Pages whose "What you will see" was seen there: <!-- see: virtualbox -->, or QEMU without such a comment."""
    need(name)
    _, log = running[name].result()
    where = "virtualbox" if is_in_virtualbox(name) else "qemu"
    pages = [page for page in book.chapter_pages().values() if (page.option("see") or "qemu") == where]
    assert pages
    for page in pages:
        shown = page.texts("What you will see")
        missing = first_missing(shown[0].splitlines() if shown else [], log, any_number=True)
        assert missing is None, f"{page.name} shows a line that the kernel does not say: {missing}\nIt said:\n{log}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print("\n".join(filter(None, (follow if name in MACHINES else carry_out)(name))))
