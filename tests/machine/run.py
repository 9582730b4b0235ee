#!/usr/bin/env python3
"""Question: how does a person boot the image and see it?

    run.py virtualbox ISO                                   in VirtualBox; in QEMU where VirtualBox cannot be had
    run.py qemu ISO                                         in QEMU
    run.py debug ISO --host virtualbox|qemu --symbols ELF   gdb on the kernel inside either

The terminal is the other end of the machine's serial line. With a display the machine's window opens on it; without one the
window is shown on a page of this machine, whose address is printed. Ctrl-X, a signal, or the machine's own power-off ends
everything. The settings of the machine (settings.py) stand on make's command line.
"""
import argparse
import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import debug as debugger
import host as hosts
import processes
import settings
from display import BrowserView, PersonsDisplay, PrivateDisplay
from qemu import PROGRAM as QEMU, QemuMachine, in_option
from userland import SetupError
from virtualbox import RUNS, Machine, desk

WITHOUT_GUEST_ADDITIONS = """\
  What is missing in QEMU: it has no VMMDev device, so there are no guest additions. The pointer moves by the PS/2 mouse
  (click into the window; Ctrl-Alt-G gives the mouse back) and does not follow the host's; the chapters from 12 on say so."""
LEAVE = b"\x18"         # Ctrl-X; not Ctrl-C, which is for commands of the kernel


def say(text):
    print(text, flush=True)


def install(*groups):
    """Install what is missing of the package GROUPS, unless the machine has them. SetupError when that fails."""
    script = Path(__file__).resolve().parent / "packages.py"
    if subprocess.run([sys.executable, str(script), *groups], check=False).returncode != 0:
        raise SetupError("packages are missing: " + " ".join(groups))


def open_display(stack, folder, monitors):
    """The display for the machine's windows: the person's own, or a private one."""
    display = PersonsDisplay()
    if display.works():
        say(f"display: the window opens on {display.name}")
        return display
    say("display: none here that works; the window will be shown in a browser")
    install("desktop")
    return stack.enter_context(PrivateDisplay(folder, desk(monitors)))


def show_in_browser(stack, port, password, folder):
    view = stack.enter_context(BrowserView(port, password, folder))
    say(f"display: open this address in a browser on this machine and move the mouse in it:\n\n    {view.url}\n")


def virtualbox_machine(stack, iso, **options):
    """A running VirtualBox machine with a window that a person can see. SetupError when VirtualBox cannot be had."""
    import installation
    import userland
    # The private system's tools are only fetched when no installed VirtualBox works.
    found = installation.find(say, before_private=lambda: userland.is_there() or install("virtualbox"))
    folder = run_folder()
    display = open_display(stack, folder, options.get("monitors", 1))
    say(f"virtualbox: starting the machine in the {found}" + (" (interpreted: be patient)" if found.driverless else ""))
    machine = stack.enter_context(
        Machine(iso, "guestbook", display=display, menus=True, visible=[Path.home(), RUNS.parents[1]], installation=found,
                folder=folder, **options))
    stack.enter_context(hosts.door(machine))
    say("host: `build/host WORD...` in another terminal is VBoxManage for this machine, such as: build/host showvminfo")
    if isinstance(display, PrivateDisplay):
        server = stack.enter_context(display.vnc())
        show_in_browser(stack, server.port, server.password, folder)
    return machine


def qemu_machine(stack, iso, **options):
    """A running QEMU machine with a window that a person can see."""
    install("qemu")
    folder = run_folder()
    windows = subprocess.run([QEMU, "-display", "help"], capture_output=True, text=True, check=False).stdout.split()
    window = next((kind for kind in ("gtk", "sdl") if kind in windows), None)
    if window and PersonsDisplay().works():
        machine = stack.enter_context(QemuMachine(iso, display=window, folder=folder, **options))
    else:
        install("desktop")
        password = os.urandom(4).hex()
        secret = folder / "vnc-password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        machine = stack.enter_context(QemuMachine(iso, display="vnc=127.0.0.1:0,to=99,password-secret=vnc", folder=folder,
                                                  extra=["-object", f"secret,id=vnc,file={in_option(secret)}"], **options))
        show_in_browser(stack, machine.vnc_port(), password, folder)
    say("qemu: " + " ".join(machine.command))
    return machine


