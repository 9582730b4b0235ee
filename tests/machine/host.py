#!/usr/bin/env python3
"""Question: how does a person speak to the machine that `make run` has started, whichever VirtualBox it runs in?

    build/host WORD...              VBoxManage WORD... with the machine's name filled in, such as: build/host showvminfo
    build/host mouse X Y [WHEEL]    what a hand does over the window, for which VBoxManage has no words

`make run` leaves a file in the machine's folder that says how its VBoxManage is called. Only its user may read it, and it
is locked as long as the machine is there.
"""
import contextlib
import fcntl
import json
import os
import re
import sys
from pathlib import Path

RUNS = Path(__file__).resolve().parents[2] / "build" / "machines"
SESSION = Path(__file__).resolve().with_name("session.py")
NAME_COMES_THIRD = ("guestproperty", "sharedfolder", "metrics")     # VBoxManage's commands of two words; elsewhere it is second
NO_NAME = ("list", "help", "metrics setup", "metrics collect")


@contextlib.contextmanager
def door(machine):
    """While this context lasts, build/host reaches MACHINE, a virtualbox.Machine that runs."""
    path = machine.folder / "host.json"
    path.touch(mode=0o600)
    command, environment = machine.way_in()
    visible = None if machine.installation.sees_everything else [str(folder) for folder in machine.visible]
    path.write_text(json.dumps({"machine": machine.name, "command": command, "environment": environment, "visible": visible}))
    with open(path, encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def newest_door(folder):
    """What door() has written of the machine that was started last and is still there; None without one."""
    for path in sorted(folder.glob("run-*/host.json"), key=os.path.getmtime, reverse=True):
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return json.load(handle)
    return None


def with_name(words, name):
    """The words of VBoxManage with the machine's NAME where it belongs."""
    if not words or words[0].startswith("-") or words[0] in NO_NAME or " ".join(words[:2]) in NO_NAME:
        return words
    at = 2 if words[0] in NAME_COMES_THIRD else 1
    return words if words[at:at + 1] == [name] else [*words[:at], name, *words[at:]]


def with_whole_paths(words, visible):
    """The words with the folder to be shared as VirtualBox wants it: from the root on. visible: folders that it sees, or None."""
    whole, is_path = [], False
    for word in words:
        option, separator, path = word.partition("=")
        if is_path:
            word = whole_path(word, visible)
        elif option == "--hostpath" and separator:
            word = "--hostpath=" + whole_path(path, visible)
        is_path = word == "--hostpath"
        whole.append(word)
    return whole


def whole_path(path, visible):
    folder = Path(path).expanduser().resolve()
    if not folder.is_dir():
        sys.exit(f"there is no folder {folder}")
    if visible is not None and not any(folder.is_relative_to(seen) for seen in visible):
        sys.exit(f"the private VirtualBox does not see {folder}; share a folder in one of: " + ", ".join(visible))
    return str(folder)


def main(words):
    if not words:
        sys.exit(__doc__)
    found = newest_door(RUNS)
    if not found:
        sys.exit("no machine runs in VirtualBox: `make run` starts one, in another terminal")
    command = found["command"]
    if words[0] == "mouse":
        if not 3 <= len(words) <= 4 or not all(re.fullmatch(r"-?\d{1,5}", word) for word in words[1:]):
            sys.exit(__doc__)
        command = [*command[:-1], "/usr/bin/python3", str(SESSION), found["machine"], "10", "hand", *words[1:]]
    else:
        command = command + with_name(with_whole_paths(words, found["visible"]), found["machine"])
    os.execvpe(command[0], command, dict(os.environ, **found["environment"]))


if __name__ == "__main__":
    main(sys.argv[1:])
