"""Does the pointer follow in machines that are put together oddly, judged by what the host knows and sees?

Two machines at a time, each stopped when it has been judged; the slow ones first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from reading import ROOT, judge_pointer
from virtualbox import Machine

ISO = ROOT / "build" / "guestbook.iso"
LAST_CHAPTER = "14  A pointer that follows"
BOOT_SECONDS = 240
FIRMWARE_SECONDS = 600  # EFI is 780 million instructions, and two of them share the processors
MACHINES = {
    "efi": {"firmware": "efi", "memory": 256},
    "efi-ich9-4-GiB-4-processors": {"firmware": "efi", "memory": 4096, "chipset": "ich9", "cpus": 4, "adapter": "vmsvga"},
    "64-MiB-vboxvga": {"memory": 64, "adapter": "vboxvga"},
    "4-GiB-4-processors-vboxsvga": {"memory": 4096, "cpus": 4, "adapter": "vboxsvga"},
    "ich9-x2apic-hpet-vmsvga": {"chipset": "ich9", "adapter": "vmsvga", "extra": ["--x2apic", "on", "--hpet", "on"]},
    "usb-tablet": {"mouse": "usbtablet", "extra": ["--usb-ohci", "on"]},
    "8-network-cards-ich9": {"chipset": "ich9", "extra": [word for card in range(1, 9) for word in (f"--nic{card}", "null")]},
}
# What the boot log must say, where the machine's oddity shows in it.
WORDS = {
    "efi": ["UEFI"],
    "efi-ich9-4-GiB-4-processors": ["UEFI", "4 processors"],
    "64-MiB-vboxvga": ["63 MiB"],
    "4-GiB-4-processors-vboxsvga": ["4 processors"],
}


def judge(installation, name):
    """What the host knows of one machine once it has booted and its pointer was moved."""
    settings = MACHINES[name]
    with Machine(ISO, name, installation=installation, **settings) as machine:
        log = machine.wait_serial(LAST_CHAPTER, FIRMWARE_SECONDS if "firmware" in settings else BOOT_SECONDS)
        machine.wait_until(lambda: machine.ask("mouse_abilities")["absolute"], 30, "absolute positions")
        size = machine.picture()
        places = [(40, 30), (size.width - 2, size.height - 40), (size.width // 2, size.height // 3)]
        wrong = [place for place in places if not follows(machine, *place)]
        counters = machine.statistics("/Devices/VMMDev/*")
        return {"log": log, "wrong": wrong, "gurus": machine.gurus(), "run level": machine.info()["GuestAdditionsRunLevel"],
                "fast": sum(value for name, value in counters.items() if "FastIrqAck" in name),
                "slow": counters["/Devices/VMMDev/SlowIrqAck"], "folder": machine.folder, "serial": machine.serial()}


def follows(machine, x, y):
    machine.mouse(x + 1, y + 1)

    try:
        return machine.wait_until(lambda: judge_pointer(machine, x, y), 30, f"pointer at {x},{y}")
    except TimeoutError:
        machine.screenshot()
        return None


@pytest.fixture(scope="module")
def judged(request, virtualbox):
    """judged(name): what the host knows. All that were selected run ahead, two at a time."""
    names = [item.callspec.params["name"] for item in request.session.items
             if item.path == request.path and "name" in getattr(getattr(item, "callspec", None), "params", {})]
    with ThreadPoolExecutor(2) as pool:
        jobs = {name: pool.submit(judge, virtualbox, name) for name in names}
        yield lambda name: jobs[name].result()
        for job in jobs.values():
            job.cancel()


@pytest.mark.parametrize("name", MACHINES)
def test_the_pointer_follows(name, judged):
    seen = judged(name)
    assert [word for word in WORDS.get(name, []) if word not in seen["log"]] == [], seen["log"]
    assert not seen["wrong"], f"no pointer at {seen['wrong']}, see {seen['folder']}"
    assert seen["run level"] == "1"
    assert seen["fast"] > 0 and seen["slow"] == 0
    assert seen["gurus"] == [] and "PANIC" not in seen["serial"] and "looking every" not in seen["serial"]
