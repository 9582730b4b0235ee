"""Whose arrow is on the window, and is it the right one? Judged by the X server's cursor and the guest's screen together.

The kernel of chapters 1 to 15 with one more, shapes.c, in a window with menus: integration is switched off in the menu,
and a click captures the mouse, as a person does it."""

import os
import shutil
import sys

import pytest
from reading import ROOT, SHAPES, find_pointer, host_pointer, steady_status
from virtualbox import Machine
from window import cursor, on_display

sys.path[:0] = [str(ROOT / "boot"), str(ROOT / "tests" / "boot")]

import images  # noqa: E402

READY = "16  Shapes"
SECONDS = 20  # until something is seen; half a second is usual
# Pixels of the guest's screen.
PLACES = {"text": (300, 300), "arrow": (300, 760), "hand": (850, 550)}
INPUT_MENU, INTEGRATION = (168, 10), (190, 52)  # on the window: the menu, and its second entry


@pytest.fixture(scope="module")
def iso():
    """Chapters 1 to 15, and shapes.c as a reader adds a chapter."""
    folder = images.BUILD / "shapes"
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("boot", "kernel", "drivers", "lib", "iso"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "tests").symlink_to(ROOT / "tests")
    shutil.copy(ROOT / "tests" / "virtualbox" / "shapes.c", folder / "kernel")
    contents = (ROOT / "boot" / "contents").read_text()
    before, _, _ = contents.partition("\n16  ")
    (folder / "boot" / "contents").write_text(f"{before.rstrip()}\n\n{READY} | shapes_start\n    kernel/shapes.c\n")
    images.run("make", f"-j{os.cpu_count()}", "iso", folder=folder)
    return folder / "build" / "guestbook.iso"


class Hand:
    """Who moves the mouse over a machine's window, and looks."""

    def __init__(self, machine):
        self.machine = machine
        self.left = self.top = 0  # of the guest's screen on the display, until the first position tells
        self.move(300, 330)
        status = machine.wait_until(lambda: (now := self.status()) and now["source"] == "host" and now, SECONDS, "position")
        self.left, self.top = 300 - status["x"], 330 - status["y"]

    def status(self):
        return steady_status(self.machine)[1]

    def command(self, *words):
        on_display(self.machine, "xdotool", *words)

    def move(self, x, y):
        self.command("mousemove", self.left + x, self.top + y)

    def switch_integration(self):
        for place in (INPUT_MENU, INTEGRATION):
            self.command("mousemove", *place, "click", 1, "sleep", 0.5)

    def sees(self):
        """(the cursor over the window, the guest's own pointer, the status row), of one moment."""
        while True:
            over, (picture, status), again = cursor(self.machine), steady_status(self.machine), cursor(self.machine)
            if over == again:
                return over, find_pointer(picture, status["x"], status["y"], reach=0), status

    def host_shows(self, name):
        """The cursor is the kernel's picture, pixel by pixel, where the guest thinks it is; and the guest has drawn none."""
        over, own, status = self.sees()
        return over.name() == name and (over.x - self.left, over.y - self.top) == (status["x"], status["y"]) and not own \
            and status["drawn"] == "the host"

    def guest_shows(self, name, blank=True):
        """The guest has drawn it, and the cursor is blank, or the host's own, which is none of the kernel's pictures."""
        over, own, status = self.sees()
        return over.is_blank() == blank and not over.name() and own == (status["x"], status["y"], name) \
            and status["drawn"] == "the kernel"

    def wait(self, what, seen):
        try:
            return self.machine.wait_until(seen, SECONDS, what)
        except TimeoutError as error:
            over, own, status = self.sees()
            raise AssertionError(f"not {what}: the cursor is {over.name()}, blank {over.is_blank()}, at {over.x},{over.y}; the guest "
                                 f"has drawn {own}; {status}; {self.machine.screenshot()}") from error


@pytest.fixture(scope="module")
def machine(iso, virtualbox):
    with Machine(iso, "shapes", installation=virtualbox, menus=True) as machine:
        machine.wait_serial(READY, 240)
        yield machine
        assert machine.gurus() == [] and "PANIC" not in machine.serial()


@pytest.fixture(scope="module")
def one_hand(machine):
    return Hand(machine)


@pytest.fixture
def hand(one_hand):
    hand = one_hand
    hand.move(*PLACES["text"])
    hand.wait("the host's beam", lambda: hand.host_shows("text"))
    return hand


