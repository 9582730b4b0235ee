"""What is counted in VirtualBox, by the host's own counters. Two machines at a time, one a processor."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import guest_memory
from display import PrivateDisplay
from figures import BUILD, ISO, KERNEL, figure, number
from guest_memory import GuestMemory
from bench_images import changed_image, halting_image, image_of_chapters
from reading import judge_pointer, steady_status
from virtualbox import Machine

COUNTER = "/IEM/CPU0/cInstructions"
LAST_CHAPTER = "14  A pointer that follows"
CLOCK_CHAPTER = "18  Keeping time and health"
BOOTS = 3  # of each kind; the median counts
PAUSES = (0, 1, 2, 5, 10, 20)  # milliseconds between two clicks
CLICKS = 50  # presses and releases a pause
HINTS, WIDE_DISPLAY = ((1024, 768), (2560, 1440)), "2700x1600"
DRIFT_SECONDS = 600
NO_BEAT_MS = 30 * 60 * 1000
CALL_LETTERS = 40  # CALLS_A_LETTER calls each
CALLS = "/HGCM/MsgTotal"


def median(values):
    return sorted(values)[len(values) // 2]


class Counter:
    """Instructions that the guest has executed. The host's counter has 32 bits: look more often than it wraps."""

    def __init__(self, machine):
        self.machine, self.total, self.last = machine, 0, 0
        self()

    def __call__(self):
        now = self.machine.statistics(COUNTER)[COUNTER]
        self.total += (now - self.last) % 2 ** 32
        self.last = now
        return self.total

    def at_rest(self, seconds=1.5, limit=120):
        """The count once it has not changed for so long."""
        end, before, since = time.monotonic() + limit, self(), time.monotonic()
        while time.monotonic() - since < seconds and time.monotonic() < end:
            time.sleep(0.1)
            now = self()
            if now != before:
                before, since = now, time.monotonic()
        return before


def instructions_to_rest(machine):
    return Counter(machine).at_rest()


def stages(machine):
    """Seconds from power on to the CD, to the kernel, to the pointer, by VirtualBox's own log."""
    def when(words):
        found = re.search(rf"^(\d+):(\d+):([\d.]+) .*{words}", machine.vbox_log(), re.M)
        return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None
    marks = [when(words) for words in ("to 'RUNNING'", "Booting from CD-ROM", "w=1024 h=768", f"Guest Log: {LAST_CHAPTER}")]
    return [after - before for before, after in zip(marks, marks[1:])]


def boot(installation, image, name, work):
    with Machine(image, name, installation=installation) as machine:
        if image != BUILD / "halting.iso":
            machine.wait_serial(LAST_CHAPTER, 240)  # of all that later chapters say, too, this comes first
        return work(machine)


def status(machine):
    time.sleep(0.5)  # the numbers follow ten times a second
    return steady_status(machine)[1]


