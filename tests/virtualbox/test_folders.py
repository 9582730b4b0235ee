"""Are the host's folders in the guest, and is what is copied right, in real VirtualBox, judged by the host's disk?

One machine lives through all of it, in any order: what a test shares is gone before the next. Orders go to its shell by
chapter 21's property. VirtualBox runs as for an ordinary user: what the owner of a file may not do, it may not do either."""

import os
import re
import shutil
import subprocess
import threading

import processes
import pytest
from guest_memory import GuestMemory, hgcm_counts
from judging import ISO
from reading import ROOT
from shop import MIB, Shop, begins_as, qoi, start_copy, typed

KERNEL = ROOT / "build" / "guestbook.elf"
BOOT_SECONDS = 240
LARGE, HUGE = 192 * MIB, 3 << 30  # takes VirtualBox a second, and so long that it is never over before
OFF_INSTEAD_OF_RESET = {"VBoxInternal/PowerOffInsteadOfReset": "1"}
ENTER = 0x1c
CTRL_C = (0x1d, 0x2e, 0xae, 0x9d)
NAMES = [" ", "with spaces ", "\"quotes\" and 'others'", "a\nnew line", "\ttab", "back\\slash", "*?<>|:", "-n", "~", "...", ".hidden",
         "grüß", "漢字", "😀", "e\u0301", "\x7f", "\ufffd", ";", "n" * 255, "ü" * 127]


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


def wait_for_readiness(shop):
    shop.wait_until(lambda: shop.note("Status") == "0 ready", BOOT_SECONDS, "readiness for orders")


@pytest.fixture(scope="module")
def running(virtualbox, small):
    with Shop(ISO, "folders", shares=["s", "t"], installation=virtualbox, extradata=OFF_INSTEAD_OF_RESET) as shop:
        wait_for_readiness(shop)
        (shop.folders["s"] / "file").write_text("1")
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


def is_off(shop):
    return "'TERMINATED'" in shop.vbox_log()


@pytest.fixture
def shop(running):
    if is_off(running):
        running.power_off()
        running.power_on()
        running.passing, running.orders = [], 0
        wait_for_readiness(running)
    yield running
    if running.passing and not is_off(running):
        running.unshare_all()


def test_shares_come_and_go_while_the_machine_runs(shop):
    shop.share("ro", "--readonly", "--automount")
    shop.share("Größe,2")
    shop.wait_for_folders("ro", "Größe,2")
    assert re.search("^/ro .* read-only$", shop.done("df"), re.M)
    shop.unshare("Größe,2")
    shop.wait_for_folders("ro")


def test_a_read_only_share_is_read_only(shop):
    folder = shop.share("ro", "--readonly")
    (folder / "file").write_text("to be read")
    shop.wait_for_folders("ro")
    assert shop.done("cat /ro/file") == "to be read"
    for line in ("write /ro/new 1", "append /ro/file 1", "rm /ro/file", "mkdir /ro/new", "touch /ro/file", "mv /ro/file /ro/new"):
        shop.refused(line, -113)
    assert os.listdir(folder) == ["file"] and (folder / "file").read_text() == "to be read"


def test_names_of_every_kind(shop):
    folder = shop.folders["s"] / "names"
    folder.mkdir()
    for names in (NAMES[:9], NAMES[9:18], NAMES[18:19], NAMES[19:]):
        shop.done(";".join(f"write /s/names/{typed(name)} {number}" for number, name in enumerate(names)))
        for number, name in enumerate(names):
            assert (folder / name).read_text() == f"{number}\n"
        assert shop.done(";".join(f"cat /s/names/{typed(name)}" for name in names)) == "\n".join(map(str, range(len(names))))
    assert set(os.listdir(folder)) == set(NAMES)
    assert set(shop.done("ls /s/names").split("\n")) == {re.sub("[\0-\x1f\x7f]", "?", name) for name in NAMES}
    shop.done("cd /s/names;rm " + " ".join(typed(name) for name in NAMES[:18] if name != "-n") + ";rm -n")
    assert set(os.listdir(folder)) == set(NAMES[18:])


