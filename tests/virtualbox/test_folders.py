"""Are the host's folders in the guest, and is what is copied right, in real VirtualBox, judged by the host's disk?

One machine lives through all of it, in this order. Orders go to its shell by chapter 21's property. Shares that are to
survive a restore are there from the start; the others come while the machine runs."""

import os
import re
import shutil
import subprocess
import time

import pytest
from judging import ISO
from virtualbox import Machine

BOOT_SECONDS = 240
MIB = 1 << 20
LARGE, HUGE = 192 * MIB, 3 << 30  # takes VirtualBox a second, and so long that it is never over before
CTRL_C = (0x1d, 0x2e, 0xae, 0x9d)
NAMES = [" ", "with spaces ", "\"quotes\" and 'others'", "a\nnew line", "\ttab", "back\\slash", "*?<>|:", "-n", "~", "...", ".hidden",
         "grüß", "漢字", "😀", "e\u0301", "\x7f", "\ufffd", ";", "n" * 255, "ü" * 127]


class Shop(Machine):
    """A machine with shares at /NAME, each a folder of its own, in `folders`."""

    def __init__(self, *arguments, shares, **settings):
        super().__init__(*arguments, **settings)
        self.names, self.folders, self.orders = shares, {}, 0

    def _create(self):
        super()._create()
        for name in self.names:
            self.manage("sharedfolder", "add", self.name, "--name", name, "--hostpath", self.make(name))

    def make(self, name):
        folder = self.folders[name] = self.folder / "shares" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def share(self, name, *more):
        self.manage("sharedfolder", "add", self.name, "--name", name, "--hostpath", self.make(name), "--transient", *more)
        return self.folders[name]

    def unshare(self, name):
        self.manage("sharedfolder", "remove", self.name, "--name", name, "--transient")

    def note(self, name):
        answer = self.manage("guestproperty", "get", self.name, f"/Guestbook/{name}")
        return answer.removeprefix("Value: ").removesuffix("\n") if answer.startswith("Value: ") else ""

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


@pytest.fixture(scope="module")
def small():
    """A medium of 2 MiB, where VirtualBox sees it; None: only root can make one."""
    folder = f"/dev/shm/guestbook-{os.getpid()}"
    os.mkdir(folder)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "small", folder], capture_output=True).returncode == 0
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", folder], check=True)
    os.rmdir(folder)


