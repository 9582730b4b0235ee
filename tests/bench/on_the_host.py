"""What is counted on this computer: the kernel's own sources before fake devices, and the sizes of what is built."""

import json
import os
from pathlib import Path

from figures import BUILD, ISO, KERNEL, figure, number, run
from sources import named_in, with_parts

HOST_FLAGS = ["-std=gnu11", "-g", "-O2", "-march=x86-64", "-fno-pie", "-no-pie", "-fno-strict-aliasing",
              "-fno-omit-frame-pointer", "-fno-stack-protector", "-fcf-protection=none", "-Wall", "-Wextra", "-Werror",
              "-Itests/host/fake", "-I.", "-Wl,-z,noexecstack"]


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
    return json.loads(run("env", "HOST_PROFILE=7.2-linux", BUILD / name))


def events():
    seen = host_program(
        "event", "kernel/desktop/pointer.c", "kernel/desktop/pointer_zones.c", "kernel/desktop/input.c",
        "kernel/machine/interrupts.c", "kernel/time/task.c", "kernel/time/task_switch.asm", "kernel/screen/screen.c",
        "kernel/screen/text.c", "kernel/screen/console.c", "kernel/screen/font.c", "lib/utf8.c", "lib/format.c",
        "drivers/guest/mouse/mouse_integration.c", "drivers/guest/mouse/mouse.c", "drivers/guest/events.c",
        "drivers/guest/vmmdev.c", "tests/host/fake/machine.c", "tests/host/fake/vmmdev.c",
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


def resize():
    seen = host_program(
        "resize", "kernel/desktop/desktop.c", "kernel/desktop/display.c", "kernel/screen/screen.c", "kernel/screen/text.c",
        "kernel/screen/console.c", "kernel/desktop/pointer.c", "kernel/desktop/pointer_zones.c", "kernel/desktop/input.c",
        "kernel/machine/interrupts.c", "kernel/time/task.c", "kernel/time/task_switch.asm", "lib/memory.c",
        "kernel/screen/font.c", "lib/utf8.c",
        "lib/format.c", "drivers/guest/mouse/mouse_integration.c", "drivers/guest/mouse/mouse.c", "drivers/guest/events.c",
        "drivers/guest/vmmdev.c", "drivers/guest/screens/display_hints.c", "drivers/guest/screens/window_size.c",
        "tests/host/fake/machine.c", "tests/host/fake/vmmdev.c", "tests/host/fake/vmmdev_display.c",
        options=["-mgeneral-regs-only", "-fno-builtin", "-Wl,--wrap=screen_present", "-Wl,--wrap=memcpy", "-Wl,--wrap=memset"])
    figure("VMMDev exits per change of the window's size", f"{seen['exits']}", "2", seen["exits"] <= 2,
           f"{seen['trace']}, in the fake's trace; the adapter's registers are 20 more (VBE)")
    for size in ("1024x768", "2560x1440"):
        figure(f"from hint to first complete frame at {size}, memory written, beside one plain fill of that screen",
               f"{seen[size]['written'] / seen[size]['screen']:.2f} x", note="every pixel drawn once, and presented "
               "once; glyphs come on top")
    figure("video memory written per console line, bytes", number(seen["line"]), note=f"{seen['line_characters']} characters; "
           f"a line that scrolls writes the console anew: {number(seen['scroll'])}, {seen['scroll'] / seen['screen']:.0%} of "
           f"1024x768; 1,500 between two looks, {number(seen['burst'])}")


def allocator():
    seen = host_program("allocator", "tests/bench/steps.c", "kernel/memory/pages.c", "kernel/memory/memory_map.c", "lib/format.c", debug=0)
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


def folders():
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
