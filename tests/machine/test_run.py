"""Question: does a person at a terminal reach the machine: its settings, its serial line, its VirtualBox?"""
import concurrent.futures
import contextlib
import queue
import stat
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import host         # noqa: E402
import needs        # noqa: E402
import run          # noqa: E402
import settings     # noqa: E402
from qemu import PROGRAM    # noqa: E402
from terminal import Terminal   # noqa: E402


@pytest.mark.parametrize("flags, given", [
    ("", {}),
    ("s -j4 --jobserver-auth=3,4", {}),
    (" -- MONITORS=2 SHARE=/a\\ folder CFLAGS=-DX=\"1\"\\ $$(Y)", {"MONITORS": "2", "SHARE": "/a folder", "CFLAGS": '-DX="1" $(Y)'}),
    ("k -- V:=2", {"V": "2"}),
])
def test_settings_are_what_stood_on_the_command_line_of_make(flags, given):
    assert settings.on_command_line(flags) == given


def test_settings_become_arguments_of_the_machine(tmp_path):
    given = {"CHAPTER": "3", "MONITORS": "2", "IOAPIC": "off", "CHIPSET": "ich9", "SHARE": str(tmp_path), "EXTRADATA": "a/b=1,c=d=e"}
    assert settings.read(given, "virtualbox") == {"monitors": 2, "ioapic": False, "chipset": "ich9",
                                                  "shares": {tmp_path.name: tmp_path}, "extradata": {"a/b": "1", "c": "d=e"}}
    assert settings.read({"CHIPSET": "ich9", "CPU": "Haswell,-x2apic"}, "qemu") == {"machine": "q35", "cpu": "Haswell,-x2apic"}


@pytest.mark.parametrize("given, where, message", [
    ({"MONITOR": "2"}, "virtualbox", "there is no setting MONITOR; there are MEMORY"),
    ({"MONITORS": "two"}, "virtualbox", "MONITORS=two cannot be: a number from 1 to 64"),
    ({"MONITORS": "65"}, "virtualbox", "a number from 1 to 64"),
    ({"MONITORS": "2"}, "qemu", "MONITORS is no setting of QEMU's"),
    ({"CHIPSET": "ich8"}, "qemu", "CHIPSET=ich8 cannot be: piix3 or ich9"),
    ({"SHARE": "/no/such/folder"}, "virtualbox", "folders that exist"),
    ({"EXTRADATA": "key"}, "virtualbox", "KEY=VALUE"),
    ({"IOAPIC": ""}, "virtualbox", "on or off"),
])
def test_what_no_machine_has_is_said_in_one_line(given, where, message):
    with pytest.raises(settings.SettingError) as error:
        settings.read(given, where)
    assert message in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("words, said", [
    ("showvminfo", "showvminfo NAME"),
    ("showvminfo NAME --machinereadable", "showvminfo NAME --machinereadable"),
    ("controlvm setvideomodehint 800 600 32", "controlvm NAME setvideomodehint 800 600 32"),
    ("guestproperty set /a b", "guestproperty set NAME /a b"),
    ("sharedfolder add --name=s", "sharedfolder add NAME --name=s"),
    ("metrics query Guest/CPU", "metrics query NAME Guest/CPU"),
    ("metrics setup --period 2", "metrics setup --period 2"),
    ("list runningvms", "list runningvms"),
    ("--version", "--version"),
])
def test_the_name_of_the_machine_is_filled_in(words, said):
    assert host.with_name(words.split(), "NAME") == said.split()


class Machine:
    """What door() needs to know of one."""
    name = "moon"

    def __init__(self, folder, sees_everything):
        self.folder, self.installation, self.visible = folder, self, [folder]
        self.sees_everything = sees_everything
        folder.mkdir()

    def way_in(self):
        return ["sh", "-c", 'echo "$MOON:" "$@"', "sh"], {"MOON": "full"}


