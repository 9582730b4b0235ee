"""Is there somebody at the desk, in real VirtualBox? Typed on the host's keyboard and on the serial line at once.

What the guest shows is read from the host's picture of its screen."""

import pytest
from reading import ROOT, read_row, read_status, rows_above
from shop import Shop
from virtualbox import Machine

ISO = ROOT / "build" / "guestbook.iso"
BOOT_SECONDS, SECONDS = 240, 60
TOP_MARGIN = 8
NAMES, LINES = 1500, 1000000
CONTROL_C = (0x1d, 0x2e, 0x2e | 0x80, 0x1d | 0x80)
ALT_GR, Q = (0xe0, 0x38), 0x10
RELEASED = 0x80


class Line:
    """The host's end of the serial line: all that came, and a way to send."""

    def __init__(self, machine):
        self.machine, self.send = machine, machine.send_serial

    def said(self):
        return self.machine.serial().replace("\r\n", "\n")

    def wait(self, start, condition, what):
        return self.machine.wait_until(lambda: condition(self.said()[start:]) and self.said()[start:], SECONDS, what)


@pytest.fixture(scope="module")
def desk(virtualbox):
    with Machine(ISO, "desk", installation=virtualbox, console=True) as machine:
        line = Line(machine)
        machine.wait_until(lambda: line.said().endswith("/memory> "), BOOT_SECONDS, "prompt")
        yield machine, line


def answer(line, type_line):
    """What is said between the line that type_line() types and the next prompt."""
    start = len(line.said())
    type_line()
    said = line.wait(start, lambda said: said.count("\n") >= 2 and said.endswith("> "), "answer")
    return said.split("\n", 1)[1].rpartition("\n")[0]


def obey(line, type_line):
    """The same for a command that has nothing to say."""
    start = len(line.said())
    type_line()
    line.wait(start, lambda said: said.endswith("> ") and "\n" in said, "prompt")


def shows(machine, text):
    """Whether a row of the screen begins so."""
    picture = machine.picture()
    return any(read_row(picture, TOP_MARGIN, top, 1) == text[0] and read_row(picture, TOP_MARGIN, top).startswith(text)
               for top in range(picture.height - 16))


def test_the_keyboard_is_heard_and_the_answer_is_on_screen_and_serial_line(desk):
    machine, line = desk
    assert answer(line, lambda: machine.type("echo Typed on the 'host: {[]}'\n")) == "Typed on the host: {[]}"
    machine.wait_until(lambda: shows(machine, "Typed on the host: {[]}"), SECONDS, "answer on the screen")


def test_scan_codes_go_through_the_layout(desk):
    def type_echo():
        machine.type("echo ")
        machine.keyboard(0x27, 0x27 | RELEASED, *ALT_GR, Q, Q | RELEASED, ALT_GR[0], ALT_GR[1] | RELEASED, 0x1c, 0x1c | RELEASED)

    machine, line = desk
    obey(line, lambda: machine.type("layout de\n"))
    assert answer(line, type_echo) == "\u00f6@"
    machine.wait_until(lambda: shows(machine, "\u00f6@"), SECONDS, "answer on the screen")
    obey(line, lambda: machine.type("layout us\n"))


def test_the_serial_line_is_heard(desk):
    machine, line = desk
    assert answer(line, lambda: line.send("echo gr\u00fc\u00dfe\x1b[D\x1b[D\x1b[D\x1b[3~u\x05 vom Draht\r")) == "gru\u00dfe vom Draht"
    machine.wait_until(lambda: shows(machine, "gru\u00dfe vom Draht"), SECONDS, "answer on the screen")


def test_a_paste_arrives_whole(desk):
    machine, line = desk
    words = " ".join(f"word{number}" for number in range(80))
    assert answer(line, lambda: line.send(f"echo {words}\r")) == words


def test_files_are_copied_and_control_c_ends_what_takes_long(desk):
    machine, line = desk
    start = len(line.said())
    line.send("truncate a 3000000; cp a b; ls; sum b; sum b; sum b; sum b; sum b; sum b; sum b; sum b\r")
    line.wait(start, lambda said: "3000000 /memory/b\n" in said, "the first sum")
    machine.keyboard(*CONTROL_C)
    said = line.wait(start, lambda said: said.endswith("[130] /memory> "), "prompt after Ctrl-C")
    assert "\na\nb\n" in said and said.count("3000000 /memory/b\n") < 8
    obey(line, lambda: line.send("rm a b\r"))


def test_reboot_begins_anew(desk):
    machine, line = desk
    start = len(line.said())
    machine.type("reboot\n")
    line.wait(start, lambda said: " 1  The first instruction" in said and said.endswith("/memory> "), "the second boot")
    assert not machine.gurus()


# What scrolls. Nobody but the picture of the screen says that all of it was shown.


@pytest.fixture(scope="module")
def shop(virtualbox):
    with Shop(ISO, "scrolling", shares=["s"], installation=virtualbox) as machine:
        (machine.folders["s"] / "names").mkdir()
        for number in range(NAMES):
            (machine.folders["s"] / "names" / f"name-{number:04}").touch()
        (machine.folders["s"] / "text").write_text("".join(f"{number:06} is a line of a text\n" for number in range(LINES)))
        machine.wait_until(lambda: machine.note("Status") == "0 ready", BOOT_SECONDS, "guest that takes orders")
        machine.wait_for_folders("s")
        yield machine


def test_a_long_list_scrolls_by_to_its_exact_end(shop):
    def seen():
        rows = rows_above(shop.picture(), "/memory>")
        return rows if rows and rows[0] == f"name-{NAMES - 1:04}" else None

    shop.type("ls /s/names\n")
    rows = shop.wait_until(seen, SECONDS, "end of the list on the screen")
    assert len(rows) > 20
    assert rows == [f"name-{NAMES - 1 - row:04}" for row in range(len(rows))]


def test_while_text_scrolls_the_pointer_follows_and_control_c_is_heard(shop):
    def is_at(x, y):
        picture = shop.picture()
        status = read_status(picture)
        return status and (status["x"], status["y"]) == (x, y) and not rows_above(picture, "/memory>")

    shop.type("cat /s/text\n")
    shop.wait_until(lambda: "001000 is a line" in shop.serial(), SECONDS, "text on the serial line")
    for x, y in ((100, 400), (700, 650), (300, 100)):
        shop.mouse(x + 1, y + 1)
        shop.wait_until(lambda: is_at(x, y), SECONDS, f"pointer at {x},{y}, while text scrolls")
    shop.keyboard(*CONTROL_C)
    rows = shop.wait_until(lambda: rows_above(shop.picture(), "[130] /memory>"), SECONDS, "prompt after Ctrl-C on the screen")
    numbers = [int(row[:6]) for row in rows if row.endswith(" is a line of a text")]
    assert len(numbers) >= len(rows) - 2  # the last line was perhaps cut, and behind it stands ^C
    assert numbers == [numbers[0] - row for row in range(len(numbers))] and numbers[0] < LINES - 1
