"""Question: which VirtualBox on this machine really starts machines?

The installed one with its driver, else the installed one without (7.1 and later interpret the guest in user space), else a
private one in a cache folder. Presence proves nothing (the driver may be missing or another hypervisor may hold the
processor), so each is judged by starting an empty machine; the verdict is kept per VirtualBox version and kernel.
"""
import json
import os
import platform
import subprocess

import processes
import userland
from userland import SetupError

PROGRAM_FOLDERS = ["/usr/lib/virtualbox", "/opt/VirtualBox", "/usr/lib64/virtualbox"]
DRIVERLESS = ["--execute-all-in-iem", "--driverless"]


class Installed:
    """The VirtualBox of this machine. driverless: interpret the guest instead of using the driver."""

    sees_everything = True

    def __init__(self, driverless=False):
        self.driverless = driverless
        self.switches = DRIVERLESS if driverless else []
        found = [path for path in PROGRAM_FOLDERS if os.path.exists(path + "/VBoxManage")]
        self.programs = found[0] if found else None

    def __str__(self):
        return "installed VirtualBox " + self.version() + (" without its driver" if self.driverless else "")

    def version(self):
        answer = subprocess.run([self.programs + "/VBoxManage", "--version"], capture_output=True, text=True, check=False)
        return (answer.stdout.strip().splitlines() or ["unknown"])[-1]

    def command(self, words, environment, temporary, folders):
        """(argument list, environment) that run WORDS, the first of them a program of VirtualBox or a full path."""
        program = words[0] if words[0].startswith("/") else f"{self.programs}/{words[0]}"
        return [program, *words[1:]], dict(os.environ, **environment)

    def hold(self):
        return open(os.devnull)


class Private:
    """The VirtualBox of userland.py, always without a driver."""

    driverless = True
    sees_everything = False     # only the folders that a command is given
    switches = DRIVERLESS
    programs = "/usr/lib/virtualbox"

    def __init__(self):
        self.way = userland.way_in()
        if (self.way[0] == "namespace") != (userland.made_by() == "namespace"):
            raise SetupError(f"the private VirtualBox in {userland.folder()} was made by the way {userland.made_by()!r}, whose "
                             f"files {self.way[0]!r} cannot use; `make remove-virtualbox`, then try again")

    def __str__(self):
        return "private VirtualBox " + self.version()

    def version(self):
        return userland.version()

    def command(self, words, environment, temporary, folders):
        program = words[0] if words[0].startswith("/") else f"{self.programs}/{words[0]}"
        return userland.enter_command([program, *words[1:]], environment, temporary, folders, self.way), dict(os.environ)

    def hold(self):
        """A context during which the private VirtualBox is not removed."""
        return userland.lock(exclusive=False)


def find(report=print, before_private=lambda: None):
    """The first VirtualBox that works, after setting up a private one when no other does. SetupError says why there is none.

    before_private: called before a private one is looked for, to install what its set-up needs.
    """
    processes.signals_end_cleanly()
    choice = os.environ.get("GUESTBOOK_VIRTUALBOX", "")     # "installed", "driverless" or "private" to insist on one
    candidates = []
    if Installed().programs:
        candidates = [one for name, one in (("installed", Installed()), ("driverless", Installed(driverless=True)))
                      if choice in ("", name)]
    for one in candidates:
        if _works(one, report):
            return one
    if choice not in ("", "private"):
        raise SetupError(f"GUESTBOOK_VIRTUALBOX={choice}, but there is no such VirtualBox that starts a machine")
    if platform.machine() != "x86_64" or platform.system() != "Linux":
        raise SetupError("a private VirtualBox needs Linux on x86_64")
    before_private()
    userland.ensure()
    return Private()


def _works(installation, report):
    """Whether an empty machine starts in INSTALLATION. Shown once; remembered until VirtualBox or the kernel changes."""
    from virtualbox import Machine
    key = f"{installation}, Linux {platform.release()}"
    path = userland.cache_folder() / "verdicts.json"
    verdicts = json.loads(path.read_text()) if path.exists() else {}
    if key not in verdicts:
        report(f"virtualbox: trying the {installation} with an empty machine")
        try:
            with Machine(None, "trial", installation=installation, memory=32):
                verdicts[key] = "works"
        except SetupError as error:
            verdicts[key] = str(error).strip().splitlines()[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(verdicts, indent=1) + "\n")
    report(f"virtualbox: {key}: {verdicts[key]}")
    return verdicts[key] == "works"