def asked(folder, *words):
    """(status, what is printed) of build/host WORDS."""
    script = f"import sys; sys.path.insert(0, {str(HERE)!r}); import host; host.RUNS = host.Path({str(folder)!r}); host.main(sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def test_a_door_is_open_while_the_machine_is_there_and_for_its_user_alone(tmp_path):
    nobody = (1, "no machine runs in VirtualBox: `make run` starts one, in another terminal")
    assert asked(tmp_path, "showvminfo") == nobody
    with host.door(Machine(tmp_path / "run-1", True)):
        assert asked(tmp_path, "showvminfo", "a b") == (0, "full: showvminfo moon a b")
        path = tmp_path / "run-1" / "host.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        kept = path.read_text()
    path.write_text(kept)       # as after a kill: the file is there and nobody holds it
    assert asked(tmp_path, "showvminfo") == nobody


def test_a_folder_is_shared_by_its_whole_path_and_only_where_it_is_seen(tmp_path):
    with host.door(Machine(tmp_path / "run-1", False)):
        (tmp_path / "run-1" / "letters").mkdir()
        seen = tmp_path / "run-1" / "x" / ".." / "letters"
        assert asked(tmp_path, "sharedfolder", "add", f"--hostpath={seen}") == (
            0, f"full: sharedfolder add moon --hostpath={tmp_path}/run-1/letters")
        assert asked(tmp_path, "sharedfolder", "add", "--hostpath", "/usr") == (
            1, f"the private VirtualBox does not see /usr; share a folder in one of: {tmp_path}/run-1")
        assert asked(tmp_path, "sharedfolder", "add", "--hostpath", "/none") == (1, "there is no folder /none")


def test_the_terminal_is_the_serial_line_and_ctrl_c_is_for_the_kernel():
    needs.program(PROGRAM, "nobody types in a terminal", "qemu")
    with Terminal(["make", "-s", "-o", "packages-build", "-o", "iso", "qemu", "MEMORY=64"], ROOT) as terminal:
        terminal.wait("Ctrl-X ends the machine")
        at = terminal.wait("/memory> ")
        terminal.type("echo für €\r")
        at = terminal.wait("\nfür €\r", behind=at)
        terminal.type("cat\r")              # waits for what is typed
        at = terminal.wait("\n", behind=terminal.wait("cat", behind=at))
        terminal.type("\x03")
        at = terminal.wait("/memory> ", behind=at)
        assert "-m 64 " in terminal.text()
        terminal.type("\x18")
        terminal.wait("ended", behind=at)
        assert terminal.process.wait(30) == 0
        assert termios.tcgetattr(terminal.theirs) == terminal.before


def test_a_person_looks_at_a_kernel_with_gdb():
    needs.program(PROGRAM, "nobody debugs", "qemu")
    needs.program("gdb", "nobody debugs", "debug")
    with Terminal(["make", "-s", "-o", "packages-build", "-o", "iso", "debug", "HOST=qemu"], ROOT) as terminal:
        terminal.wait("Leaving gdb ends the machine")
        at = terminal.wait("(gdb) ")
        terminal.type("info symbol $pc\n")
        terminal.wait("kernel_main", behind=at + len("info symbol $pc"))
        terminal.type("kill\nquit\n")
        terminal.wait_until(lambda: terminal.process.poll() is not None, 30, "end")


def test_machines_that_start_together_have_a_display_each(monkeypatch):
    needs.program(PROGRAM, "nobody starts two machines", "qemu")
    shown = queue.SimpleQueue()
    monkeypatch.setattr(run, "install", lambda what: None)
    monkeypatch.setattr(run, "say", lambda text: None)
    monkeypatch.setattr(run.PersonsDisplay, "works", lambda self: False)
    monkeypatch.setattr(run, "show_in_browser", lambda stack, port, password, folder: shown.put(port))

    def start():
        with contextlib.ExitStack() as stack:
            run.qemu_machine(stack, None)
            together.wait(60)

    together = threading.Barrier(6)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for ended in [pool.submit(start) for _ in range(6)]:
            ended.result()
    assert len({shown.get() for _ in range(6)}) == 6
