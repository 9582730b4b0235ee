"""Does the guest know the time on machines whose own is odd, judged by the host's clock and by what stands on the screen?

VirtualBox lets a machine's time pass at another speed than the host's (WarpDrivePercentage), and its processor's counter
stand still while the processor works, or sleeps (TSCTiedToExecution)."""

import datetime
import re

import guest_memory
import pytest
from guest_memory import GuestMemory
from judging import ISO, faults, wait_for_boot
from reading import ROOT
from test_health import BOUND, watch_board
from test_services import ORDER, STATUS, Notes
from virtualbox import Machine

KERNEL = ROOT / "build" / "guestbook.elf"
BOOT_SECONDS, SECONDS = 240, 60
SETTING = "VBoxInternal/TM/"

MACHINES = {  # {name: (settings, percent of the host's speed, whether the processor's counter stands still at times)}
    "half": ({"WarpDrivePercentage": "50"}, 50, False),
    "slow": ({"WarpDrivePercentage": "80"}, 80, False),
    "fast": ({"WarpDrivePercentage": "120"}, 120, False),
    "double": ({"WarpDrivePercentage": "200"}, 200, False),
    "still at work": ({"TSCTiedToExecution": "1"}, 100, True),
    "still": ({"TSCTiedToExecution": "1", "TSCNotTiedToHalt": "1"}, 100, True),
}


def changed(notes, name):
    """When a property was set, by the host's clock: seconds since 1970."""
    stamp = re.search(r"@ (\S+?)(?:\d{6})?Z", notes.ask("enumerate", name))[1]
    return datetime.datetime.fromisoformat(stamp).replace(tzinfo=datetime.timezone.utc).timestamp()


def live(installation, name):
    settings, speed, _ = MACHINES[name]
    with Machine(ISO, "clock-" + name.replace(" ", "-"), installation=installation,
                 extradata={SETTING + key: value for key, value in settings.items()}) as machine:
        wait_for_boot(machine, BOOT_SECONDS)
        seen = {"faults": faults(machine, expected=("Clock: the machine's time", "Clock: the processor's counter"))}

        def clock(readings):
            """The guest's clock once it has been compared so often."""
            def look():
                now = guest_memory.wall_clock(GuestMemory(machine, KERNEL))
                return now["readings"] >= readings and now
            return machine.wait_until(look, SECONDS, f"reading {readings}")
        machine.wait_until(lambda: speed == 100 or "of the host's speed" in machine.serial(), SECONDS, "speed that is learned")
        seen["learned"] = clock(4)
        seen["board"] = watch_board(machine)
        seen["later"] = clock(seen["learned"]["readings"] + 4)
        notes = Notes(machine)
        seen["wait"] = notes.order("prop wait /Moon/* 4")
        seen["waited"], seen["log"] = (changed(notes, STATUS) - changed(notes, ORDER)) * speed / 100, machine.serial()
    return seen


@pytest.mark.parametrize("name", MACHINES)
def test_the_clock_is_the_host_s(name, ahead):
    seen, (_, speed, stands_still) = ahead(name), MACHINES[name]
    assert seen["faults"] == []
    behind, fast = seen["board"]
    assert fast < BOUND and behind < 2 + 2 * BOUND, seen
    assert seen["log"].count("the processor's counter stands still at times; the power management timer serves") == stands_still
    said = [int(percent) for percent in re.findall(r"passes at about (\d+) % of the host's speed", seen["log"])]
    assert len(said) == (speed != 100) and all(speed * 0.9 < percent < speed * 1.1 for percent in said), said
    assert seen["later"]["steps"] == seen["learned"]["steps"], seen["log"]  # once it is learned


@pytest.mark.parametrize("name", MACHINES)
def test_a_wait_ends_when_it_should(name, ahead):
    seen = ahead(name)
    assert seen["wait"] == (1, "prop: /Moon/*: nothing came (status -40)")
    assert 4 <= seen["waited"] < 8, seen  # from the order to its end
