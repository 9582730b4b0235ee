"""A machine with folders of the host, which takes orders; what the tests of folders ask of it, and of the files."""

import contextlib
import os
import time

import processes
from installation import Private
from virtualbox import Machine

MIB = 1 << 20


class Shop(Machine):
    """A machine with shares at /NAME, each a folder of its own, in `folders`."""

    def __init__(self, *arguments, shares, **settings):
        super().__init__(*arguments, **settings)
        self.names, self.folders, self.passing, self.orders = shares, {}, [], 0

    def _command(self, words):
        """In the private system everything runs as its root: here without any of root's rights."""
        if self.is_root():
            program = words[0] if str(words[0]).startswith("/") else f"{self.installation.programs}/{words[0]}"
            words = ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", program, *words[1:]]
        return super()._command(words)

    def is_root(self):
        """Whether VirtualBox would have the rights of a root."""
        return isinstance(self.installation, Private) and self.installation.way[0] != "sudo"

    def _create(self):
        super()._create()
        for name in self.names:
            self.manage("sharedfolder", "add", self.name, "--name", name, "--hostpath", self.make(name))

    def make(self, name):
        folder = self.folders[name] = self.folder / "shares" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def share(self, name, *more, path=None):
        """A share that comes while the machine runs: PATH, or a folder of its own; answers that."""
        path = path or self.make(name)
        self.manage("sharedfolder", "add", self.name, "--name", name, "--hostpath", path, "--transient", *more)
        self.passing.append(name)
        return path

    def unshare(self, name):
        self.manage("sharedfolder", "remove", self.name, "--name", name, "--transient")
        self.passing.remove(name)

    def unshare_all(self):
        """No share is left but those that the machine had from the start, and the guest knows it."""
        for name in [*self.passing]:
            self.unshare(name)
        self.wait_for_folders()

    def note(self, name):
        return self.ask("property", name=f"/Guestbook/{name}")

    def begin(self, line):
        """Give an order; what is answered knows how it ends."""
        self.orders += 1
        self.manage("guestproperty", "set", self.name, "/Guestbook/Command", line)
        return self.orders

    def end(self, number, line, seconds=60):
        """(status, answer) of an order that was begun."""
        self.wait_until(lambda: self.note("Status").startswith(f"{number} ended"), seconds, f"end of {line!r}")
        return int(self.note("Status").split()[-1]), self.note("Answer")

    def order(self, line, seconds=60):
        return self.end(self.begin(line), line, seconds)

    def done(self, line, seconds=60):
        """The answer to an order that succeeds."""
        status, answer = self.order(line, seconds)
        assert status == 0, f"{line!r} ended with {status}: {answer}"
        return answer

    def refused(self, line, number):
        """The order fails, with this status of the host's, in one line."""
        status, answer = self.order(line)
        assert status == 1 and answer.endswith(f"({number})") and answer.count("\n") == 0, f"{line!r}: {status} {answer!r}"

    def all_refused(self, reason, *lines):
        """Each of the lines fails, and says of its first path why."""
        status, answer = self.order(";".join(lines))
        assert answer.split("\n") == [f"{line.split()[0]}: {line.split()[1]}: {reason}" for line in lines]
        assert status == 1

    def processes(self):
        return processes.with_environment("VBOX_USER_HOME", str(self.folder / "home"))

    def open_files(self):
        """What VirtualBox has open in the shares, as the host's system tells it."""
        opened = []
        for process in self.processes():
            with contextlib.suppress(OSError):  # it has ended
                for number in os.listdir(f"/proc/{process}/fd"):
                    with contextlib.suppress(OSError):
                        opened.append(os.readlink(f"/proc/{process}/fd/{number}"))
        return [name.partition("/shares/")[2] for name in opened if "/shares/" in name]

    def calls(self):
        """{function: calls so far}"""
        counters = self.statistics("/HGCM/VBoxSharedFolders/Fn*")
        return {name.rpartition("/")[2]: value for name, value in counters.items()}

    def wait_for_folders(self, *names):
        self.wait_until(lambda: set(self.done("ls /").split("\n")) == {"memory", *self.names, *names}, 20, f"/{names}")


def typed(name):
    """A name as one word of a line for the shell."""
    return "".join({"\n": "\\n", "\t": "\\t"}.get(letter, "\\" + letter if ord(letter) < 128 else letter)
                   if not letter.isalnum() else letter for letter in name)


def start_copy(shop, line, copy, least=8 * MIB):
    """Begin to copy; answers the order when there is something, but not all."""
    number = shop.begin(line)
    limit = time.monotonic() + 30
    while not copy.exists() or copy.stat().st_size < least:
        assert time.monotonic() < limit, f"{line!r} does not begin"
        time.sleep(0.005)
    return number


def begins_as(copy, original):
    """So many bytes of a copy are as in the original, and there are no others."""
    done, size = 0, copy.stat().st_size
    with open(copy, "rb") as left, open(original, "rb") as right:
        while done < size:
            part = left.read(MIB)
            assert part == right.read(MIB)[:len(part)], f"{copy} is wrong near {done}"
            done += len(part)
    return size


def qoi(width, height, pixels):
    """The simplest of encoders: runs, and all else in full."""
    data, last, run = bytearray(b"qoif" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\3\0"), (0, 0, 0), 0
    for pixel in [*pixels, None]:
        if pixel == last and run < 62:
            run += 1
            continue
        if run:
            data.append(0xc0 | run - 1)
        run = int(pixel == last)
        if pixel and not run:
            data += bytes((0xfe, *pixel))
        last = pixel
    return bytes(data) + b"\0\0\0\0\0\0\0\1"
