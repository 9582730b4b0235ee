"""Question: what does a program say to a person at a terminal, and what does it make of what the person types?"""
import contextlib
import fcntl
import os
import pty
import re
import subprocess
import termios
import threading
import time


class Terminal:
    """A terminal with a program in it, which ends with the context. said: all that it has printed, as bytes."""

    def __init__(self, command, folder, environment=None):
        self.command, self.folder = command, folder
        self.environment = environment or dict(os.environ, DISPLAY="")
        self.said, self.process = b"", None

    def __enter__(self):
        self._ours, self.theirs = pty.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stdin=self.theirs,
                                        stdout=self.theirs, stderr=self.theirs, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *details):
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(os.tcgetpgrp(self._ours), 15)
            self.process.wait(60)
        os.close(self.theirs)
        self._reader.join(5)
        os.close(self._ours)

    def _read(self):
        with contextlib.suppress(OSError):
            while data := os.read(self._ours, 65536):
                self.said += data

    def text(self, behind=0):
        """What is to be read of it: no codes that move and clear."""
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", self.said[behind:].decode(errors="replace"))

    def type(self, text):
        os.write(self._ours, text.encode())

    def wait_until(self, condition, seconds, what):
        """Wait until CONDITION() is true; answers it."""
        limit = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            answer = condition()
            if answer:
                return answer
            if ended or time.monotonic() > limit:
                raise TimeoutError(f"{'the program ended without' if ended else f'within {seconds} s no'} {what}; "
                                   f"it said:\n{self.text()[-3000:]}")
            time.sleep(0.02)

    def wait(self, text, seconds=60, behind=0):
        """Wait until TEXT is there, BEHIND so many bytes; answers where it ends."""
        wanted = text.encode()
        self.wait_until(lambda: wanted in self.said[behind:], seconds, repr(text))
        return self.said.index(wanted, behind) + len(wanted)
