"""What does a guest's screen show? Read from a picture of it, as the host sees it.

Text is recognised with the kernel's own font (kernel/screen/font.c), the pointer with its own
pictures (kernel/desktop/pointer.c, kernel/desktop/pointer_zones.c): nothing is asked of the guest. A
pointer that the host draws is in no picture of the guest's screen: the host is asked for it."""

import base64
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GLYPH_WIDTH, GLYPH_HEIGHT = 8, 16
MARGIN, PAPER = 8, (0x1b, 0x20, 0x28)  # kernel/screen/console.c


def _read_font():
    glyphs = {}
    characters = [*map(chr, [*range(32, 127), *range(0xa0, 0x100), 0x20ac, 0xfffd])]
    rows = re.findall(r"\{((?: 0x[0-9a-f]{2},?)+) \}", (ROOT / "kernel" / "screen" / "font.c").read_text())
    assert len(rows) == len(characters), "kernel/screen/font.c has another layout than this reader knows"
    for character, row in zip(characters, rows):
        glyphs.setdefault(bytes(int(value, 16) for value in row.replace(",", " ").split()), character)
    return glyphs


class Shape(NamedTuple):
    """One of the kernel's pointers. marks: {(x, y): dark}, counted from the upper left corner."""
    width: int
    height: int
    hot: tuple
    marks: dict

    def colors(self):
        """Red, green, blue, alpha of each pixel, by rows."""
        seen = {None: (0, 0, 0, 0), True: (*DARK, 255), False: (*LIGHT, 255)}
        return [seen[self.marks.get((x, y))] for y in range(self.height) for x in range(self.width)]


def _read_shapes():
    shapes = {}
    for source in ("pointer.c", "pointer_zones.c"):
        text = (ROOT / "kernel" / "desktop" / source).read_text()
        for name, *numbers, rows in re.findall(r'^const struct pointer_shape \w+ = \{\n    "(\w+)", (\d+), (\d+), (\d+), (\d+),\n'
                                               r'((?:    "[#. ]+",?\n)+)\};', text, re.M):
            width, height, *hot = map(int, numbers)
            rows = re.findall('"(.*)"', rows)
            assert [len(row) for row in rows] == [width] * height, f"the {name} is not {width}x{height}"
            shapes[name] = Shape(width, height, tuple(hot), {(x, y): mark == "#" for y, row in enumerate(rows)
                                                             for x, mark in enumerate(row) if mark != " "})
    assert "arrow" in shapes, "the pointers have another layout than this reader knows"
    return shapes


DARK, LIGHT = (0x10, 0x14, 0x18), (0xff, 0xff, 0xff)  # kernel/desktop/pointer.h
FONT = _read_font()
SHAPES = _read_shapes()  # {"arrow": Shape, ...}


