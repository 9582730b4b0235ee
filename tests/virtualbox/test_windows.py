"""Is the desktop one thing over two windows, and over four, judged by what the host logs and the windows show?

(That the drivers alone bring four screens about, test_screens.py knows.) The desk of the four has four monitors, for
VirtualBox shows as many screens in seamless mode as there are monitors."""

import re
import subprocess

import pytest
from picture import Picture
from reading import ROOT
from stories import Stories, find_row, press
from test_display import BOOT_SECONDS, LAST_CHAPTER, SECONDS, pointer_in, wish
from test_screens import api_picture, last_resize, window_picture, windows
from window import on_display

CHAPTER = "17  More than one window"
DESK = "2300x900"
PLACES = {"GUI/LastNormalWindowPosition": "0,0,1024,768", "GUI/LastNormalWindowPosition1": "1100,0,1024,768"}
FOUR_MONITORS = [(0, 0, 1150, 850), (1150, 0, 1150, 850), (0, 850, 1150, 850), (1150, 850, 1150, 850)]
FOUR_PLACES = {f"GUI/LastNormalWindowPosition{number or ''}": f"{left + 20},{top + 40},1024,768"
               for number, (left, top, *_) in enumerate(FOUR_MONITORS)}
FOUR_DESK = "2300x1700"


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


def shows_its_name(machine, number, name):
    return find_row(api_picture(machine, number), name, left=16) is not None


def corner(machine, number):
    seen = on_display(machine, "xwininfo", "-id", windows(machine)[number][0]).decode()
    return [int(re.search(rf"Absolute upper-left {axis}:\s+(-?\d+)", seen)[1]) for axis in "XY"]


def expect_pointer(machine, x, y):
    machine.wait_until(lambda: pointer_in(api_picture(machine, 0), x - 1, y - 1, x + 2, y + 2), SECONDS, f"pointer at {x},{y}")


def point(machine, number, x, y, left):
    """Moves the mouse to a pixel of a window; its screen begins at LEFT on the desktop."""
    window_left, window_top = corner(machine, number)
    on_display(machine, "xdotool", "mousemove", window_left + x, window_top + y)
    expect_pointer(machine, left + x, y)


# The story of two

def both_windows_show_their_part(machine):
    machine.wait_serial(LAST_CHAPTER, BOOT_SECONDS)
    assert "2 of 2 screens on, the desktop is 2048x768" in re.search(f"{CHAPTER}.*", machine.serial())[0]
    expect_windows(machine, screen0=(1024, 768), screen1=(1024, 768))
    assert last_resize(machine, 1) == [1024, 768, 1024, 0]
    assert find_row(api_picture(machine, 0), CHAPTER) is not None
    machine.wait_until(lambda: shows_the_board(machine, 1), SECONDS, "board on the second screen")


def the_pointer_walks_from_one_to_the_other(machine):
    for number, x, y in ((0, 300, 200), (1, 300, 250), (1, 0, 767), (0, 1023, 0)):
        point(machine, number, x, y, number * 1024)


def a_screen_changes_its_size_alone(machine):
    wish(machine, 801, 603, 1, "yes")
    expect_windows(machine, screen0=(1024, 768), screen1=(801, 603))
    assert last_resize(machine, 1) == [801, 603, 1024, 0]
    wish(machine, 900, 700, 0, "yes")
    expect_windows(machine, screen0=(900, 700), screen1=(801, 603))
    assert last_resize(machine, 1) == [801, 603, 900, 0]


def a_screen_goes_and_comes_again(machine):
    point(machine, 1, 400, 300, 900)
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
    point(machine, 1, 100, 100, 900)


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


# The story of four

def all_four_windows_show_their_part(machine):
    machine.wait_serial(LAST_CHAPTER, BOOT_SECONDS)
    assert "4 of 4 screens on, the desktop is 4096x768" in re.search(f"{CHAPTER}.*", machine.serial())[0]
    expect_windows(machine, screen0=(1024, 768), screen1=(1024, 768), screen2=(1024, 768), screen3=(1024, 768))
    assert [last_resize(machine, number) for number in range(4)] == [[1024, 768, 1024 * number, 0] for number in range(4)]
    machine.wait_until(lambda: shows_the_board(machine, 1), SECONDS, "board on the second screen")
    for number in (2, 3):
        assert shows_its_name(machine, number, f"Screen {number + 1}: 1024x768 at {1024 * number},0")


