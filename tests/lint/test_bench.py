"""Does the bench still know the sources that it measures? Nobody runs it as often as they change."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("bench", "machine", "virtualbox", "host")]

import figures  # noqa: E402
import bench_images as images  # noqa: E402
import in_virtualbox  # noqa: E402
import on_the_host  # noqa: E402

COMMANDS = {entry["file"]: shlex.split(entry["command"])
            for entry in json.loads((ROOT / "build" / "compile_commands.json").read_text())}


@pytest.mark.parametrize("name", images.CHANGES)
def test_what_is_changed_for_a_figure_is_there_and_compiles(name):
    path, text = images.changed_source(name)
    command = [word for word in COMMANDS[path] if word not in ("-c", path)]
    done = subprocess.run([*command, "-fsyntax-only", "-x", "c", "-"], input=text, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr


class Built(Exception):
    """So far the work went; the rest is figures."""


@pytest.mark.parametrize("work", [on_the_host.events, on_the_host.resize, on_the_host.folders, on_the_host.allocator])
def test_what_is_counted_on_this_computer_is_built(work, monkeypatch):
    def never_start(*command):
        if command[0] == "env":
            raise Built
        figures.run(*command)
    figures.BUILD.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(on_the_host, "run", never_start)
    with pytest.raises(Built):
        work()


def test_the_chapters_that_are_waited_for_are_in_the_contents():
    contents = re.findall(r"^\d+  .*(?= \|)", (ROOT / "boot" / "contents").read_text(), re.M)
    assert {in_virtualbox.LAST_CHAPTER, in_virtualbox.CLOCK_CHAPTER} <= set(contents)
