"""Is nothing lost, and nothing left over, when the life of a machine is interrupted?

Each life is a machine of its own, two at a time, judged by the host. One thing cannot be asked: a reset after a
restore stops in VirtualBox's own BIOS (7.2.22 without its driver), with an empty drive, too."""

import re
import threading
import time

import pytest
from judging import ISO, LAST_CHAPTER, faults, follows, wait_for_boot
from reading import host_pointer, judge_pointer, steady_status
from stories import find_row
from test_display import place_in_window, resizes, wish
from virtualbox import Machine, MachineDied

SECONDS = 240
IGNORED = "VMMDevNotifyGuest: fAddEvents=0x200 ignored"  # VirtualBox, of motion that comes while the machine stands still
RESTORED = ("Session: restored",)  # what a guest says that goes on elsewhere


def ten_resets_in_a_row(machine):
    """Each comes while a button is held and motion is under way: events and buttons that the next boot must not see."""
    first = without_times(wait_for_boot(machine, SECONDS))
    for boot in range(2, 12):
        machine.burst([[100 + step, 200, 0, 0, 1] for step in range(50)])
        machine.reset()
        machine.wait_until(lambda: machine.ask("guest_additions")["run_level"] == 0, 10, "forgotten guest")
        assert not machine.ask("mouse_abilities")["absolute"] and not host_pointer(machine)
        assert without_times(wait_for_boot(machine, SECONDS, boot)) == first
        assert status(machine)["source"] == "nobody yet" or status(machine)["buttons"] == "-----"
        assert faults(machine) == []


def pause_and_resume(machine):
    """What comes meanwhile the host does not hand on, and says so. The guest notices that its clock stood still, and asks:
    the pointer is where the hand is, and what was pressed and released again has not happened."""
    wait_for_boot(machine, SECONDS)
    assert follows(machine, 100, 100)
    for pause in range(3):
        clicks = status(machine)["clicks"]
        machine.pause()
        assert machine.state() == "paused"
        machine.mouse(701, 301, buttons=1)
        machine.mouse(701, 301)
        machine.resume()
        assert machine.vbox_log().count(IGNORED) == 2 * (pause + 1)
        machine.wait_until(lambda: judge_pointer(machine, 700, 300), 30, "pointer where the hand was moved")
        assert status(machine)["clicks"] == clicks and status(machine)["buttons"] == "-----"
        assert faults(machine) == []


def wishes_while_paused(machine):
    """A person wishes for a size, and then for another, while the machine stands still."""
    wait_for_boot(machine, SECONDS)
    for width in (800, 864, 800):
        machine.pause()
        wish(machine, width - 32, 480)
        wish(machine, width, 600)
        machine.resume()
        machine.wait_until(lambda width=width: resizes(machine)[-1][:2] == (width, 600), 30, f"{width}x600")
        machine.wait_until(lambda: place_in_window(machine), 30, "window that shows what video memory holds")
    assert faults(machine) == []


def save_and_restore_in_a_burst(machine):
    """Every position of the burst is another, and at every second one a button goes down: the place tells how many clicks
    there can have been. None counts twice. What the host takes while the machine is stopped already is in no log, and takes
    a few events with it; where one of the guest's was still under way, the guest then sees the newest position."""
    wait_for_boot(machine, SECONDS)
    for _ in range(3):
        assert follows(machine, 50, 50)
        clicks = status(machine)["clicks"]
        sent = send_until(machine, lambda number: machine.burst([[101 + number, 301, 0, 0, number % 2]]), 0.03, 40, machine.save)
        heard = sent - machine.vbox_log().count(IGNORED)
        machine.power_on()
        seen = notices_restore(machine)
        arrived, pressed = seen["x"] - 100 + 1, seen["clicks"] - clicks
        assert heard - 4 <= arrived <= sent + 1
        assert heard - 4 <= 2 * pressed <= arrived + 1
        assert faults(machine, RESTORED) == []


