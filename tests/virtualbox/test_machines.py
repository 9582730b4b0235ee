"""Does the pointer follow in machines that are put together oddly, judged by what the host knows and sees?

matrix.py says which: every two settings with BIOS, and two machines with EFI, which takes minutes. `make test-matrix`
tries every three settings with BIOS, and every two with EFI."""

import os

import processes
import pytest
from judging import ISO, faults, wait_for_boot
from matrix import FACTORS, cover
from report import integers
from userland import SetupError
from virtualbox import Machine

BIOS_SECONDS = 240
EFI_SECONDS = 1800  # 780 million instructions: two minutes on a processor of its own, but who has one

EFI = [
    {"firmware": "efi", "chipset": "piix3", "adapter": "vboxvga", "ioapic": True, "x2apic": False, "hpet": False, "cpus": 1,
     "memory": 256, "vram": 16, "mouse": "ps2", "cards": 1},
    {"firmware": "efi", "chipset": "ich9", "adapter": "vmsvga", "ioapic": True, "x2apic": True, "hpet": True, "cpus": 4,
     "memory": 4096, "vram": 128, "mouse": "usbtablet", "cards": 8},
]


def machines():
    """{name: settings}, the slow ones first."""
    if os.environ.get("GUESTBOOK_MATRIX") == "all":
        rows = cover({**FACTORS, "firmware": ("efi",)}, 2) + cover({**FACTORS, "firmware": ("bios",)}, 3)
    else:
        rows = EFI + cover({**FACTORS, "firmware": ("bios",)}, 2)
    return {name_of(row): row for row in rows}


def name_of(settings):
    marks = {"ioapic": ("8259", "ioapic"), "x2apic": ("xapic", "x2apic"), "hpet": ("pit", "hpet")}
    units = {"cpus": "cpu", "memory": "MiB", "vram": "vram", "cards": "cards"}
    return "-".join(marks[name][level] if name in marks else f"{level}{units.get(name, '')}" for name, level in settings.items())


MACHINES = machines()


def make(installation, name, settings):
    """The machine that has these settings."""
    extra = ["--x2apic", "on"] if settings["x2apic"] else []  # off would switch off the whole APIC
    extra += ["--hpet", "on" if settings["hpet"] else "off"]
    extra += ["--nic1", "none"] + [word for card in range(1, settings["cards"] + 1) for word in (f"--nic{card}", "null")]
    own = {key: settings[key] for key in ("firmware", "chipset", "adapter", "ioapic", "cpus", "memory", "vram", "mouse")}
    return Machine(ISO, name, installation=installation, extra=extra, **own)


def words(settings):
    """What the boot log must say, where the settings show in it."""
    show = {
        "firmware": {"bios": "BIOS", "efi": "UEFI"},
        "chipset": {"piix3": " 8086:7000", "ich9": "MCFG"},
        "adapter": {"vboxvga": " 80ee:beef", "vboxsvga": " 80ee:beef", "vmsvga": " 15ad:0405"},
        "ioapic": {True: "I/O APIC, 24 lines", False: "8259, 16 lines"},
        "hpet": {True: "HPET", False: ""},
        "mouse": {"ps2": "", "usb": " 106b:003f", "usbtablet": " 106b:003f", "usbmultitouch": " 106b:003f"},  # Apple's OHCI
    }
    processors = settings["cpus"] if settings["ioapic"] else 1
    return [levels[settings[name]] for name, levels in show.items()] + ["1 processor" if processors == 1 else f"{processors} processors"]


def configured(settings):
    """The machine as VirtualBox's own log must describe it: {name there: value}."""
    return {"NumCPUs": settings["cpus"], "IOAPIC": settings["ioapic"], "HpetEnabled": settings["hpet"],
            "Mode": 3 if settings["x2apic"] else 2, "RamSize": settings["memory"] << 20, "VRamSize": settings["vram"] << 20}


def live(installation, name):
    settings = MACHINES[name]
    with make(installation, name, settings) as machine:
        log = wait_for_boot(machine, EFI_SECONDS if settings["firmware"] == "efi" else BIOS_SECONDS)
        return {"log": log, "faults": faults(machine), "host": machine.vbox_log()}


@pytest.mark.parametrize("name", MACHINES)
def test_the_pointer_follows(name, ahead):
    seen, settings = ahead(name), MACHINES[name]
    assert seen["faults"] == []
    assert [word for word in words(settings) if word not in seen["log"]] == [], seen["log"]
    assert seen["log"].count(" 1022:2000") == settings["cards"], seen["log"]
    assert {name: integers(seen["host"], name) for name in configured(settings)} == \
        {name: {int(value)} for name, value in configured(settings).items()}


def test_ich9_without_an_io_apic_is_refused_and_leaves_nothing_behind(virtualbox):
    machine = make(virtualbox, "impossible", {**EFI[1], "firmware": "bios", "ioapic": False})
    with pytest.raises(SetupError, match="Must use IO-APIC with ICH9 chipset"):
        machine.start()
    assert processes.with_environment("VBOX_USER_HOME", str(machine.folder / "home")) == []


def test_ich9_with_the_number_of_an_ich9(virtualbox):
    """VirtualBox gives its LPC bridge the number of an ICH7, unless it is told otherwise."""
    own = {"VBoxInternal/Devices/lpc/0/Config/ICHVersion": "9"}
    with Machine(ISO, "named", installation=virtualbox, chipset="ich9", extradata=own) as machine:
        log = wait_for_boot(machine, BIOS_SECONDS)
        assert " 8086:2918" in log and "VMMDev on line 20" in log, log
        assert faults(machine) == []


def test_ich9_without_hpet_becomes_one_with_it(virtualbox):
    with make(virtualbox, "impossible", {**EFI[1], "firmware": "bios", "hpet": False}) as machine:
        assert integers(machine.vbox_log(), "HpetEnabled") == {1}
