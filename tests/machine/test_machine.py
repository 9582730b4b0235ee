"""Question: do the machines behave as their users rely on, whatever the kernel under test does?

Parsers on texts as VirtualBox writes them, and life and death of machines with an image of a few instructions.
"""
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import needs            # noqa: E402
import processes        # noqa: E402
import report           # noqa: E402
import toolchain        # noqa: E402
import userland         # noqa: E402
from display import PrivateDisplay      # noqa: E402
from picture import Picture     # noqa: E402
from qemu import PROGRAM, QemuMachine, in_option        # noqa: E402


def test_statistics_are_numbers_by_name():
    text = ('<?xml version="1.0" encoding="UTF-8" standalone="no"?><Statistics>'
            '<Counter c="21" unit="times" name="/Devices/VMMDev/FastIrqAckR3"/>'
            '<U32 val="7" unit="count" name="/IEM/CPU0/cInstructions"/>'
            '<Profile cPeriods="3" cTicks="99" name="/HGCM/MsgTotal"/><Bool val="true" name="/A/Flag"/></Statistics>')
    assert report.statistics(text) == {"/Devices/VMMDev/FastIrqAckR3": 21, "/IEM/CPU0/cInstructions": 7, "/HGCM/MsgTotal": 3}


def test_machine_info_is_text_by_name():
    assert report.machine_info('name="tiny"\nGuestAdditionsRunLevel=1\n"a key"="b=c"\n') == {
        "name": "tiny", "GuestAdditionsRunLevel": "1", "a key": "b=c"}


def test_gurus_are_found_in_the_log():
    log = "00:00:01 fine\n00:00:02 !! {main} Guru Meditation 1155 (VINF_EM_TRIPLE_FAULT)\n"
    assert len(report.gurus(log)) == 1
    assert report.gurus("EMR3Init: fIemExecutesAll=true fGuruOnTripleFault=true\n") == []


def test_complaints_are_the_hosts_and_not_the_guests():
    log = ("00:00:01.5 CPUM: Failed to query. rc=VERR_SUP_DRIVERLESS\n00:00:02.5 fine\n"
           "00:00:03.5 VMMDev: Guest Log: VERR_OF_THE_GUEST\n00:00:04.5 ERROR [COM]: aRC=E_FAIL\n")
    assert report.complaints(log) == ["CPUM: Failed to query. rc=VERR_SUP_DRIVERLESS", "ERROR [COM]: aRC=E_FAIL"]


def test_a_refusal_has_the_hosts_words():
    reason = "00:00:01 ERROR [COM]: aComponent={ConsoleWrap} aText={Must use IO-APIC (VINF)}, preserve=false\n"
    assert report.refusal(reason) is None       # some other operation
    assert report.refusal(reason + "00:00:02 Power up failed (vrc=VERR_X)\n") == "Must use IO-APIC (VINF)"
    assert report.refusal("00:00:02 Power up failed (vrc=VERR_X)\n") == "no reason given"


def test_integers_of_the_configuration_are_found_by_name():
    log = "00:00:01 [/] (level 0)\n00:00:01   NumCPUs           <integer> = 0x0000000000000002 (2)\n" \
          "00:00:01   NumCPUs <integer> = 0x0000000000000002 (2)\n00:00:01   MoreNumCPUs <integer> = 0x0000000000000007 (7)\n"
    assert report.integers(log, "NumCPUs") == {2}
    assert report.integers(log, "RamSize") == set()


def test_picture_tells_where_it_changed():
    before = Picture(4, 3, bytes(4 * 4 * 3))
    changed = bytearray(before.rgba)
    changed[(1 * 4 + 2) * 4] = 255
    after = Picture(4, 3, bytes(changed))
    assert before.changed(before) is None
    assert before.changed(after) == (2, 1, 1, 1)
    assert after.pixel(2, 1) == (255, 0, 0)
    assert after.crop(2, 1, 2, 2).pixel(0, 0) == (255, 0, 0)


def test_end_ends_what_ignores_a_polite_request():
    stubborn = subprocess.Popen(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], stdout=subprocess.PIPE,
                                env=dict(os.environ, GUESTBOOK_MARK=str(os.getpid())))
    stubborn.stdout.readline()
    pids = processes.with_environment("GUESTBOOK_MARK", str(os.getpid()))
    assert stubborn.pid in pids
    processes.end(pids, patience=0.3)
    assert stubborn.wait(5) == -signal.SIGKILL
    processes.end(pids)         # gone already: nothing to do
    stubborn.stdout.close()


def test_private_displays_stand_side_by_side_and_are_private(tmp_path):
    from display import PersonsDisplay
    needs.program("Xvfb", "private displays are not tried", "test")
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with PrivateDisplay(tmp_path / "one") as one, PrivateDisplay(tmp_path / "two") as two:
        assert one.name != two.name
        visitor = PersonsDisplay()
        visitor.name, visitor.authority = one.name, one.authority
        assert visitor.works()
        visitor.authority = two.authority
        assert not visitor.works()
        visitor.name = ":9999"
        assert not visitor.works()


def test_a_compiler_is_built_without_what_the_environment_says_to_others(monkeypatch, tmp_path):
    monkeypatch.setenv("GUESTBOOK_CACHE", str(tmp_path))
    for name in ("CC", "CXX", "LD", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "MAKEFLAGS"):
        monkeypatch.setenv(name, "-pie -flto")
    assert "-pie -flto" not in toolchain.Builder().environment.values()


ODD_NAME = """my os, (course) & "x"='y' $HOME"""


def test_the_way_into_a_private_system_is_found_from_a_folder_of_any_name(tmp_path, monkeypatch):
    try:
        way = userland.way_in()
    except userland.SetupError:
        pytest.skip("NO WAY INTO A PRIVATE SYSTEM here")
    (tmp_path / ODD_NAME).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / ODD_NAME))
    assert userland.way_in() == way
    assert not list((tmp_path / ODD_NAME).iterdir())


def test_a_machine_lives_in_a_folder_of_any_name(tmp_path):
    needs.program(PROGRAM, "no machine with EFI is started", "qemu")
    folder = tmp_path / ODD_NAME
    folder.mkdir()
    with QemuMachine(None, name="folder", firmware="efi", folder=folder) as machine:
        assert machine.ask("query-status")["running"]


def test_qemu_ends_with_the_guests_own_status(tmp_path):
    needs.program(PROGRAM, "the end of a machine in QEMU is not tried", "qemu")
    # A boot sector: print "ok", then write 5 to isa-debug-exit: status 2*5+1.
    code = bytes.fromhex("baf803 b06f ee b06b ee baf400 b005 ee f4".replace(" ", ""))
    image = tmp_path / "sector.img"
    image.write_bytes(code.ljust(510, b"\0") + b"\x55\xaa")
    with QemuMachine(None, name="sector", extra=["-drive", f"file={in_option(image)},format=raw,if=floppy", "-boot", "a"]) as machine:
        machine.wait_serial("ok", 30)
        assert machine.wait_exit(30) == 11
        assert machine.ended()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_is_left_after_a_signal(number, tmp_path):
    needs.program(PROGRAM, "what a signal leaves of a machine in QEMU is not looked at", "qemu")
    script = textwrap.dedent(f"""
        import sys, time
        sys.path.insert(0, {str(HERE)!r})
        from qemu import QemuMachine
        with QemuMachine(None, name="signal", folder={str(tmp_path)!r}) as machine:
            print(machine.process.pid, flush=True)
            time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        pid = int(process.stdout.readline())
        process.send_signal(number)
        assert process.wait(20) != 0
    limit = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
