"""Question: where does a machine's window open when there is no screen, and how does a person see it?

PrivateDisplay is an X server in memory that only holders of its cookie may use. BrowserView shows it in a web browser.
"""
import contextlib
import os
import secrets
import shutil
import struct
import subprocess
from pathlib import Path

import processes
from userland import SetupError

ANY_HOST = 0xFFFF       # Xauthority family: the entry holds for every address


class PrivateDisplay:
    """An Xvfb on a free display with a cookie of its own. folder: where the cookie and the log go. Ends with the context."""

    def __init__(self, folder, size="1280x1024"):
        self.folder = Path(folder)
        self.size = size
        self.process = None
        self.name = None                                # such as ":3"
        self.authority = self.folder / "xauthority"

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
        return self

    def __exit__(self, *details):
        processes.end_child(self.process)
        self.process = None

    def _write_cookie(self):
        def counted(data):
            return struct.pack(">H", len(data)) + data
        self.authority.touch(mode=0o600)
        self.authority.write_bytes(struct.pack(">H", ANY_HOST) + counted(b"") + counted(b"")    # any host, any display
                                   + counted(b"MIT-MAGIC-COOKIE-1") + counted(secrets.token_bytes(16)))
