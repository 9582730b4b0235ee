"""What do the analysers find in the sources, without running anything?

Each looks for mistakes; of layout only what every editor can keep (.editorconfig) is checked. clang-format does not
judge: version 14 breaks enums with comments and tables that are laid out by hand, so .clang-format is for new lines.
Of the Python linters pyflakes is the one that has no opinions, only findings."""

import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "machine"))

import needs  # noqa: E402

COMMANDS = ROOT / "build" / "compile_commands.json"
LINE_LENGTH = {".c": 120, ".h": 120, ".asm": 120, ".py": 140, ".sh": 130}
FOLDERS = ["boot", "kernel", "drivers", "lib", "iso", "docs", "tests"]

# Findings that are none: (tool, file or "" for any, words of the finding): why.
NO_MISTAKE = {
    ("clang-tidy", "kernel/memory/page_tables.c", "UndefinedBinaryOperatorResult"):
        "takes an entry of level 1 for a table; is_page() says that it never is",
    ("cppcheck", "", "internalAstError"): "gives a file up at minimum() between braces; the other two read it",
    ("cppcheck", "kernel/time/clock.c", "uninitvar"): "does not see that the places below `done` were filled in earlier rounds",
}


def files(*endings):
    """The project's files whose names end so, as paths from the top."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in endings]
    return sorted(str(path.relative_to(ROOT)) for path in found if path.is_file())


def need(program):
    return needs.program(program, "nothing is checked with it", "lint")


def run(*words):
    """(status, everything said) of a command at the top."""
    done = subprocess.run([str(word) for word in words], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def findings(tool, text):
    """The lines `file:line: warning: ...` of TEXT that are about the project and not known to be none."""
    text = text.replace(f"{ROOT}/", "")
    lines = [line for line in text.splitlines() if re.match(r"\S+:\d+:.*(warning|error|style|performance)", line)]
    return [line for line in dict.fromkeys(lines)
            if not any(tool == who and line.startswith(file) and words in line for who, file, words in NO_MISTAKE)]


def for_each_compilation(tool, command):
    """Runs COMMAND(entry of compile_commands.json) for every C file, as many at once as there are processors."""
    entries = json.loads(COMMANDS.read_text())
    assert entries
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda entry: run(*command(entry)), entries))
    broken = [said for status, said in answers if status and not findings("", said)]
    assert not broken, "\n".join(broken)
    found = findings(tool, "\n".join(said for _, said in answers))
    assert not found, "\n" + "\n".join(found)


def test_gcc_analyzer():
    gcc = need("gcc")
    plain = lambda word: not word.startswith("--target")
    for_each_compilation("gcc", lambda entry: [gcc, "-fanalyzer", "-Wno-unknown-warning-option", "-o", os.devnull,
                                               *filter(plain, shlex.split(entry["command"])[1:])])


def test_clang_tidy():
    tidy = need("clang-tidy")
    for_each_compilation("clang-tidy", lambda entry: [
        tidy, "-quiet", "-p", COMMANDS.parent, "--extra-arg=--target=x86_64-unknown-none-elf", entry["file"]])


def test_cppcheck():
    status, said = run(need("cppcheck"), "--quiet", f"-j{os.cpu_count()}", "--enable=warning,performance,portability",
                       "--std=c11", "--platform=unix64", "-I.", "-DDEBUG=1", "kernel", "drivers", "lib")
    found = findings("cppcheck", said)
    assert status == 0 and not found, said


def test_shellcheck():
    status, said = run(need("shellcheck"), ".ci/run", *files(".sh"))
    assert status == 0, said


def test_pyflakes():
    needs.module("pyflakes", "no Python is checked", "lint")
    status, said = run(sys.executable, "-m", "pyflakes", *files(".py"))
    assert status == 0, said


def test_nasm():
    for name in (name for name in files(".asm") if not name.startswith("tests/")):
        status, said = run(need("nasm"), "-f", "elf64", "-Wall", "-Werror", "-I./", "-o", os.devnull, name)
        assert status == 0, said


def test_layout():
    """Lines that fit, no tabs, nothing invisible at the end."""
    wrong = []
    for name in files(*LINE_LENGTH):
        text = (ROOT / name).read_text()
        if not text.endswith("\n") or text.endswith("\n\n"):
            wrong.append(f"{name}: ends without a newline, or with two")
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > LINE_LENGTH[Path(name).suffix]:
                wrong.append(f"{name}:{number}: {len(line)} columns")
            if "\t" in line or line != line.rstrip():
                wrong.append(f"{name}:{number}: a tab, or blanks at the end")
    assert not wrong, "\n" + "\n".join(wrong)
