"""How are many things tried on few machines? Each machine lives through a story: scenes, in order, each of which may
fail without ending it. Stories run two at a time; every scene is a test of its own."""

import contextlib
import os
import subprocess
import traceback
from concurrent.futures import ThreadPoolExecutor

from display import PrivateDisplay
from reading import FONT, GLYPH_HEIGHT, GLYPH_WIDTH, ROOT, read_row
from virtualbox import Machine
from window import divide, on_display

ISO = ROOT / "build" / "guestbook.iso"
WINDOW_MANAGER = """<JWM><ResizeMode>opaque</ResizeMode><WindowStyle><Width>6</Width></WindowStyle></JWM>"""


@contextlib.contextmanager
def window_manager(folder, display):
    """Frames around the windows, whose edges can be dragged."""
    (folder / "jwmrc").write_text(WINDOW_MANAGER)
    environment = dict(os.environ, DISPLAY=display.name, XAUTHORITY=str(display.authority))
    with open(folder / "jwm.log", "wb") as log, \
            subprocess.Popen(["jwm", "-f", folder / "jwmrc"], env=environment, stdout=log, stderr=log) as manager:
        try:
            yield
        finally:
            manager.terminate()


@contextlib.contextmanager
def desktop(folder, size, frames, monitors):
    """A display of its own, as the story wants it."""
    with PrivateDisplay(folder, size) as display:
        if monitors:
            divide(display, monitors)
        with window_manager(folder, display) if frames else contextlib.nullcontext():
            yield display


def tell(installation, name, scenes, desk, frames, monitors=(), **settings):
    """{name of the scene: what went wrong, or ""}. monitors: of the desk, (left, top, width, height) each."""
    folder = ROOT / "build" / "machines" / f"story-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    results = {scene.__name__: "the story ended before" for scene in scenes}
    try:
        with desktop(folder, desk, frames, monitors) as display, \
                Machine(ISO, name, installation=installation, display=display, **settings) as machine:
            for scene in scenes:
                try:
                    scene(machine)
                    results[scene.__name__] = ""
                except Exception:  # it belongs to the test of this scene
                    results[scene.__name__] = f"{traceback.format_exc()}see {machine.folder}"
            if machine.gurus() or "PANIC" in machine.serial():
                results[scenes[-1].__name__] += f"{machine.gurus()} {machine.serial()[-1000:]}"
    except Exception:
        results = {scene: trouble or traceback.format_exc() for scene, trouble in results.items()}
    return results


class Stories:
    """told(name, scene): what went wrong. {name: arguments of tell}"""

    def __init__(self, installation, stories):
        self.pool = ThreadPoolExecutor(2)
        self.jobs = {name: self.pool.submit(tell, installation, name, **story) for name, story in stories.items()}

    def told(self, name, scene):
        return self.jobs[name].result()[scene]

    def stop(self):
        self.pool.shutdown(cancel_futures=True)


def press(machine, *keys):
    """Keys go down in order and up in reverse, by their X names, through the window."""
    down = [word for key in keys for word in ("keydown", key, "sleep", "0.1")]
    up = [word for key in reversed(keys) for word in ("keyup", key)]
    on_display(machine, "xdotool", *down, *up)


def find_row(picture, text, left=8):
    """The top of the row of characters that begins with TEXT there; None: there is none."""
    first = next(rows for rows, character in FONT.items() if character == text[0])
    for top in range(picture.height - GLYPH_HEIGHT + 1):
        paper = picture.pixel(left, top + GLYPH_HEIGHT - 1)
        if all(sum((picture.pixel(left + x, top + y) != paper) << 7 - x for x in range(GLYPH_WIDTH)) == first[y]
               for y in range(GLYPH_HEIGHT)) and read_row(picture, left, top).startswith(text):
            return top
    return None
