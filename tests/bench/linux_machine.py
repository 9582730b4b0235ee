"""How does Linux get into a machine, ready for work within seconds?

Debian's kernel, two of its modules and busybox on a CD of their own. An interpreted VirtualBox takes many minutes to
boot that, so it is done once: the state that is saved then, and the CD, stay in the cache folder, and later runs go on
from there. Another VirtualBox, another processor or another text of this file makes them anew."""

import hashlib
import lzma
import platform
import re
import shutil
import socket
import subprocess
import tarfile
import time
from pathlib import Path

import userland
from shop import Shop
from userland import SetupError

PACKAGES = "linux-image-amd64,busybox-static"  # Debian's smaller kernel, linux-image-cloud-amd64, has no vboxguest
MODULES = ["vboxguest", "vboxsf"]  # in the order in which they need each other; psmouse is left out, and with it the mouse
APPLETS = ["sh", "mount", "insmod", "stty", "dd", "ls", "cat"]
# Nothing that the work needs. The certificates are what kernel modules could be signed with.
OPTIONS = "quiet nokaslr mitigations=off tsc=reliable cryptomgr.notests initcall_blacklist=load_system_certificate_list"
SETTINGS = {"shares": ["s"], "memory": 512, "extra": ["--nic1", "none"]}  # whoever is compared has the same; Linux keeps what it reads
SCREEN = "1024x768x32"  # as ours has it; Linux draws its console there itself
BOOT_SECONDS = 90 * 60
ORDER_SECONDS = 600  # an order that takes longer is given up, and with it the comparison
# Lines come through the second serial port, and what is said goes to the first. Without -echo each line would come back.
INIT = """#!/bin/sh
mount -t devtmpfs none /dev
exec </dev/ttyS1 >/dev/ttyS0 2>&1
stty -echo
insmod /vboxguest.ko && insmod /vboxsf.ko && echo "0 ended 0"
while read -r number line; do
    echo "$number begins"
    eval "$line"
    echo "$number ended $?"
done
"""
FOLDER, PROGRAM, LINK = 0o040755, 0o100755, 0o120777  # modes, as stat() has them


def processor():
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else platform.machine()


# From packages to a CD


def run(*command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError as error:
        raise SetupError(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise SetupError(f"{command[0]}: " + next((line for line in lines if line.startswith("E: ")), lines[-1]))


def download(archive):
    """The packages' files as a tar archive, unpacked by nobody and installed nowhere."""
    way = userland.way_in()[0]
    run(*["sudo"] * (way == "sudo"), "mmdebstrap", "--mode=" + ("unshare" if way == "namespace" else "root"), "--variant=extract",
        "--architectures=amd64", "--aptopt=Acquire::Check-Valid-Until \"false\"", f"--include={PACKAGES}", "sid", archive)


def read_archive(archive):
    """(the kernel, busybox, {name: module})"""
    with tarfile.open(archive) as packages:
        def read(pattern):
            found = next((file for file in packages if re.fullmatch(pattern, file.name)), None)
            if not found:
                raise SetupError(f"Debian's packages have no {pattern}")
            return packages.extractfile(found).read()
        return (read(r".*/vmlinuz[^/]*"), read(r".*/bin/busybox"),
                {name: lzma.decompress(read(rf".*/{name}\.ko\.xz")) for name in MODULES})


def initramfs(entries):
    """ENTRIES (name, mode, data) as the kernel wants its first files (its Documentation: early-userspace/buffer-format)."""
    archive = b""
    for number, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")]):
        name = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        for part in (b"070701" + b"".join(b"%08X" % field for field in fields) + name, data):
            archive += part + bytes(-len(part) % 4)
    return archive


def make_image(work, image):
    """Writes IMAGE; answers the kernel's version."""
    boot = work / "cd" / "boot"
    (boot / "grub").mkdir(parents=True)
    download(work / "packages.tar")
    kernel, busybox, modules = read_archive(work / "packages.tar")
    (boot / "vmlinuz").write_bytes(kernel)
    (boot / "initrd").write_bytes(initramfs(
        [(name, FOLDER, b"") for name in ("bin", "dev", "s")] + [("init", PROGRAM, INIT.encode())]
        + [("bin/busybox", PROGRAM, busybox)] + [(f"bin/{name}", LINK, b"busybox") for name in APPLETS]
        + [(f"{name}.ko", PROGRAM, module) for name, module in modules.items()]))
    (boot / "grub" / "grub.cfg").write_text(f"insmod all_video\nset gfxpayload={SCREEN}\n"
                                            f"linux /boot/vmlinuz {OPTIONS}\ninitrd /boot/initrd\nboot\n")
    run("grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", image, work / "cd")
    return re.search(rb"\0vermagic=(\S+)", modules[MODULES[0]])[1].decode()


# From a CD to a state, and on from there


class Linux(Shop):
    """A machine with Linux and one share. state: what an earlier one saved; None: it boots."""

    def __init__(self, *arguments, state=None, **settings):
        super().__init__(*arguments, **SETTINGS, **settings)
        self.state_file, self.line = state, socket.socket(socket.AF_UNIX)

    def _create(self):
        super()._create()
        self.manage("modifyvm", self.name, "--uart2", "0x2F8", 3, "--uartmode2", "server", self.folder / "line")
        if self.state_file:  # VirtualBox deletes it once it goes on from there
            self.manage("adoptstate", self.name, shutil.copy(self.state_file, self.folder / "saved.sav"))

    def power_on(self, timeout=60.0):
        super().power_on(timeout)
        self.line.connect(str(self.folder / "line"))

    def begin(self, line):
        self.orders += 1
        self.line.sendall(f"{self.orders} {line}\n".encode())
        self.wait_serial(f"{self.orders} begins", 60)
        self.began = time.monotonic()
        return self.orders

    def show(self, line, _):
        """What LINE says goes to the screen; there it is, as far as whoever writes can tell, when LINE ends."""
        self.done(f"{line} >/dev/tty1", ORDER_SECONDS)

    def end(self, number, line, seconds=60):
        def ended():
            return re.search(rf"^{number} begins\n(.*?)^{number} ended (\d+)\n", self.serial().replace("\r", ""), re.M | re.S)
        found = self.wait_until(ended, seconds, f"end of {line!r}")
        self.seconds = time.monotonic() - self.began
        return int(found[2]), found[1]


def cached(installation):
    """The folder of the cache with image.iso, state.sav, and in which what Linux that is; made unless it is there."""
    key = f"{installation}, {processor()}, {Path(__file__).read_text()}"
    folder = userland.folder() / "linux" / hashlib.sha256(key.encode()).hexdigest()[:16]
    if not folder.exists():
        partial = folder.with_name("partial")
        shutil.rmtree(partial.parent, ignore_errors=True)  # one Linux is enough
        partial.mkdir(parents=True)
        version = make_image(partial / "work", partial / "image.iso")
        shutil.rmtree(partial / "work")
        print(f"bench: booting Linux {version}, once; where VirtualBox interprets, that takes a quarter of an hour", flush=True)
        started = time.monotonic()
        with Linux(partial / "image.iso", "bench-linux", installation=installation) as machine:
            machine.wait_serial("0 ended 0", BOOT_SECONDS)
            machine.save()
            shutil.copy(next(machine.folder.glob("home/machines/*/Snapshots/*.sav")), partial / "state.sav")
        (partial / "which").write_text(f"{version}, which was booted once, in {time.monotonic() - started:.0f} s")
        partial.rename(folder)
    return folder
