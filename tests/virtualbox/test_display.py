"""Does the kernel's screen follow its window, judged by what the host logs and shows?

VBoxVGA has 4 MiB of video memory here, so that something can be too large. A window manager
puts frames around the windows, and one machine has its menus: edges are dragged as by a hand."""

import contextlib
import re
import subprocess

import pytest
from picture import Picture
from reading import read_row
from stories import Stories, find_row, press
from window import on_display

CHAPTER, LAST_CHAPTER = "16  A window that changes size", "18  Keeping time and health"
PROMPT = "/memory>"  # the last row of text: on a small screen, beside the board, there are few
BOOT_SECONDS, SECONDS = 240, 30
DESK = "1600x1200"
AT_BOOT = (1111, 622)  # wished before there was a kernel
SIZES = [(901, 655), (1280, 800), (1366, 766), (640, 480), (1001, 703)]  # the third all but fills 4 MiB


def resizes(machine):
    """[(width, height, pitch)] of the first screen, as the host's log has them."""
    return [tuple(int(word, 0) for word in found) for found in
            re.findall(r"handleDisplayResize: uScreenId=0 .*w=(\d+) h=(\d+) bpp=32 cbLine=(0x\w+)", machine.vbox_log())]


def wish(machine, width, height, *more):
    machine.manage("controlvm", machine.name, "setvideomodehint", width, height, 32, *more)


def wait_for_mode(machine, width, height):
    """And for the window: when it has its new size, it wishes that size itself, a little later than one thinks."""
    machine.wait_until(lambda: resizes(machine)[-1] == (width, height, 4 * width), SECONDS, f"mode {width}x{height}")
    with contextlib.suppress(TimeoutError):  # it need not say so
        machine.wait_until(lambda: re.findall(r"size-hint.*? (\d+)x(\d+) ?", machine.vbox_log())[-1:] ==
                           [(str(width), str(height))], 3, "window that has its size")


