"""Does a run of everything run everything, and say how it ended?"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

GREEN, RED = "def test_a():\n    pass\n", "def test_b():\n    assert False\n"
EMPTY = "import pytest\n\npytest.skip(allow_module_level=True)\n"


def make(folder, machines, others):
    """A project whose tests in VirtualBox are MACHINES, and whose others are OTHERS."""
    (folder / "tests" / "machine").mkdir(parents=True)
    for name in ("run.py", "pytest.ini"):
        (folder / "tests" / name).write_bytes((ROOT / "tests" / name).read_bytes())
    (folder / "tests" / "machine" / "installation.py").write_text("def find(say):\n    pass\n")
    (folder / "tests" / "machine" / "userland.py").write_text("class SetupError(Exception):\n    pass\n")
    for name in (ROOT / "tests" / "pytest.ini").read_text().partition("testpaths = ")[2].split():
        (folder / "tests" / name).mkdir(exist_ok=True)
        (folder / "tests" / name / f"test_{name}_too.py").write_text(machines if name == "virtualbox" else others)
    return [sys.executable, folder / "tests" / "run.py"]


@pytest.mark.parametrize("machines, others, end, status", [
    (GREEN, GREEN, "9 passed, 0 failed, 0 skipped", 0),
    (RED, GREEN, "8 passed, 1 failed, 0 skipped", 1),
    (GREEN, RED, "1 passed, 8 failed, 0 skipped", 1),
    (GREEN, EMPTY, "1 passed, 0 failed, 8 skipped", 5),  # pytest's word for: no test ran
])
def test_both_runs_count(tmp_path, machines, others, end, status):
    done = subprocess.run(make(tmp_path, machines, others), capture_output=True, text=True)
    assert (done.stdout.splitlines()[-1], done.returncode) == (end, status), done.stdout + done.stderr


def test_a_folder_that_nobody_named_is_not_forgotten(tmp_path):
    command = make(tmp_path, GREEN, GREEN)
    (tmp_path / "tests" / "more").mkdir()
    (tmp_path / "tests" / "more" / "test_more.py").write_text(GREEN)
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode and "does not name every folder" in done.stderr


def test_what_is_asked_for_alone_is_run_alone(tmp_path):
    command = make(tmp_path, GREEN, RED)
    done = subprocess.run([*command, tmp_path / "tests" / "virtualbox"], capture_output=True, text=True)
    assert done.returncode == 0 and " 1 passed" in done.stdout


def test_control_c_ends_both(tmp_path):
    waits = "import pathlib, time\n\ndef test_c():\n    pathlib.Path(__file__).with_suffix('.on').touch()\n    time.sleep(60)\n"
    with subprocess.Popen(make(tmp_path, waits, waits), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        while len(list((tmp_path / "tests").glob("*/*.on"))) < 2:
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 130