def test_names_that_are_no_utf_8(shop):
    folder = shop.folders["s"] / "odd"
    folder.mkdir()
    odd = [os.fsencode(folder) + name for name in (b"/K\xe4se", b"/\xff", b"/\xc3(")]
    for name in odd:
        open(name, "x").close()
    assert shop.done("ls /s/odd") == ""
    unlisted = "rmdir: /s/odd: not empty: it holds names that are no UTF-8, or too long (-58)"
    assert shop.order("rmdir /s/odd") == (1, unlisted)
    (folder / "file").touch()
    assert shop.done("ls /s/odd") == "file"
    shop.refused("rmdir /s/odd", -125)
    assert len(os.listdir(folder)) == 4
    for name in odd:
        os.unlink(name)
    shop.done("rm /s/odd/file; rmdir /s/odd")


def test_a_file_that_is_no_text_is_shown_as_far_as_it_is(shop):
    (shop.folders["s"] / "latin1.txt").write_bytes(b"K\xf6ln\n")
    (shop.folders["s"] / "odd.txt").write_bytes("Köln, 漢字, \ufffd".encode() + b"\0\x80\xff\xed\xa0\x80\xef\xbf\xbf\xe6\xbc")
    assert shop.done("cat /s/latin1.txt") == "K\\xf6ln"
    assert shop.done("cat /s/odd.txt") == "Köln, 漢字, \ufffd" + r"\x00\x80\xff\xed\xa0\x80\xef\xbf\xbf\xe6\xbc"


def test_errors_are_the_hosts_own(shop):
    (shop.folders["s"] / "not empty" / "folder").mkdir(parents=True)
    shop.refused("cat /s/none", -102)
    shop.refused("cat /s/file/none", -103)
    shop.refused("rmdir '/s/not empty'", -125)
    shop.refused("rmdir /s/file", -126)
    shop.refused("write /s/" + "n" * 255 + "/x 1", -102)
    os.mkfifo(shop.folders["s"] / "pipe")
    shop.refused("cat /s/pipe", -37)  # and the service is still there:
    assert shop.done("cat /s/file") == "1"


def test_what_the_host_does_not_permit(shop):
    if os.geteuid() == 0 and not shop.is_root():
        pytest.skip("THIS VIRTUALBOX IS ROOT'S, so nothing is forbidden to it: run the test as an ordinary user")
    folder = shop.folders["s"] / "r"
    rights = {"closed": 0, "fixed": 0o555, "blind": 0o311, "secret": 0, "lasting": 0o444}
    for name in rights:
        file = folder / name / "file" if name in ("closed", "fixed", "blind") else folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    for name in rights:
        (folder / name).chmod(rights[name])
    try:
        shop.all_refused("access denied (-38)", "cat /s/r/secret", "sum /s/r/secret", "show /s/r/secret", "write /s/r/secret 1",
                         "append /s/r/secret 1", "cp /s/r/secret /t/new", "write /s/r/lasting 1", "append /s/r/lasting 1",
                         "truncate /s/r/lasting 0", "touch /s/r/lasting")
        shop.all_refused("access denied (-38)", "ls /s/r/closed", "cat /s/r/closed/file", "stat /s/r/closed/file",
                         "write /s/r/closed/new 1", "ls /s/r/blind", "write /s/r/fixed/new 1", "mkdir /s/r/fixed/new",
                         "rm /s/r/fixed/file", "mv /s/r/fixed/file /s/r/new", "mv /s/r/lasting /s/r/fixed/new")
        said = shop.done("cat /s/r/lasting /s/r/fixed/file /s/r/blind/file; cd /s/r/closed; pwd; stat /s/r/secret")
        assert said.startswith("lastingfixedblind/s/r/closed\n/s/r/secret: file, 6 bytes, ----------, ")
    finally:
        for name in rights:
            (folder / name).chmod(0o755)
    assert sorted(os.listdir(folder)) == sorted(rights) and not (shop.folders["t"] / "new").exists()
    for name in rights:
        file = folder / name / "file" if (folder / name).is_dir() else folder / name
        assert file.read_text() == name and (file.parent == folder or os.listdir(file.parent) == ["file"])


