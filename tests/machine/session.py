#!/usr/bin/env python3
"""Question: what can a program ask a running VirtualBox machine to do, and what does VirtualBox know about its guest?

Runs beside VirtualBox (inside the private system, or natively) and holds the one API session of one machine.
One JSON object a line on standard input, one answer a line on standard output:

    {"operation": "mouse", "x": 1, "y": 1}      ->   {"result": null}   or   {"error": "..."}

The first line out is {"ready": true} once the machine runs. The end of the input powers the machine off: whoever
started it is gone. The methods of Session are the operations; their arguments are the object's other members.

    session.py MACHINE SECONDS hand X Y [WHEEL]     one operation for a person, and the machine goes on
"""
import base64
import json
import os
import sys
import time

PROGRAM_FOLDERS = ["/usr/lib/virtualbox", "/opt/VirtualBox", "/usr/lib64/virtualbox"]

def connect():
    """VirtualBox's API in Python. One manager a process: XPCOM cannot be initialised twice."""
    program = next(path for path in [os.environ.get("VBOX_PROGRAM_PATH"), *PROGRAM_FOLDERS]
                   if path and os.path.exists(path + "/VBoxSVC"))
    os.environ["VBOX_PROGRAM_PATH"] = program
    os.environ.setdefault("VBOX_SDK_PATH", program + "/sdk")
    sys.path[0:0] = [program, program + "/sdk/bindings/xpcom/python", program + "/sdk/installer/python/vboxapi/src"]
    from vboxapi import VirtualBoxManager
    return VirtualBoxManager(None, None)


