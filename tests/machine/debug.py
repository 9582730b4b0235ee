"""Question: how does gdb get hold of the kernel's first C function inside VirtualBox or QEMU?

VirtualBox's gdb stub refuses a processor in real mode ("Invalid CPU mode") and describes a 32-bit one to a debugger that
comes while GRUB runs; and when a debugger hangs up, the machine runs on. So this waits for protected mode, stops at a hardware
breakpoint on the function, puts a jump to itself in its place, and hangs up: the machine turns on the spot, in long mode, until
gdb comes and puts the two bytes back.
"""
import contextlib
import re
import shutil
import signal
import socket
import subprocess
import time

from userland import SetupError

JUMP_TO_ITSELF = "0feeb"
# VirtualBox's own debugger command: the stub refuses gdb's packet for writing memory. It drops the last character, here the ;
WRITE_WORD = "ew %{:x} {};"


def address_of(symbols, function):
    """Address of FUNCTION in the ELF file SYMBOLS. SetupError when it has none."""
    done = subprocess.run(["gdb", "--batch", "--nx", "--eval-command", f"print/x &{function}", str(symbols)],
                          capture_output=True, text=True, check=False)
    found = re.search(r"= (0x[0-9a-f]+)", done.stdout)
    if not found:
        raise SetupError(f"{symbols} has no function {function}: {done.stderr.strip()[-200:]}")
    return int(found[1], 16)


def hold_at(port, address, machine, timeout=120.0):
    """Let MACHINE, whose VirtualBox gdb stub is on loopback PORT, run to ADDRESS and turn there on the spot.

    Answers the gdb command that puts the instruction back.
    """
    limit = time.monotonic() + timeout
    while time.monotonic() < limit and not machine.ended():
        with contextlib.suppress(ConnectionError), Stub(port) as stub:
            stub.ask(f"Z1,{address:x},1")
            stub.ask("c", timeout=max(1.0, limit - time.monotonic()))
            stub.ask(f"z1,{address:x},1")
            first, second = re.findall("..", stub.ask(f"m{address:x},2").decode())[:2]
            stub.ask("qRcmd," + WRITE_WORD.format(address, JUMP_TO_ITSELF).encode().hex())
            return "monitor " + WRITE_WORD.format(address, second + first)
        time.sleep(0.2)
    raise SetupError(f"the machine did not come to {address:#x} within {timeout:.0f} s, see {machine.folder}")


class Stub:
    """A connection to VirtualBox's gdb stub on loopback PORT. ConnectionError while the processor is in real mode."""

    def __init__(self, port):
        self.connection = socket.create_connection(("127.0.0.1", port), 10)
        self.heard = b""

    def __enter__(self):
        try:
            self.ask("qSupported:hwbreak+")         # the first answer says that the machine has stopped
            self.packet(10)
        except BaseException:
            self.connection.close()
            raise
        return self

    def __exit__(self, *details):
        self.connection.close()

    def ask(self, command, timeout=10.0):
        """Send one packet of gdb's remote protocol; answers what the answer contains. SetupError when the stub refuses."""
        self.connection.sendall(b"$" + command.encode() + b"#%02x" % (sum(command.encode()) & 0xFF))
        answer = self.packet(timeout)
        if re.fullmatch(rb"E[0-9A-Fa-f]{2}", answer):
            raise SetupError(f"VirtualBox's gdb stub answered {command!r} with {answer!r}")
        return answer

    def packet(self, timeout):
        """The next packet that is not text for the console."""
        self.connection.settimeout(timeout)
        while True:
            found = re.search(rb"\$([^#]*)#..", self.heard, re.DOTALL)
            if found:
                self.heard = self.heard[found.end():]
                self.connection.sendall(b"+")
                if found[1] == b"OK" or not found[1].startswith(b"O"):
                    return found[1]
                continue
            try:
                data = self.connection.recv(4096)
            except TimeoutError:
                raise SetupError(f"VirtualBox's gdb stub did not answer within {timeout:.0f} s") from None
            if not data:
                raise ConnectionResetError
            self.heard += data


def gdb(symbols, port, commands=()):
    """gdb in the foreground of this terminal, attached to loopback PORT, until the person leaves it."""
    command = [shutil.which("gdb"), "--quiet", str(symbols), "-ex", "set confirm off", "-ex", "set pagination off",
               "-ex", f"target remote 127.0.0.1:{port}"]
    for line in commands:
        command += ["-ex", line]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)       # Ctrl-C is gdb's while it runs
    try:
        with subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:
            try:
                process.wait()
            finally:
                if process.poll() is None:
                    process.terminate()
    finally:
        signal.signal(signal.SIGINT, before)