@pytest.mark.parametrize("size", [0, 1, 4096, MIB, MIB + 1, 64 * MIB])
def test_a_copy_is_what_it_was_in_as_few_calls_as_possible(shop, size):
    original = os.urandom(min(size, MIB)) * max(1, size // MIB) + b"x" * (size % MIB if size > MIB else 0)
    (shop.folders["s"] / "original").write_bytes(original)
    before = shop.calls()
    shop.done("cp /s/original /t/copy")
    after = shop.calls()
    assert (shop.folders["t"] / "copy").read_bytes() == original
    mibs = -(-size // MIB)
    assert after.get("FnWrite", 0) - before.get("FnWrite", 0) == mibs
    assert after["FnRead"] - before.get("FnRead", 0) == max(mibs, 1)


def test_a_file_with_several_names_is_one(shop):
    folder, content = shop.folders["s"] / "several", os.urandom(100000)
    folder.mkdir()
    a = folder / "a"
    a.write_bytes(content)
    os.utime(a, ns=(1, 1700000000123456000))  # VirtualBox sets times to the microsecond
    os.link(a, folder / "hard")
    (folder / "link").symlink_to("a")
    (folder / "here").symlink_to(".")
    shop.share("u", path=folder)
    shop.wait_for_folders("u")
    assert shop.order("cp /u/a /u/new; mv /u/new /s/other") == (0, "")  # which are no names of it
    assert (shop.folders["s"] / "other").read_bytes() == content and not (folder / "new").exists()
    for line in ("cp /u/a /u/link", "cp /u/link /u/a", "cp /u/a /u/hard", "cp /u/hard /u/here/link", "cp /u/a /u/here/a",
                 "cp /u/a /s/several", "mv /u/a /s/several/a", "mv /s/several/hard /u/a"):
        status, answer = shop.order(line)
        assert status == 1 and answer.endswith(": one file, as far as can be told"), f"{line!r}: {status} {answer!r}"
    for line in ("mv /s/several/a /u/link", "mv /u/link /s/several/a", "mv /u/link /s/several/link"):
        shop.refused(line, -105)
    shop.refused("mv /u/link /s/link", -113)  # no links are made, unless the machine's owner says so
    shop.order("mv /u/a /u/hard; mv /u/a /u/here; mv /u/a /u/here/a")  # the host's rename: there is nothing to do
    assert {name: (folder / name).read_bytes() for name in ("a", "hard", "link")} == dict.fromkeys(("a", "hard", "link"), content)
    assert a.stat().st_mtime_ns == 1700000000123456000


def test_what_host_and_guest_append_at_the_same_time_is_all_there(shop):
    file, rounds, lines = shop.folders["s"] / "log", 10, 40
    file.touch()
    over, theirs = threading.Event(), []

    def add():
        while not over.is_set():
            with open(file, "ab", buffering=0) as log:
                theirs.append(b"host %d" % len(theirs))
                log.write(theirs[-1] + b"\n")
    host = threading.Thread(target=add)
    host.start()
    try:
        for start in range(0, rounds * lines, lines):
            shop.done(";".join(f"append /s/log guest {number}" for number in range(start, start + lines)))
    finally:
        over.set()
        host.join()
    written = file.read_bytes().splitlines()
    assert [line for line in written if line[:4] == b"host"] == theirs
    assert [line for line in written if line[:4] != b"host"] == [b"guest %d" % number for number in range(rounds * lines)]


def test_across_four_gib(shop):
    four, five, file = 4 << 30, 5 << 30, shop.folders["s"] / "sparse"
    text = b"".join(b"line %06d\n" % number for number in range(500))
    last_page = text[-4096:].partition(b"\n")[2].decode()  # as `watch` shows it

    def put(at, data):
        with open(file, "r+b") as sparse:
            sparse.seek(at)
            sparse.write(data)

    def end(offset):
        with open(file, "rb") as sparse:
            sparse.seek(offset)
            return sparse.read()

    def shown():
        return shop.serial().replace("\r\n", "\n").rpartition("\x1b[2J")[2]
    file.touch()
    put(four - 3000, text)
    assert shop.done("stat /s/sparse").startswith(f"/s/sparse: file, {four + 3000} bytes")
    shop.type("watch /s/sparse\n")
    shop.wait_until(lambda: shown() == last_page, 20, "what lies before and behind 4 GiB, read in one call")
    shop.done("append /s/sparse and appended")
    assert end(four - 3000) == text + b"and appended\n"
    shop.wait_until(lambda: shown().endswith("\nand appended\n"), 20, "what was appended")
    shop.done(f"truncate /s/sparse {four - 4}; append /s/sparse 12345678")  # written across
    assert end(four - 3000) == text[:2996] + b"12345678\n"
    shop.done(f"truncate /s/sparse {five}")
    assert os.path.getsize(file) == five
    put(five - len(text), text)
    shop.wait_until(lambda: shown() == last_page, 20, "what lies before 5 GiB")
    shop.keyboard(*CTRL_C)
    shop.wait_until(lambda: shop.serial().rstrip().endswith(">"), 20, "prompt")


def test_twenty_thousand_entries(shop):
    folder = shop.folders["s"] / "many"
    folder.mkdir()
    for number in range(20000):
        (folder / f"file number {number}").touch()
    before = shop.calls()
    first = shop.done("ls /s/many", 120).split("\n")[:-1]  # as many as an answer holds; the last one is cut
    after = shop.calls()
    assert len(first) > 30 and first == sorted(os.listdir(folder))[:len(first)]  # which come from all over the listing
    assert 5 <= after["FnList"] - before.get("FnList", 0) <= 20  # 256 KiB each
    assert after["FnLookup"] - before.get("FnLookup", 0) <= 2  # of the folder, and of no entry


@pytest.mark.parametrize("begin, opened, more", [
    ("append /s/late/text\n", ["s/late/text"], "as it was typed\n"), ("sum /s/large\n", ["s/large"], ""),
    ("", [], "mkdir /s/late/folder\n")], ids=["write", "read", "open"])
def test_what_is_left_with_a_service_that_stands_still_is_carried_out_and_closed(shop, begin, opened, more):
    """At the desk something begins, and goes on when the service's thread is held; Ctrl-C, and another line over all of it."""
    late = shop.folders["s"] / "late"
    shutil.rmtree(late, ignore_errors=True)
    late.mkdir()

    def counts():
        return hgcm_counts(GuestMemory(shop, KERNEL))
    waiting = counts()["waiting"]
    shop.type(begin)
    shop.wait_until(lambda: shop.open_files() == opened, 20, "the open file")
    try:
        with processes.thread_held(shop.processes(), "ShFolders"):
            shop.type(more)
            shop.wait_until(lambda: counts()["waiting"] > waiting, 30, "a call that waits")
            shop.keyboard(*CTRL_C)
            shop.wait_until(lambda: shop.serial().rstrip().endswith(">"), 20, "prompt")
            shop.type("write /memory/other this overwrites what was typed before\n")
            shop.wait_until(lambda: counts()["waiting"] == waiting, 20, "end of all waits")
            assert shop.open_files() == opened and "folder" not in os.listdir(late)  # nothing was done yet
    except PermissionError as error:
        pytest.skip(f"THIS USER MAY NOT HOLD A THREAD OF VIRTUALBOX ({error}): run the test as root")
    shop.wait_until(lambda: not counts()["left"], 20, "end of what was left")
    shop.wait_until(lambda: shop.open_files() == [], 20, "end of all that is open")
    if "folder" in more:
        assert (late / "folder").is_dir()
    elif more:
        assert (late / "text").read_text() == more


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


def test_a_file_that_is_forbidden_and_deleted_while_it_is_copied_is_copied(shop):
    original, copy = shop.folders["s"] / "large", shop.folders["t"] / "copy"
    os.link(original, shop.folders["s"] / "deleted")
    copy.unlink(missing_ok=True)
    number = start_copy(shop, "cp /s/deleted /t/copy", copy)
    original.chmod(0)  # rights are asked for when a file is opened
    copy.chmod(0)
    (shop.folders["s"] / "deleted").unlink()
    assert shop.end(number, "cp", 120) == (0, "")
    original.chmod(0o644)
    copy.chmod(0o644)
    assert begins_as(copy, original) == LARGE


def test_a_share_that_goes_while_it_is_written_to(shop):
    goes = shop.share("goes")
    shop.wait_for_folders("goes")
    number = start_copy(shop, "cp /s/huge /goes/copy", goes / "copy")
    assert sorted(shop.open_files()) == ["goes/copy", "s/huge"]
    shop.unshare("goes")
    status, answer = shop.end(number, "cp", 120)
    said = re.fullmatch(r"cp: /goes/copy: .* \((-38|-4)\); /goes/copy has the first (\d+) bytes of /s/huge", answer)
    assert status == 1 and said, answer
    assert 8 * MIB <= int(said[2]) <= begins_as(goes / "copy", shop.folders["s"] / "huge") < HUGE
    assert shop.open_files() == []
    (goes / "copy").unlink()
    shop.wait_for_folders()
    assert shop.done("cat /s/file") == "1"


def test_a_share_that_goes_while_it_is_read_from(shop):
    goes, copy = shop.share("goes"), shop.folders["t"] / "copy"
    os.link(shop.folders["s"] / "huge", goes / "huge")
    shop.wait_for_folders("goes")
    copy.unlink(missing_ok=True)
    number = start_copy(shop, "cp /goes/huge /t/copy", copy)
    shop.unshare("goes")
    status, answer = shop.end(number, "cp", 120)
    said = re.fullmatch(r"cp: /goes/huge: .* \((-38|-4)\); /t/copy has the first (\d+) bytes of /goes/huge", answer)
    assert status == 1 and said, answer
    assert 8 * MIB <= int(said[2]) == begins_as(copy, goes / "huge") < HUGE
    assert shop.open_files() == []
    shop.wait_for_folders()
    assert shop.done("cat /s/file") == "1"


def test_what_is_open_in_a_share_that_goes_can_be_closed(shop):
    shop.share("goes")
    shop.wait_for_folders("goes")
    shop.type("append /goes/text\n")
    shop.wait_until(lambda: shop.open_files() == ["goes/text"], 20, "the open file")
    shop.unshare("goes")
    shop.wait_for_folders()
    assert shop.open_files() == ["goes/text"]  # whoever has it open does not know yet
    shop.keyboard(*CTRL_C)
    shop.wait_until(lambda: shop.open_files() == [], 20, "end of the open file")


def test_a_medium_that_fails(shop):
    """The memory of a process is a file, and where there is none, at 0, reading and writing fail as on a broken disk."""
    shop.share("self", path="/proc/self")
    shop.wait_for_folders("self")
    if shop.order("append /self/mem 1")[1].endswith("(-38)"):
        pytest.skip("THIS VIRTUALBOX IS HARDENED, so it cannot be made to fail by its own memory: GUESTBOOK_VIRTUALBOX=private")
    shop.all_refused("the medium fails (-250)", "cat /self/mem", "sum /self/mem", "append /self/mem 1")
    said = "cp: /self/mem: the medium fails (-250); /t/copy has the first 0 bytes of /self/mem"
    assert shop.order("cp /self/mem /t/copy") == (1, said)
    assert shop.done("cat /self/comm /s/file") == "VirtualBoxVM\n1"


def test_pipes_and_links_to_them_hold_nobody_up(shop):
    """The service has one thread, which would wait in a pipe until somebody opens its other end."""
    odd = shop.share("odd")
    os.mkfifo(odd / "pipe")
    for link, target in {"link": "pipe", "far": "link", "here": ".", "device": "/dev/zero", "good": "file", "dangling": "new"}.items():
        (odd / link).symlink_to(target)
    (odd / "file").write_text("text\n")
    shop.wait_for_folders("odd")
    for path in ("pipe", "link", "far", "device", "here/link", "here/pipe"):
        shop.refused(f"cat /odd/{path}", -37)
        shop.refused(f"write /odd/{path} text", -37)
    assert shop.done("cat /odd/good /odd/here/good") == "text\ntext"
    assert shop.done("write /odd/dangling made; cat /odd/new") == "made"


def test_a_medium_that_is_full(shop, small):
    if not small:
        pytest.skip("ONLY ROOT CAN MOUNT A SMALL MEDIUM, so none is filled in the middle of a copy: run the test as root")
    shop.share("full", path=small)
    shop.wait_for_folders("full")
    copy = os.path.join(small, "copy")
    status, answer = shop.order("cp /s/large /full/copy")
    with open(copy, "rb") as left, open(shop.folders["s"] / "large", "rb") as right:
        content = left.read()
        assert len(content) >= MIB and content == right.read(len(content))
    assert status == 1
    assert answer == f"cp: /full/copy: full (-152); /full/copy has the first {len(content)} bytes of /s/large"
    os.unlink(copy)


def test_saved_and_restored_in_the_middle_of_a_copy(shop):
    original, copy = shop.folders["s"] / "huge", shop.folders["t"] / "copy"
    copy.unlink(missing_ok=True)
    moved = shop.share("moved")
    (moved / "file").touch()
    shop.wait_for_folders("moved")
    number = start_copy(shop, "cp /s/huge /t/copy", copy)
    shop.save()
    moved.rename(moved.with_name("away"))
    shop.power_on()
    status, answer = shop.end(number, "cp", 120)
    said = re.fullmatch(r"cp: \S+: no longer open \(-4\); /t/copy has the first (\d+) bytes of /s/huge", answer)
    assert status == 1 and said, answer
    assert 8 * MIB <= int(said[1]) <= begins_as(copy, original) < HUGE
    original = shop.folders["s"] / "large"
    assert shop.done("cp /s/large /t/copy", 120) == ""
    assert begins_as(copy, original) == LARGE
    shop.share("late")
    shop.wait_for_folders("moved", "late")  # what was mapped is in the saved state, if it was transient or not
    shop.all_refused("no longer there (-78)", "ls /moved", "cat /moved/file")


def test_clients_are_given_back_at_the_end(shop):
    """VirtualBox takes all clients away itself when a machine is reset. But what was answered before, it has counted:
    calls of services, and all requests, of which the others are about clients."""
    def about_clients(answered):
        return int(answered["/HGCM/MsgCompletion"]) - int(answered["/HGCM/MsgTotal"])
    counters = shop.statistics("/HGCM/*")
    clients = sum(value for name, value in counters.items() if re.fullmatch(r"/HGCM/\w+/Clients", name))
    before = about_clients(counters)
    shop.type("reboot")
    shop.keyboard(ENTER)  # its release would find the machine switched off
    shop.wait_until(lambda: is_off(shop), 60, "end")
    after = about_clients(dict(re.findall(r"(/HGCM/\w+) .* (\d+) calls", shop.vbox_log())))
    assert clients >= 2 and after - before == clients
