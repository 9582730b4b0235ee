"""Question: how does a program read and type on the serial port of a VirtualBox machine, from its first byte on?

VirtualBox connects to a socket that is there before it starts. (Its own "tcpserver" would listen to the whole network, and
what the guest says to its own "server" before somebody has connected is lost.)
"""
import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path


class SerialSocket:
    """The other end of a serial port. path: the socket, once opened; its folder is for this user alone."""

    def __init__(self):
        self.path = None
        self._connection = None

    @contextlib.contextmanager
    def opened(self, log):
        """Listen; what the machine says goes to the file LOG, also when it is switched off and on again."""
        folder = Path(tempfile.mkdtemp(prefix="guestbook-", dir="/tmp"))    # short: a socket's path has 107 bytes at most
        self.path = folder / "serial"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            threading.Thread(target=self._listen, args=(listener, log), daemon=True).start()
            try:
                yield
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                shutil.rmtree(folder, ignore_errors=True)

    def send(self, data):
        """To the machine; nowhere while it is off."""
        if self._connection:
            with contextlib.suppress(OSError):
                self._connection.sendall(data)

    def _listen(self, listener, log):
        with open(log, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    self._connection = connection
                    with contextlib.suppress(ConnectionError):
                        while data := connection.recv(65536):
                            file.write(data)
                    self._connection = None
