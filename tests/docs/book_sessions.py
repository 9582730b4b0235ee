"""Question: what happens to a reader who types what a page says, and nothing else?

A session is one machine in a terminal, in a copy of the tree, with what is typed there and in another terminal while it
runs: the steps of console blocks (docs/book.py). What is seen must be what the page shows.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "tests" / "machine")]

import book  # noqa: E402
import userland  # noqa: E402
from terminal import Terminal  # noqa: E402

COPIES = ROOT / "build" / "tests" / "docs"
BOOT_SECONDS, LINE_SECONDS = 300, 60  # limits, not expectations: 3 to 25, and 1, are usual
WHOLE_SECONDS = 3  # a kernel that said something, and nothing since, says no more
LATEST_PROMPT = re.compile(r"((?:\[\d+\] )?/\S*>) $")
LOG_LINE = re.compile(r"    [A-Z][\w ]+: ")
FIRST_WITH_A_PROMPT = 19  # chapter
LOGS = ("the kernel", "VBox.log")


class NotSeen(AssertionError):
    """What the page shows is not what a reader sees."""


def copy_tree(folder):
    """The files that git knows, as they are now, and the objects made of them; both keep their times."""
    shutil.rmtree(folder, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and (not name.startswith("tests/") or name.startswith("tests/machine/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if (ROOT / "build" / "objects").is_dir():
        shutil.copytree(ROOT / "build" / "objects", folder / "build" / "objects")


# Comparing

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


def is_all(shown, text):
    """Whether TEXT is what is shown and nothing else, where `...` stands for any lines."""
    said = [line.strip() for line in text.split("\n") if line.strip()]
    shown = [line.strip() for line in shown if line.strip()]
    wanted = "".join("(?:.*\n)*?" if line == "..." else pattern(line).pattern + "\n" for line in shown)
    return re.fullmatch(wanted, "".join(line + "\n" for line in said)) is not None


def is_answer(shown, said):
    """The same for what a command of the kernel says. Behind it comes the prompt, which a page may show, too."""
    return is_all(shown, said) or is_all(shown, said.rpartition("\n")[0])


class Session:
    """A reader in a copy of the tree; a context manager. type() does one step, and raises NotSeen."""

    def __init__(self, name):
        self.folder = COPIES / name
        self.terminal = None  # with the machine in it
        self.last = 0  # its chapters
        self.before = {}  # how much each log had said when something was typed

    def __enter__(self):
        copy_tree(self.folder)
        (self.folder / "home").mkdir()
        of_make = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
        self.environment = {name: value for name, value in os.environ.items() if name not in of_make}
        self.environment.update(HOME=str(self.folder / "home"), DISPLAY="", GUESTBOOK_CACHE=str(userland.cache_folder()))
        return self

    def __exit__(self, *details):
        if self.terminal:
            self.terminal.__exit__()

    def type(self, step):
        getattr(self, "_" + step.kind)(step)

    # What is typed

    def _machine(self, step):
        """In a terminal of its own; seen is what the kernel says, or VBox.log."""
        self.leave("\x18")
        self.terminal = Terminal(["sh", "-c", "exec " + step.typed], self.folder, self.environment).__enter__()
        chapter = re.search(r"CHAPTER=(\d+)", step.typed)
        self.last = int(chapter[1]) if chapter else book.read_contents()[-1].number
        self.before = {}
        self._wait(lambda: "Ctrl-X ends the machine" in self.terminal.text(), BOOT_SECONDS, "machine")
        if "warning:" in self.terminal.text():
            raise NotSeen(f"{step.typed}: the compiler warns:\n{self.terminal.text()[-3000:]}")
        self._see(step.shown, BOOT_SECONDS)

    def _host(self, step):
        """In another terminal while the machine runs; docs/book.py in the same one when it has ended."""
        if step.typed.startswith("docs/book.py"):
            self.leave(None)
        elif self.terminal:
            self.wait_for_boot()
            self._remember()
        limit = time.monotonic() + LINE_SECONDS
        printed = self._run(step.typed)
        while step.shown and step.typed.startswith("build/host") and not is_all(step.shown, printed) and time.monotonic() < limit:
            printed = self._run(step.typed)     # a question: who finds that something is not so yet asks again
        if not is_all(step.shown, printed):
            raise NotSeen(f"$ {step.typed}\nshould print:\n{text_of(step)}\nand prints:\n{printed[-3000:]}")

    def _run(self, command):
        return subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              timeout=BOOT_SECONDS).stdout

    def _guest(self, step):
        """On the serial line. With ^C behind it, it is not over before that."""
        self.wait_for_boot()
        self._remember()
        prompt = LATEST_PROMPT.search(self.terminal.text())[1]
        if prompt != step.prompt:
            raise NotSeen(f"before {step.typed!r} the prompt is {prompt!r}, not {step.prompt!r}")
        begin = len(self.terminal.said)
        self.terminal.type(step.typed + "\r")
        if step.ends_by_key:
            self._wait(lambda: first_missing(step.shown, self.terminal.text(begin)) is None, LINE_SECONDS, repr(text_of(step)))
            return
        limit = time.monotonic() + LINE_SECONDS
        said = self._answer(begin)
        while step.typed.startswith("ls") and not is_answer(step.shown, said) and time.monotonic() < limit:
            begin = len(self.terminal.said)
            self.terminal.type(step.typed + "\r")      # a folder that the host gives or takes: who looks too early looks again
            said = self._answer(begin)
        if not is_answer(step.shown, said):
            raise NotSeen(f"{step.prompt} {step.typed}\nshould say:\n{text_of(step)}\nand says:\n{said}")

    def _answer(self, begin):
        """What was said behind the line that was typed, the next prompt at its end."""
        def answer():
            said = self.terminal.text(begin).partition("\n")[2]
            return LATEST_PROMPT.search(said) and said
        said = self._wait(answer, LINE_SECONDS, "prompt behind what was typed").rstrip(" ")
        return "\n".join(line for line in said.split("\n") if not LOG_LINE.match(line))

    def _key(self, step):
        if step.typed == "X":
            self.leave("\x18")
        else:
            self.terminal.type(chr(ord(step.typed) & 0x1F))

    def _log(self, step):
        self._see(step.shown, LINE_SECONDS, [step.typed])

    # What is seen

    def see_from_the_beginning(self, step):
        """What a page shows of a machine that runs already."""
        self.before = {}
        self._see(step.shown, BOOT_SECONDS)

    def log(self, name):
        """What the kernel has said on the serial line, or what VBox.log has."""
        runs = (self.folder / "build" / "machines").glob("run-*")
        newest = max(runs, key=os.path.getmtime, default=self.folder)
        path = newest / ("serial.log" if name == "the kernel" else "home/machines/guestbook/Logs/VBox.log")
        return path.read_text(encoding="utf-8", errors="replace").replace("\r", "") if path.exists() else ""

    def _remember(self):
        self.before = {name: len(self.log(name)) for name in LOGS}

    def _wait(self, condition, seconds, what):
        try:
            return self.terminal.wait_until(condition, seconds, what)
        except TimeoutError as error:
            raise NotSeen(f"{error}\nThe kernel said:\n{self.log('the kernel')[-3000:]}") from None

    def _see(self, shown, seconds, names=LOGS):
        """Wait until one of the logs says what is SHOWN, since something was typed."""
        def is_there():
            return any(first_missing(shown, self.log(name)[self.before.get(name, 0):]) is None for name in names)
        self._wait(is_there, seconds, "what is shown: " + "\n".join(shown))

    def wait_for_boot(self):
        """Wait until the kernel has come to its last chapter, and to the prompt if it has one."""
        title = next(chapter.title for chapter in book.read_contents() if chapter.number == self.last)
        line = re.compile(rf"^ *{self.last}  {re.escape(title)}.*\n", re.MULTILINE)
        self._wait(lambda: line.search(self.log("the kernel")), BOOT_SECONDS, f"line of chapter {self.last}")
        if self.last >= FIRST_WITH_A_PROMPT:
            self._wait(lambda: LATEST_PROMPT.search(self.terminal.text()), LINE_SECONDS, "prompt")

    def leave(self, key):
        """The end of the machine: by KEY or, without one, its own."""
        if self.terminal:
            if key:
                self.terminal.type(key)
            self._wait(lambda: self.terminal.process.poll() is not None, LINE_SECONDS, "end of the machine")
            self.terminal.__exit__()
            self.terminal = None

    def wait_for_silence(self):
        """Wait until the kernel has said something and then nothing for a while."""
        heard, since = "", time.monotonic()
        while not heard or time.monotonic() - since < WHOLE_SECONDS:
            if self.log("the kernel") != heard:
                heard, since = self.log("the kernel"), time.monotonic()
            time.sleep(0.1)


def text_of(step):
    return "\n".join(step.shown)
