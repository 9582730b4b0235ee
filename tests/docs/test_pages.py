"""Question: is what the pages of the book say true?

Code on a page is the code of the sources (docs/book.py). Boot logs are what the kernel says. The experiment of every page
is carried out: its change is applied to a copy of the tree, the copy is built and booted, and what the page shows must
appear, in this order. `...` stands for anything, as a line or within one.

Above the diff or the text of an experiment may stand <!-- break: OPTIONS -->:
    virtualbox      in VirtualBox; what is shown may come from VBox.log too (otherwise: QEMU, and the serial port)
    chapter=N       the kernel of chapters 1 to N (otherwise: 1 to the page's own)
    ends            the machine resets in the end
    whole           the kernel says this and nothing else
    type=LINE       typed on the serial line in QEMU once chapter 19's prompt is there, + for a blank
    memory=MIB      so much memory; machine=q35, cpu=NAME: QEMU's names
    mouse=X,Y,WHEEL,SIDE,BUTTONS;...    what a hand does in VirtualBox once the kernel has booted, with pauses
    hints=WIDTH,HEIGHT;...              the same for sizes that a person wishes
    monitors=N      so many windows in VirtualBox

While a page is written:
    /usr/bin/python3 tests/docs/test_pages.py 05      carries out the experiment of page 5 and prints what was said
"""

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "tests" / "machine")]

import book  # noqa: E402
import installation as installations  # noqa: E402
import needs  # noqa: E402
from qemu import PROGRAM, QemuMachine  # noqa: E402
from virtualbox import Machine, MachineDied  # noqa: E402

COPIES = ROOT / "build" / "tests" / "docs"
QEMU_SECONDS, VIRTUALBOX_SECONDS = 60, 240      # limits, not expectations: 3 and 15 are usual
MOUSE_PAUSE = 1         # between two events of a hand, seconds: the kernel has handled the one before
WHOLE_SECONDS, SILENCE_SECONDS = 3, 15      # a kernel that said something, and nothing since, says no more


def experiments():
    for number, page in sorted(book.chapter_pages().items()):
        for index, experiment in enumerate(page.experiments(), 1):
            yield f"{number:02}" + (f"-{index}" if index > 1 else ""), number, *experiment


EXPERIMENTS = {name: rest for name, *rest in experiments()}


def pattern(line, any_number=False):
    """A line of a page as a regular expression. any_number: numbers, and what each distribution calls its GRUB, may differ."""
    if any_number:
        line = re.sub(r"GRUB \d[^,]*,", "GRUB ...,", line)
    parts = [re.escape(part) for part in line.strip().split("...")]
    if any_number:
        parts = [re.sub(r"\d+", r"\\d+", re.sub(r"0x[0-9a-f]+", "0x[0-9a-f]+", part)) for part in parts]
    return re.compile(".*".join(parts))


def first_missing(shown, log, any_number=False):
    """The first line of SHOWN that LOG lacks, or has too early; None if all are there in order."""
    rest = iter(line.strip() for line in log.split("\n"))
    for line in shown:
        if line.strip() not in ("", "...") and not any(pattern(line, any_number).fullmatch(said) for said in rest):
            return line
    return None


def is_shown(shown, options, log):
    """Whether LOG says what a page shows; with the option "whole", also that it says nothing else."""
    if first_missing(shown, log) is not None or not shown and "whole" not in options:
        return False
    said = [line.strip() for line in log.split("\n") if line.strip()]
    wanted = "\n".join("(.*\n)*.*" if line.strip() == "..." else pattern(line).pattern for line in shown if line.strip())
    return "whole" not in options or re.fullmatch(wanted, "\n".join(said)) is not None


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


def copy_tree(folder):
    """The files that git knows, as they are now, and the objects made of them; both keep their times."""
    shutil.rmtree(folder, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")) or name == "tests/machine/python.sh":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if (ROOT / "build" / "objects").is_dir():
        shutil.copytree(ROOT / "build" / "objects", folder / "build" / "objects")


def build(name, chapter, diff):
    """The image of the changed copy. Neither may the compiler warn: a reader would see it."""
    folder = COPIES / name
    copy_tree(folder)
    for path, text in book.apply_diff(diff, folder)[0].items():
        (folder / path).write_text(text)
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "-o", "packages-build", f"CHAPTER={chapter}", "iso"], cwd=folder, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0 and "warning:" not in done.stdout, f"{folder} does not build:\n{done.stdout[-3000:]}"
    return folder / "build" / f"chapter-{chapter}" / "guestbook.iso"


def run_in_qemu(iso, name, options, shown):
    settings = {key: options[key] for key in ("memory", "machine", "cpu") if key in options}
    with QemuMachine(iso, name="page-" + name, **settings) as machine:
        if "type" in options:
            machine.wait_serial("> ", QEMU_SECONDS)
            machine.send_serial(options["type"].replace("+", " ") + "\r")
        begun = since = time.monotonic()
        heard = ""
        while not machine.ended() and time.monotonic() - begun < QEMU_SECONDS:
            if machine.serial() != heard:
                heard, since = machine.serial(), time.monotonic()
            quiet = time.monotonic() - since
            done = "ends" not in options and is_shown(shown, options, heard)
            if done and quiet > (WHOLE_SECONDS if "whole" in options else 0) or heard and quiet > SILENCE_SECONDS:
                break
            time.sleep(0.1)
        if "ends" in options:
            machine.wait_exit(5)
        return [machine.serial()]


