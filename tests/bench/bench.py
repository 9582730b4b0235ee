"""What does it cost? The figures of docs/figures.md, measured anew.

    bench.py            all of them; the table on the terminal, build/bench.json and docs/figures.md
    bench.py --host     only what needs no VirtualBox; the table on the terminal
    bench.py --linux    only what is beside Linux; on the terminal, and its section of docs/figures.md

Nothing here is a test: a figure is what it is. Guest instructions are differences of VirtualBox's own
counter, which is exact where it interprets the guest. Costs of a single thing are differences too: between
this kernel and one that halts at its entry, between many events and none."""

import datetime
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("machine", "virtualbox", "host")]

import guest_memory  # noqa: E402
import installation as installations  # noqa: E402
import linux  # noqa: E402
from display import PrivateDisplay  # noqa: E402
from guest_memory import GuestMemory  # noqa: E402
from linux_machine import processor  # noqa: E402
from reading import judge_pointer, steady_status  # noqa: E402
from sources import named_in, with_parts  # noqa: E402
from userland import SetupError  # noqa: E402
from virtualbox import Machine, MachineDied  # noqa: E402

BUILD = ROOT / "build" / "bench"
ISO, KERNEL = ROOT / "build" / "guestbook.iso", ROOT / "build" / "guestbook.elf"
COUNTER = "/IEM/CPU0/cInstructions"
LAST_CHAPTER = "14  A pointer that follows"
BOOTS = 3  # of each kind; the median counts
PAUSES = (0, 1, 2, 5, 10, 20)  # milliseconds between two clicks
CLICKS = 50  # presses and releases a pause
HINTS, WIDE_DISPLAY = ((1024, 768), (2560, 1440)), "2700x1600"
DRIFT_SECONDS = 600
NO_BEAT_MS = 30 * 60 * 1000
CALLS_A_LETTER, CALL_LETTERS = 100, 40
CALLS = "/HGCM/MsgTotal"
HLT_FOR_EVER = b"\xf4\xeb\xfd"  # hlt; jmp back: interrupts are off where a loader jumps to
HOST_FLAGS = ["-std=gnu11", "-g", "-O2", "-march=x86-64", "-fno-pie", "-no-pie", "-fno-strict-aliasing",
              "-fno-omit-frame-pointer", "-fno-stack-protector", "-fcf-protection=none", "-Wall", "-Wextra", "-Werror",
              "-Itests/host/fake", "-I.", "-Wl,-z,noexecstack"]

figures = []


def figure(name, value, goal=None, met=None, note=""):
    """Keep one figure. value, goal: texts. met: whether the goal is; None: there is none."""
    figures.append({"name": name, "value": value, "goal": goal, "met": met, "note": note})
    print(f"  {name}: {value}" + ("" if met is None else f" (goal {goal}: {'met' if met else 'MISSED'})"), flush=True)


def number(value):
    return f"{value:,.0f}"


def median(values):
    return sorted(values)[len(values) // 2]


def run(*command, **settings):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, **settings)
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


# On this computer


def host_program(name, *sources, debug=1, options=()):
    """The figures that tests/bench/NAME.c prints."""
    objects = []
    for source in with_parts(sources):
        if source.endswith(".asm"):
            objects.append(BUILD / (Path(source).stem + ".o"))
            run("nasm", "-f", "elf64", "-I./", "-o", objects[-1], source)
        else:
            objects.append(source)
    run("gcc", *HOST_FLAGS, f"-DDEBUG={debug}", *options, "tests/host/test.c", "tests/host/fake/fake.c",
        f"tests/bench/{name}.c", *objects, "-o", BUILD / name)
    return json.loads(run(BUILD / name))