@pytest.fixture(scope="module")
def shop(virtualbox, small):
    with Shop(ISO, "folders", shares=["s", "t"], installation=virtualbox) as shop:
        shop.wait_until(lambda: shop.note("Status") == "0 ready", BOOT_SECONDS, "readiness for orders")
        block = os.urandom(MIB)
        with open(shop.folders["s"] / "large", "wb") as file:
            for number in range(LARGE // MIB):
                file.write(number.to_bytes(8, "little") + block[8:])
        with open(shop.folders["s"] / "huge", "wb") as file:  # nearly all of it holes
            for number in range(HUGE // MIB):
                file.seek(number * MIB)
                file.write(number.to_bytes(8, "little"))
            file.truncate(HUGE)
        yield shop
        shutil.rmtree(shop.folder / "shares")  # a GiB
        assert not shop.gurus() and "PANIC" not in shop.serial()


def begins_as(copy, original):
    """So many bytes of a copy are as in the original, and there are no others."""
    done, size = 0, copy.stat().st_size
    with open(copy, "rb") as left, open(original, "rb") as right:
        while done < size:
            part = left.read(MIB)
            assert part == right.read(MIB)[:len(part)], f"{copy} is wrong near {done}"
            done += len(part)
    return size


def test_shares_come_and_go_while_the_machine_runs(shop):
    shop.wait_for_folders()
    shop.share("ro", "--readonly")
    shop.share("Größe,2")
    shop.wait_for_folders("ro", "Größe,2")
    assert re.search("^/ro .* read-only$", shop.done("df"), re.M)
    shop.unshare("Größe,2")
    shop.wait_for_folders("ro")


def test_a_read_only_share_is_read_only(shop):
    (shop.folders["ro"] / "file").write_text("to be read")
    assert shop.done("cat /ro/file") == "to be read"
    for line in ("write /ro/new 1", "append /ro/file 1", "rm /ro/file", "mkdir /ro/new", "touch /ro/file", "mv /ro/file /ro/new"):
        shop.refused(line, -113)
    assert os.listdir(shop.folders["ro"]) == ["file"] and (shop.folders["ro"] / "file").read_text() == "to be read"


def test_names_of_every_kind(shop):
    folder = shop.folders["s"] / "names"
    folder.mkdir()
    for names in (NAMES[:9], NAMES[9:18], NAMES[18:19], NAMES[19:]):
        shop.done(";".join(f"write /s/names/{typed(name)} {number}" for number, name in enumerate(names)))
        for number, name in enumerate(names):
            assert (folder / name).read_text() == f"{number}\n"
        assert shop.done(";".join(f"cat /s/names/{typed(name)}" for name in names)) == "\n".join(map(str, range(len(names))))
    assert set(os.listdir(folder)) == set(NAMES)
    shop.done("cd /s/names;rm " + " ".join(typed(name) for name in NAMES[:18] if name != "-n") + ";rm -n")
    assert set(os.listdir(folder)) == set(NAMES[18:])


def test_errors_are_the_hosts_own(shop):
    (shop.folders["s"] / "file").write_text("1")
    shop.refused("cat /s/none", -102)
    shop.refused("cat /s/file/none", -103)
    shop.refused("rmdir /s/names", -125)
    shop.refused("rmdir /s/file", -126)
    shop.refused("write /s/" + "n" * 255 + "/x 1", -102)
    os.mkfifo(shop.folders["s"] / "pipe")
    shop.refused("cat /s/pipe", -37)  # and the service is still there:
    assert shop.done("cat /s/file") == "1"


@pytest.mark.parametrize("size", [0, 1, 4096, MIB, MIB + 1, 64 * MIB])
def test_a_copy_is_what_it_was_in_as_few_calls_as_possible(shop, size):
    original = os.urandom(min(size, MIB)) * max(1, size // MIB) + b"x" * (size % MIB if size > MIB else 0)
    (shop.folders["s"] / "original").write_bytes(original)
    before = shop.calls()
    shop.done("cp /s/original /t/copy")
    after = shop.calls()
    assert (shop.folders["t"] / "copy").read_bytes() == original
    mibs = -(-size // MIB)
    assert after["FnWrite"] - before.get("FnWrite", 0) == mibs
    assert after["FnRead"] - before.get("FnRead", 0) <= mibs + 2


def test_across_four_gib(shop):
    four = 4 << 30
    end = b"before it\nbehind 4 GiB\n"
    with open(shop.folders["s"] / "sparse", "wb") as file:
        file.seek(four - 10)
        file.write(end)
    assert shop.done("stat /s/sparse").startswith(f"/s/sparse: file, {four + len(end) - 10} bytes")
    shop.done("append /s/sparse and appended")
    os.truncate(shop.folders["s"] / "sparse", os.path.getsize(shop.folders["s"] / "sparse"))
    with open(shop.folders["s"] / "sparse", "rb") as file:
        file.seek(four - 10)
        assert file.read() == end + b"and appended\n"
    shop.done(f"truncate /s/sparse {four - 4}; append /s/sparse 12345678")  # written across
    with open(shop.folders["s"] / "sparse", "rb") as file:
        file.seek(four - 10)
        assert file.read() == b"before12345678\n"
    shop.done(f"truncate /s/sparse {5 << 30}")
    assert os.path.getsize(shop.folders["s"] / "sparse") == 5 << 30


def test_twenty_thousand_entries(shop):
    folder = shop.folders["s"] / "many"
    folder.mkdir()
    for number in range(20000):
        (folder / f"file number {number}").touch()
    before = shop.calls()
    shop.done("ls /s/many", 120)
    after = shop.calls()
    assert 5 <= after["FnList"] - before.get("FnList", 0) <= 20  # 256 KiB each
    assert after["FnLookup"] - before["FnLookup"] <= 2  # of the folder, and of no entry


def test_a_picture_is_on_the_screen(shop):
    width, height = 320, 200
    pixels = [(x * 255 // width, y * 255 // height, (x ^ y) & 255) if y < 150 else (200, 30, 30)
              for y in range(height) for x in range(width)]
    (shop.folders["s"] / "picture.qoi").write_bytes(qoi(width, height, pixels))
    shop.done("show /s/picture.qoi")
    shop.mouse(1000, 700)

    def is_shown():
        shown = shop.picture().crop(0, 0, width, height)
        return all(shown.pixel(at % width, at // width) == pixels[at] for at in range(0, len(pixels), 97))
    shop.wait_until(is_shown, 20, "picture")
    (shop.folders["s"] / "broken.qoi").write_bytes(qoi(width, height, pixels)[:-20])
    status, answer = shop.order("show /s/broken.qoi")
    assert (status, answer) == (1, "show: /s/broken.qoi: the picture has no end")
    assert is_shown()
    shop.done("show")
    shop.wait_until(lambda: not is_shown(), 20, "end of the picture")


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


def test_a_file_is_watched(shop):
    file = shop.folders["s"] / "watched"
    file.write_text("first state\n")
    shop.type("watch /s/watched\n")
    shop.wait_until(lambda: "first state" in shop.serial(), 20, "the file")
    file.write_text("second state, longer\n")
    shop.wait_until(lambda: "second state, longer" in shop.serial(), 20, "the change")
    file.unlink()
    shop.wait_until(lambda: "watch: /s/watched: not found (-102)" in shop.serial(), 20, "the end of the file")
    file.write_text("third state\n")
    shop.wait_until(lambda: "third state" in shop.serial(), 20, "the file again")
    shop.keyboard(*CTRL_C)
    shop.wait_until(lambda: shop.serial().rstrip().endswith(">"), 20, "prompt")


def start_copy(shop, line, copy, least=8 * MIB):
    """Begin to copy; answers the order when there is something, but not all."""
    number = shop.begin(line)
    limit = time.monotonic() + 30
    while not copy.exists() or copy.stat().st_size < least:
        assert time.monotonic() < limit, f"{line!r} does not begin"
        time.sleep(0.005)
    return number


def test_a_file_that_is_deleted_while_it_is_copied_is_copied(shop):
    original, copy = shop.folders["s"] / "large", shop.folders["t"] / "copy"
    os.link(original, shop.folders["s"] / "deleted")
    copy.unlink(missing_ok=True)
    number = start_copy(shop, "cp /s/deleted /t/copy", copy)
    (shop.folders["s"] / "deleted").unlink()
    assert shop.end(number, "cp", 120) == (0, "")
    assert begins_as(copy, original) == LARGE


def test_a_share_that_goes_while_it_is_written_to(shop):
    goes = shop.share("goes")
    shop.wait_for_folders("ro", "goes")
    number = start_copy(shop, "cp /s/huge /goes/copy", goes / "copy")
    shop.unshare("goes")
    status, answer = shop.end(number, "cp", 120)
    assert status == 1 and re.fullmatch(r"cp: /goes/copy: .* \((-38|-4)\)", answer), answer
    assert 8 * MIB <= begins_as(goes / "copy", shop.folders["s"] / "huge") < HUGE
    (goes / "copy").unlink()
    shop.wait_for_folders("ro")
    assert shop.done("cat /s/file") == "1"


def test_a_medium_that_is_full(shop, small):
    if not small:
        pytest.skip("ONLY ROOT CAN MOUNT A SMALL MEDIUM, so none is filled in the middle of a copy: run the test as root")
    shop.manage("sharedfolder", "add", shop.name, "--name", "full", "--hostpath", small, "--transient")
    shop.wait_for_folders("ro", "full")
    shop.refused("cp /s/large /full/copy", -152)
    copy = os.path.join(small, "copy")
    with open(copy, "rb") as left, open(shop.folders["s"] / "large", "rb") as right:
        content = left.read()
        assert len(content) >= MIB and content == right.read(len(content))
    os.unlink(copy)
    shop.unshare("full")
    shop.wait_for_folders("ro")


def test_saved_and_restored_in_the_middle_of_a_copy(shop):
    original, copy = shop.folders["s"] / "huge", shop.folders["t"] / "copy"
    copy.unlink(missing_ok=True)
    number = start_copy(shop, "cp /s/huge /t/copy", copy)
    shop.save()
    shop.power_on()
    status, answer = shop.end(number, "cp", 120)
    assert status == 1 and re.fullmatch(r"cp: \S+: no longer open \(-4\)", answer), answer
    assert 8 * MIB <= begins_as(copy, original) < HUGE
    original = shop.folders["s"] / "large"
    assert shop.done("cp /s/large /t/copy", 120) == ""
    assert begins_as(copy, original) == LARGE
    shop.share("late")
    shop.wait_for_folders("ro", "late")  # what was mapped is in the saved state, if it was transient or not