def save_and_restore_in_a_change_of_size(machine):
    """Each wish comes before the last is fulfilled. The window wishes, too, what it has become in the meantime: the host's log
    tells what the newest wish was. What it took while the machine was being saved, the state may have in it or not."""
    wait_for_boot(machine, SECONDS)
    for gap in (0.02, 0.11):  # between two wishes
        send_until(machine, lambda number: machine.ask("video_mode_hint", width=960 + number % 30 * 7, height=640 + number % 30),
                   gap, 10, machine.save)
        until_saving, _, while_saving = machine.vbox_log().partition("to 'SAVING'")
        newest = wishes(until_saving)[-1:] + wishes(while_saving)
        shown = resizes(machine)[-1]
        machine.power_on()
        notices_restore(machine)
        machine.wait_until(lambda newest=newest: resizes(machine)[-1][:2] in (wishes(machine.vbox_log())[-1:] or newest), 30,
                           f"mode of {newest}; {shown} when it was saved")
        machine.wait_until(lambda: place_in_window(machine), 30, "window that shows what video memory holds")
        machine.wait_until(lambda: find_row(machine.picture(), LAST_CHAPTER), 30, "text on the screen")
        assert faults(machine, RESTORED) == []


def roll_back_to_a_snapshot(machine):
    wait_for_boot(machine, SECONDS)
    assert follows(machine, 600, 200)
    before = status(machine)
    machine.take_snapshot("before")
    for _ in range(5):
        machine.mouse(301, 301, buttons=1)
        machine.wait_until(lambda: status(machine)["buttons"] == "L----", 30, "press")
        machine.mouse(301, 301)
        machine.wait_until(lambda: status(machine)["buttons"] == "-----", 30, "release")
    assert status(machine)["clicks"] == before["clicks"] + 5
    machine.power_off()
    machine.roll_back()
    machine.power_on()
    assert notices_restore(machine) == before
    assert faults(machine, RESTORED) == []


LIVES = {life.__name__: (life, {}) for life in (ten_resets_in_a_row, save_and_restore_in_a_burst)}
LIVES |= {f"save_and_restore_in_a_change_of_size-{adapter}": (save_and_restore_in_a_change_of_size, {"adapter": adapter})
          for adapter in ("vmsvga", "vboxvga")}
LIVES |= {life.__name__: (life, {}) for life in (roll_back_to_a_snapshot, pause_and_resume, wishes_while_paused)}


def status(machine):
    return steady_status(machine)[1]


def notices_restore(machine):
    """The serial log is a new one: nothing has booted, and the guest has noticed once that it goes on elsewhere. Nobody has
    moved the mouse: there is one pointer, where the guest thinks it is. Answers the status row."""
    def shows_one_pointer():
        seen = status(machine)  # each time: the newest position may still be under way
        return judge_pointer(machine, seen["x"], seen["y"], reach=0) and seen

    machine.wait_until(lambda: "Session: restored" in machine.serial(), 30, "notice of the restore")
    assert machine.serial().count("    Session: ") == 1
    assert LAST_CHAPTER not in machine.serial()
    return machine.wait_until(shows_one_pointer, 30, "pointer where the guest thinks it is")


def without_times(log):
    """A boot log without what differs from boot to boot: the speed that was measured, the host's time."""
    return re.sub(r"\d+ MHz|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "...", log)


def wishes(log):
    """[(width, height)] of the hints that the host has taken, the window's own among them."""
    return [(int(width), int(height)) for width, height in re.findall(r"Got a video mode hint \((\d+)x(\d+)x", log)]


def send_until(machine, send, gap, enough, end):
    """SEND(number) again and again, GAP seconds apart; after ENOUGH times END() ends the machine meanwhile. Answers how many
    the host has taken."""
    sent = [0]

    def send_all():
        try:
            while sent[0] < 900:
                send(sent[0])
                sent[0] += 1
                time.sleep(gap)
        except (MachineDied, AttributeError):  # as it must: refused, or the session is closed
            pass
    thread = threading.Thread(target=send_all)
    thread.start()
    machine.wait_until(lambda: sent[0] > enough, 60, "events under way")
    end()
    thread.join()
    return sent[0]


def live(installation, name):
    life, settings = LIVES[name]
    with Machine(ISO, name.replace("_", "-"), installation=installation, **settings) as machine:
        life(machine)


@pytest.mark.parametrize("name", LIVES)
def test_the_guest_outlives(name, ahead):
    ahead(name)