def the_pointer_walks_through_all_four(machine):
    for number, x, y in ((0, 1023, 767), (1, 0, 0), (2, 511, 383), (3, 1023, 767), (3, 0, 0), (0, 0, 400), (2, 1023, 1)):
        point(machine, number, x, y, number * 1024)


def one_of_four_goes_and_comes_again(machine):
    """The last one closes up, and makes room again; the pointer hits each where it is now."""
    wish(machine, 0, 0, 2, "no")
    expect_windows(machine, screen0=(1024, 768), screen1=(1024, 768), screen3=(1024, 768))
    assert last_resize(machine, 3) == [1024, 768, 2048, 0]
    point(machine, 3, 1000, 700, 2048)
    wish(machine, 640, 480, 2, "yes")
    expect_windows(machine, screen0=(1024, 768), screen1=(1024, 768), screen2=(640, 480), screen3=(1024, 768))
    assert last_resize(machine, 2) == [640, 480, 2048, 0] and last_resize(machine, 3) == [1024, 768, 2688, 0]
    point(machine, 2, 639, 479, 2048)
    point(machine, 3, 1000, 700, 2688)


def seamless_mode_shows_what_is_on_all_four(machine):
    """Host and L, as a person presses them. Each screen fills a monitor. Ground is on the second alone, around the board: it
    gives way to the display's own, which is black. The other screens are a window each, to their edges."""
    point(machine, 0, 500, 300, 0)
    press(machine, "Control_R", "l")
    for number in range(4):
        machine.wait_until(lambda number=number: last_resize(machine, number)[:2] == [1150, 850], SECONDS,
                           f"screen {number} as large as a monitor")

    def is_cut():
        whole = Picture(2300, 1700, on_display(machine, "import", "-window", "root", "-depth", "8", "rgba:-"))
        for number in range(4):
            left, top = corner(machine, number)
            seen, screen = whole.crop(left, top, 700, 40), api_picture(machine, number)
            if seen.crop(8, 8, 684, 24) != screen.crop(8, 8, 684, 24):
                return False
            if number == 1 and not seen.pixel(2, 2) == (0, 0, 0) != screen.pixel(2, 2):
                return False
        return True
    machine.wait_until(is_cut, SECONDS, "windows of the guest among the host's, on four monitors")
    press(machine, "Control_R", "l")
    machine.wait_until(lambda: last_resize(machine, 0)[:2] != [1150, 850], SECONDS, "window as before")


SCENES = [both_windows_show_their_part, the_pointer_walks_from_one_to_the_other, a_screen_changes_its_size_alone,
          a_screen_goes_and_comes_again, the_host_may_place_it, what_does_not_fit_changes_nothing, saved_and_restored_it_goes_on,
          a_picture_for_the_book]
STORIES_OF_TWO = {f"windows-{adapter}": {"adapter": adapter} for adapter in ("vmsvga", "vboxvga", "vboxsvga")}
SCENES_OF_FOUR = [all_four_windows_show_their_part, the_pointer_walks_through_all_four, one_of_four_goes_and_comes_again,
                  seamless_mode_shows_what_is_on_all_four]
STORIES_OF_FOUR = {"four-windows-vmsvga": {"adapter": "vmsvga", "scenes": SCENES_OF_FOUR},
                   "four-windows-vboxvga": {"adapter": "vboxvga", "scenes": SCENES_OF_FOUR[:-1]}}


@pytest.fixture(scope="module")
def stories(virtualbox):
    two = {"scenes": SCENES, "desk": DESK, "frames": False, "extra": ["--monitor-count", 2], "extradata": PLACES}
    four = {"desk": FOUR_DESK, "frames": True, "monitors": FOUR_MONITORS, "vram": 32,
            "extra": ["--monitor-count", 4], "extradata": FOUR_PLACES}
    stories = Stories(virtualbox, {**{name: {**two, **story} for name, story in STORIES_OF_TWO.items()},
                                   **{name: {**four, **story} for name, story in STORIES_OF_FOUR.items()}})
    yield stories
    stories.stop()


@pytest.mark.parametrize("scene", [scene.__name__ for scene in SCENES])
@pytest.mark.parametrize("story", STORIES_OF_TWO)
def test_two_windows_are_one_desktop(stories, story, scene):
    assert stories.told(story, scene) == ""


@pytest.mark.parametrize("story, scene", [pytest.param(name, scene.__name__, id=f"{name}-{scene.__name__}")
                                          for name, story in STORIES_OF_FOUR.items() for scene in story["scenes"]])
def test_four_windows_are_one_desktop(stories, story, scene):
    assert stories.told(story, scene) == ""
