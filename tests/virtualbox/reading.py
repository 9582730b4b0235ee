"""What does a guest's screen show? Read from a picture of it, as the host sees it.

Text is recognised with the kernel's own font (lib/font.c), the pointer with its own
picture (kernel/pointer.c): nothing is asked of the guest."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLYPH_WIDTH, GLYPH_HEIGHT = 8, 16


def _read_font():
    glyphs = {}
    for number, row in enumerate(re.findall(r"\{((?: 0x[0-9a-f]{2},?)+) \}", (ROOT / "lib" / "font.c").read_text())):
        glyphs[bytes(int(value, 16) for value in row.replace(",", " ").split())] = chr(32 + number)
    assert len(glyphs) == 95, "lib/font.c has another layout than this reader knows"
    return glyphs


def _read_arrow():
    rows = re.findall(r'^    "([#. ]+)",$', (ROOT / "kernel" / "pointer.c").read_text(), re.M)
    return {(x, y): mark == "#" for y, row in enumerate(rows) for x, mark in enumerate(row) if mark != " "}


FONT = _read_font()
ARROW = _read_arrow()  # {(x, y): dark}


def read_row(picture, left, top):
    """The text of one row of characters whose upper left corner is there; '\\x00' for what is no glyph."""
    text = ""
    for column in range((picture.width - left) // GLYPH_WIDTH):
        cell = [[picture.pixel(left + column * GLYPH_WIDTH + x, top + y) for x in range(GLYPH_WIDTH)]
                for y in range(GLYPH_HEIGHT)]
        paper = cell[GLYPH_HEIGHT - 1][0]  # no glyph reaches its lowest row
        rows = bytes(sum((pixel != paper) << 7 - x for x, pixel in enumerate(row)) for row in cell)
        text += FONT.get(rows, "\0")
    return text.rstrip()


def read_status(picture):
    """The status row as {"x": 499, "y": 399, "buttons": "-----", "clicks": 0, "wheel": (0, 0), "source": "host"}."""
    text = read_row(picture, 8, picture.height - 20)
    found = re.search(r"x\s+(-?\d+)\s+y\s+(-?\d+)\s+buttons (\S{5})\s+clicks (\d+)\s+wheel (-?\d+) (-?\d+)\s+from (.+)", text)
    assert found, f"no status row: {text!r}"
    return {"x": int(found[1]), "y": int(found[2]), "buttons": found[3], "clicks": int(found[4]),
            "wheel": (int(found[5]), int(found[6])), "source": found[7]}


def pointer_is_at(picture, x, y):
    """Whether the arrow's hot spot is at pixel (x, y), as far as the arrow lies on the screen."""
    dark = set()
    light = set()
    for (dx, dy), is_dark in ARROW.items():
        if 0 <= x + dx < picture.width and 0 <= y + dy < picture.height:
            (dark if is_dark else light).add(picture.pixel(x + dx, y + dy))
    return len(dark) == 1 and len(light) <= 1 and not dark & light and sum(dark.copy().pop()) < 150 \
        and all(sum(pixel) > 600 for pixel in light)


def find_pointer(picture, x, y, reach=2):
    """The place of the hot spot nearest to (x, y) and at most `reach` pixels away; None: no arrow there."""
    places = [(abs(dx) + abs(dy), x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    for _, place_x, place_y in sorted(places):
        if 0 <= place_x < picture.width and 0 <= place_y < picture.height and pointer_is_at(picture, place_x, place_y):
            return place_x, place_y
    return None
