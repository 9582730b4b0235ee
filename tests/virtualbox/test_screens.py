"""Do modes and screens come about, judged by the host's log, its pictures and the windows themselves?

The adapters' drivers alone, without a desktop (scenes.c): a picture that the API takes shows what video memory holds,
a window only what the host was told of."""

import base64
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from display import PrivateDisplay
from picture import Picture
from reading import ROOT
from virtualbox import Machine
from window import on_display

sys.path[:0] = [str(ROOT / "tests" / "boot"), str(ROOT / "boot")]

import images  # noqa: E402

ADAPTERS = {"vboxvga": "VBoxVGA", "vboxsvga": "VBoxSVGA", "vmsvga": "VMSVGA"}
SCENES, REFUSED = 13, (3, 4, 5)
MONITORS = 4
BOOT_SECONDS, SECONDS = 240, 30
SPACE, T, B = 0x39, 0x14, 0x30  # scan codes
COLORS = [(0x20, 0x40, 0x80), (0x80, 0x20, 0x40), (0x40, 0x80, 0x20), (0x80, 0x40, 0x80)]
SCROLL_BAR = 20  # pixels, at most
DESK = "3000x2100"  # for four windows that cover nothing of each other
PLACES = {0: "0,0", 1: "1400,0", 2: "0,820", 3: "1400,820"}


def press(machine, key):
    machine.keyboard(key, key | 0x80)


def api_picture(machine, number):
    answer = machine.ask("screenshot", screen=number)
    return Picture(answer["width"], answer["height"], base64.b64decode(answer["rgba"]))


def windows(machine):
    """{number of the screen: (X's number, width, height)} of the machine's windows that are on the display; {} while one of
    them just goes."""
    found = {}
    try:
        for line in on_display(machine, "xwininfo", "-root", "-tree").decode().splitlines():
            seen = re.search(rf'(0x\w+) "{machine.name} [^"]*?(?: : (\d))?": .*?(\d+)x(\d+)[+-]', line)
            if seen and "IsViewable" in on_display(machine, "xwininfo", "-id", seen[1]).decode():
                found[int(seen[2] or 1) - 1] = (seen[1], int(seen[3]), int(seen[4]))
    except subprocess.CalledProcessError:
        return {}
    return found


def window_picture(machine, number):
    identity, width, height = windows(machine)[number]
    return Picture(width, height, on_display(machine, "import", "-window", identity, "-depth", "8", "rgba:-"))


def last_resize(machine, number):
    """[width, height, left, top] as the host has it in its log, from the corner of the first screen."""
    def last(screen):
        return re.findall(rf"handleDisplayResize: uScreenId={screen} .*w=(\d+) h=(\d+) bpp=32 .*origin=(-?\d+),(-?\d+)$",
                          machine.vbox_log(), re.M)[-1]
    (*_, first_left, first_top), (width, height, left, top) = last(0), last(number)
    return [int(width), int(height), int(left) - int(first_left), int(top) - int(first_top)]


def is_painted(picture, number):
    """White edges, the screen's colour, its squares: scenes.c, paint."""
    width, height = picture.width, picture.height
    edges = {picture.pixel(x, y) for x in (0, width - 1) for y in range(height)} | \
            {picture.pixel(x, y) for x in range(width) for y in (0, height - 1)}
    squares = [picture.pixel(20 + 30 * square, 20) for square in range(5)]
    return edges == {(255, 255, 255)} and picture.pixel(width - 2, height - 2) == COLORS[number] and \
        squares == [(255, 255, 0)] * (number + 1) + [COLORS[number]] * (4 - number)


def is_seen(machine, number):
    """Whether the window shows what video memory holds."""
    memory, seen = api_picture(machine, number), window_picture(machine, number)
    if (seen.width, seen.height) != (memory.width, memory.height):  # VirtualBox forgets to take scroll bars away, under load
        width, height = (side - SCROLL_BAR for side in (min(memory.width, seen.width), min(memory.height, seen.height)))
        memory, seen = memory.crop(0, 0, width, height), seen.crop(0, 0, width, height)
    return seen == memory