def events_on_the_host():
    seen = host_program(
        "event", "kernel/pointer.c", "kernel/input.c", "kernel/interrupts.c", "kernel/task.c", "kernel/task_switch.asm",
        "kernel/screen.c", "kernel/text.c", "kernel/console.c", "lib/font.c", "lib/utf8.c", "lib/format.c", "drivers/guest/mouse.c",
        "drivers/guest/events.c", "drivers/guest/vmmdev.c", "tests/host/fake/machine.c", "tests/host/fake/vmmdev.c",
        options=["-mgeneral-regs-only", "-Wl,--wrap=screen_move_overlay"])
    step, jump, burst = seen["step"], seen["jump"], seen["burst"]
    exits = step["exits"] / step["events"]
    figure("VMMDev exits per mouse event", f"{exits:g}", "2", exits <= 2,
           f"{step['fetches'] / step['events']:g} IN, {step['requests'] / step['events']:g} OUT, in the fake's trace")
    most = max(step["most_pixels"], jump["most_pixels"]) / step["sprite"]
    figure("video memory written per move, at most", f"{most:.2f} sprites", "< 3", most < 3,
           f"slow hand {step['pixels'] / step['moves'] / step['sprite']:.2f}, jumps "
           f"{jump['pixels'] / jump['moves'] / jump['sprite']:.2f} on average")
    figure("1,000 events while no task runs: redraws", f"{burst['redraws']}", "< 1,000",
           burst["redraws"] < burst["events"] and burst["last_exact"],
           "last position " + ("exact" if burst["last_exact"] else "WRONG"))


def resize_on_the_host():
    seen = host_program(
        "resize", "kernel/desktop.c", "kernel/screen.c", "kernel/text.c", "kernel/console.c",
        "kernel/pointer.c", "kernel/input.c", "kernel/interrupts.c", "kernel/task.c", "kernel/task_switch.asm", "lib/memory.c",
        "lib/font.c", "lib/utf8.c", "lib/format.c", "drivers/guest/mouse.c", "drivers/guest/events.c", "drivers/guest/vmmdev.c",
        "drivers/guest/display_hints.c", "tests/host/fake/machine.c", "tests/host/fake/vmmdev.c",
        "tests/host/fake/vmmdev_display.c", options=["-mgeneral-regs-only", "-fno-builtin", "-Wl,--wrap=screen_present",
                                            "-Wl,--wrap=memcpy", "-Wl,--wrap=memset"])
    figure("VMMDev exits per change of the window's size", f"{seen['exits']}", "2", seen["exits"] <= 2,
           f"{seen['trace']}, in the fake's trace; the adapter's registers are 20 more (VBE)")
    for size in ("1024x768", "2560x1440"):
        figure(f"from hint to first complete frame at {size}, memory written, beside one plain fill of that screen",
               f"{seen[size]['written'] / seen[size]['screen']:.2f} x", note="ground filled, console filled, all presented "
               "once; glyphs come on top")
    figure("video memory written per console line, bytes", number(seen["line"]), note=f"{seen['line_characters']} characters; "
           f"a line that scrolls writes the console anew: {number(seen['scroll'])}, {seen['scroll'] / seen['screen']:.0%} of "
           "1024x768")


def allocator_on_the_host():
    seen = host_program("allocator", "tests/bench/steps.c", "kernel/pages.c", "kernel/memory_map.c", "lib/format.c", debug=0)
    pages, low, free_list, malloc = (seen["per_page"][name] for name in ("pages", "low pages", "free list", "malloc"))

    def all_of(which):
        return which["take_ns"] + which["give_ns"]

    ratio = all_of(pages) / all_of(free_list)
    figure("one page taken and given back, time beside a free list", f"{ratio:.2f} x", "<= 1", ratio <= 1,
           f"{all_of(pages):.1f} ns; free list {all_of(free_list):.1f} ns, which waits for the memory of each page; "
           f"malloc {all_of(malloc):,.0f} ns; 65,536 pages in a row")
    steps = pages["take_and_give"] / free_list["take_and_give"]
    figure("one page taken and given back, instructions beside a free list", f"{steps:.1f} x", "<= 1", steps <= 1,
           f"{pages['take_and_give']:.0f}, and {low['take_and_give']:.0f} below 4 GiB while there is memory above; free "
           f"list {free_list['take_and_give']:.0f}, without a lock and without a word when a page is freed twice; malloc "
           f"{malloc['take_and_give']:.0f}")
    start_up = {int(size): steps for size, steps in seen["start_up"].items()}
    flat = max(start_up.values()) / min(start_up.values())
    figure("allocator start-up, 64 MiB to 64 GiB, instructions", f"{flat:.2f} x", "< 2", flat < 2,
           ", ".join(f"{size if size < 1024 else size // 1024} {'MiB' if size < 1024 else 'GiB'}: {steps:,}"
                     for size, steps in start_up.items()))


