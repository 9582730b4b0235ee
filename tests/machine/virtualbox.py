"""Question: how is the kernel run in a real VirtualBox and judged by what the host knows?

Machine is one virtual machine from creation to removal. Each has a server, a home folder and a display of its own, so that
machines run side by side and the user's own machines are never touched. Times are seconds; the log of a machine is kept
in its folder after it has ended.
"""
import base64
import contextlib
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import installation as installations
import processes
import report
from display import PrivateDisplay
from picture import Picture
from serial_socket import SerialSocket
from userland import SetupError

HERE = Path(__file__).resolve().parent
RUNS = HERE.parent.parent / "build" / "machines"
QUIET_WINDOW = {"GUI/SuppressMessages": "all", "GUI/UpdateDate": "never", "GUI/PreventReconfiguration": "true"}
WINDOW_WIDTH, WINDOW_HEIGHT = 1150, 850       # what a window of 1024x768 takes, with its frame and bars
AT_ONCE = ["--bios-boot-menu", "disabled", "--bios-logo-fade-in", "off", "--bios-logo-fade-out", "off"]     # else it waits 2.5 s for F12
BARE_WINDOW = {"GUI/ShowMiniToolBar": "no", "GUI/MenuBar/Enabled": "false", "GUI/StatusBar/Enabled": "false",
               "GUI/GuruMeditationHandler": "Ignore", "GUI/DefaultCloseAction": "PowerOff"}
_numbers = itertools.count()
_alive = []         # machines between start() and stop()


class MachineDied(Exception):
    """The machine ended, or got stuck, while something was still expected of it."""


