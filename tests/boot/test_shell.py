"""Is there somebody at the desk? Typed on the keyboard and on the serial line, read from the serial line and the screen.

One machine for all tests: each types lines and looks at what is said from there on."""

import contextlib
import random
import time

import images
import pytest
import reading
from qemu import QemuMachine

SECONDS = 30
PROMPT = "> "
CONTROL_C = "\x03"
LEFT, UP, HOME, DELETE = "\x1b[D", "\x1b[A", "\x1b[H", "\x1b[3~"
BACKSPACE = "\x7f"


class Desk:
    """A machine whose desk waits for a line."""

    def __init__(self, machine):
        self.machine = machine
        self.start = len(machine.serial())

    def said(self):
        return self.machine.serial()[self.start:].replace("\r\n", "\n")

    def wait(self, condition, what):
        return self.machine.wait_until(lambda: condition(self.said()) and self.said(), SECONDS, what)

    def type(self, text):
        self.machine.send_serial(text)

    def ask(self, line):
        """Types a line, and answers what was said between it and the next prompt."""
        self.start = len(self.machine.serial())
        self.type(line + "\r")
        said = self.wait(lambda said: "\n" in said and said.endswith(PROMPT), f"answer to {line!r}")
        return said.split("\n", 1)[1].rpartition("\n")[0]

    def shows(self, text):
        """Whether a row of the console begins so, wherever the rows lie."""
        picture = self.machine.picture()
        return any(reading.read_row(picture, 8, top, 1) == text[0] and reading.read_row(picture, 8, top).startswith(text)
                   for top in range(picture.height - 16))


@pytest.fixture(scope="module")
def machine():
    with QemuMachine(images.iso()) as machine:
        machine.wait_serial("/memory> ", 60)
        yield machine


@pytest.fixture
def desk(machine):
    desk = Desk(machine)
    desk.ask("cd /memory")
    return desk


def test_commands_answer_on_the_serial_line(desk):
    assert desk.ask("write a hello  'wide  world'") == ""
    assert desk.ask("cat a") == "hello wide  world"
    assert desk.ask("nonsense") == "nonsense: no such command; help lists them"
    assert desk.said().endswith("[127] /memory> ")
    assert desk.ask("sum a").startswith("0fd7eb17 18 ")
    assert "cp        FROM TO" in desk.ask("help")
    desk.ask("rm a")


def test_mistakes_are_edited_before_return(desk):
    assert desk.ask("ecko" + LEFT + BACKSPACE + "h" + "\x05 onn" + BACKSPACE + "e") == "one"
    assert desk.ask(UP + HOME + DELETE * 4 + "echo two; echo") == "two\none"
    assert desk.ask("echo \u00e4\u00f6\u00fc" + LEFT + BACKSPACE + "o") == "\u00e4o\u00fc"


def test_tab_finishes_names(desk):
    desk.ask("mkdir 'a folder'; write 'a folder/file' text")
    assert desk.ask("ca\ta\tf\t") == "text"
    desk.ask("rm 'a folder/file'; rmdir 'a folder'")


def test_keys_of_the_keyboard_arrive_too(machine, desk):
    desk.start = len(machine.serial())
    for key in "echo":
        machine.keys(key)
    machine.keys("spc")
    machine.keys("shift", "1")
    machine.keys("x")
    machine.keys("left")
    machine.keys("2")
    machine.keys("ret")
    desk.wait(lambda said: said.endswith("echo !2x\n!2x\n/memory> ") or said.count("\n") > 1, "an answer")
    assert desk.said().split("\n")[1] == "!2x"


def test_the_layout_can_be_changed(machine, desk):
    desk.ask("layout de")
    desk.start = len(machine.serial())
    for key in ("e", "c", "h", "o", "spc", "y", "semicolon"):
        machine.keys(key)
    machine.keys("alt_r", "q")
    machine.keys("ret")
    desk.wait(lambda said: said.count("\n") > 1 and said.endswith(PROMPT), "an answer")
    assert desk.said().split("\n")[1] == "z\u00f6@"
    desk.ask("layout us")


def test_the_layout_is_chosen_on_the_command_line(start):
    machine = start(images.iso_with_command_line("quiet keyboard=fr"))
    machine.wait_serial("/memory> ", 60)
    assert "keyboard fr" in machine.serial()
    desk = Desk(machine)
    for key in ("e", "c", "h", "o", "spc", "q", "2"):
        machine.keys(key)
    machine.keys("ret")
    desk.wait(lambda said: said.count("\n") > 1 and said.endswith(PROMPT), "an answer")
    assert desk.said().split("\n")[1] == "a\u00e9"


def test_the_screen_shows_what_the_serial_line_says(desk):
    desk.ask("clear")
    desk.ask("echo gr\u00fc\u00dfe, \u20ac 5")
    desk.machine.wait_until(lambda: desk.shows("gr\u00fc\u00dfe, \u20ac 5"), SECONDS, "the text on the screen")