def run_in_virtualbox(iso, name, options, shown):
    settings = {"memory": int(options["memory"])} if "memory" in options else {}
    if "monitors" in options:
        settings["extra"] = ["--monitor-count", options["monitors"]]
    with Machine(iso, "page-" + name, installation=installations.find(), **settings) as machine:
        heard, since = "", time.monotonic()

        def said_or_silent():
            nonlocal heard, since
            if machine.serial() != heard:
                heard, since = machine.serial(), time.monotonic()
            silent = heard and time.monotonic() - since > 2 * SILENCE_SECONDS
            return silent or any(is_shown(shown, options, log) for log in (heard, machine.vbox_log()))
        try:
            if "mouse" in options or "hints" in options:
                machine.wait_serial("\n" + heading(int(options.get("chapter", EXPERIMENTS[name][0]))), VIRTUALBOX_SECONDS)
            for hint in options.get("hints", "").split(";") if "hints" in options else []:
                width, height = map(int, hint.split(","))
                time.sleep(MOUSE_PAUSE)
                machine.ask("video_mode_hint", width=width, height=height)
            if "mouse" in options:
                machine.wait_until(lambda: machine.ask("mouse_abilities")["absolute"], 60, "host that sends positions")
                for event in options["mouse"].split(";"):
                    time.sleep(MOUSE_PAUSE)
                    machine.mouse(*map(int, event.split(",")))
            machine.wait_until(said_or_silent, VIRTUALBOX_SECONDS, "what the page shows")
        except (TimeoutError, MachineDied):
            pass        # judged by the logs
        return [machine.serial(), machine.vbox_log()]


def carry_out(name):
    """The logs of the experiment."""
    number, options, diff, shown = EXPERIMENTS[name]
    iso = build(name, options.get("chapter", number), diff)
    return (run_in_virtualbox if "virtualbox" in options else run_in_qemu)(iso, name, options, shown)


@pytest.fixture(scope="session")
def running(request):
    """{name: future of the logs} of the experiments that this run wants, two at a time."""
    wanted = [item.callspec.params["name"] for item in request.session.items if "running" in getattr(item, "fixturenames", ())]
    with ThreadPoolExecutor(2) as pool:
        futures = {name: pool.submit(carry_out, name) for name in wanted}
        yield futures
        for future in futures.values():
            future.cancel()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_experiment_ends_as_the_page_shows(name, running):
    _, options, _, shown = EXPERIMENTS[name]
    untested = f"the experiment of page {name} is not carried out"
    if "virtualbox" in options:
        needs.virtualbox(untested)
    else:
        needs.program(PROGRAM, untested, "qemu")
    logs = running[name].result()
    missing = first_missing(shown, logs[0]) or "nothing else"
    assert any(is_shown(shown, options, log) for log in logs), \
        f"page {name} shows, but the kernel does not say: {missing}\nIt said:\n{logs[0][-3000:]}"


def pages_that_show(where):
    """Pages whose "What you will see" was seen there: <!-- see: virtualbox -->, or QEMU without such a comment."""
    return [page for page in book.chapter_pages().values() if (page.option("see") or "qemu") == where]


def judge_boot_log(log, where):
    for page in pages_that_show(where):
        shown = page.texts("What you will see")
        missing = first_missing(shown[0].splitlines() if shown else [], log, any_number=True)
        assert missing is None, f"{page.name} shows a line that the kernel does not say: {missing}\nIt said:\n{log}"


def test_the_boot_log_is_as_the_pages_show_it():
    needs.program(PROGRAM, "no page is compared with a boot in QEMU", "qemu")
    with QemuMachine(ROOT / "build" / "guestbook.iso", name="pages") as machine:
        machine.wait_serial("\n" + last_heading(), QEMU_SECONDS)
        time.sleep(0.5)     # the rest of the last line
        judge_boot_log(machine.serial(), "qemu")


def test_the_boot_log_in_virtualbox_is_as_the_pages_show_it():
    assert pages_that_show("virtualbox"), "no page says <!-- see: virtualbox -->"
    installation = needs.virtualbox("no page is compared with a boot in VirtualBox")
    with Machine(ROOT / "build" / "guestbook.iso", "pages", installation=installation) as machine:
        machine.wait_serial("\n" + last_heading(), VIRTUALBOX_SECONDS)
        time.sleep(1)
        judge_boot_log(machine.serial(), "virtualbox")


def heading(number):
    """How the line of a chapter begins in the boot log."""
    title = next(chapter.title for chapter in book.read_contents() if chapter.number == number)
    return f"{number:2}  {title}"


def last_heading():
    return heading(book.read_contents()[-1].number)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print("\n".join(carry_out(name)))
