"""Question: where does a machine's window open when there is no screen, and how does a person see it?

PrivateDisplay is an X server in memory that only holders of its cookie may use; PersonsDisplay the one on the desk.
VncServer and BrowserView show a private one in a web browser of this machine.
"""
import contextlib
import os
import secrets
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

import processes
from userland import SetupError

ANY_HOST, THIS_HOST = 0xFFFF, 0x0100        # Xauthority families
NOVNC_FOLDERS = ["/usr/share/novnc", "/usr/share/webapps/novnc"]


class PrivateDisplay:
    """An Xvfb on a free display with a cookie of its own. folder: where the cookie and the log go. Ends with the context."""

    def __init__(self, folder, size="1280x1024"):
        self.folder = Path(folder)
        self.size = size
        self.process = None
        self.name = None                                # such as ":3"
        self.authority = self.folder / "xauthority"
        self.cookie = secrets.token_bytes(16)

    def __enter__(self):
        program = shutil.which("Xvfb")
        if not program:
            raise SetupError("Xvfb is missing (tests/machine/packages.py desktop installs it)")
        self._write_cookie()
        reader, writer = os.pipe()
        with open(self.folder / "xvfb.log", "wb") as log, os.fdopen(reader) as answer:
            self.process = subprocess.Popen(
                [program, "-displayfd", str(writer), "-screen", "0", self.size + "x24", "-auth", str(self.authority),
                 "-nolisten", "tcp", "-noreset"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[writer], start_new_session=True)
            os.close(writer)
            number = answer.readline().strip()          # the server writes it once it accepts clients
        if not number:
            self.__exit__()
            raise SetupError(f"Xvfb did not start, see {self.folder / 'xvfb.log'}")
        self.name = ":" + number
        self._write_cookie()
        return self

    def __exit__(self, *details):
        processes.end_child(self.process)
        self.process = None

    def _write_cookie(self):
        """For any host and display, which Xlib understands; and, once the display is known, in the form that python-xlib wants."""
        def counted(data):
            return struct.pack(">H", len(data)) + data
        secret = counted(b"MIT-MAGIC-COOKIE-1") + counted(self.cookie)
        entries = struct.pack(">H", ANY_HOST) + counted(b"") + counted(b"") + secret
        if self.name:
            entries += struct.pack(">H", THIS_HOST) + counted(socket.gethostname().encode())
            entries += counted(self.name[1:].encode()) + secret
        self.authority.touch(mode=0o600)
        self.authority.write_bytes(entries)

    def vnc(self):
        """A VncServer that shows this display."""
        return VncServer(self)


class PersonsDisplay:
    """The display of the person who runs this, such as a desktop or a forwarded one."""

    def __init__(self):
        self.name = os.environ.get("DISPLAY")
        authority = Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")
        self.authority = authority if authority.exists() else None

    def works(self):
        """Whether an X server answers there and lets this person in."""
        host, separator, rest = (self.name or "").rpartition(":")
        number = rest.partition(".")[0]
        if not separator or not number.isdigit():
            return False
        for kind, data in [*self._cookies(number), (b"", b"")]:
            with contextlib.suppress(OSError):
                if self._greet(host, int(number), kind, data):
                    return True
        return False

    def _cookies(self, number):
        """(kind, data) of the entries of the authority file that may be for display NUMBER."""
        contents = memoryview(self.authority.read_bytes() if self.authority else b"")
        while contents:
            fields = []
            contents = contents[2:]                     # the address family
            for _ in range(4):                          # address, display, kind, data
                length = int.from_bytes(contents[:2], "big")
                fields.append(bytes(contents[2:2 + length]))
                contents = contents[2 + length:]
            if fields[1] in (b"", number.encode()):
                yield fields[2], fields[3]

    @staticmethod
    def _greet(host, number, kind, data):
        """The X protocol's connection set-up: the first byte of the answer is 1 when the client is welcome."""
        if host in ("", "unix"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(5)
            connection.connect(f"/tmp/.X11-unix/X{number}")
        else:
            connection = socket.create_connection((host, 6000 + number), 5)
        with connection:
            padded = b"".join(text + b"\0" * (-len(text) % 4) for text in (kind, data))
            connection.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(kind), len(data)) + padded)
            return connection.recv(1) == b"\1"


class VncServer:
    """x11vnc for one display: on the loopback, a free port, a random password. Ends with the context."""

    def __init__(self, display):
        self.display = display
        self.process = None
        self.port = None
        self.password = secrets.token_hex(4)            # VNC knows eight characters

    def __enter__(self):
        program = shutil.which("x11vnc")
        if not program:
            raise SetupError("x11vnc is missing (tests/machine/packages.py desktop installs it)")
        folder = self.display.folder
        secret = folder / "vnc-password"
        secret.touch(mode=0o600)
        secret.write_text(self.password + "\n")
        self.port = processes.free_port()
        # Without a window manager x11vnc would show an arrow of its own, also where VirtualBox hides the pointer.
        environment = dict(os.environ, X11VNC_AVOID_WINDOWS="never")
        environment.pop("WAYLAND_DISPLAY", None)        # x11vnc refuses to start when it sees one
        with open(folder / "x11vnc.log", "wb") as log:
            self.process = subprocess.Popen(
                [program, "-display", self.display.name, "-auth", str(self.display.authority), "-localhost", "-no6", "-noipv6",
                 "-rfbport", str(self.port), "-passwdfile", f"rm:{secret}", "-forever", "-shared", "-noxrecord", "-quiet",
                 "-wait", "20", "-defer", "10", "-nowireframe", "-noscr"],
                env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_for_port(self.port, self.process, folder / "x11vnc.log")
        return self

    def __exit__(self, *details):
        processes.end_child(self.process)


class BrowserView:
    """A web page on the loopback that shows the VNC server at PORT. url includes the password. Ends with the context."""

    def __init__(self, port, password, folder):
        self.target, self.password, self.folder = port, password, Path(folder)
        self.process = None
        self.url = None

    def __enter__(self):
        program = shutil.which("websockify")
        pages = next((path for path in NOVNC_FOLDERS if os.path.exists(path + "/vnc.html")), None)
        if not program or not pages:
            raise SetupError("noVNC or websockify is missing (tests/machine/packages.py desktop installs them)")
        port = processes.free_port()
        with open(self.folder / "websockify.log", "wb") as log:
            self.process = subprocess.Popen([program, "--web", pages, f"127.0.0.1:{port}", f"127.0.0.1:{self.target}"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_for_port(port, self.process, self.folder / "websockify.log")
        # After the #, so that the password stays in the browser.
        self.url = f"http://127.0.0.1:{port}/vnc.html#autoconnect=1&resize=scale&password={self.password}"
        return self

    def __exit__(self, *details):
        processes.end_group(self.process)       # websockify forks a child per viewer


def wait_for_port(port, process, log, timeout=15.0):
    """Wait until somebody listens on loopback PORT. SetupError when PROCESS ends first or TIMEOUT seconds pass."""
    limit = time.monotonic() + timeout
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None or time.monotonic() > limit:
            processes.end_child(process)
            raise SetupError(f"{Path(process.args[0]).name} does not answer, see {log}")
        time.sleep(0.05)