def test_every_shape_is_the_cursor_pixel_by_pixel(hand):
    seen = set()
    for name, place in PLACES.items():
        hand.move(*place)
        hand.wait(f"the {name} at {place}", lambda name=name: hand.host_shows(name))
        seen.add(name)
    assert seen == set(SHAPES)


def test_the_hot_spot_points_in_the_corners_too(hand):
    for x, y, name in ((0, 0, "text"), (1023, 0, "text"), (0, 767, "arrow"), (1023, 767, "arrow")):
        hand.move(x, y)
        hand.wait(f"the {name} in the corner {x},{y}", lambda name=name: hand.host_shows(name))


def test_a_shape_is_sent_when_it_changes_and_at_no_other_time(hand, machine):
    before = machine.ask("pointer_requests")
    for step in range(60):
        hand.move(300 + step, 300 - step)
    hand.wait("the beam", lambda: hand.host_shows("text") and hand.status()["x"] == 359)
    assert machine.ask("pointer_requests") == before
    for changes in range(1, 11):
        hand.move(*PLACES["arrow" if changes % 2 else "text"])
        hand.wait("another shape", lambda changes=changes: hand.host_shows("arrow" if changes % 2 else "text"))
        assert machine.ask("pointer_requests") == before + changes


def test_on_the_way_there_is_one_pointer_at_every_step(hand, machine):
    """From zone to zone, without a pause: the cursor is always one of ours, and the guest's screen has none."""
    empty = machine.steady_picture().crop(0, 0, 1024, 740)
    for step in range(100):
        hand.move(300 + 6 * step, 300 + (step * 37) % 460)
        over = cursor(machine)
        assert over.name() in SHAPES, f"a cursor of {over.size} at step {step}"
        if step % 10 == 0:
            assert machine.picture().crop(0, 0, 1024, 740) == empty, machine.screenshot()


def test_a_captured_mouse_moves_the_kernel_s_pointer(hand):
    """Off in the menu; a click captures; the host key lets go; on again."""
    hand.switch_integration()
    hand.wait("drawn by the kernel", lambda: hand.status()["drawn"] == "the kernel")
    hand.move(400, 400)
    hand.wait("the kernel's, beside the host's own arrow, which is not in the guest", lambda: hand.guest_shows("text", blank=False))
    hand.command("click", 1)
    hand.wait("captured", lambda: hand.guest_shows("text"))
    before = hand.status()
    for _ in range(20):
        hand.command("mousemove_relative", "--", 25, 3)
        over = cursor(hand.machine)
        assert over.is_blank(), over.size
    hand.wait("moved by PS/2", lambda: hand.status()["x"] > before["x"] + 400 and hand.guest_shows("text"))

    def arrives():
        hand.command("mousemove_relative", "--", 0, 40)
        return hand.guest_shows("arrow")
    hand.wait("the arrow on the status row", arrives)
    hand.command("key", "Control_R")
    hand.wait("let go", lambda: hand.guest_shows("arrow", blank=False))
    hand.switch_integration()
    hand.move(*PLACES["text"])
    hand.wait("the host's again", lambda: hand.host_shows("text"))


def test_off_and_on_there_is_never_a_second_one(hand, machine):
    for times in range(6):
        machine.mouse_relative(0, 0)
        machine.mouse_relative(3, 2)
        hand.wait("the kernel's", lambda: hand.guest_shows("text"))
        assert host_pointer(machine) is None
        hand.move(310 + times, 310)
        hand.wait("the host's", lambda: hand.host_shows("text"))


def test_after_a_reset_the_next_kernel_sends_its_own(hand, machine):
    hand.move(*PLACES["arrow"])
    hand.wait("the arrow", lambda: hand.host_shows("arrow"))
    boots = machine.serial().count(READY)
    machine.reset()
    hand.wait("the host's own, while nobody wants positions", lambda: not cursor(machine).name() and not cursor(machine).is_blank())
    machine.wait_until(lambda: machine.serial().count(READY) > boots, 240, "second boot")
    hand.move(*PLACES["text"])
    hand.wait("the beam", lambda: hand.host_shows("text"))


def test_after_a_restore_the_shape_is_there_again(hand, machine):
    """The last: no reset may follow a restore (test_life.py)."""
    hand.move(*PLACES["arrow"])
    hand.wait("the arrow", lambda: hand.host_shows("arrow"))
    machine.save()
    machine.power_on()
    hand.wait("the arrow again", lambda: hand.host_shows("arrow"))
    hand.move(*PLACES["hand"])
    hand.wait("another shape", lambda: hand.host_shows("hand"))