def folders_on_the_host():
    seen = host_program("folders", *named_in("tests/bench/folders.c"), options=["-O1", "-fno-builtin", "-Wl,--wrap=memcpy"])
    copies = seen["copied"] / seen["moved"] - 1  # that one the fake host makes
    figure("copies that the guest makes of each byte read from a share or written to it", f"{copies:.4f}", "<= 1", copies <= 1,
           "every memcpy, before the fake host, a MiB a call; Linux, by its source: 1, between its page cache and the program")


def sizes():
    loaded = BUILD / "loaded.elf"
    run(os.environ.get("OBJCOPY", "objcopy"), "--strip-all", KERNEL, loaded)
    size = loaded.stat().st_size
    figure("kernel as GRUB loads it", f"{size / 1000:.0f} KB", "< 200 KB", size < 200_000)
    figure("image", f"{ISO.stat().st_size / 1e6:.2f} MB", "< 6 MB", ISO.stat().st_size < 6_000_000)


# In VirtualBox


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


def make_image(kernel, name):
    image = BUILD / f"{name}.iso"
    run("sh", "iso/image.sh", kernel, image, BUILD / f"{name}-image")
    return image


def halting_image(kernel):
    """This kernel, byte for byte, but at its entry it halts: what the machine does before it is the same."""
    data = bytearray(kernel.read_bytes())
    entry, table = struct.unpack_from("<QQ", data, 24)
    size, count = struct.unpack_from("<HH", data, 54)
    for at in range(table, table + size * count, size):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, at)
        if kind == 1 and address <= entry < address + length:
            data[offset + entry - address:offset + entry - address + len(HLT_FOR_EVER)] = HLT_FOR_EVER
    kernel = BUILD / "halting.elf"
    kernel.write_bytes(data)
    return make_image(kernel, "halting")


def changed_image(name, path, pattern, replacement):
    """A kernel with one place changed: what PATTERN matches in the file PATH."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("boot", "kernel", "drivers", "lib", "iso"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "tests").symlink_to(ROOT / "tests")
    source = folder / path
    text = re.sub(pattern, replacement, source.read_text())
    if text == source.read_text():
        raise SystemExit(f"bench: {path} is no longer what this knows: {pattern}")
    source.write_text(text)
    run("make", "-C", folder, "iso")
    return folder / "build" / "guestbook.iso"


def image_with_ps2_buttons():
    """A kernel that leaves buttons and wheel to the PS/2 mouse, as it would on a host without request 223."""
    return changed_image("ps2", "drivers/guest/mouse.c", r"(has_buttons = )[^;]*HOST_BUTTONS[^;]*;", r"\1false;")


def image_that_calls():
    """A kernel that answers an order of n letters with n times CALLS_A_LETTER calls of the host's property service."""
    return changed_image("calls", "kernel/notes.c", r"int ended = shell_run\(line, &answer.stream\);",
                         f"int ended = 0; static struct property note; for (; *line; line++) "
                         f"for (int i = 0; i < {CALLS_A_LETTER}; i++) property_get(STATUS, &note);")


