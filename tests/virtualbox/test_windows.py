"""Is the desktop one thing over two windows, judged by what the host logs and the windows show?

(That the drivers bring four screens about, test_screens.py knows.)"""

import re
import subprocess

import pytest
from picture import Picture
from reading import ROOT
from stories import Stories, find_row
from test_display import BOOT_SECONDS, LAST_CHAPTER, SECONDS, pointer_in, wish
from test_screens import api_picture, last_resize, window_picture, windows
from window import on_display

CHAPTER = "17  More than one window"
DESK = "2300x900"
PLACES = {"GUI/LastNormalWindowPosition": "0,0,1024,768", "GUI/LastNormalWindowPosition1": "1100,0,1024,768"}


def sizes(machine):
    return {number: (width, height) for number, (_, width, height) in windows(machine).items()}


def is_shown(machine, number):
    try:
        return window_picture(machine, number) == api_picture(machine, number)
    except (ValueError, KeyError, subprocess.CalledProcessError):  # it is just changing its size
        return False


def expect_windows(machine, **expected):
    """screen0=(width, height), ...: these windows and no others are open, and show their part of video memory."""
    expected = {int(name[-1]): size for name, size in expected.items()}
    machine.wait_until(lambda: sizes(machine) == expected, SECONDS, f"windows {expected}")
    for number in expected:
        machine.wait_until(lambda number=number: is_shown(machine, number), SECONDS,
                           f"window {number} that shows what video memory holds")


def shows_the_board(machine, number):
    return find_row(api_picture(machine, number), "[-] What the host offers", left=16) is not None


def corner(machine, number):
    seen = on_display(machine, "xwininfo", "-id", windows(machine)[number][0]).decode()
    return [int(re.search(rf"Absolute upper-left {axis}:\s+(-?\d+)", seen)[1]) for axis in "XY"]


def expect_pointer(machine, x, y):
    machine.wait_until(lambda: pointer_in(api_picture(machine, 0), x - 1, y - 1, x + 2, y + 2), SECONDS, f"pointer at {x},{y}")


# The story

def both_windows_show_their_part(machine):
    machine.wait_serial(LAST_CHAPTER, BOOT_SECONDS)
    assert "2 of 2 screens on, the desktop is 2048x768" in re.search(f"{CHAPTER}.*", machine.serial())[0]
    expect_windows(machine, screen0=(1024, 768), screen1=(1024, 768))
    assert last_resize(machine, 1) == [1024, 768, 1024, 0]
    assert find_row(api_picture(machine, 0), CHAPTER) is not None
    machine.wait_until(lambda: shows_the_board(machine, 1), SECONDS, "board on the second screen")


def the_pointer_walks_from_one_to_the_other(machine):
    for number, x, y in ((0, 300, 200), (1, 300, 250), (1, 0, 767), (0, 1023, 0)):
        left, top = corner(machine, number)
        on_display(machine, "xdotool", "mousemove", left + x, top + y)
        expect_pointer(machine, number * 1024 + x, y)


def a_screen_changes_its_size_alone(machine):
    wish(machine, 801, 603, 1, "yes")
    expect_windows(machine, screen0=(1024, 768), screen1=(801, 603))
    assert last_resize(machine, 1) == [801, 603, 1024, 0]
    wish(machine, 900, 700, 0, "yes")
    expect_windows(machine, screen0=(900, 700), screen1=(801, 603))
    assert last_resize(machine, 1) == [801, 603, 900, 0]


def a_screen_goes_and_comes_again(machine):
    left, top = corner(machine, 1)
    on_display(machine, "xdotool", "mousemove", left + 400, top + 300)
    expect_pointer(machine, 1300, 300)
    wish(machine, 0, 0, 1, "no")
    expect_windows(machine, screen0=(900, 700))
    machine.wait_until(lambda: shows_the_board(machine, 0), SECONDS, "board on the screen that is left")
    machine.wait_until(lambda: pointer_in(api_picture(machine, 0), 0, 0, 900, 700), SECONDS, "pointer on the screen that is left")
    wish(machine, 640, 480, 1, "yes")
    expect_windows(machine, screen0=(900, 700), screen1=(640, 480))
    machine.wait_until(lambda: shows_the_board(machine, 1), SECONDS, "board on the second screen again")


def the_host_may_place_it(machine):
    """The desktop begins at the upper left corner of all screens; the host's log counts from the first here."""
    machine.manage("controlvm", machine.name, "setvideomodehint", 640, 480, 32, 1, "yes", -640, 100)
    machine.wait_until(lambda: last_resize(machine, 1) == [640, 480, -640, 100], SECONDS, "second screen on the left")
    expect_windows(machine, screen0=(900, 700), screen1=(640, 480))
    left, top = corner(machine, 1)
    on_display(machine, "xdotool", "mousemove", left + 40, top + 50)
    expect_pointer(machine, 40, 150)
    wish(machine, 1024, 768, 1, "yes")
    machine.wait_until(lambda: last_resize(machine, 1) == [1024, 768, 900, 0], SECONDS, "second screen on the right")


def what_does_not_fit_changes_nothing(machine):
    wish(machine, 4000, 4000, 1, "yes")
    machine.wait_until(lambda: "screen 1 cannot be 4000x4000" in machine.serial(), SECONDS, "refusal")
    expect_windows(machine, screen0=(900, 700), screen1=(1024, 768))


def saved_and_restored_it_goes_on(machine):
    machine.save()
    machine.power_on()
    expect_windows(machine, screen0=(900, 700), screen1=(1024, 768))
    wish(machine, 777, 555, 1, "yes")
    expect_windows(machine, screen0=(900, 700), screen1=(777, 555))
    left, top = corner(machine, 1)
    on_display(machine, "xdotool", "mousemove", left + 100, top + 100)
    expect_pointer(machine, 1000, 100)


def a_picture_for_the_book(machine):
    """docs/windows.png is made here: copy build/windows.png over it when the screens have changed."""
    wish(machine, 640, 400, 0, "yes")
    wish(machine, 640, 400, 1, "yes")
    expect_windows(machine, screen0=(640, 400), screen1=(640, 400))
    machine.wait_until(lambda: pointer_in(api_picture(machine, 0), 0, 0, 1280, 400), SECONDS, "status row")
    windows_now = [window_picture(machine, number) for number in (0, 1)]
    rows = [[picture.crop(0, row, 640, 1).rgba for picture in windows_now] for row in range(400)]
    Picture(1290, 400, b"".join(first + b"\xff\xff\xff\xff" * 10 + second for first, second in rows)).save(
        ROOT / "build" / "windows.png")


SCENES = [both_windows_show_their_part, the_pointer_walks_from_one_to_the_other, a_screen_changes_its_size_alone,
          a_screen_goes_and_comes_again, the_host_may_place_it, what_does_not_fit_changes_nothing, saved_and_restored_it_goes_on,
          a_picture_for_the_book]
STORIES = {f"windows-{adapter}": {"adapter": adapter} for adapter in ("vmsvga", "vboxvga", "vboxsvga")}


@pytest.fixture(scope="module")
def stories(virtualbox):
    stories = Stories(virtualbox, {name: dict(story, scenes=SCENES, desk=DESK, frames=False, extra=["--monitor-count", 2],
                                              extradata=PLACES) for name, story in STORIES.items()})
    yield stories
    stories.stop()


@pytest.mark.parametrize("scene", [scene.__name__ for scene in SCENES])
@pytest.mark.parametrize("story", STORIES)
def test_two_windows_are_one_desktop(stories, story, scene):
    assert stories.told(story, scene) == ""