def run_folder():
    RUNS.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="run-", dir=RUNS))


@contextlib.contextmanager
def keys():
    """Hand on what is typed as it is: no echo, no lines, and Ctrl-C is a byte. Gives the descriptor to read, or None."""
    if not os.isatty(0):
        yield 0
        return
    if os.tcgetpgrp(0) != os.getpgrp():         # started with &: the terminal is for somebody else
        yield None
        return
    before = termios.tcgetattr(0)
    now = termios.tcgetattr(0)
    now[0] &= ~(termios.ICRNL | termios.IXON)
    now[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(0, termios.TCSADRAIN, now)
    try:
        yield 0
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def follow(machine):
    """Connect the terminal with the machine's serial line until the machine has ended, or the person has had enough."""
    log = machine.folder / "serial.log"
    say(f"serial line (kept in {log}):\nwhat you type goes to the kernel, Ctrl-C too; Ctrl-X ends the machine\n")
    log.touch()
    with open(log, "rb") as said, keys() as keyboard:
        while True:
            ended = machine.ended()
            sys.stdout.buffer.write(said.read())
            sys.stdout.flush()
            if ended:
                say("\nthe machine has ended")
                return
            if not select.select([] if keyboard is None else [keyboard], [], [], 0.02)[0]:
                continue
            typed = os.read(keyboard, 1024)
            machine.send_bytes(typed.partition(LEAVE)[0])
            if LEAVE in typed:
                say("\nended")
                return
            if not typed:
                keyboard = None


def debug(stack, iso, host, symbols, function, options):
    """gdb in the foreground, the machine stopped at FUNCTION. Leaving gdb ends the machine."""
    install("debug")
    port = processes.free_port()
    address = debugger.address_of(symbols, function)
    if host == "qemu":
        machine = qemu_machine(stack, iso, gdb_port=port, stopped=True, **options)
        commands = [f"thbreak *{address:#x}", "continue"]
    else:
        machine = virtualbox_machine(stack, iso, gdb_port=port, **options)
        say(f"gdb: waiting until the machine has come to {function}")
        commands = [debugger.hold_at(port, address, machine)]
    say(f"serial log: {machine.folder / 'serial.log'}\ngdb: stopped at {function}. Leaving gdb ends the machine.\n")
    debugger.gdb(symbols, port, commands)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["virtualbox", "qemu", "debug"])
    parser.add_argument("iso", type=Path)
    parser.add_argument("--host", choices=["virtualbox", "qemu"], default="virtualbox")
    parser.add_argument("--symbols", type=Path, help="the kernel with its symbols, for debug")
    parser.add_argument("--function", default="kernel_main", help="where debug stops first")
    choice = parser.parse_args()
    if choice.what == "debug" and not choice.symbols:
        parser.error("debug needs --symbols")
    if not choice.iso.exists():
        sys.exit(f"there is no {choice.iso}; `make iso` builds one")
    given = settings.of_make()
    try:
        options = settings.read(given, choice.host if choice.what == "debug" else choice.what)
    except settings.SettingError as error:
        sys.exit(f"cannot run: {error}")

    def interrupted(number, frame):
        signal.signal(number, signal.SIG_IGN)           # a second Ctrl-C must not interrupt the ending
        raise KeyboardInterrupt
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        with contextlib.ExitStack() as stack:
            if choice.what == "debug":
                debug(stack, choice.iso, choice.host, choice.symbols, choice.function, options)
            elif choice.what == "qemu":
                follow(qemu_machine(stack, choice.iso, **options))
            else:
                try:
                    machine = virtualbox_machine(stack, choice.iso, console=True, **options)
                except SetupError as error:
                    say(f"virtualbox: cannot be had here: {error}\n  Booting in QEMU instead.\n{WITHOUT_GUEST_ADDITIONS}")
                    machine = qemu_machine(stack, choice.iso, **settings.read(given, "qemu"))
                follow(machine)
    except KeyboardInterrupt:
        say("\nended")
    except (SetupError, settings.SettingError) as error:
        sys.exit(f"cannot run: {error}")


if __name__ == "__main__":
    main()
