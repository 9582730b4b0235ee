"""Is a machine whole? One answer for every test that puts machines together oddly, or interrupts their lives."""

import re

import report
from reading import ROOT, judge_pointer

ISO = ROOT / "build" / "guestbook.iso"
LAST_CHAPTER = re.findall(r"^(\d+  .*?) \|", (ROOT / "boot" / "contents").read_text(), re.MULTILINE)[-1]  # as the boot log has it
# What VirtualBox complains of in every machine: none of it is the guest's doing.
ALWAYS = ["rc=VERR_SUP_DRIVERLESS",  # there is no driver
          "The VBoxGuestPropSvc service call failed"]  # the window asks before the machine runs
# What a guest finds odd on a busy computer, which lets it stand still now and then: it sets its clock, as it should.
BUSY = ("Clock: stepped",)
OTHER_SPEED = "Clock: the machine's time passes"


def wait_for_boot(machine, seconds, boots=1):
    """Until the boot log has come to its end for the BOOTS-th time and the host offers positions; answers its boot log."""
    def has_booted():
        return len(re.findall(f"{LAST_CHAPTER}.*\n", machine.serial())) == boots
    machine.wait_until(has_booted, seconds, f"end of boot {boots}")
    machine.wait_until(lambda: machine.ask("mouse_abilities")["absolute"], 30, "absolute positions")
    newest = machine.serial().rpartition(" 1  The first instruction")[2]
    return newest[:re.search(f"{LAST_CHAPTER}.*\n", newest).end()]  # the desk's prompt follows, sooner or later


def follows(machine, x, y, seconds=30):
    """The status row once the pointer is where the host says; None when it is not within SECONDS: then a picture is kept."""
    machine.mouse(x + 1, y + 1)

    def is_there():
        status = judge_pointer(machine, x, y)
        return status if status and status["source"] == "host" else None
    try:
        return machine.wait_until(is_there, seconds, f"pointer at {x},{y}")
    except TimeoutError:
        machine.screenshot()
        return None


def acknowledged(machine):
    """How often the host's events were fetched: (by the port, by request)."""
    counters = machine.statistics("/Devices/VMMDev/*")
    return sum(value for name, value in counters.items() if "FastIrqAck" in name), counters["/Devices/VMMDev/SlowIrqAck"]


def oddities(machine):
    """What the guest found odd, since it was switched on: lines of its log that are set in by four spaces and have a subject.
    The desk's prompt may stand before them."""
    return re.findall(r"^(?:/\S*> )?    ([A-Z].*: .*\S)", machine.serial(), re.MULTILINE)


def is_measured_wrongly(machine):
    """Whether chapter 9 found another speed of the counter than VirtualBox says it has, by a tenth or more: on a busy computer
    the timers that it is measured against lag behind. Then the clock rightly learns that time has another speed."""
    said = int(re.findall(r"clock (\d+) MHz", machine.serial())[-1])
    true = int(re.search(r"cTSCTicksPerSecond=([\d ]+\d)", machine.vbox_log())[1].replace(" ", "")) / 1e6
    return abs(said / true - 1) > 0.1


def faults(machine, expected=()):
    """What is wrong with a machine that has booted, as the host and the guest see it: sentences; none is good.

    expected: beginnings of oddities that belong to the life that the machine has led."""
    size = machine.ask("screen")
    width, height = size["width"], size["height"]
    found = [f"no pointer at {x},{y}" for x, y in [(40, 30), (width - 2, height - 40), (width // 2, height // 3)]
             if not follows(machine, x, y)]
    additions = machine.ask("guest_additions")
    if additions["run_level"] != 1 or not additions["version"].endswith("_Guestbook"):
        found.append(f"the host does not know the guest: {additions}")
    if 50 not in additions["facilities"].values():
        found.append(f"no facility is active: {additions['facilities']}")
    if not machine.ask("mouse_abilities")["absolute"]:
        found.append("the host offers no positions")
    fast, slow = acknowledged(machine)
    if not fast or slow:
        found.append(f"{fast} fast acknowledges, {slow} slow ones")
    if machine.state() != "running":
        found.append(f"its state is {machine.state()}")
    found += [line for line in report.complaints(machine.vbox_log()) if not any(words in line for words in ALWAYS)]
    found += machine.gurus()
    found += re.findall(r"^PANIC.*\S", machine.serial(), re.MULTILINE)
    found += [line for line in oddities(machine) if not line.startswith((*BUSY, *expected))
              and not (line.startswith(OTHER_SPEED) and is_measured_wrongly(machine))]
    return [f"{fault} (see {machine.folder})" for fault in found]