def image_of_chapters(last):
    """Chapters 1 to 14 draw the pointer and then rest; chapter 15 leaves it to the host; later ones have a clock."""
    run("make", f"CHAPTER={last}", "iso")
    return ROOT / "build" / f"chapter-{last}" / "guestbook.iso"


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


def beat_rate(installation, milliseconds):
    """Guest instructions a second of a machine that is left alone, with a heartbeat every so often."""
    with Machine(ISO, f"bench-beat-{milliseconds}", installation=installation, extradata={
            "VBoxInternal/Devices/VMMDev/0/Config/HeartbeatInterval": f"{milliseconds * 1000000}"}) as machine:
        machine.wait_serial("Keeping time and health", 240)
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
        machine.wait_serial("Keeping time and health", 240)
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
    instructions, exits, seconds = boot(installation, image_that_calls(), "bench-calls", call_costs)
    figure("one call to a service of the host, there and back, guest instructions", number(instructions), "< 4,000",
           instructions < 4000, f"a property is read, texts and pages included; {1000 * seconds:.2f} ms, most of it the host's")
    figure("exits per call to a service", f"1 OUT, {exits:.2f} IN", "2", exits <= 1, "FastIrqAckR3 beside /HGCM/MsgTotal")
    return instructions


def beside_linux(installation, call):
    """The section of the page. call: what services() measured. Without a Linux it says why there is none."""
    try:
        which, rows = linux.compare(ISO, installation, Counter, call)
    except (SetupError, MachineDied, TimeoutError) as error:
        why = str(error).splitlines()[0]
        print(f"bench: no comparison with Linux: {why}")
        return f"## Beside Linux\n\nNot compared this time: {why}\n"
    for work, ours, theirs, ratio, goal, is_met in rows:
        if goal:
            figure(f"{work}, beside Linux", ratio if goal.endswith("x") else ours, goal, is_met, f"{ours}; Linux {theirs}")
    table = lines_of(("Work", "Guestbook", "Linux", "Ratio", "Goal", ""),
                     [(*row[:4], row[4] or "", MARKS[row[5]]) for row in rows])
    return BESIDE_LINUX.format(which=which, table=table, **when_and_where(installation))


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


def in_virtualbox(installation):
    ps2, drawing = image_with_ps2_buttons(), {last: image_of_chapters(last) for last in (14, 15, 16)}
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


# The page


MARKS = {True: "met", False: "**missed**", None: ""}


def lines_of(titles, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in (titles, ("---",) * len(titles), *rows))


def table():
    order = sorted(figures, key=lambda one: one["met"] is not False)  # misses first
    return lines_of(("Figure", "Value", "Goal", "", "Remark"),
                    [(one["name"], one["value"], one["goal"] or "", MARKS[one["met"]], one["note"]) for one in order])


