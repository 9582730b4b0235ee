"""Does the board say what is so? Read from the host's picture of the screen, compared with what the host knows."""

import re
import time

import pytest
from reading import ROOT, read_row

ROWS_TOP, ROWS_LEFT, ROW_HEIGHT, ROWS = 36, 16, 16, 15
TITLE_TOP = 12


@pytest.fixture(scope="module")
def machine(fleet):
    machine = fleet.machines["piix3"]
    if isinstance(machine, Exception):
        raise machine
    return machine


def read_board(picture):
    """{name: (in use, what it says)}, one a row."""
    rows = [read_row(picture, ROWS_LEFT, ROWS_TOP + ROW_HEIGHT * row) for row in range(ROWS)]
    return {row[:16].strip(): (row[16:18] == "on", row[20:]) for row in rows}


def wait_for_row(machine, name, condition, seconds=30):
    """The row of this name once condition(in use, text) holds."""
    limit = time.monotonic() + seconds
    while True:
        row = read_board(machine.picture()).get(name, (False, "no such row"))
        if condition(*row):
            return row
        if time.monotonic() > limit:
            raise TimeoutError(f"{machine.name}: {name} still says {row} after {seconds} s, see {machine.screenshot()}")
        time.sleep(0.2)


def test_there_is_a_row_for_each_thing_that_the_host_offers(machine):
    board = read_board(machine.steady_picture())
    assert list(board) == ["Host", "Session", "Events", "Pointer", "Screens", "Seamless mode", "Clock", "Heartbeat",
                           "Statistics", "Balloon", "Remote display", "Processors", "Services", "Notes", "Shared folders"]
    version = machine.installation.version().split("-")[0].split("r")[0]
    assert board["Host"][0] and f"VirtualBox {version} r" in board["Host"][1]
    screen = machine.ask("screen")
    assert board["Screens"][1].startswith(f"{screen['width']}x{screen['height']} at 0,0 (VBoxVGA, 16 MiB)")


def test_events_and_pointer_are_counted_as_they_come(machine):
    def positions(text):
        return int(re.search(r"position (\d+)", text)[1])
    machine.mouse(300, 400)
    before = positions(wait_for_row(machine, "Events", lambda used, text: "position" in text)[1])
    for step in range(10):
        machine.mouse(310 + step, 400)
        time.sleep(0.05)
    wait_for_row(machine, "Events", lambda used, text: before + 5 <= positions(text) <= before + 10)
    wait_for_row(machine, "Pointer", lambda used, text: used and "at 318,399, drawn by the host" in text)


def test_the_heart_beats_as_often_as_the_host_wants(machine):
    def beats(text):
        return int(re.fullmatch(r"every 2000 ms, (\d+) so far", text)[1])
    first = beats(wait_for_row(machine, "Heartbeat", lambda used, text: used)[1])
    started = time.monotonic()
    wait_for_row(machine, "Heartbeat", lambda used, text: beats(text) >= first + 3)
    assert time.monotonic() - started >= 4  # three more take four seconds at least


def test_a_wish_of_the_host_for_statistics_is_on_the_board(machine):
    wait_for_row(machine, "Statistics", lambda used, text: not used and text == "the host wants none")
    machine.ask("statistics_interval", seconds=1)
    wait_for_row(machine, "Statistics", lambda used, text: used and text.startswith("every 1 s, "))
    machine.ask("statistics_interval", seconds=0)
    wait_for_row(machine, "Statistics", lambda used, text: not used)


def test_a_click_folds_the_board_and_another_opens_it(machine):
    def title():
        return read_row(machine.picture(), 16, TITLE_TOP)[:3]
    assert title() == "[-]"
    for expected in ("[+]", "[-]"):
        machine.mouse(200, 20, buttons=1)
        machine.mouse(200, 20)
        machine.wait_until(lambda expected=expected: title() == expected, 20, f"title that begins with {expected}")
    assert read_board(machine.steady_picture(area=(0, 0, 1024, 40)))["Host"][0]


def test_a_picture_for_the_readme(machine):
    """What a person sees who types; docs/board.png is made here: copy build/board.png over it when the board has changed."""
    letters = machine.folder / "letters"
    letters.mkdir()
    (letters / "welcome.txt").write_text("The host has left this here for its guest.\n")
    machine.ask("statistics_interval", seconds=2)
    machine.manage("sharedfolder", "add", machine.name, "--name", "letters", "--hostpath", letters, "--transient", "--automount")
    wait_for_row(machine, "Shared folders", lambda used, text: used and "letters" in text)
    machine.type("ls -l /letters\ncat /letters/welcome.txt\nwrite /letters/answer.txt Thank you. Your pointer follows.\n")
    machine.wait_until(lambda: (letters / "answer.txt").exists() and (letters / "answer.txt").read_text(), 30, "answer")
    assert (letters / "answer.txt").read_text() == "Thank you. Your pointer follows.\n"
    machine.mouse(700, 600)
    wait_for_row(machine, "Pointer", lambda used, text: "at 699,599" in text)
    machine.steady_picture(area=(0, 300, 1024, 400))
    machine.screenshot(ROOT / "build" / "board.png")
    machine.manage("sharedfolder", "remove", machine.name, "--name", "letters", "--transient")
    machine.ask("statistics_interval", seconds=0)
    wait_for_row(machine, "Shared folders", lambda used, text: not used)