def test_what_scrolls_by_ends_on_the_exact_screen(desk):
    def rows():
        """On the right, behind the text, is the pointer."""
        return [row.rstrip("\0 ") for row in reading.rows_above(desk.machine.picture(), "/memory>") or [""]]

    lines = [f"line {number} of a text" for number in range(200)]
    desk.start = len(desk.machine.serial())
    desk.type("write lines\r" + "".join(f"{line}\r" for line in lines) + "\x04")
    desk.wait(lambda said: said.endswith(PROMPT) and lines[-1] in said, "the prompt after Ctrl-D")
    assert desk.ask("cat lines; " * 10) == "\n".join(lines * 10)
    shown = desk.machine.wait_until(lambda: (found := rows())[0] == lines[-1] and found, SECONDS, "the last line on the screen")
    assert len(shown) > 20
    assert shown == lines[:-len(shown) - 1:-1]
    desk.ask("rm lines")


def test_control_c_ends_a_command_that_works(desk):
    desk.ask("truncate big 16000000")
    desk.start = len(desk.machine.serial())
    desk.type("sum big; sum big; sum big; sum big; sum big; sum big; sum big; sum big\r")
    desk.wait(lambda said: "/memory/big\n" in said, "the first sum")
    desk.type(CONTROL_C)
    desk.wait(lambda said: said.endswith("[130] /memory> "), "the prompt after Ctrl-C")
    assert desk.said().count("/memory/big\n") < 8
    desk.ask("rm big")


def test_control_c_and_control_d_end_what_a_command_reads(desk):
    desk.start = len(desk.machine.serial())
    desk.type("write typed\rone\rtwo\r\x04")
    desk.wait(lambda said: said.endswith(PROMPT) and said.count("\n") >= 4, "the prompt after Ctrl-D")
    assert desk.ask("cat typed") == "one\ntwo"
    desk.start = len(desk.machine.serial())
    desk.type("cat\rechoed\r")
    desk.wait(lambda said: said.count("echoed\n") == 2, "an echo")
    desk.type(CONTROL_C)
    desk.wait(lambda said: said.endswith("[130] /memory> "), "the prompt after Ctrl-C")
    desk.ask("rm typed")


def test_a_long_paste_arrives_whole(desk):
    words = " ".join(f"word{number}" for number in range(100))
    assert desk.ask(f"write paste {words}") == ""
    assert desk.ask("cat paste") == words
    desk.ask("rm paste")


def test_noise_from_both_sides_is_survived(machine, desk):
    """Ten seconds of hostile bytes and keys, then the desk still answers, and has lost no page."""
    desk.ask("cd /; rm /memory/a")
    before = desk.ask("mem")
    numbers = random.Random(19)
    keys = ["a", "left", "up", "tab", "ret", "esc", "ctrl", "shift", "alt_r", "home", "delete", "backspace", "f1", "caps_lock"]
    pieces = [b"\x1b[", b"\x1b[1;5D", b"\xff\xfe", b"\r", b"\t", b"ls ", b"'", b"\x03", b"\x0c", b"\xc3", b"cd ..;", b"\x00"]
    end = time.monotonic() + 10
    while time.monotonic() < end:
        noise = b"".join(numbers.choice(pieces) if numbers.random() < .5 else bytes([numbers.randrange(256)]) for _ in range(40))
        machine.process.stdin.write(noise)
        machine.process.stdin.flush()
        machine.keys(numbers.choice(keys))
        time.sleep(0.005)
    for number in range(10):    # what was sent still comes, from two queues; keys may come between the letters of this line
        desk.start = len(machine.serial())
        desk.type(CONTROL_C * 2 + f"echo silence{number}\r")     # the first may end a sequence that ESC began
        with contextlib.suppress(TimeoutError):
            machine.wait_until(lambda: f"\nsilence{number}\n" in desk.said(), 3, "an answer after the noise")
            break
    for key in ("end", "1", "5", "9"):
        machine.keys(key)
    desk.wait(lambda said: "159" in said, "the last keys")
    desk.start = len(machine.serial())
    desk.type(CONTROL_C)
    desk.wait(lambda said: "\n" in said and said.endswith(PROMPT), "the prompt")
    assert "PANIC" not in machine.serial()
    desk.ask("cd /memory; layout us; cd /")
    assert desk.ask("mem") == before


def test_reboot_starts_the_machine_anew(start):
    machine = start(images.iso(), reboot=True)
    machine.wait_serial("/memory> ", 60)
    machine.send_serial("reboot\r")
    machine.wait_until(lambda: machine.serial().count("/memory> ") >= 2 and machine.serial().count(" 1  The first") == 2, 60,
                       "the second boot")