def per_event(machine, counter, step, pause, events):
    """(instructions, seconds) of one of EVENTS events, STEP pixels further each."""
    machine.mouse(50, 50)
    before = counter.at_rest()
    seconds = machine.burst([[50 + step * i % 900, 50 + step // 2 * i % 600, 0, 0, 0] for i in range(1, events + 1)], pause)
    return (counter.at_rest() - before) / events, seconds / events


def event_costs(machine):
    """(what the pointer costs, what the numbers cost) per event, from events so close that one
    drawing of the numbers serves many, and so far apart that each gets its own. 100 ms is STATUS_INTERVAL."""
    counter, costs = Counter(machine), {}
    for name, step in (("slow hand", 4), ("jumps", 97)):
        near, pause = per_event(machine, counter, step, 0.005, 400)
        far, _ = per_event(machine, counter, step, 0.2, 25)
        share = pause / 0.1  # of a drawing of the numbers that falls to one of the near events
        numbers = (far - near) / (1 - share)
        costs[name] = (far - numbers, numbers)
    return costs


def idle_second(machine):
    counter = Counter(machine)
    before, started = counter.at_rest(), time.monotonic()
    time.sleep(20)
    return (counter() - before) / (time.monotonic() - started)


def hint_costs(installation, image):
    """{(width, height): guest instructions from the host's hint until the guest rests again}"""
    costs = {}
    folder = BUILD / "wide-display"
    folder.mkdir(parents=True, exist_ok=True)
    with PrivateDisplay(folder, WIDE_DISPLAY) as display, \
            Machine(image, "bench-hint", installation=installation, vram=32, display=display) as machine:
        machine.wait_serial(LAST_CHAPTER, 240)
        counter = Counter(machine)
        for width, height in ((800, 600), *HINTS):
            before = counter.at_rest()
            machine.ask("video_mode_hint", width=width, height=height)
            machine.wait_until(lambda size=(width, height): machine.ask("screen")["width"] == size[0], 30, f"{width}x{height}")
            costs[width, height] = counter.at_rest() - before
    return {size: costs[size] for size in HINTS}


def acknowledges(machine):
    return sum(value for name, value in machine.statistics("/Devices/VMMDev/*").items() if "IrqAck" in name)


def burst(machine):
    before = acknowledges(machine)
    machine.burst([[1 + step, 1 + step * 3 // 4, 0, 0, 0] for step in range(999)] + [[777, 333, 0, 0, 0]])
    machine.steady_picture()
    return acknowledges(machine) - before, judge_pointer(machine, 776, 332) is not None


def arrivals(machine):
    """{pause in ms: (share of clicks, share of turns of the wheel that arrived)}"""
    found = {}
    for pause in PAUSES:
        machine.mouse(300, 300)
        before = status(machine)
        machine.burst([[300, 300, 0, 0, press] for _ in range(CLICKS) for press in (1, 0)], pause / 1000)
        between = status(machine)
        machine.burst([[300, 300, 1, 0, 0] for _ in range(CLICKS)], pause / 1000)
        after = status(machine)
        found[pause] = ((between["clicks"] - before["clicks"]) / CLICKS, (after["wheel"][0] - between["wheel"][0]) / CLICKS)
    return found


def say_arrivals(name, found):
    figure(name, "; ".join(f"{pause} ms: {clicks:.0%}, {turns:.0%}" for pause, (clicks, turns) in found.items()))


def resting_machine(machine):
    return {"at_rest": instructions_to_rest(machine), "idle": idle_second(machine), "events": event_costs(machine)}


def main_machine(machine):
    return {"stages": stages(machine), "burst": burst(machine), "arrivals": arrivals(machine)}


def boots_and_events(installation):
    ps2, drawing = changed_image("ps2"), {last: image_of_chapters(last) for last in (14, 15, 16)}
    halting = halting_image(drawing[14].parent / "guestbook.elf")
    with ThreadPoolExecutor(2) as pool:  # one a processor
        main = pool.submit(boot, installation, ISO, "bench", main_machine)
        stopped = [pool.submit(boot, installation, halting, "bench-halting", instructions_to_rest) for _ in range(BOOTS)]
        booted = [pool.submit(boot, installation, ISO, "bench-boot", stages) for _ in range(BOOTS - 1)]
        by_ps2 = pool.submit(boot, installation, ps2, "bench-ps2", arrivals)
        rest = pool.submit(boot, installation, drawing[14], "bench-14", resting_machine)
        others = [pool.submit(boot, installation, drawing[14], "bench-14", instructions_to_rest) for _ in range(BOOTS - 1)]
        by_host = pool.submit(boot, installation, drawing[15], "bench-15", event_costs)
        hints = pool.submit(hint_costs, installation, drawing[16])
        seen, resting = main.result(), rest.result()
        before = [job.result() for job in stopped]
        after = [resting["at_rest"]] + [job.result() for job in others]
        kernel = median(after) - median(before)
        noise = max(max(before) - min(before), max(after) - min(after))
        figure("kernel entry to pointer live, guest instructions", f"{kernel / 1e6:.2f} million", "< 20 million", kernel < 20e6,
               f"the screen shown once more included; before the entry, firmware and GRUB take {median(before) / 1e6:.1f} "
               f"million, and boots differ by {noise / 1e6:.1f}")
        for name, (pointer, numbers) in resting["events"].items():
            figure(f"one mouse event, interrupt to pixels, guest instructions ({name})", number(pointer), "< 3,000",
                   pointer < 3000, f"the numbers in the status row, at most ten times a second: {number(numbers)}")
        for name, (pointer, _) in by_host.result().items():
            figure(f"one mouse event while the host draws, guest instructions ({name})", number(pointer), "< 3,000",
                   pointer < 3000, "chapters 1 to 15; no pixel is written")
        figure("one idle second, guest instructions", number(resting["idle"]), "< 5,000",
               resting["idle"] < 5000, "chapters 1 to 14: no clock shown")
        for (width, height), instructions in hints.result().items():
            figure(f"from hint to rest at {width}x{height}, guest instructions", number(instructions),
                   note=f"{instructions / (width * height / 2):.2f} times the stores of one plain fill, 8 bytes each; the "
                   "screen shown once more after half a second is in it")
        acknowledged, exact = seen["burst"]
        figure("1,000 events in a burst, in VirtualBox: interrupts", number(acknowledged), "<= 1,000",
               acknowledged <= 1000 and exact, "FastIrqAckR3; last position " + ("exact" if exact else "WRONG"))
        say_arrivals(f"clicks and turns of the wheel that arrive, {CLICKS} each, by the pause between two events",
                     seen["arrivals"])
        say_arrivals("clicks and turns that arrive where they come by PS/2, the same way", by_ps2.result())
        firmware, grub, in_kernel = (median(values) for values in zip(seen["stages"], *(job.result() for job in booted)))
        figure("power-on to pointer, seconds", f"{firmware + grub + in_kernel:.1f}", note=f"firmware {firmware:.1f}, GRUB "
               f"{grub:.1f}, kernel {in_kernel:.1f}; two machines at a time")


# Time and health


def beat_rate(installation, milliseconds):
    """Guest instructions a second of a machine that is left alone, with a heartbeat every so often."""
    with Machine(ISO, f"bench-beat-{milliseconds}", installation=installation, extradata={
            "VBoxInternal/Devices/VMMDev/0/Config/HeartbeatInterval": f"{milliseconds * 1000000}"}) as machine:
        machine.wait_serial(CLOCK_CHAPTER, 240)
        time.sleep(20)  # the screen is shown once more, and the clock has learned
        counter, started = Counter(machine), time.monotonic()
        before = counter()
        while time.monotonic() < started + 40:
            time.sleep(1)
            counter()
        return (counter() - before) / (time.monotonic() - started)


def drift(installation):
    """(drift in millionths, largest error in milliseconds of ten minutes, number of corrections, of readings)"""
    with Machine(ISO, "bench-drift", installation=installation) as machine:
        machine.wait_serial(CLOCK_CHAPTER, 240)
        time.sleep(60)  # in which the drift is learned
        first = guest_memory.wall_clock(GuestMemory(machine, KERNEL))
        seen, end = [first], time.monotonic() + DRIFT_SECONDS
        while time.monotonic() < end:
            time.sleep(10)
            seen.append(guest_memory.wall_clock(GuestMemory(machine, KERNEL)))
        return (seen[-1]["drift"] / 1000, max(abs(one["error"]) for one in seen) / 1000, seen[-1]["slews"] - first["slews"],
                seen[-1]["readings"] - first["readings"], seen[-1]["steps"] - first["steps"])


def health(installation):
    """What chapter 18 costs, and how well it keeps time."""
    with ThreadPoolExecutor(2) as pool:
        clock = pool.submit(drift, installation)
        often, never = beat_rate(installation, 100), beat_rate(installation, NO_BEAT_MS)
        off_by, error, slews, readings, steps = clock.result()
    beat = (often - never) / 10
    figure("one heartbeat and one look at the host's time, guest instructions", number(beat),
           note=f"{number(beat / 2)} a second at the usual interval of 2 s; beside them the board draws its clock: "
                f"{number(never)} a second without any heartbeat")
    figure("wall clock over ten minutes, largest error", f"{error:.1f} ms", "< 10 ms", error < 10,
           f"{slews} corrections by slewing, {steps} steps, of {readings} readings; uncorrected it would have lost "
           f"{off_by * DRIFT_SECONDS / 1000:,.0f} ms: chapter 9 measures with a host that has more to do")


# Services


def call_costs(machine):
    """(guest instructions, exits for events, seconds) of one call to a service, from there to its answer and back."""
    def note(verb, *words):
        return machine.manage("guestproperty", verb, machine.name, *words)

    def obey(letters, number):
        before, started, calls = counter(), time.monotonic(), (acknowledges(machine), machine.statistics(CALLS)[CALLS])
        note("set", "/Guestbook/Command", "x" * letters)
        machine.wait_until(lambda: f"{number} ended" in note("get", "/Guestbook/Status"), 120, "answer")
        return (counter() - before, acknowledges(machine) - calls[0], time.monotonic() - started,
                machine.statistics(CALLS)[CALLS] - calls[1])

    machine.wait_until(lambda: "0 ready" in note("get", "/Guestbook/Status"), 60, "guest that takes orders")
    counter, started = Counter(machine), time.monotonic()
    before = counter()
    time.sleep(5)
    idle = (counter() - before) / (time.monotonic() - started)  # the board draws its clock meanwhile
    few, many = obey(1, 1), obey(1 + CALL_LETTERS, 2)
    calls = many[3] - few[3]
    return (many[0] - few[0] - idle * (many[2] - few[2])) / calls, (many[1] - few[1]) / calls, (many[2] - few[2]) / calls


def services(installation):
    instructions, exits, seconds = boot(installation, changed_image("calls"), "bench-calls", call_costs)
    figure("one call to a service of the host, there and back, guest instructions", number(instructions), "< 4,000",
           instructions < 4000, f"a property is read, texts and pages included; {1000 * seconds:.2f} ms, most of it the host's")
    figure("exits per call to a service", f"1 OUT, {exits:.2f} IN", "2", exits <= 1, "FastIrqAckR3 beside /HGCM/MsgTotal")
    return instructions
