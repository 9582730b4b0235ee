"""Does the doctor tell what is broken from what is only named right?"""

import shutil
from pathlib import Path

import doctor
import pytest


def put_program(folder, name, script):
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A PATH on which nothing is but what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    put_program(tmp_path, "sh", 'exec /bin/sh "$@"\n')
    return tmp_path


def test_what_is_missing_is_named_with_the_line_that_mends_it(bare, monkeypatch, capsys):
    put_program(bare, "apt-get", "exit 1\n")
    monkeypatch.setattr(doctor.packages, "missing", lambda group: [f"package-for-{group}"])
    assert doctor.main() == 1
    said = capsys.readouterr().out
    assert "MISSING  assembler   nasm is missing" in said
    assert "sudo apt-get install package-for-build package-for-qemu" in said


def test_a_compiler_that_only_has_the_name(bare):
    put_program(bare, "x86_64-elf-gcc", "echo 'cannot execute cc1'; exit 1\n")
    with pytest.raises(doctor.Trouble, match="cannot execute cc1"):
        doctor.check_compiler()


def test_half_a_grub(tmp_path, monkeypatch):
    shutil.copytree("/usr/lib/grub/i386-pc", tmp_path / "i386-pc")
    monkeypatch.setattr(doctor, "GRUB_FOLDERS", [str(tmp_path)])
    with pytest.raises(doctor.Trouble, match="x86_64-efi.*grub-efi-amd64-bin"):
        doctor.check_grub()


@pytest.mark.skipif(Path("/dev/vboxdrv").exists(), reason="VIRTUALBOX'S DRIVER IS LOADED HERE, so its absence is not tried: unload vboxdrv")
@pytest.mark.parametrize("modinfo, mokutil, words", [
    ("exit 1", "exit 1", "not built"),
    ("echo", "echo SecureBoot enabled", "not signed"),
    ("echo somebody", "echo SecureBoot enabled", "not loaded"),
    ("echo", "echo SecureBoot disabled", "not loaded")])
def test_why_the_driver_is_not_there(bare, modinfo, mokutil, words):
    put_program(bare, "modinfo", modinfo + "\n")
    put_program(bare, "mokutil", mokutil + "\n")
    assert words in doctor.driver_state()


def test_a_virtualbox_that_starts_nothing_is_no_virtualbox(monkeypatch):
    class Broken:
        programs = "/nowhere"

        def __init__(self, driverless=False):
            pass

        def __str__(self):
            return "installed VirtualBox 7.0"
    monkeypatch.setattr(doctor.installation, "Installed", Broken)
    monkeypatch.setattr(doctor.installation, "_works", lambda one, report: False)
    monkeypatch.setattr(doctor.userland, "is_there", lambda: False)
    with pytest.raises(doctor.Trouble, match="installed VirtualBox 7.0 starts no machine"):
        doctor.check_virtualbox()
