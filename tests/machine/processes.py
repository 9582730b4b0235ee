"""Question: how is every process that a run started found again and ended, and no other one?

By pid, never by name: the user's own VirtualBox may be running. VirtualBox's servers detach themselves from whoever
started them; they are known by an environment variable that only this run has.
"""
import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import time
from pathlib import Path


def with_environment(name, value):
    """Pids of the processes whose environment had NAME=VALUE when they started."""
    wanted = f"{name}={value}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def end(pids, patience=5.0):
    """End the processes PIDS: asks, waits PATIENCE seconds, then insists. Returns when they are gone."""
    handles = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            handles.append(os.pidfd_open(pid))      # a handle cannot come to mean another process, a number can
    try:
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            handles_left = [handle for handle in handles if not _gone(handle)]
            for handle in handles_left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    signal.pidfd_send_signal(handle, number)
            limit = time.monotonic() + seconds
            for handle in handles_left:
                _gone(handle, max(0.0, limit - time.monotonic()))
    finally:
        for handle in handles:
            os.close(handle)


def _gone(handle, seconds=0.0):
    return bool(select.select([handle], [], [], seconds)[0])


@contextlib.contextmanager
def thread_held(pids, name):
    """The thread called NAME of the processes PIDS stands still, and no other one. PermissionError: this user may not."""
    SEIZE, INTERRUPT, DETACH, ALL_THREADS = 0x4206, 0x4207, 17, 0x40000000  # ptrace(2), waitpid(2)
    trace = ctypes.CDLL(None, use_errno=True).ptrace
    trace.restype, trace.argtypes = ctypes.c_long, [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    thread, = [int(path.parent.name) for pid in pids for path in Path(f"/proc/{pid}/task").glob("*/comm")
               if path.read_text().strip() == name]
    if trace(SEIZE, thread, None, None) < 0:
        raise PermissionError(os.strerror(ctypes.get_errno()))
    trace(INTERRUPT, thread, None, None)
    os.waitpid(thread, ALL_THREADS)
    try:
        yield
    finally:
        trace(DETACH, thread, None, None)


def end_child(process, patience=5.0):
    """End and reap PROCESS, a subprocess.Popen or None."""
    if process is None:
        return
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def end_group(process):
    """End PROCESS, started in a session of its own, with its children."""
    if process is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    end_child(process)


def free_port():
    """A TCP port of the loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def signals_end_cleanly():
    """Let SIGTERM and SIGHUP unwind the program as Ctrl-C does, so that what it started is ended. Only the main thread can."""
    def leave(number, frame):
        raise KeyboardInterrupt
    for number in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(ValueError):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, leave)
