#!/usr/bin/env python3
"""Question: what must a machine have before anything here works, and how does it get it?

    packages.py GROUP...        installs what is missing of the groups named below; silent and quick when nothing is

Debian and Ubuntu: through apt-get, with sudo when not root. Elsewhere it prints the line to type and ends with status 1.
A thing counts as present when its effect is there (a program on PATH, a file), whichever way it came.
"""
import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys

# group: (what it is for, [(effect, Debian package)]). An effect is a program's name, a file pattern, or "python:MODULE";
# | stands between alternatives.
GROUPS = {
    "build": ("building the image", [
        ("x86_64-linux-gnu-gcc|x86_64-elf-gcc", "gcc-x86-64-linux-gnu"), ("make", "make"), ("nasm", "nasm"),
        ("grub-mkimage|grub2-mkimage", "grub-common"), ("xorriso", "xorriso"), ("mformat", "mtools"),
        ("/usr/lib/grub/i386-pc/modinfo.sh", "grub-pc-bin"), ("/usr/lib/grub/x86_64-efi/modinfo.sh", "grub-efi-amd64-bin")]),
    "qemu": ("QEMU with EFI firmware", [
        ("qemu-system-x86_64", "qemu-system-x86"), ("/usr/share/OVMF/OVMF_CODE*.fd|/usr/share/edk2*/**/OVMF_CODE*", "ovmf")]),
    "virtualbox": ("setting up a private VirtualBox", [
        ("mmdebstrap", "mmdebstrap"), ("newuidmap", "uidmap"), ("unshare", "util-linux"),
        ("/usr/share/keyrings/debian-archive-keyring.[gp][pg][pg]", "debian-archive-keyring")]),
    "desktop": ("a window without a screen, shown in a browser", [
        ("Xvfb", "xvfb"), ("xauth", "xauth"), ("x11vnc", "x11vnc"), ("/usr/share/novnc/vnc.html", "novnc"),
        ("websockify", "websockify")]),
    "test": ("the tests", [
        ("python:pytest", "python3-pytest"), ("python:Xlib", "python3-xlib"), ("xdotool", "xdotool"), ("Xvfb", "xvfb"),
        ("import", "imagemagick"), ("jwm", "jwm"), ("gcc", "gcc"), ("/usr/include/stdio.h", "libc6-dev")]),
    "docs": ("the pages", [("ctags-universal|ctags", "universal-ctags")]),
    "lint": ("looking for mistakes without running anything", [
        ("python:pytest", "python3-pytest"), ("clang-tidy", "clang-tidy"), ("cppcheck", "cppcheck"),
        ("shellcheck", "shellcheck"), ("python:pyflakes", "python3-pyflakes")]),
    "debug": ("gdb", [("gdb", "gdb")]),
    "clang": ("another compiler", [("clang", "clang")]),
    "toolchain": ("building the cross compiler from Debian's sources", [
        ("gcc", "gcc"), ("g++", "g++"), ("make", "make"), ("xz", "xz-utils"),
        ("m4", "m4"), ("flex", "flex"), ("bison", "bison"),
        ("/usr/src/binutils/binutils-*.tar.xz", "binutils-source"), ("/usr/src/gcc-*/gcc-*.tar.xz", "gcc-source"),
        ("/usr/include/**/gmp.h", "libgmp-dev"), ("/usr/include/mpfr.h", "libmpfr-dev"), ("/usr/include/mpc.h", "libmpc-dev")]),
}
# The same for other systems, to be typed by hand.
ELSEWHERE = {
    "dnf": ("sudo dnf install", {
        "build": "gcc make nasm grub2-tools-extra grub2-pc-modules grub2-efi-x64-modules xorriso mtools",
        "qemu": "qemu-system-x86 edk2-ovmf", "virtualbox": "mmdebstrap shadow-utils util-linux",
        "desktop": "xorg-x11-server-Xvfb xorg-x11-xauth x11vnc novnc python3-websockify",
        "test": "python3-pytest python3-xlib xdotool ImageMagick jwm gcc glibc-devel libasan libubsan",
        "lint": "clang-tools-extra cppcheck ShellCheck python3-pyflakes",
        "docs": "ctags", "debug": "gdb"}),
    "pacman": ("sudo pacman -S --needed", {
        "build": "gcc make nasm grub libisoburn mtools", "qemu": "qemu-system-x86 edk2-ovmf",
        "virtualbox": "virtualbox", "desktop": "xorg-server-xvfb xorg-xauth x11vnc websockify",
        "test": "python-pytest python-xlib xdotool imagemagick jwm gcc", "lint": "clang cppcheck shellcheck python-pyflakes",
        "docs": "ctags", "debug": "gdb"}),
    "zypper": ("sudo zypper install", {
        "build": "gcc make nasm grub2 grub2-i386-pc grub2-x86_64-efi xorriso mtools", "qemu": "qemu-x86 qemu-ovmf-x86_64",
        "virtualbox": "virtualbox-qt", "desktop": "xorg-x11-server-Xvfb xauth x11vnc novnc python3-websockify",
        "test": "python3-pytest python3-python-xlib xdotool ImageMagick jwm gcc glibc-devel",
        "lint": "clang-tools cppcheck ShellCheck python3-pyflakes",
        "docs": "ctags", "debug": "gdb"}),
    "brew": ("brew install", {
        "build": "x86_64-elf-gcc nasm xorriso mtools i686-elf-grub", "qemu": "qemu",
        "docs": "universal-ctags", "debug": "x86_64-elf-gdb"}),
}


