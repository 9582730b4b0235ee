"""What does a person see in a machine's window, cursor included?

The X server mixes its cursor in on the way to the monitor: no picture of a window contains it, and XFixes tells it."""

import contextlib
import os
import subprocess
from typing import NamedTuple

import Xlib.display
from picture import Picture
from reading import name_shape
from Xlib.protocol import rq


def on_display(machine, *words):
    """What a command on the machine's display prints. At the corner of a private display lies the guest's screen."""
    environment = dict(os.environ, DISPLAY=machine.display.name, XAUTHORITY=str(machine.display.authority))
    return subprocess.run([str(word) for word in words], env=environment, check=True, capture_output=True).stdout


def window(machine, width=1024, height=768):
    """The part of the machine's window that shows the guest's screen."""
    return Picture(width, height, on_display(machine, "import", "-window", "root", "-crop", f"{width}x{height}+0+0", "+repage",
                                             "-depth", "8", "rgba:-"))


class Cursor(NamedTuple):
    """The X server's cursor. x, y: of its hot spot. colors: red, green, blue, alpha of each pixel, by rows."""
    x: int
    y: int
    hot: tuple
    size: tuple
    colors: list

    def is_blank(self):
        return not any(alpha for *_, alpha in self.colors)

    def name(self):
        """Which of the kernel's pointers it is; None: none of them."""
        return name_shape(self.hot, self.size, self.colors)


@contextlib.contextmanager
def _connection(shown_on):
    before = os.environ.get("XAUTHORITY")
    os.environ["XAUTHORITY"] = str(shown_on.authority)  # Xlib asks nobody else
    try:
        display = Xlib.display.Display(shown_on.name)
    finally:
        os.environ.pop("XAUTHORITY") if before is None else os.environ.update(XAUTHORITY=before)
    try:
        display.xfixes_query_version()
        yield display
    finally:
        display.close()


def _color(pixel):
    """X has multiplied the colours by the opacity: 0xAARRGGBB."""
    alpha = pixel >> 24
    return (*(min(255, ((pixel >> shift & 255) * 255 + alpha // 2) // alpha) if alpha else 0 for shift in (16, 8, 0)), alpha)


def cursor(machine):
    """What the X server shows where its mouse is."""
    with _connection(machine.display) as display:
        seen = display.xfixes_get_cursor_image(display.screen().root)
    return Cursor(seen.x, seen.y, (seen.xhot, seen.yhot), (seen.width, seen.height),
                  [_color(pixel & 0xffffffff) for pixel in seen.cursor_image])


def what_is_seen(machine):
    """The window with the cursor over it, as on a monitor."""
    picture, over = window(machine), cursor(machine)
    seen = bytearray(picture.rgba)
    for number, (*color, alpha) in enumerate(over.colors):
        x, y = over.x - over.hot[0] + number % over.size[0], over.y - over.hot[1] + number // over.size[0]
        if 0 <= x < picture.width and 0 <= y < picture.height:
            for part in range(3):
                at = (y * picture.width + x) * 4 + part
                seen[at] = (color[part] * alpha + seen[at] * (255 - alpha)) // 255
    return Picture(picture.width, picture.height, bytes(seen))


class SetMonitor(rq.Request):
    """RandR 1.5. (python-xlib has one that it cannot send.)"""
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(43), rq.RequestLength(), rq.Window("window"), rq.Card32("name"),
                         rq.Bool("primary"), rq.Bool("automatic"), rq.LengthOf("outputs", 2), rq.Int16("left"), rq.Int16("top"),
                         rq.Card16("width"), rq.Card16("height"), rq.Card32("millimeters"), rq.Card32("millimeters_high"),
                         rq.List("outputs", rq.Card32Obj))


def divide(shown_on, monitors):
    """Makes several monitors of a display: [(left, top, width, height)]. The first is what its only output shows."""
    with _connection(shown_on) as display:
        root = display.screen().root
        outputs = list(root.xrandr_get_screen_resources().outputs)
        for number, (left, top, width, height) in enumerate(monitors):
            SetMonitor(display=display.display, opcode=display.display.get_extension_major("RANDR"), window=root,
                       name=display.intern_atom(f"monitor {number}"), primary=not number, automatic=False, left=left, top=top,
                       width=width, height=height, millimeters=width // 4, millimeters_high=height // 4,
                       outputs=[] if number else outputs)
        display.sync()