class Session:
    """The operations. Coordinates are pixels of the guest's screen, counted from 1 as the API does."""

    def __init__(self, manager, name):
        self.manager = manager
        self.machine = manager.getVirtualBox().findMachine(name)
        self.session = manager.getSessionObject()
        self.pointer_listener, self.pointer_changes = None, 0
        self.constants = manager.constants      # their numbers differ between versions of VirtualBox

    def open(self, seconds):
        """Wait until the machine runs, then share its lock. Earlier, the lock itself would keep it from starting."""
        limit = time.monotonic() + seconds
        while self.state() != "running":
            if time.monotonic() > limit:
                raise TimeoutError(f"the machine does not run after {seconds} s, its state is {self.state()}")
            time.sleep(0.1)
        self.machine.lockMachine(self.session, self.constants.LockType_Shared)
        self.console = self.session.console

    def state(self):
        """The machine's state as VBoxManage calls it: "running", "stuck" after a Guru Meditation, "poweredoff" ..."""
        names = self.constants.all_values("MachineState")
        return next(name.lower() for name, number in names.items() if number == self.machine.state)

    def power_off(self):
        self.console.powerDown().waitForCompletion(15000)

    def pause(self):
        self.console.pause()

    def resume(self):
        self.console.resume()

    def reset(self):
        self.console.reset()

    # Input

    def mouse(self, x, y, dz=0, dw=0, buttons=0):
        """Absolute position, wheel (dz down positive), and buttons: 1 left, 2 right, 4 middle, 8 and 16 the extra ones."""
        self.console.mouse.putMouseEventAbsolute(x, y, dz, dw, buttons)

    def hand(self, x, y, wheel=0):
        """What a hand does over the window, once the guest takes positions."""
        limit = time.monotonic() + 10
        while not self.console.mouse.absoluteSupported:
            if time.monotonic() > limit:
                raise TimeoutError("the guest takes no positions")
            time.sleep(0.1)
        self.mouse(x, y, dz=wheel)

    def mouse_relative(self, dx, dy, dz=0, dw=0, buttons=0):
        self.console.mouse.putMouseEvent(dx, dy, dz, dw, buttons)

    def burst(self, events, pause=0.0):
        """Many absolute events [x, y, dz, dw, buttons] as fast as the host takes them, PAUSE seconds apart. Seconds taken."""
        mouse = self.console.mouse
        started = time.monotonic()
        for event in events:
            mouse.putMouseEventAbsolute(*event)
            if pause:
                time.sleep(pause)
        return time.monotonic() - started

    def mouse_abilities(self):
        mouse = self.console.mouse
        return {"absolute": bool(mouse.absoluteSupported), "relative": bool(mouse.relativeSupported),
                "needs_host_cursor": bool(mouse.needsHostCursor)}

    def keyboard(self, scancodes):
        """Set 1 scancodes, as bytes on the wire. Answers how many were taken."""
        return int(self.console.keyboard.putScancodes(scancodes))

    # What the host knows

    def statistics(self, pattern):
        """The raw XML of the counters whose name matches PATTERN, such as "/Devices/VMMDev/*"."""
        return self.console.debugger.getStats(pattern, False)

    def guest_additions(self):
        guest = self.console.guest
        facilities = self.manager.getArray(guest, "facilities")
        return {"version": guest.additionsVersion, "revision": int(guest.additionsRevision),
                "run_level": int(guest.additionsRunLevel), "system": guest.OSTypeId,
                "facilities": {entry.name: int(entry.status) for entry in facilities}}

    def property(self, name):
        """The value of a guest property; "" when there is none."""
        return self.session.machine.getGuestPropertyValue(name)

    def pointer_shape(self):
        """The pointer that the guest asked the host to draw."""
        shape = self.console.mouse.pointerShape
        pixels = self.manager.getArray(shape, "shape")
        return {"visible": bool(shape.visible), "alpha": bool(shape.alpha), "hot_x": int(shape.hotX), "hot_y": int(shape.hotY),
                "width": int(shape.width), "height": int(shape.height), "shape": _text(bytes(pixels or b""))}

    def pointer_requests(self):
        """How many shapes and hidings the guest has sent since this was first asked."""
        source = self.console.eventSource
        if not self.pointer_listener:
            self.pointer_listener = source.createListener()
            source.registerListener(self.pointer_listener, [self.constants.VBoxEventType_OnMousePointerShapeChanged], False)
        event = source.getEvent(self.pointer_listener, 0)
        while event:
            self.pointer_changes += 1
            source.eventProcessed(self.pointer_listener, event)
            event = source.getEvent(self.pointer_listener, 0)
        return self.pointer_changes

    def screen(self, screen=0):
        """The guest's screen mode: width, height, bits a pixel."""
        width, height, depth = self.console.display.getScreenResolution(screen)[:3]
        return {"width": int(width), "height": int(height), "depth": int(depth)}

    def screenshot(self, screen=0):
        """The guest's screen: width, height, and base64 of red, green, blue, alpha bytes by row."""
        size = self.screen(screen)
        pixels = self.console.display.takeScreenShotToArray(screen, size["width"], size["height"], self.constants.BitmapFormat_RGBA)
        return {"width": size["width"], "height": size["height"], "rgba": _text(bytes(pixels))}

    # What the host asks of the guest

    def video_mode_hint(self, width, height, depth=32, screen=0):
        self.console.display.setVideoModeHint(screen, True, False, 0, 0, width, height, depth, True)

    def press_power_button(self):
        self.console.powerButton()

    def balloon(self, mib):
        """Ask the guest to lend so much memory. Read back: what the host asks for."""
        self.console.guest.memoryBalloonSize = mib
        return int(self.console.guest.memoryBalloonSize)

    def statistics_interval(self, seconds):
        self.console.guest.statisticsUpdateInterval = seconds

    def guest_statistics(self):
        """What the guest has reported of itself: processor in percent, memory in KiB."""
        names = ("user", "kernel", "idle", "total", "free", "balloon", "shared", "cache", "page_file")
        return dict(zip(names, map(int, self.console.guest.internalGetStatistics())))


def _text(data):
    return base64.b64encode(data).decode("ascii")


def do_once(name, seconds, operation, numbers):
    session = Session(connect(), name)
    try:
        session.open(seconds)
        getattr(session, operation)(*map(int, numbers))
    except Exception as error:      # for a person to read
        sys.exit(f"{operation}: {error}")


def main(name, seconds):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)       # VirtualBox's libraries print to standard output
    session = Session(connect(), name)

    def answer(**members):
        print(json.dumps(members), file=answers, flush=True)

    try:
        session.open(seconds)
    except Exception as error:      # whatever it is, the caller must read it
        answer(error=str(error) or repr(error))
        return
    answer(ready=True)
    for line in sys.stdin:
        request = json.loads(line)
        operation = request.pop("operation")
        try:
            answer(result=getattr(session, operation)(**request))
        except Exception as error:
            answer(error=f"{operation}: {error}")
    if session.state() in ("running", "paused"):
        session.power_off()


if __name__ == "__main__":
    if len(sys.argv) > 3:
        do_once(sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4:])
    else:
        main(sys.argv[1], float(sys.argv[2]))
