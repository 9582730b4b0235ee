"""Question: how is the kernel run in QEMU, where many small boots are cheap and there is no VirtualBox device?

Always in software emulation (tcg): the same machine everywhere, with or without hardware virtualisation. The serial port
is read as it is written, so waiting for a line costs no polling. Times are seconds.
"""
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import processes
from picture import Picture
from userland import SetupError
from virtualbox import RUNS, MachineDied

PROGRAM = "qemu-system-x86_64"
EXIT_PORT = 0xF4        # isa-debug-exit: writing V ends QEMU with status 2 V + 1
EFI_FIRMWARE = [("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
                ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
                ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
                ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
                ("/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin")]


def in_option(path):
    """PATH as a part of one of QEMU's options, which commas end."""
    return str(path).replace(",", ",,")


class QemuMachine:
    """One QEMU machine; a context manager. Raises SetupError when QEMU itself cannot be had.

    machine: "pc" or "q35". firmware: "bios" or "efi". memory: MiB. cpu: QEMU's name, None for its default.
    display: QEMU's display argument; "none" keeps everything in memory. gdb_port: loopback port of QEMU's gdb stub;
    stopped: do not run before gdb says so. serial: whether the guest has a serial port. extra: further arguments.
    reboot: a reset restarts instead of ending the machine.
    """

    def __init__(self, iso, name="qemu", machine="pc", firmware="bios", memory=128, cpu=None, cpus=1, display="none",
                 gdb_port=None, stopped=False, reboot=False, serial=True, extra=(), folder=None):
        self.iso = Path(iso).resolve() if iso else None
        self.name, self.firmware, self.folder = name, firmware, folder and Path(folder)
        self.arguments = ["-accel", "tcg", "-machine", machine, "-m", str(memory), "-smp", str(cpus), "-display", display,
                          "-device", f"isa-debug-exit,iobase={EXIT_PORT:#x},iosize=0x04", "-net", "none",
                          "-serial", "stdio" if serial else "none",
                          *(["-cpu", cpu] if cpu else []), *(["-cdrom", str(self.iso)] if self.iso else []),
                          *([] if reboot else ["-no-reboot"]), *(["-gdb", f"tcp:127.0.0.1:{gdb_port}"] if gdb_port else []),
                          *(["-S"] if stopped else []), *[str(word) for word in extra]]
        self.process = self._monitor = None
        self._heard = bytearray()
        self._news = threading.Condition()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *details):
        self.stop()

    def start(self):
        processes.signals_end_cleanly()
        if not shutil.which(PROGRAM):
            raise SetupError(f"{PROGRAM} is missing (tests/machine/packages.py qemu installs it)")
        if not self.folder:
            RUNS.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(prefix=self.name + "-", dir=RUNS))
        if self.firmware == "efi":
            self.arguments += self._efi_arguments()
        ours, theirs = socket.socketpair()      # no path, so no limit on its length
        with theirs, open(self.folder / "qemu.log", "wb") as log:
            self.command = [PROGRAM, *self.arguments, "-chardev", f"socket,id=monitor,fd={theirs.fileno()}",
                            "-mon", "chardev=monitor,mode=control"]
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                            pass_fds=[theirs.fileno()], start_new_session=True)
        self._socket, self._monitor = ours, ours.makefile("rw", encoding="utf-8")
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            if "QMP" not in (self._monitor.readline() or ""):
                self.process.wait(10)
                raise SetupError("QEMU did not start: " + self._complaint())
            self.ask("qmp_capabilities")
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """End QEMU. Harmless when repeated."""
        if not self.process:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        processes.end_child(self.process)
        self._listener.join(5)
        self._monitor.close()
        self._socket.close()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.process = None

    def _efi_arguments(self):
        code, variables = next((pair for pair in EFI_FIRMWARE if os.path.exists(pair[0])), (None, None))
        if not code:
            raise SetupError("no EFI firmware for QEMU (tests/machine/packages.py qemu installs it)")
        own = self.folder / "variables.fd"      # the firmware writes into it
        shutil.copyfile(variables, own)
        return ["-drive", f"if=pflash,format=raw,readonly=on,file={code}", "-drive",
                f"if=pflash,format=raw,file={in_option(own)}"]

    def _complaint(self):
        """The end of what QEMU itself said."""
        return (self.folder / "qemu.log").read_text(errors="replace")[-600:]

    # Serial port

    def _listen(self):
        with open(self.folder / "serial.log", "wb", buffering=0) as log:
            while data := os.read(self.process.stdout.fileno(), 65536):
                log.write(data)
                with self._news:
                    self._heard += data
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    _ended = False

    def serial(self):
        """Everything the guest has written to its first serial port."""
        return bytes(self._heard).decode("utf-8", errors="replace")

    def send_serial(self, text):
        self.send_bytes(text.encode())

    def send_bytes(self, data):
        """To the guest's first serial port; nowhere once QEMU has ended."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def wait_serial(self, text, timeout):
        """Wait until TEXT has been written; answers everything written. TimeoutError, or MachineDied when QEMU ended without it."""
        wanted = text.encode()
        with self._news:
            self._news.wait_for(lambda: wanted in self._heard or self._ended, timeout)
            if wanted in self._heard:
                return self.serial()
        end = MachineDied if self._ended else TimeoutError
        state = f"QEMU ended with status {self.process.poll()}" if self._ended else f"not within {timeout} s"
        raise end(f"{self.name}: no {text!r} in the serial log ({state}); it said:\n{self.serial()[-2000:]}\nsee {self.folder}")

    def wait_until(self, condition, timeout, what):
        """Wait until CONDITION() is true; answers it. WHAT names it in the TimeoutError. For what no line in the log tells."""
        limit = time.monotonic() + timeout
        while True:
            answer = condition()
            if answer:
                return answer
            if self.ended() or time.monotonic() > limit:
                state = "ended while waiting for" if self.ended() else f"within {timeout} s no"
                kind = MachineDied if self.ended() else TimeoutError
                raise kind(f"{self.name}: {state} {what}; it said:\n{self.serial()[-2000:]}\nsee {self.folder}")
            time.sleep(0.02)

    def ended(self):
        """Whether QEMU has ended."""
        return not self.process or self.process.poll() is not None

    def wait_exit(self, timeout):
        """Wait until the guest ends QEMU (isa-debug-exit, power off, reset); answers the exit status."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.name}: still running after {timeout} s; it said:\n{self.serial()[-2000:]}") from None
        self._listener.join(5)
        return status

    # Monitor

    def ask(self, command, **arguments):
        """One QMP command; answers its result. Names with a hyphen are written with one in COMMAND."""
        try:
            self._monitor.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
            self._monitor.flush()
            while line := self._monitor.readline():
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise ValueError(f"{command}: {answer['error']['desc']}")
        except OSError:
            pass
        raise MachineDied(f"{self.name}: QEMU has ended, see {self.folder}; {self._complaint()}")

    def vnc_port(self):
        """The port that QEMU itself found for its VNC display: who looks for a free one and then tells it may come second."""
        return int(self.ask("query-vnc")["service"])

    def monitor(self, line):
        """One line to the human monitor, such as "info registers"; answers its text."""
        return self.ask("human-monitor-command", **{"command-line": line})

    def sleeps(self):
        """Whether the guest's processors are all halted at this moment."""
        return "HLT=0" not in self.monitor("info registers -a")

    def memory(self, address, length):
        """LENGTH bytes of the guest's physical memory."""
        path = self.folder / "memory"
        self.ask("pmemsave", val=address, size=length, filename=str(path))
        return path.read_bytes()

    def picture(self):
        """The guest's screen as a Picture."""
        path = self.folder / "screen.ppm"
        self.ask("screendump", filename=str(path))
        kind, size, depth, pixels = path.read_bytes().split(b"\n", 3)
        if (kind, depth) != (b"P6", b"255"):
            raise ValueError("QEMU wrote an unknown kind of picture")
        width, height = map(int, size.split())
        rgba = bytearray(b"\xff" * (width * height * 4))
        for color in range(3):
            rgba[color::4] = pixels[color::3]
        return Picture(width, height, bytes(rgba))

    def screenshot(self, path=None):
        """Write the guest's screen as a PNG file; answers its path."""
        return self.picture().save(path or self.folder / f"screen-{time.monotonic_ns()}.png")

    def keys(self, *names):
        """Press the keys with QEMU's NAMES ("a", "shift", "ret") together and release them a millisecond later.

        Who presses faster than that fills a queue of 1,024, and what finds no room in it is lost without a word.
        """
        self.ask("send-key", **{"hold-time": 1}, keys=[{"type": "qcode", "data": name} for name in names])

    def mouse_relative(self, dx=0, dy=0):
        self._input([{"type": "rel", "data": {"axis": axis, "value": value}} for axis, value in (("x", dx), ("y", dy)) if value])

    def button(self, name, down):
        """name: "left", "right", "middle", "side", "extra", "wheel-up", "wheel-down"."""
        self._input([{"type": "btn", "data": {"button": name, "down": down}}])

    def wheel(self, steps):
        """steps: down positive, as VirtualBox counts."""
        for _ in range(abs(steps)):
            for down in (True, False):
                self.button("wheel-down" if steps > 0 else "wheel-up", down)

    def _input(self, events):
        self.ask("input-send-event", events=events)
