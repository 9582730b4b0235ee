"""Question: does the check of the pages notice what it is there for?

A tree of one chapter with a page that holds; each test spoils one thing and reads the message."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs")]

import book  # noqa: E402
from contents import Chapter  # noqa: E402

SOURCE = """/* Chapter 1: a file. */
enum { MOON_BYTES = 3, /* small */
       SUN_BYTES = 9 };

/* How far it is,
 * in metres. */
int distance(int from);

static int far[] = {
    1,
};
int distance(int from)
{
    return far[0] - from;
}
static const struct command commands[] = { { "moon", "[FILE]", "goes there", 0 } };

struct moon { int far; };
static struct moon moon = { 1 };
"""

ASSEMBLY = """; Chapter 1: an assembly file.
DEPTH equ 4
section .text
bits 32
global begin
begin:
    nop
.again:
    nop
    jmp .again
.done:
    ret

; What comes second.
global second
second:
    ret
"""

PAGE = """# 1 The moon

**How far is it?**

## What you will see

```text
 1  The moon
```

## The idea

```text
here ──► there
```

## The code

kernel/moon.c and [the table](README.md#index).

<!-- code: kernel/moon.c far -->
```c
static int far[] = {
    1,
};
```

## Break it

```diff
--- a/kernel/moon.c
+++ b/kernel/moon.c
@@ -13,3 +13,3 @@
 {
-    return far[0] - from;
+    return far[0] + from;
 }
```

```console
$ docs/book.py break 1
$ make qemu
too far
^X
$ docs/book.py mend 1
```

## Exercises

1. One.
2. Two.
3. Three.
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    files = {"kernel/moon.c": SOURCE, "kernel/begin.asm": ASSEMBLY, "docs/01-moon.md": PAGE,
             "README.md": "# Moon\n\nType `make test`.\n", "docs/README.md": "# Index\n\n[1](01-moon.md)\n",
             "docs/untyped.txt": "make test | types all others\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    chapter = Chapter(1, "The moon", "moon_start")
    chapter.files = ["kernel/moon.c"]
    monkeypatch.setattr(book, "ROOT", tmp_path)
    monkeypatch.setattr(book, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(book, "read_contents", lambda: [chapter])
    monkeypatch.setattr(book, "_tags", {})
    return tmp_path


def spoil(tree, before, after, name="docs/01-moon.md"):
    text = (tree / name).read_text()
    assert text.count(before) >= 1
    (tree / name).write_text(text.replace(before, after, 1))
    return list(book.check())


def test_a_page_that_holds_passes(tree):
    assert list(book.check()) == []


@pytest.mark.parametrize("before, after, message", [
    ("    1,\n", "    2,\n", "01-moon.md:24: differs from the source"),
    ("moon.c far -->", "moon.c fra -->", "01-moon.md:22: kernel/moon.c has no symbol fra"),
    ("kernel/moon.c far -->", "kernel/moo.c far -->", "01-moon.md:22: there is no file kernel/moo.c"),
    ("moon.c far -->", "moon.c moon -->", "01-moon.md:22: moon means several things in kernel/moon.c: "),
    ("<!-- code: kernel/moon.c far -->\n", "", "code that nobody compares"),
    ("# 1 The moon", "# 1 A moon", "01-moon.md:1: the title must be"),
    ("**How far is it?**", "How far is it?", "the question must follow the title"),
    ("## The idea", "## An idea", "the parts must be"),
    ("──►", "->", "has no figure"),
    ("```console\n", "```text\n", "no ```diff block with a ```console block"),
    ("break 1\n", "break 2\n", "experiment 1 begins with $ docs/book.py break 1"),
    ("$ docs/book.py mend 1\n", "", "experiment 1 begins with $ docs/book.py break 1, and ends with mend 1"),
    ("$ make qemu\n", "", "experiment 1 starts a machine"),
    ("$ docs/book.py break 1\n", "seen\n", "a console begins with what is typed"),
    ("**How far is it?**", "**How far is it?**\n\nType `make run MOON=1`.", "nobody types `make run MOON=1`"),
    ("**How far is it?**", "**How far is it?**\n\nType `VBoxManage\nshowvminfo`.", "nobody types `VBoxManage showvminfo`"),
    ("**How far is it?**", "**How far is it?**\n\n    build/host showvminfo", "nobody types `build/host showvminfo`"),
    ("**How far is it?**", "**How far is it?**\n\nSee `moon /far`.", "nobody types `moon /far`"),
    ("too far\n^X", "too far\n^X\n```\n\n```text\n$ ls\n```\n```console", "a ```text block with what is typed"),
    ("3. Three.\n", "", "3 to 5 exercises, not 2"),
    ("kernel/moon.c and [", "[", "kernel/moon.c belongs to this chapter"),
    ("(README.md#index)", "(REDME.md)", "01-moon.md:19: the link leads nowhere: REDME.md"),
    ("#index", "#contents", "README.md has no heading for #contents"),
    ("-    return far[0] - from;", "-    return far[1] - from;", "the hunk fits nowhere in kernel/moon.c"),
    ("@@ -13,3 +13,3 @@", "@@ -3,3 +3,3 @@", "01-moon.md:33: differs from the source"),
])
def test_what_does_not_hold_is_said(tree, before, after, message):
    messages = spoil(tree, before, after)
    assert any(message in said for said in messages), messages


FIGURES = """# Figures

| Figure | Value | Goal |  | Remark |
| --- | --- | --- | --- | --- |
| steps to the moon (slow walk) | 2.9 x | < 4 | met | there and back |

| Work | Guestbook | Linux |
| --- | --- | --- |
| steps to the moon | 7 | 1,024 |
"""


@pytest.mark.parametrize("name, value", [
    ("steps to the moon (slow walk)", "2.9 x"), ("steps to the\nmoon: Linux", "1,024"), ("steps to the moon: Guestbook", "7")])
def test_a_figure_is_named_and_its_value_filled_in(tree, name, value):
    (tree / "docs" / "figures.md").write_text(FIGURES)
    spoil(tree, "[1](01-moon.md)", "[1](01-moon.md) [figures](figures.md)", "docs/README.md")
    assert any("01-moon.md:19: differs from the source" in said
               for said in spoil(tree, "kernel/moon.c and [", f'kernel/moon.c, [3](figures.md "{name}") and ['))
    page = book.Page(tree / "docs" / "01-moon.md")
    page.path.write_text("\n".join(page.filled([])) + "\n")
    assert f'kernel/moon.c, [{value}](figures.md "{name}") and [' in page.path.read_text() and list(book.check()) == []
    assert any('figures.md has no figure "steps to the sun"' in said for said in spoil(tree, name, "steps to the sun"))


def test_a_page_that_is_missing_is_said(tree):
    (tree / "docs" / "01-moon.md").unlink()
    assert any("no page for chapter 1" in said for said in book.check())


def test_a_page_without_a_link_to_it_is_said(tree):
    assert any("no link to docs/01-moon.md" in said for said in spoil(tree, "(01-moon.md)", "(../README.md)", "docs/README.md"))


def test_filling_makes_a_spoiled_page_hold(tree):
    assert spoil(tree, "    1,\n", "    2,\n") and spoil(tree, "@@ -13,3 +13,3 @@", "@@")
    mistakes = []
    page = book.Page(tree / "docs" / "01-moon.md")
    page.path.write_text("\n".join(page.filled(mistakes)) + "\n")
    assert mistakes == [] and list(book.check()) == [] and page.path.read_text() == PAGE


@pytest.mark.parametrize("symbols, first, last", [
    (["distance"], "int distance(int from)", "}"),
    (["SUN_BYTES"], "enum { MOON_BYTES = 3, /* small */", "       SUN_BYTES = 9 };"),
    (["struct:moon"], "struct moon { int far; };", "struct moon { int far; };"),
    ([], "/* Chapter 1: a file. */", "static struct moon moon = { 1 };"),
])
def test_a_symbol_has_its_lines(tree, symbols, first, last):
    lines = book.excerpt("kernel/moon.c", symbols)
    assert (lines[0], lines[-1]) == (first, last)


def test_a_comment_comes_with_what_it_is_about(tree):
    spoil(tree, "int distance(int from)\n{", "int other(int from)\n{", "kernel/moon.c")
    book._tags.clear()
    assert book.excerpt("kernel/moon.c", ["distance"]) == ["/* How far it is,", " * in metres. */", "int distance(int from);"]


@pytest.mark.parametrize("symbol, first, last", [
    ("begin", "bits 32", "    ret"), ("begin.again", ".again:", "    jmp .again"), ("begin.done", ".done:", "    ret"),
    ("second", "; What comes second.", "    ret"), ("DEPTH", "DEPTH equ 4", "DEPTH equ 4"),
])
def test_a_label_reaches_up_to_the_next(tree, symbol, first, last):
    lines = book.excerpt("kernel/begin.asm", [symbol])
    assert (lines[0], lines[-1]) == (first, last) and (symbol == "second" or "second:" not in lines)


def test_an_experiment_can_be_taken_back(tree):
    _, diff, _ = book.Page(tree / "docs" / "01-moon.md").experiments()[0]
    broken = book.apply_diff(diff, tree)[0]["kernel/moon.c"]
    assert "far[0] + from" in broken
    (tree / "kernel/moon.c").write_text(broken)
    assert book.apply_diff(book.reversed_diff(diff), tree)[0]["kernel/moon.c"] == SOURCE
