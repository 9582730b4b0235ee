"""Is there somebody at the desk, in real VirtualBox? Typed on the host's keyboard and on the serial line at once.

The serial port is a TCP server of the host's, so that it can be written to; what the guest shows is read from the host's
picture of its screen."""

import contextlib
import socket
import threading

import pytest
from reading import ROOT, read_row
from virtualbox import Machine

ISO = ROOT / "build" / "guestbook.iso"
BOOT_SECONDS, SECONDS = 240, 60
TOP_MARGIN = 8
ALT_GR, Q = (0xe0, 0x38), 0x10
RELEASED = 0x80


class Line:
    """The host's end of the serial line: all that came, and a way to send."""

    def __init__(self, port, machine):
        self.machine, self.heard = machine, bytearray()
        self.socket = machine.wait_until(lambda: self._connect(port), 30, "serial port of the host")
        threading.Thread(target=self._listen, daemon=True).start()

    @staticmethod
    def _connect(port):
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), 5)

    def _listen(self):
        self.socket.settimeout(None)
        with contextlib.suppress(OSError):
            while data := self.socket.recv(65536):
                self.heard += data

    def said(self):
        return bytes(self.heard).decode("utf-8", errors="replace").replace("\r\n", "\n")

    def send(self, text):
        self.socket.sendall(text.encode())

    def wait(self, start, condition, what):
        return self.machine.wait_until(lambda: condition(self.said()[start:]) and self.said()[start:], SECONDS, what)


class MachineWithLine(Machine):
    """A machine whose first serial port is a server on a loopback port."""

    def __init__(self, port, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.port = port

    def _create(self):
        super()._create()
        self.manage("modifyvm", self.name, "--uartmode1", "tcpserver", self.port)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def desk(virtualbox):
    port = free_port()
    with MachineWithLine(port, ISO, "desk", installation=virtualbox) as machine:
        line = Line(port, machine)
        machine.wait_until(lambda: line.said().endswith("/memory> "), BOOT_SECONDS, "prompt")
        yield machine, line
        line.socket.close()


def answer(line, type_line):
    """What is said between the line that type_line() types and the next prompt."""
    start = len(line.said())
    type_line()
    said = line.wait(start, lambda said: said.count("\n") >= 2 and said.endswith("> "), "answer")
    return said.split("\n", 1)[1].rpartition("\n")[0]


def obey(line, type_line):
    """The same for a command that has nothing to say."""
    start = len(line.said())
    type_line()
    line.wait(start, lambda said: said.endswith("> ") and "\n" in said, "prompt")


def shows(machine, text):
    """Whether a row of the screen begins so."""
    picture = machine.picture()
    return any(read_row(picture, TOP_MARGIN, top, 1) == text[0] and read_row(picture, TOP_MARGIN, top).startswith(text)
               for top in range(picture.height - 16))


def test_the_keyboard_is_heard_and_the_answer_is_on_screen_and_serial_line(desk):
    machine, line = desk
    assert answer(line, lambda: machine.type("echo Typed on the 'host: {[]}'\n")) == "Typed on the host: {[]}"
    machine.wait_until(lambda: shows(machine, "Typed on the host: {[]}"), SECONDS, "answer on the screen")


def test_scan_codes_go_through_the_layout(desk):
    def type_echo():
        machine.type("echo ")
        machine.keyboard(0x27, 0x27 | RELEASED, *ALT_GR, Q, Q | RELEASED, ALT_GR[0], ALT_GR[1] | RELEASED, 0x1c, 0x1c | RELEASED)

    machine, line = desk
    obey(line, lambda: machine.type("layout de\n"))
    assert answer(line, type_echo) == "\u00f6@"
    machine.wait_until(lambda: shows(machine, "\u00f6@"), SECONDS, "answer on the screen")
    obey(line, lambda: machine.type("layout us\n"))


def test_the_serial_line_is_heard(desk):
    machine, line = desk
    assert answer(line, lambda: line.send("echo gr\u00fc\u00dfe\x1b[D\x1b[D\x1b[D\x1b[3~u\x05 vom Draht\r")) == "gru\u00dfe vom Draht"
    machine.wait_until(lambda: shows(machine, "gru\u00dfe vom Draht"), SECONDS, "answer on the screen")


def test_a_paste_arrives_whole(desk):
    machine, line = desk
    words = " ".join(f"word{number}" for number in range(80))
    assert answer(line, lambda: line.send(f"echo {words}\r")) == words


def test_files_are_copied_and_control_c_ends_what_takes_long(desk):
    machine, line = desk
    start = len(line.said())
    line.send("truncate a 3000000; cp a b; ls; sum b; sum b; sum b; sum b; sum b; sum b; sum b; sum b\r")
    line.wait(start, lambda said: "3000000 /memory/b\n" in said, "the first sum")
    machine.keyboard(0x1d, 0x2e, 0x2e | RELEASED, 0x1d | RELEASED)  # Ctrl-C
    said = line.wait(start, lambda said: said.endswith("[130] /memory> "), "prompt after Ctrl-C")
    assert "\na\nb\n" in said and said.count("3000000 /memory/b\n") < 8
    obey(line, lambda: line.send("rm a b\r"))


def test_reboot_begins_anew(desk):
    machine, line = desk
    start = len(line.said())
    machine.type("reboot\n")
    line.wait(start, lambda said: " 1  The first instruction" in said and said.endswith("/memory> "), "the second boot")
    assert not machine.gurus()
