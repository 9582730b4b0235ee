#!/usr/bin/env python3
"""Question: how does a machine without VirtualBox get one of its own, and how does it get rid of it?

Debian's unstable release packages VirtualBox. A small Debian system in a cache folder, entered through a private mount
namespace, runs it without a kernel module, without touching this machine's packages, and usually without root.

    userland.py setup                  make it (about a minute, under one gigabyte); nothing to do when it is there
    userland.py enter [COMMAND...]     a shell, or COMMAND, inside
    userland.py remove                 the folder and everything in it
    userland.py status                 what is there
"""
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import processes

PACKAGES = ["virtualbox", "virtualbox-qt", "python3", "procps"]
# Text that nobody reads inside. Removing it while unpacking halves the time that the disk needs.
LEFT_OUT = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/src/*"]
ENTER_SCRIPT = Path(__file__).resolve().parent / "enter.sh"
NAMESPACE = ["unshare", "--mount", "--propagation", "private"]


class SetupError(Exception):
    """The test bed could not be provided. Says nothing about the kernel under test."""


def cache_folder():
    """The folder that holds whatever survives `make clean`."""
    base = os.environ.get("GUESTBOOK_CACHE")
    if base:
        return Path(base).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guestbook"


def folder():
    return cache_folder() / "virtualbox"


def root():
    """The private system's root folder, complete whenever it exists."""
    return folder() / "root"


def is_there():
    return (folder() / "complete.json").exists() and root().is_dir()


def made_by():
    """The way in, as way_in() names it, by which the private system was made; None without one."""
    path = folder() / "complete.json"
    return json.loads(path.read_text())["way"] if path.exists() else None


def namespace_works(prefix):
    """Whether PREFIX gives a command a mount namespace in which it may mount, and files of other owners."""
    probe = "mount --rbind /proc /mnt && file=$(mktemp) && { chown 1:1 \"$file\"; status=$?; rm -f \"$file\"; exit $status; }"
    try:
        return subprocess.run(prefix + ["sh", "-c", probe], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def way_in():
    """(name, command prefix) of the way into a private mount namespace: "root", "namespace" or "sudo". SetupError if none."""
    if os.geteuid() == 0:
        if namespace_works(NAMESPACE):
            return "root", NAMESPACE
        raise SetupError("root may not make a mount namespace here (a container without that right?)")
    mapped = ["unshare", "--map-root-user", "--map-auto"] + NAMESPACE[1:]
    if namespace_works(mapped):
        return "namespace", mapped
    print("virtualbox: user namespaces are forbidden here (kernel setting, AppArmor, or no range for this user in "
          "/etc/subuid); asking sudo instead", file=sys.stderr)
    by_sudo = ["sudo", *NAMESPACE]
    if shutil.which("sudo") and namespace_works(by_sudo):
        return "sudo", by_sudo
    raise SetupError("neither user namespaces nor sudo work here")


def enter_command(command, environment, temporary, folders=(), way=None):
    """The argument list that runs COMMAND inside.

    environment: the whole environment of the command. temporary: folder used as /tmp. folders: visible at their own path.
    """
    inside = dict({"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}, **environment)
    assignments = [f"{name}={value}" for name, value in inside.items()]
    name, prefix = way or way_in()
    owner = f"{os.getuid()}:{os.getgid()}" if name == "sudo" else "0:0"
    return (prefix + ["sh", str(ENTER_SCRIPT), str(root()), owner, str(temporary)] + [str(path) for path in folders]
            + ["--", "/usr/bin/env", "-i"] + assignments + [str(word) for word in command])


@contextlib.contextmanager
def lock(exclusive, wait=True):
    """Hold the folder: shared while machines run in it, exclusive while it is made or removed. SetupError if not WAIT and taken."""
    folder().mkdir(parents=True, exist_ok=True)
    with open(cache_folder() / "virtualbox.lock", "w") as handle:
        kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise SetupError("the private VirtualBox is in use by another run") from None
            print("virtualbox: another run is setting it up or using it; waiting", flush=True)
            fcntl.flock(handle, kind)
        yield


def ensure():
    """Set the private VirtualBox up unless it is there. SetupError says why it cannot be had."""
    if is_there():
        return
    if not shutil.which("mmdebstrap"):
        raise SetupError("mmdebstrap is missing (tests/machine/packages.py virtualbox installs it)")
    with lock(exclusive=True):
        if not is_there():          # another run may have made it while this one waited
            _make()


def _make():
    way, prefix = way_in()
    partial = folder() / "partial"
    _throw_away(prefix, partial)
    folder().mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder()).free
    if free < 3 << 30:
        raise SetupError(f"{folder()} has {free >> 20} MB free; the private VirtualBox needs 3 GB while it is set up")
    print(f"virtualbox: setting up a private one in {folder()} (about a minute, 0.8 GB; `make remove-virtualbox` undoes it)")
    started = time.monotonic()
    for left in folder().glob("partial-*.tar"):
        left.unlink()
    archive = folder() / f"partial-{os.getpid()}.tar"      # an earlier run that was killed may still be writing to its own
    try:
        _download(way, archive, started)
        _unpack(prefix, archive, partial)
    except BaseException:
        archive.unlink(missing_ok=True)
        _throw_away(prefix, partial)
        raise
    archive.unlink()
    partial.rename(root())
    seconds = round(time.monotonic() - started)
    (folder() / "complete.json").write_text(json.dumps({"way": way, "seconds": seconds, "version": version()}) + "\n")
    print(f"virtualbox: {version()} ready after {seconds} s")


def _download(way, archive, started):
    # The unstable release's index may be older than its own date of validity says; its signature is checked all the same.
    command = ["mmdebstrap", "--mode=" + ("root" if way != "namespace" else "unshare"), "--variant=minbase", "--format=tar",
               "--architectures=amd64", "--components=main,contrib", "--aptopt=Acquire::Check-Valid-Until \"false\"",
               *[f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT],
               "--include=" + ",".join(PACKAGES), "sid", "-"]
    if way == "sudo":
        command.insert(0, "sudo")
    log = folder() / "setup.log"
    log.unlink(missing_ok=True)
    with open(log, "wb") as messages, open(archive, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=messages, start_new_session=True)
        try:
            while process.poll() is None:
                _progress(log, archive, started)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1)
        finally:
            processes.end_child(process, patience=30)       # it removes its own temporary files when asked
            if sys.stdout.isatty():
                print()
    if process.returncode != 0:
        tail = log.read_text(errors="replace").strip().splitlines()[-6:]
        raise SetupError("mmdebstrap failed:\n    " + "\n    ".join(tail) + f"\n  everything it said: {log}")


_last_step = [""]


def _progress(log, archive, started):
    """On a terminal one line that changes; elsewhere one line per step."""
    steps = [line[3:] for line in log.read_text(errors="replace").splitlines() if line.startswith("I: ")]
    step = steps[-1] if steps else "starting"
    line = f"  {time.monotonic() - started:4.0f} s  {archive.stat().st_size >> 20:4d} MB  {step}"
    if sys.stdout.isatty():
        print("\r\033[K" + line[:100], end="", flush=True)
    elif step != _last_step[0]:
        print(line, flush=True)
    _last_step[0] = step


def _unpack(prefix, archive, target):
    target.mkdir()
    # Devices are left out: a user may not make them, and the real ones are bound over the empty folder anyway.
    done = subprocess.run(prefix + ["tar", "--extract", "--directory", str(target), "--exclude=./dev/*", "--numeric-owner",
                                    "--file", str(archive)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise SetupError("unpacking failed: " + done.stderr.strip()[-400:])


def _throw_away(prefix, path):
    """Remove a folder with files of any owner. Nothing is mounted in it outside the namespaces, and rm stays on one file system."""
    if path.exists():
        subprocess.run(prefix + ["rm", "--recursive", "--force", "--one-file-system", str(path)], check=True)


def version():
    """The private VirtualBox's package version, such as 7.2.22-dfsg-1, without entering it."""
    package = ""
    with open(root() / "var/lib/dpkg/status", encoding="utf-8", errors="replace") as status:
        for line in status:
            if line.startswith("Package: "):
                package = line.split()[1]
            elif line.startswith("Version: ") and package == "virtualbox":
                return line.split()[1]
    raise SetupError("the private system holds no virtualbox package")


def remove():
    """Remove the private VirtualBox. SetupError while a machine runs in it."""
    if not folder().exists():
        print("virtualbox: no private one here")
        return
    with lock(exclusive=True, wait=False):
        by_sudo = made_by() == "sudo" and os.geteuid() != 0
        prefix = ["sudo", *NAMESPACE] if by_sudo else way_in()[1]
        (folder() / "complete.json").unlink(missing_ok=True)
        _throw_away(prefix, folder())
    print(f"virtualbox: removed {folder()}")


def enter(*command):
    with tempfile.TemporaryDirectory(prefix="guestbook-") as temporary:
        home = {"HOME": "/root", "TERM": "xterm"}
        sys.exit(subprocess.call(enter_command(list(command) or ["/bin/bash"], home, temporary)))


def status():
    print(f"{folder()}: {version()}" if is_there() else f"{folder()}: nothing set up")


def command_line(name, usage, actions, unfinished="ended before it was done"):
    """All of a program's main: does the action that its first argument names, with the other arguments; without any, status."""
    processes.signals_end_cleanly()
    action, *others = sys.argv[1:] or ["status"]
    if action not in actions or (others and action != "enter"):
        print(usage)
        sys.exit(2)
    try:
        actions[action](*others)
    except SetupError as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"\n{name}: {unfinished}")


if __name__ == "__main__":
    command_line("virtualbox", __doc__, {"setup": ensure, "enter": enter, "remove": remove, "status": status})