def window_of(machine):
    """(X's number, left, top, width, height) of the machine's window on the display, without its frame."""
    for line in on_display(machine, "xwininfo", "-root", "-tree").decode().splitlines():
        found = re.search(rf'(0x\w+) "{machine.name} \[', line)
        seen = found and on_display(machine, "xwininfo", "-id", found[1]).decode()
        if seen and "IsViewable" in seen:
            return (found[1], *(int(re.search(rf"{what}:\s+(-?\d+)", seen)[1]) for what in
                                ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")))
    return None


def window_picture(machine):
    identity, _, _, width, height = window_of(machine)
    return Picture(width, height, on_display(machine, "import", "-window", identity, "-depth", "8", "rgba:-"))


def place_in_window(machine):
    """The pixel of the window where the guest's screen begins; None: the window shows something else. Menus lie above it."""
    try:
        shown, screen = window_picture(machine), machine.picture()
    except (ValueError, TypeError, subprocess.CalledProcessError):  # it is just changing its size
        return None
    if screen.width > shown.width:
        return None
    return next(((0, top) for top in range(shown.height - screen.height + 1)
                 if shown.crop(0, top, screen.width, screen.height) == screen), None)


def pointer_in(picture, left, top, right, bottom):
    """Whether the status row is there, and says that."""
    found = re.search(r"x\s+(-?\d+)\s+y\s+(-?\d+)", read_row(picture, 8, picture.height - 20))
    return found and left <= int(found[1]) < right and top <= int(found[2]) < bottom


def expect_screen(machine, width, height):
    """The mode, its pitch, the text, the window and the pointer are right."""
    wait_for_mode(machine, width, height)
    machine.wait_until(lambda: place_in_window(machine), SECONDS, "window that shows what video memory holds")
    machine.wait_until(lambda: find_row(machine.picture(), PROMPT), SECONDS, "prompt of chapter 19 on the screen")
    machine.wait_until(lambda: pointer_in(machine.picture(), 0, 0, width, height), SECONDS, "pointer on the screen")


# The story

def a_wish_from_before_the_kernel_is_fulfilled(machine):
    wish(machine, *AT_BOOT)
    machine.wait_serial(LAST_CHAPTER, BOOT_SECONDS)
    assert f"{AT_BOOT[0]}x{AT_BOOT[1]}" in re.search(f"{CHAPTER}.*", machine.serial())[0]
    expect_screen(machine, *AT_BOOT)


def every_size_that_fits_is_shown(machine):
    for width, height in SIZES:
        wish(machine, width, height)
        expect_screen(machine, width, height)


def text_flows_and_comes_back(machine):
    wish(machine, 1000, 700)
    expect_screen(machine, 1000, 700)
    before = machine.steady_picture()
    line = read_row(before, 8, find_row(before, CHAPTER))
    wish(machine, 401, 700)  # 48 characters a row
    wait_for_mode(machine, 401, 700)

    def rows():
        picture = machine.picture()
        top = find_row(picture, CHAPTER)
        return top and (read_row(picture, 8, top), read_row(picture, 8, top + 16))
    machine.wait_until(lambda: rows() == (line[:48].rstrip(), line[48:]), SECONDS, f"two rows of {line!r}")
    wish(machine, 1000, 700)
    expect_screen(machine, 1000, 700)
    machine.wait_until(lambda: (rows() or [""])[0] == line, SECONDS, f"one row again: {line!r}")


def of_wishes_in_a_row_the_last_one_counts(machine):
    for width in range(800, 900, 10):
        machine.ask("video_mode_hint", width=width, height=602)
    expect_screen(machine, 890, 602)


def the_impossible_changes_nothing_and_is_said_once(machine):
    before, said = resizes(machine)[-1], len(machine.serial())
    for _ in range(2):
        for width, height in ((100000, 1), (9999, 9999)):
            wish(machine, width, height)
            machine.wait_until(lambda width=width: f"cannot be {width}x" in machine.serial()[said:], SECONDS, "refusal")
            expect_screen(machine, *before[:2])
    assert len(re.findall("cannot be", machine.serial()[said:])) <= 4
    wish(machine, 800, 600)
    expect_screen(machine, 800, 600)


def the_pointer_is_where_the_hand_is(machine):
    wish(machine, 901, 655)
    expect_screen(machine, 901, 655)
    _, left, top, *_ = window_of(machine)
    x, y = machine.wait_until(lambda: place_in_window(machine), SECONDS, "window that shows what video memory holds")
    for at_x, at_y in ((0, 0), (900, 654), (450, 300)):
        on_display(machine, "xdotool", "mousemove", left + x + at_x, top + y + at_y)
        machine.wait_until(lambda at_x=at_x, at_y=at_y: pointer_in(machine.picture(), at_x - 1, at_y - 1, at_x + 2, at_y + 2),
                           SECONDS, f"pointer at {at_x},{at_y}")


def a_dragged_edge_changes_the_mode(machine):
    _, left, top, width, height = window_of(machine)
    before, x, y = resizes(machine)[-1], left + width + 3, top + height + 3  # on the frame
    steps = [word for step in range(1, 6) for word in ("mousemove", x + 17 * step, y + 9 * step, "sleep", "0.05")]
    on_display(machine, "xdotool", "mousemove", x, y, "sleep", "0.2", "mousedown", 1, *steps, "mouseup", 1)
    expect_screen(machine, before[0] + 85, before[1] + 45)


def after_a_reset_it_follows_again(machine):
    machine.manage("controlvm", machine.name, "reset")
    machine.wait_until(lambda: machine.serial().count(LAST_CHAPTER) == 2, BOOT_SECONDS, "second boot")
    wish(machine, 1003, 605)
    expect_screen(machine, 1003, 605)


def seamless_mode_shows_the_windows_alone(machine):
    """Host and L, as a person presses them. The desktop behind is black, the kernel's ground is not."""
    press(machine, "Control_R", "l")
    wait_for_mode(machine, 1600, 1200)

    def is_cut():
        seen = Picture(1600, 1200, on_display(machine, "import", "-window", "root", "-depth", "8", "rgba:-"))
        screen = machine.picture()
        return seen.pixel(2, 2) == (0, 0, 0) != screen.pixel(2, 2) and seen.pixel(2, 600) == screen.pixel(2, 600) and \
            seen.crop(8, 8, 1584, 24) == screen.crop(8, 8, 1584, 24)
    machine.wait_until(is_cut, SECONDS, "windows of the guest among the host's")
    press(machine, "Control_R", "l")
    machine.wait_until(lambda: resizes(machine)[-1][0] < 1600, SECONDS, "window as before")


SCENES = [a_wish_from_before_the_kernel_is_fulfilled, every_size_that_fits_is_shown, text_flows_and_comes_back,
          of_wishes_in_a_row_the_last_one_counts, the_impossible_changes_nothing_and_is_said_once,
          the_pointer_is_where_the_hand_is, a_dragged_edge_changes_the_mode]
STORIES = {
    "display-vmsvga": {"adapter": "vmsvga", "menus": True,
                       "scenes": [*SCENES, seamless_mode_shows_the_windows_alone, after_a_reset_it_follows_again]},
    "display-vboxvga": {"adapter": "vboxvga", "vram": 4, "scenes": SCENES},
    "display-vboxsvga": {"adapter": "vboxsvga", "scenes": [*SCENES, seamless_mode_shows_the_windows_alone]},
}


@pytest.fixture(scope="module")
def stories(virtualbox):
    stories = Stories(virtualbox, {name: dict(story, desk=DESK, frames=True) for name, story in STORIES.items()})
    yield stories
    stories.stop()


@pytest.mark.parametrize("story, scene", [pytest.param(name, scene.__name__, id=f"{name}-{scene.__name__}")
                                          for name, story in STORIES.items() for scene in story["scenes"]])
def test_the_screen_follows_the_window(stories, story, scene):
    assert stories.told(story, scene) == ""
