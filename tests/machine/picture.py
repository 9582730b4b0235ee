"""Question: what is on a guest's screen, pixel by pixel?"""
import struct
import zlib


class Picture:
    """Width, height and the rows of red, green, blue, alpha bytes of one screen. Equal pictures compare equal."""

    def __init__(self, width, height, rgba):
        if len(rgba) != width * height * 4:
            raise ValueError(f"{len(rgba)} bytes do not make {width}x{height} pixels")
        self.width, self.height, self.rgba = width, height, rgba

    def __eq__(self, other):
        return (self.width, self.height) == (other.width, other.height) and self.rgba == other.rgba

    def pixel(self, x, y):
        """(red, green, blue) at X, Y, counted from 0."""
        start = (y * self.width + x) * 4
        return tuple(self.rgba[start:start + 3])

    def crop(self, x, y, width, height):
        rows = (self.rgba[(row * self.width + x) * 4:(row * self.width + x + width) * 4] for row in range(y, y + height))
        return Picture(width, height, b"".join(rows))

    def changed(self, other):
        """The smallest (x, y, width, height) that holds every pixel in which OTHER, of the same size, differs. None if equal."""
        stride = self.width * 4
        rows = [row for row in range(self.height)
                if self.rgba[row * stride:(row + 1) * stride] != other.rgba[row * stride:(row + 1) * stride]]
        if not rows:
            return None
        columns = [column for row in rows for column in range(self.width) if self.pixel(column, row) != other.pixel(column, row)]
        return min(columns), rows[0], max(columns) - min(columns) + 1, rows[-1] - rows[0] + 1

    def save(self, path):
        """Write a PNG file; answers PATH."""
        stride = self.width * 4
        rows = b"".join(b"\0" + self.rgba[row * stride:(row + 1) * stride] for row in range(self.height))

        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 6, 0, 0, 0)
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))
        return path