def present(effect):
    """Whether one of EFFECT's alternatives (separated by |) is there."""
    for one in effect.split("|"):
        if one.startswith("python:"):
            found = importlib.util.find_spec(one[7:])
        elif one.startswith("/"):
            found = glob.glob(one, recursive=True)
        else:
            found = shutil.which(one, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if found:
            return True
    return False


def missing(group):
    """Debian packages of GROUP whose effect is not there."""
    return [package_here(package) for effect, package in GROUPS[group][1] if not present(effect)]


def package_here(package):
    """The package's name on this system: on x86_64 the native compiler is the cross compiler; gcc's sources carry a version."""
    if package == "gcc-source":
        version = subprocess.run("apt-cache depends gcc", shell=True, capture_output=True, text=True, check=False).stdout
        return (re.search(r"Depends: (gcc-\d+)$|$", version, re.M)[1] or "gcc") + "-source"
    return "gcc" if package == "gcc-x86-64-linux-gnu" and os.uname().machine == "x86_64" else package


def install(wanted):
    """apt-get install WANTED {package: reason}; answers whether it worked."""
    for package, reason in wanted.items():
        print(f"packages: installing {package}, for {reason}", flush=True)
    before = [] if os.geteuid() == 0 else ["sudo"]
    if before and not shutil.which("sudo"):
        print("packages: neither root nor sudo here; as root: apt-get install " + " ".join(wanted))
        return False
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    # An update may fail for a source that has nothing to do with this; the installation decides.
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    command = [*apt, "--no-install-recommends", "install", *wanted]
    done = subprocess.run(command, stdin=None, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout[-3000:] + "\npackages: failed: " + " ".join(command))
    return done.returncode == 0


def explain(groups):
    """The line to type on a system without apt."""
    tool = next((name for name in ELSEWHERE if shutil.which(name)), None)
    for name in [tool] if tool else ELSEWHERE:
        command, packages = ELSEWHERE[name]
        words = [packages[group] for group in groups if group in packages]
        if words:
            print(f"packages: missing here, to be installed by hand: {command} {' '.join(words)}")
        if name == "brew":
            print("packages: on macOS, build here and boot build/guestbook.iso in VirtualBox's own window (README)")


def main(groups):
    unknown = [group for group in groups if group not in GROUPS]
    if unknown or not groups:
        print(__doc__ + "\nGroups: " + ", ".join(f"{name} ({GROUPS[name][0]})" for name in GROUPS))
        return 2
    wanted = {package: GROUPS[group][0] for group in groups for package in missing(group)}
    if not wanted:
        return 0
    if not shutil.which("apt-get"):
        explain([group for group in groups if missing(group)])
        return 1
    if not install(wanted):
        return 1
    left = [package for group in groups for package in missing(group)]
    if left:
        print("packages: installed, but their effect is still missing: " + " ".join(left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