PAGE = """# Figures

What things cost, misses first. `make bench` measures all of it anew and writes this page; none of it is a test.

Measured on {date}, commit {commit}, on {machine}, in {virtualbox}.

{table}

{beside_linux}
## By hand

What takes too long for every run has a command of its own:

| Command | What it shows | Last run |
|---|---|---|
| `make test-toolchain` | a compiler from nothing in 16 minutes; all three make a kernel that boots: 3 passed | 2026-11-22, 4e25b3f |
| `make test-matrix` | 84 machines with BIOS (three-wise) and 19 with EFI (pairwise): 105 passed in 55 minutes | 2026-11-23, c1ae2e5 |

## How it is measured

* **Guest instructions** are VirtualBox's own count (`/IEM/CPU0/cInstructions`), which is exact where it interprets the
  guest. It has 32 bits and wraps: it is sampled. The cost of the boot is the difference to an image that is the same
  but for three bytes at the kernel's entry, which halt. Firmware and GRUB wait for clocks and devices, so boots differ.
* **One mouse event**, drawn by the kernel of chapters 1 to 14 and, in chapters 1 to 15, by the host, is measured with
  events 5 ms apart, many to one drawing of the numbers in the status row, and 200 ms apart, one to one; two equations,
  two costs.
* **Exits** are accesses in the fake VMMDev's trace (tests/host/fake/vmmdev.c), counted again by the host in VirtualBox:
  one fast acknowledge an event.
* **One call to a service** is a property that is read: 4,000 of them beside 100, in a kernel that takes the letters of an
  order for a number. What the board draws meanwhile is taken off.
* **Beside Linux**: both machines have 512 MiB and a share with the same files. The calls are the host's count
  (`/HGCM/VBoxSharedFolders/Fn*`); of the instructions, what an idle guest takes in that time is taken off. `cp` beside
  `dd bs=1M`; `cat` of 200 names beside the shell's own `read`, so that Linux starts no programs; `ls -l` beside `ls -l`.
  The seconds are the host's, from the order to its end. One call is a property read here, and in Linux a look at a file
  that is not there, without what the shell costs and a look in memory. To boot Linux takes an interpreted VirtualBox
  many minutes; so it goes on from a state that was saved when its modules were loaded.
* **Clicks** are lost where the host overwrites them before the guest looks: VMMDev keeps one mouse state, the newest,
  and an interpreted guest takes about half a millisecond to fetch it. No hand clicks that fast. By PS/2 (mouse feature
  word 0x11) far more is lost: a PS/2 mouse reports at its own rate, and a button that was pressed and released between
  two reports never was; turns of the wheel are added up.
* **The allocator** is kernel/pages.c, compiled for this computer with the kernel's optimisation and DEBUG=0, beside a
  free list as xv6 has it and malloc. Instructions are counted one by one (tests/bench/steps.c); time is the best of
  five runs over 256 MiB, where a free list has to fetch each page into the cache to find the next. What the list does
  not have: runs of pages, zones, an account outside of the pages, and a check of what is given back. That is what the
  other instructions are for ([chapter 5](05-pages.md)); they cost less time than the list waits.
"""


BESIDE_LINUX = """## Beside Linux

The same work in the same VirtualBox, on machines of the same settings, one after the other; first what is missed or worse.
Linux is Debian's {which}; it uses its own vboxsf.
Measured on {date}, commit {commit}.

{table}
"""


def when_and_where(installation):
    return {"date": datetime.date.today().isoformat(), "commit": run("git", "describe", "--always", "--dirty").strip(),
            "machine": f"{os.cpu_count()} processors {processor()}", "virtualbox": str(installation)}


def write_page(installation, beside):
    where = when_and_where(installation)
    (ROOT / "docs" / "figures.md").write_text(PAGE.format(table=table(), beside_linux=beside, **where))
    (ROOT / "build" / "bench.json").write_text(json.dumps(
        {**where, "date": datetime.datetime.now().isoformat(timespec="seconds"), "figures": figures}, indent=1) + "\n")


def write_section(beside):
    """Puts the section into the page that is there."""
    page = ROOT / "docs" / "figures.md"
    before, _, rest = page.read_text().partition("## Beside Linux\n")
    page.write_text(before.partition("## By hand\n")[0] + beside + "\n## By hand\n" + (rest or before).partition("## By hand\n")[2])


def main(only_host, only_linux):
    BUILD.mkdir(parents=True, exist_ok=True)
    installation = None if only_host else installations.find()
    if only_linux:
        folders_on_the_host()
        write_section(beside_linux(installation, services(installation)))
        return
    events_on_the_host()
    resize_on_the_host()
    allocator_on_the_host()
    folders_on_the_host()
    sizes()
    if not only_host:
        in_virtualbox(installation)
        health(installation)
        write_page(installation, beside_linux(installation, services(installation)))
    print("\n" + table())


if __name__ == "__main__":
    main("--host" in sys.argv[1:], "--linux" in sys.argv[1:])
