"""Question: which settings of its machine may a person name, as in `make run MONITORS=2 SHARE=~/letters`?

The names are the same in VirtualBox and in QEMU, and so are the values; QEMU has fewer. What nobody knows, or no machine
could have, is said in one line before anything starts.
"""
import os
import re
from pathlib import Path

# What else may be set on make's command line: whatever the Makefile looks at.
OF_MAKE = set(re.findall(r"\$\((\w+)\)", (Path(__file__).resolve().parents[2] / "Makefile").read_text(encoding="utf-8")))


class SettingError(Exception):
    """A setting that no machine has. Its text is for the person who typed it."""


def number(least, most):
    def read(text):
        if not text.isdecimal() or not least <= int(text) <= most:
            raise SettingError(f"a number from {least} to {most}")
        return int(text)
    return read


def one_of(*values):
    def read(text):
        if text not in values:
            raise SettingError(" or ".join(values))
        return text
    return read


def word(text):
    if not re.fullmatch(r"[\w.,+=-]+", text):
        raise SettingError("one word")
    return text


def switch(text):
    return one_of("on", "off")(text) == "on"


def folders(text):
    """{name in the guest: folder}, of folders with commas between them; each is named by its last part."""
    found = [Path(path).expanduser().resolve() for path in text.split(",")]
    if not all(folder.is_dir() for folder in found):
        raise SettingError("folders that exist, with commas between them")
    return {folder.name: folder for folder in found}


def extradata(text):
    pairs = dict(pair.partition("=")[::2] for pair in text.split(","))
    if not all(pairs) or not all(pairs.values()):
        raise SettingError("KEY=VALUE, with commas between several")
    return pairs


# name: (how it is read, argument of virtualbox.Machine, argument of QemuMachine)
SETTINGS = {
    "MEMORY": (number(16, 1 << 20), "memory", "memory"),
    "CPUS": (number(1, 64), "cpus", "cpus"),
    "CHIPSET": (one_of("piix3", "ich9"), "chipset", "machine"),
    "FIRMWARE": (one_of("bios", "efi"), "firmware", "firmware"),
    "CPU": (word, None, "cpu"),
    "IOAPIC": (switch, "ioapic", None),
    "GRAPHICS": (one_of("vboxvga", "vmsvga", "vboxsvga", "none"), "adapter", None),
    "VRAM": (number(1, 256), "vram", None),
    "MONITORS": (number(1, 64), "monitors", None),
    "MOUSE": (one_of("ps2", "usb", "usbtablet", "usbmultitouch"), "mouse", None),
    "SHARE": (folders, "shares", None),
    "EXTRADATA": (extradata, "extradata", None),
}
HOSTS = {"virtualbox": 1, "qemu": 2}
QEMU_NAMES = {"piix3": "pc", "ich9": "q35"}


def on_command_line(flags):
    """{name: value} of what was set on make's command line, from its MAKEFLAGS, where blanks and \\ have a \\ before them."""
    words = re.findall(r"(?:\\.|\S)+", flags.partition("-- ")[2])
    pairs = (re.sub(r"\\(.)", r"\1", text).replace("$$", "$").partition("=") for text in words)
    return {name.rstrip(":+?"): value for name, _, value in pairs}


def read(given, host):
    """The arguments of HOST's machine ("virtualbox" or "qemu") for settings GIVEN as {name: text}. SettingError in one line."""
    arguments = {}
    for name, text in given.items():
        if name in OF_MAKE:
            continue
        if name not in SETTINGS:
            raise SettingError(f"there is no setting {name}; there are " + ", ".join(SETTINGS))
        argument = SETTINGS[name][HOSTS[host]]
        try:
            value = SETTINGS[name][0](text)
        except SettingError as wanted:
            raise SettingError(f"{name}={text} cannot be: {wanted}") from None
        if not argument:
            raise SettingError(f"{name} is no setting of {'QEMU' if host == 'qemu' else 'VirtualBox'}'s machines here")
        arguments[argument] = QEMU_NAMES.get(value, value) if host == "qemu" else value
    return arguments


def of_make():
    return on_command_line(os.environ.get("MAKEFLAGS", ""))