class Machine:
    """One VirtualBox machine; a context manager. Raises SetupError when the machine itself cannot be had.

    start() makes it and switches it on; power_off() and save() end the window and the session, power_on() opens both again.
    stop() ends everything, and the machine is no more.

    iso: image in the drive, or None. chipset: "piix3" or "ich9". firmware: "bios" or "efi". memory, vram: MiB.
    adapter: graphics controller such as "vmsvga", None for VirtualBox's default. mouse: VBoxManage's name of the pointing device.
    monitors: how many windows. shares: {name: folder} that the guest gets. extra: further arguments of `VBoxManage modifyvm`.
    gdb_port: loopback port of VirtualBox's gdb stub. extradata: further settings of the machine. menus: keep menu bar and status
    bar. visible: folders that may be shared later.
    console: whether send_serial() types on the serial port, which is a socket then instead of a file.
    display: an object with name and authority, such as PrivateDisplay; None makes a private one.
    """

    def __init__(self, iso, name, chipset="piix3", ioapic=True, firmware="bios", memory=128, vram=16, adapter=None, cpus=1,
                 mouse="ps2", monitors=1, shares=None, extra=(), gdb_port=None, extradata=None, menus=False, visible=(),
                 console=False, display=None, installation=None, folder=None):
        self.iso = Path(iso).resolve() if iso else None
        if self.iso and not self.iso.exists():
            raise SetupError(f"there is no {self.iso}")
        self.name = name
        self.settings = ["--memory", memory, "--vram", vram, "--cpus", cpus, "--chipset", chipset, "--ioapic", _switch(ioapic),
                         "--firmware", "efi64" if firmware == "efi" else firmware, *AT_ONCE, "--mouse", mouse, "--audio-enabled", "off",
                         *(["--graphicscontroller", adapter] if adapter else []),
                         *(["--monitor-count", monitors] if monitors > 1 else []), *extra]
        self.extradata = dict(extradata or {}, **({} if menus else BARE_WINDOW))
        if gdb_port:
            self.extradata.update({"VBoxInternal/DBGC/gdb/Provider": "tcp", "VBoxInternal/DBGC/gdb/StubType": "Gdb",
                                   "VBoxInternal/DBGC/gdb/Address": "127.0.0.1", "VBoxInternal/DBGC/gdb/Port": str(gdb_port)})
        self.installation, self.display, self.folder = installation, display, folder and Path(folder)
        self.monitors, self.shares = monitors, dict(shares or {})
        self.visible, self.console = [*visible, *self.shares.values()], SerialSocket() if console else None
        self.window = self.session = None
        self._stack = contextlib.ExitStack()

    # From nothing to running, and back

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *details):
        self.stop()

    def start(self, timeout=60.0):
        """Create the machine and wait until it runs and its API session is open."""
        processes.signals_end_cleanly()
        _alive.append(self)
        try:
            self.installation = self.installation or installations.find()
            self._stack.enter_context(self.installation.hold())
            self._make_folder()
            if self.console:
                self._stack.enter_context(self.console.opened(self.folder / "serial.log"))
            self.display = self.display or self._stack.enter_context(PrivateDisplay(self.folder))
            self._prepare_environment()
            self._create()
            self.power_on(timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Power off, and end every process that belongs to this machine. Harmless when repeated."""
        if self in _alive:
            _alive.remove(self)
        with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
            self._close_session(10 if self.session else 0)
        if self.folder:
            processes.end(processes.with_environment("VBOX_USER_HOME", str(self.folder / "home")), patience=3)
        for process in (self.session, self.window):
            processes.end_child(process)
        self.session = self.window = None
        if self.folder:
            shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        self._stack.close()

    # A life with breaks in it

    def power_on(self, timeout=60.0):
        """Start what is off, or go on where save() stopped. A new window, a new session, a new VBox.log."""
        self._open_window()
        self._open_session(timeout)

    def power_off(self):
        """As if the plug were pulled. The machine stays; power_on() boots it."""
        self._close_session(30)

    def save(self):
        """Stop, with all that the guest has in memory and in its devices on the disk. power_on() goes on from there."""
        self.manage("controlvm", self.name, "savestate")
        self._close_session(30)

    def pause(self):
        self.ask("pause")

    def resume(self):
        self.ask("resume")

    def reset(self):
        """As if the reset button were pressed: the same window, the same session, the serial log goes on."""
        self.ask("reset")

    def take_snapshot(self, name):
        """Keep what the machine is now, running or off, under NAME."""
        self.manage("snapshot", self.name, "take", name)

    def roll_back(self):
        """Make the machine, which is off, what it was when the newest snapshot was taken; of one that ran, power_on() goes on."""
        self.manage("snapshot", self.name, "restorecurrent")

    def _close_session(self, patience):
        """End the session, which powers off what runs, and wait until the window is gone. Both are free then."""
        if self.session:
            self.session.stdin.close()
        if self.window:
            self.window.wait(patience)
        processes.end_child(self.session)
        self.session = self.window = None

    def _make_folder(self):
        if not self.folder:
            RUNS.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(prefix=self.name + "-", dir=RUNS))
        for path in ("home", "tmp"):
            (self.folder / path).mkdir(parents=True, exist_ok=True)

    def _prepare_environment(self):
        authority = self.folder / "xauthority"
        if self.display.authority and Path(self.display.authority) != authority:
            shutil.copyfile(self.display.authority, authority)
            authority.chmod(0o600)
        self.environment = {"VBOX_USER_HOME": str(self.folder / "home"), "HOME": str(self.folder / "home"), "LANG": "C.UTF-8",
                            "VBOX_IPC_SOCKETID": f"guestbook{os.getpid()}n{next(_numbers)}", "USER": "root", "LOGNAME": "root",
                            "DISPLAY": self.display.name, "XAUTHORITY": str(authority), "QT_QPA_PLATFORM": "xcb",
                            "VBOX_PROGRAM_PATH": self.installation.programs, "XDG_RUNTIME_DIR": "/tmp"}
        if not isinstance(self.installation, installations.Private):
            for name in ("USER", "LOGNAME", "XDG_RUNTIME_DIR"):
                del self.environment[name]

    def _command(self, words):
        folders = [self.folder, HERE, *self.visible, *([self.iso.parent] if self.iso else []),
                   *([self.console.path.parent] if self.console else [])]
        return self.installation.command([str(word) for word in words], self.environment, self.folder / "tmp", folders)

    def way_in(self):
        """(argument list, environment) of this machine's VBoxManage, for another program of the same user."""
        return self._command(["VBoxManage"])[0], self.environment

    def manage(self, *words, timeout=60):
        """Run VBoxManage with WORDS; answers what it prints. SetupError with its message when it fails."""
        arguments, environment = self._command(["VBoxManage", *words])
        done = subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, errors="replace", start_new_session=True)
        with open(self.folder / "commands.log", "a", encoding="utf-8") as log:
            log.write("VBoxManage " + " ".join(str(word) for word in words) + f"\n{done.stderr}")
        if done.returncode != 0:
            raise SetupError(f"VBoxManage {words[0]} failed: {done.stderr.strip()[-500:]}")
        return done.stdout

    def _create(self):
        self.manage("createvm", "--name", self.name, "--ostype", "Other_64", "--register",
                    "--basefolder", self.folder / "home" / "machines")
        port = ["client", self.console.path] if self.console else ["file", self.folder / "serial.log"]
        self.manage("modifyvm", self.name, *self.settings, "--uart1", "0x3F8", 4, "--uartmode1", *port,
                    *(["--vm-execution-engine=interpreter"] if self.installation.driverless else []))
        self.manage("storagectl", self.name, "--name", "ide", "--add", "ide")
        if self.iso:
            self.manage("storageattach", self.name, "--storagectl", "ide", "--port", 0, "--device", 0, "--type", "dvddrive",
                        "--medium", self.iso)
        for key, value in QUIET_WINDOW.items():
            self.manage("setextradata", "global", key, value)
        for name, folder in self.shares.items():
            self.manage("sharedfolder", "add", self.name, "--name", name, "--hostpath", folder)
        placed = places(self.monitors) if isinstance(self.display, PrivateDisplay) else {}
        for key, value in {**placed, **self.extradata}.items():
            self.manage("setextradata", self.name, key, value)

    def _open_window(self):
        arguments, environment = self._command(["VirtualBoxVM", "--startvm", self.name, *self.installation.switches])
        with open(self.folder / "window.log", "wb") as log:
            self.window = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           start_new_session=True)

    def _open_session(self, timeout):
        python = "/usr/bin/python3"
        arguments, environment = self._command([python, HERE / "session.py", self.name, timeout])
        with open(self.folder / "session.log", "wb") as log:
            self.session = subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                            text=True, start_new_session=True)
        answer = self._answer(timeout + 10)
        if "ready" not in answer:
            processes.end_child(self.session)
            self.session = None
            why = report.refusal(self.vbox_log()) or answer.get("error")    # the window's own words say more than the API's
            raise SetupError(f"{self.name} does not start: {why} (see {self.folder})")

    def _answer(self, timeout):
        limit = time.monotonic() + timeout
        while not select.select([self.session.stdout], [], [], 0.2)[0]:
            if self.window.poll() is not None:
                return {"error": "VirtualBox ended: " + _tail(self.folder / "window.log")}
            refusal = report.refusal(self.vbox_log())
            if refusal:         # the window stays open, with a message that nobody reads
                return {"error": refusal}
            if time.monotonic() > limit:
                return {"error": f"no answer from VirtualBox within {timeout} s"}
        line = self.session.stdout.readline()
        return json.loads(line) if line else {"error": "the API session ended: " + _tail(self.folder / "session.log")}

    # Doing and asking

    def ask(self, operation, timeout=60.0, **arguments):
        """One operation of session.py. MachineDied when the machine is no more or refuses."""
        try:
            self.session.stdin.write(json.dumps(dict(arguments, operation=operation)) + "\n")
            self.session.stdin.flush()
        except (OSError, ValueError) as error:
            raise MachineDied(f"{self.name}: the API session has ended, see {self.folder}") from error
        answer = self._answer(timeout)
        if "error" in answer:
            raise MachineDied(f"{self.name}: {answer['error']} (see {self.folder})")
        return answer["result"]

    def mouse(self, x, y, dz=0, dw=0, buttons=0):
        """Absolute mouse event at pixel X, Y of the guest's screen, counted from 1."""
        self.ask("mouse", x=x, y=y, dz=dz, dw=dw, buttons=buttons)

    def mouse_relative(self, dx, dy, dz=0, dw=0, buttons=0):
        self.ask("mouse_relative", dx=dx, dy=dy, dz=dz, dw=dw, buttons=buttons)

    def burst(self, events, pause=0.0):
        """Absolute events [x, y, dz, dw, buttons] PAUSE seconds apart, in one call; answers the seconds it took."""
        return self.ask("burst", events=list(events), pause=pause, timeout=60 + len(events) * (pause + 0.1))

    def keyboard(self, *scancodes):
        """Set 1 scancodes, as bytes."""
        self.ask("keyboard", scancodes=list(scancodes))

    def type(self, text):
        self.manage("controlvm", self.name, "keyboardputstring", text)

    def state(self):
        return self.ask("state")

    def statistics(self, pattern):
        """{name: value} of the host's counters that match PATTERN, such as "/Devices/VMMDev/*". Profiles give their call count."""
        return report.statistics(self.ask("statistics", pattern=pattern))

    def info(self):
        """{name: value}, all text, of `VBoxManage showvminfo --machinereadable`."""
        return report.machine_info(self.manage("showvminfo", self.name, "--machinereadable"))

    def screenshot(self, path=None):
        """Write the guest's screen as a PNG file; answers its path."""
        return self.picture().save(path or self.folder / f"screen-{next(_numbers)}.png")

    def picture(self):
        """The guest's screen as a Picture."""
        answer = self.ask("screenshot")
        return Picture(answer["width"], answer["height"], base64.b64decode(answer["rgba"]))

    def steady_picture(self, timeout=30.0, area=None):
        """The guest's screen once two pictures in a row are equal (in AREA = x, y, width, height, if given)."""
        limit = time.monotonic() + timeout
        before = None
        while time.monotonic() < limit:
            now = self.picture()
            seen = now.crop(*area) if area else now
            if before is not None and before == seen:
                return now
            before = seen
        raise TimeoutError(f"{self.name}: the screen did not come to rest within {timeout} s")

    # Logs

    def serial(self):
        """Everything the guest has written to its first serial port."""
        path = self.folder / "serial.log"
        return path.read_bytes().decode("utf-8", errors="replace") if path.exists() else ""

    def send_serial(self, text):
        """Type TEXT on the serial port of a machine with a console."""
        self.send_bytes(text.encode())

    def send_bytes(self, data):
        self.console.send(data)

    def wait_serial(self, text, timeout):
        """Wait until TEXT is in the serial log; answers the whole log. TimeoutError, or MachineDied when it cannot come."""
        def seen():
            log = self.serial()
            return log if text in log else None
        return self.wait_until(seen, timeout, f"{text!r} in the serial log")

    def wait_until(self, condition, timeout, what):
        """Wait until CONDITION() is true; answers it. WHAT names it in the TimeoutError."""
        limit, next_look = time.monotonic() + timeout, 0.0
        while True:
            answer = condition()
            if answer:
                return answer
            late = time.monotonic() > limit
            if late or time.monotonic() > next_look:    # VBox.log is long, and read whole
                next_look = time.monotonic() + 1
                died = self.ended() or self.gurus()
                if died or late:
                    kind = MachineDied if died else TimeoutError
                    state = "died while waiting for" if died else f"within {timeout} s no"
                    raise kind(f"{self.name}: {state} {what}; it said:\n{self.serial()[-2000:]}\nsee {self.folder}")
            time.sleep(0.05)

    def vbox_log(self):
        """VBox.log, the host's own account of this machine."""
        path = self.folder / "home" / "machines" / self.name / "Logs" / "VBox.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def ended(self):
        """Whether the machine is no more: powered off, crashed, or its window closed."""
        return not self.window or self.window.poll() is not None

    def gurus(self):
        """Lines of VBox.log that say that the guest crashed the machine. An empty list is good."""
        return report.gurus(self.vbox_log())


def stop_all():
    """End every machine that this program has started. Whoever waits for one of them hears MachineDied."""
    for machine in list(_alive):
        machine.stop()


def desk(monitors):
    """The size of a display on which so many windows lie side by side, two in a row."""
    return "1280x1024" if monitors == 1 else f"{2 * WINDOW_WIDTH}x{(monitors + 1) // 2 * WINDOW_HEIGHT}"


def places(monitors):
    """Where the windows are on it: a private display has nobody else to place them."""
    return {f"GUI/LastNormalWindowPosition{number or ''}":
            f"{number % 2 * WINDOW_WIDTH},{number // 2 * WINDOW_HEIGHT},1024,768" for number in range(monitors)}


def _switch(value):
    return "on" if value else "off"


def _tail(path):
    return path.read_text(errors="replace").strip()[-600:]