def read_row(picture, left, top, columns=None):
    """The text of one row of characters whose upper left corner is there; '\\x00' for what is no glyph."""
    text = ""
    for column in range(columns or (picture.width - left) // GLYPH_WIDTH):
        cell = [[picture.pixel(left + column * GLYPH_WIDTH + x, top + y) for x in range(GLYPH_WIDTH)]
                for y in range(GLYPH_HEIGHT)]
        paper = cell[GLYPH_HEIGHT - 1][0]  # no glyph reaches its lowest row
        rows = bytes(sum((pixel != paper) << 7 - x for x, pixel in enumerate(row)) for row in cell)
        text += FONT.get(rows, "\0")
    return text.rstrip()


def rows_above(picture, prompt):
    """The rows of the console above the one that is this PROMPT and nothing else, the lowest first; None: no row is."""
    glyph = next(rows for rows, character in FONT.items() if character == prompt[0])
    dot_y = next(y for y, row in enumerate(glyph) if row)
    dot_x = GLYPH_WIDTH - glyph[dot_y].bit_length()
    lowest = next((top for top in range(picture.height - 2 * GLYPH_HEIGHT, 0, -1)
                   if picture.pixel(MARGIN + dot_x, top + dot_y) != PAPER and read_row(picture, MARGIN, top, len(prompt)) == prompt
                   and read_row(picture, MARGIN, top) == prompt), None)
    if lowest is None:
        return None
    highest = next(y for y in range(lowest, 0, -1) if picture.pixel(2, y) != PAPER)  # left of the text; above is the board
    return [read_row(picture, MARGIN, top) for top in range(lowest - GLYPH_HEIGHT, highest + MARGIN, -GLYPH_HEIGHT)]


def read_status(picture):
    """The status row as {"x": 499, "y": 399, "buttons": "-----", "clicks": 0, "wheel": (0, 0), "source": "host",
    "drawn": "the host"}; None while the guest has drawn none."""
    text = read_row(picture, 8, picture.height - 20)
    found = re.search(r"x\s+(-?\d+)\s+y\s+(-?\d+)\s+buttons (\S{5})\s+clicks (\d+)\s+wheel (-?\d+) (-?\d+)\s+"
                      r"from (.+?),\s+drawn by (.+)", text)
    return found and {"x": int(found[1]), "y": int(found[2]), "buttons": found[3], "clicks": int(found[4]),
            "wheel": (int(found[5]), int(found[6])), "source": found[7], "drawn": found[8]}


def steady_status(machine, seconds=30):
    """(a picture of the screen at rest, its status row). The row comes after the boot log has ended, and after a mode set."""
    def seen():
        picture = machine.steady_picture()
        status = read_status(picture)
        return status and (picture, status)
    return machine.wait_until(seen, seconds, "status row")


def pointer_is_at(picture, x, y, shape=SHAPES["arrow"]):
    """Whether the guest itself has drawn this pointer with its hot spot at pixel (x, y), as far as it lies on the screen."""
    for (dx, dy), dark in shape.marks.items():
        place = x + dx - shape.hot[0], y + dy - shape.hot[1]
        if 0 <= place[0] < picture.width and 0 <= place[1] < picture.height and picture.pixel(*place) != (DARK if dark else LIGHT):
            return False
    return True


def find_pointer(picture, x, y, reach=2):
    """(x, y, name) of the pointer that the guest has drawn nearest to (x, y), at most `reach` pixels away; None: it has not."""
    places = [(abs(dx) + abs(dy), x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    for _, place_x, place_y in sorted(places):
        for name, shape in SHAPES.items():
            if 0 <= place_x < picture.width and 0 <= place_y < picture.height and pointer_is_at(picture, place_x, place_y, shape):
                return place_x, place_y, name
    return None


def name_shape(hot, size, colors):
    """Which of the kernel's pointers this picture is, pixel by pixel; None: none of them."""
    for name, shape in SHAPES.items():
        if (shape.hot, (shape.width, shape.height)) == (tuple(hot), tuple(size)) and shape.colors() == colors:
            return name
    return None


def host_pointer(machine):
    """The name of the pointer that the host draws for the guest; None: it draws none, or one that is not ours."""
    held = machine.ask("pointer_shape")
    if not held["visible"] or not held["width"]:
        return None
    data = base64.b64decode(held["shape"])
    data = data[((held["width"] + 7) // 8 * held["height"] + 3) // 4 * 4:]  # behind the mask: blue, green, red, alpha
    colors = [(*data[at:at + 3][::-1], data[at + 3]) for at in range(0, len(data), 4)]
    return name_shape((held["hot_x"], held["hot_y"]), (held["width"], held["height"]), colors)


def judge_pointer(machine, x, y, reach=1):
    """The status row, if it says (x, y), give or take `reach`, and exactly one pointer is there: the host's, which the host
    says it draws, or one in the picture of the screen. Else None."""
    picture, status = steady_status(machine)
    if abs(status["x"] - x) > reach or abs(status["y"] - y) > reach:
        return None
    drawn, hosts = find_pointer(picture, status["x"], status["y"], reach=0), host_pointer(machine)
    one = hosts and not drawn if status["drawn"] == "the host" else drawn and not hosts
    return dict(status, shape=hosts or drawn[2]) if one else None
