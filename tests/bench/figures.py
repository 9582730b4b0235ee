"""The figures of a run: kept as they are measured, misses first in the end."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
ISO, KERNEL = ROOT / "build" / "guestbook.iso", ROOT / "build" / "guestbook.elf"
MARKS = {True: "met", False: "**missed**", None: ""}

figures = []


def figure(name, value, goal=None, met=None, note=""):
    """Keep one figure. value, goal: texts. met: whether the goal is; None: there is none."""
    figures.append({"name": name, "value": value, "goal": goal, "met": met, "note": note})
    print(f"  {name}: {value}" + ("" if met is None else f" (goal {goal}: {'met' if met else 'MISSED'})"), flush=True)


def number(value):
    return f"{value:,.0f}"


def run(*command, **settings):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, **settings)
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


def lines_of(titles, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in (titles, ("---",) * len(titles), *rows))


def table():
    order = sorted(figures, key=lambda one: one["met"] is not False)  # misses first
    return lines_of(("Figure", "Value", "Goal", "", "Remark"),
                    [(one["name"], one["value"], one["goal"] or "", MARKS[one["met"]], one["note"]) for one in order])