class Play:
    """A machine that plays the scenes. `wrong` says what was not as it should be."""

    def __init__(self, machine):
        self.machine, self.ticks, self.wrong = machine, 0, []
        machine.wait_serial("listening", BOOT_SECONDS)

    def expect(self, condition, what):
        limit = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > limit:
                self.wrong.append(what)
                return
            time.sleep(0.1)

    def play(self, scene):
        machine, before = self.machine, len(self.machine.serial())
        press(machine, SPACE)
        log = machine.wait_serial(f"scene {scene}: ", SECONDS)
        machine.wait_until(lambda: re.search(rf"scene {scene}: (set|refused)\r", machine.serial()), SECONDS, "end of a scene")
        log = machine.serial()[before:]
        if (scene in REFUSED) != ("refused" in log):
            self.wrong.append(f"scene {scene}: {log}")
        if scene not in REFUSED:
            self.judge(scene, [[int(word) for word in line] for line in
                               re.findall(r"screen (\d): (\d+)x(\d+) at (-?\d+),(-?\d+)", log)])

    def judge(self, scene, screens):
        machine, name = self.machine, f"scene {scene}, screen"
        self.expect(lambda: set(windows(machine)) == {number for number, *_ in screens}, f"scene {scene}: other windows")
        for number, width, height, left, top in screens:
            known = last_resize(machine, number)
            if known != [width, height, left - screens[0][3], top - screens[0][4]]:
                self.wrong.append(f"{name} {number}: the host's log says {known}")
            self.expect(lambda number=number: is_painted(api_picture(machine, number), number), f"{name} {number}: video memory")
            self.expect(lambda number=number: is_seen(machine, number), f"{name} {number}: window")
        if not self.wrong:
            self.change(f"scene {scene}", screens)

    def change(self, name, screens):
        """What is painted later must get into the windows as well."""
        before = {number: window_picture(self.machine, number) for number, *_ in screens}
        self.ticks += 1
        press(self.machine, T)
        self.machine.wait_serial(f"tick {self.ticks} done", SECONDS)
        for number, *_ in screens:
            self.expect(lambda number=number: before[number] != window_picture(self.machine, number) and
                        is_seen(self.machine, number), f"{name}: a change of screen {number} in its window")

    def burst(self, screens):
        press(self.machine, B)
        self.machine.wait_serial("burst done", 120)
        for number in screens:
            self.expect(lambda number=number: is_seen(self.machine, number),
                        f"a burst on screen {number} in its window")


def play_all(installation, iso, adapter):
    """What was wrong, in words."""
    folder = ROOT / "build" / "machines" / f"screens-{adapter}"
    folder.mkdir(parents=True, exist_ok=True)
    places = {f"GUI/LastNormalWindowPosition{number or ''}": f"{place},640,480" for number, place in PLACES.items()}
    with PrivateDisplay(folder, DESK) as display, \
            Machine(iso, f"screens-{adapter}", adapter=adapter, vram=32, installation=installation, display=display,
                    extra=["--monitor-count", MONITORS], extradata=places) as machine:
        play = Play(machine)
        if f"adapter: {ADAPTERS[adapter]}, {MONITORS} screens" not in machine.serial():
            play.wrong.append(machine.serial()[-300:])
        for scene in range(SCENES):
            play.play(scene)
            if scene == 10:
                play.burst(range(MONITORS))
        return play.wrong + machine.gurus() + re.findall(r".*(?:VBVA: Disabling|PANIC|Bad fifo).*", machine.vbox_log())


@pytest.fixture(scope="module")
def wrong(virtualbox):
    iso = images.iso_with_scenes()
    with ThreadPoolExecutor(2) as pool:
        return {adapter: pool.submit(play_all, virtualbox, iso, adapter) for adapter in ADAPTERS}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_scene_is_in_the_windows(wrong, adapter):
    assert wrong[adapter].result() == []
