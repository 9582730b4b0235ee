#!/usr/bin/env python3
"""How does code get onto the pages of the book, and how does it stay true?

    book.py fill           writes the code that docs/*.md name into the blocks below the names
    book.py check [N...]   says what does not hold on the pages (of chapters N alone, if given)
    book.py break N [K]    carries out the experiment of page N (its K-th) in this tree: changes the sources
    book.py mend N [K]     takes the change back

A page names code by symbol and is filled in place:

    <!-- code: kernel/core/log.h log_output log_join -->     functions, structures, enums, tables, macros
    <!-- code: boot/start.asm start64 -->               a label, up to the next one that is not local
    <!-- code: boot/start.asm start.pointers -->        a local label, up to the next label
    <!-- code: boot/kernel.ld -->                       the whole file

Comments directly above a symbol come with it. An enum without a name is found by any of its
constants. When a name means two things: struct:task_state, variable:task_state. In `diff` blocks
the line numbers are filled in; a hunk is found by its text, which must fit in one place.

What was measured is a link to figures.md whose title is the figure's name; its text is filled in:

    the image has [1.26 MB](figures.md "image")         the value of that row
    Linux [256](figures.md "NAME: Linux")               where a row has several: the one in that column

What is typed, and what is seen then, stands in `console` blocks, which tests/docs types and compares:

    $ make run MONITORS=2           a machine in a terminal of its own; behind it, what the kernel says
    $ build/host showvminfo         typed in another one while the machine runs; behind it, what is printed
    /memory> ls                     typed on the machine's serial line, behind such a prompt
    ^C                              a key there; ^X ends the machine
    # the kernel says               behind it, what comes into the log; or: # VBox.log says

`...` stands for anything, as a line or within one. Elsewhere in the text stand only commands that such
a block has, and those of docs/untyped.txt, which no test can type, with the reason."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT / "boot"), str(ROOT / "tests" / "machine")]

import settings  # noqa: E402
from contents import read_contents  # noqa: E402

PARTS = ["What you will see", "The idea", "The code", "Break it", "Exercises"]
LANGUAGES = {".c": "c", ".h": "c", ".asm": "nasm", ".ld": "ld", ".py": "python", ".cfg": "sh"}
# A later kind counts only when there is none of an earlier one.
KINDS = [("function",), ("struct", "union", "enum", "macro", "variable", "typedef"), ("prototype", "externvar"),
         ("enumerator",)]
BOX_CHARACTERS = "─│┌┐└┘├┤┬┴┼▲▼►◄→←↑↓"


class Mistake(Exception):
    """Something that does not hold, in one line; the place is added by whoever knows it."""


# Ranges of symbols in sources

def read_tags(path):
    """All symbols of a C file: dictionaries with name, kind, line, end."""
    command = [shutil.which("ctags-universal") or "ctags", "--options=NONE", "--output-format=json", "--fields=+neK",
               "--kinds-C=+px", "--language-force=C", "-f", "-", path]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"book.py needs universal-ctags (tests/machine/packages.py docs installs it): {error}")
    return [tag for tag in map(json.loads, done.stdout.splitlines()) if tag["_type"] == "tag"]


_tags = {}


def c_range(path, lines, symbol):
    """First and last line of a symbol, counted from 0."""
    wanted_kind, _, name = symbol.rpartition(":")
    if path not in _tags:
        _tags[path] = read_tags(path)
    found = [tag for tag in _tags[path] if tag["name"] == name and wanted_kind in ("", tag["kind"])]
    for kinds in KINDS:
        chosen = [tag for tag in found if tag["kind"] in kinds]
        if len(chosen) > 1:
            raise Mistake(f"{name} means several things in {path}: " + ", ".join(f"{tag['kind']}:{name}" for tag in chosen))
        if chosen:
            tag = chosen[0]
            if tag["kind"] == "enumerator":
                enums = [whole for whole in _tags[path] if whole["kind"] == "enum"]
                tag = next(whole for whole in enums if whole["line"] <= tag["line"] <= whole["end"])
            last = tag["end"] - 1
            while tag["kind"] in ("prototype", "externvar") and ";" not in lines[last]:
                last += 1
            return tag["line"] - 1, last
    raise Mistake(f"{path} has no symbol {symbol}")


def assembly_range(path, lines, symbol):
    """A label up to the next label that is not local, a macro, or a constant."""
    outer, _, local = symbol.partition(".")
    name = re.escape(outer)
    for first, line in enumerate(lines):
        if re.match(rf"{name}\s+equ\b", line):
            return first, first
        if re.match(rf"%macro\s+{name}\b", line):
            return first, next(i for i in range(first, len(lines)) if lines[i].startswith("%endmacro"))
        if re.match(rf"{name}:", line):
            behind = (i for i in range(first + 1, len(lines)) if re.match(r"\w+:|section\b|%macro\b", lines[i]))
            last = next(behind, len(lines)) - 1
            if local:
                first = next((i for i in range(first, last) if lines[i].startswith(f".{local}:")), None)
                if first is None:
                    break
                last = next((i for i in range(first + 1, last) if re.match(r"\.\w+:", lines[i])), last + 1) - 1
            # What stands before the next label belongs to that one.
            while last > first and (not lines[last].strip() or re.match(r";|global|extern|bits|align|section", lines[last])):
                last -= 1
            return first, last
    raise Mistake(f"{path} has no label {symbol}")


def with_comment(lines, first, assembly):
    """Where the comment directly above line FIRST begins; FIRST itself if there is none, or only the file's."""
    above = first - 1
    if assembly:
        while above >= 0 and re.match(r";|global\b|extern\b|align\b|bits\b", lines[above]):
            above -= 1
        return above + 1 if above >= 0 else first
    if above >= 0 and lines[above].rstrip().endswith("*/"):
        while above and "/*" not in lines[above]:
            above -= 1
        if lines[above].lstrip().startswith("/*") and above > 0:
            return above
    return first


def excerpt(path, symbols):
    """The lines of a file that belong to the symbols; all of them if none is given."""
    if not (ROOT / path).is_file():
        raise Mistake(f"there is no file {path}")
    lines = (ROOT / path).read_text("utf-8").splitlines()
    if not symbols:
        return lines
    assembly = path.endswith(".asm")
    text, before = [], None
    for symbol in symbols:
        first, last = (assembly_range if assembly else c_range)(path, lines, symbol)
        first = with_comment(lines, first, assembly)
        if before is not None and first != before + 1:
            text.append("")
        text += lines[first:last + 1]
        before = last
    return text


# Figures: what was measured, by name

def read_figures():
    """{name: value} of all rows of figures.md; of rows with several values {"name: column": value}."""
    figures, columns = {}, []
    for line in (DOCS / "figures.md").read_text("utf-8").splitlines():
        name, *cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else [""]
        columns = columns or cells
        if not cells:
            columns = []
        figures |= {name if column == "Value" else f"{name}: {column}": cell for column, cell in zip(columns, cells)}
    return figures


def with_figures(text):
    """A page's TEXT with the values of the figures that it names."""
    def link(match):
        name = " ".join(match[2].split())
        if name not in figures:
            raise Mistake(f"figures.md has no figure \"{name}\"")
        return f"[{figures[name]}]{match[1]}"
    figures = read_figures() if 'figures.md "' in text else {}
    return re.sub(r'\[[^][]*\](\((?:docs/)?figures\.md "([^"]+)"\))', link, text)


# Experiments: unified diffs, found by their text

def read_diff(lines):
    """[(path, [(index of the @@ line, old lines, new lines)])] of a unified diff."""
    files = []
    for index, line in enumerate(lines):
        if line.startswith("+++ "):
            files.append((re.sub(r"^\+\+\+ (b/)?", "", line).split("\t")[0].strip(), []))
        elif re.match(r"--- (a/|/dev/null)|diff --git |index ", line):
            continue
        elif line.startswith("@@"):
            if not files:
                raise Mistake("a hunk before the line +++ b/FILE")
            files[-1][1].append((index, [], []))
        elif files and files[-1][1] and line[:1] in ("", " ", "-", "+", "\\"):
            _, old, new = files[-1][1][-1]
            if line[:1] in ("", " ", "-"):
                old.append(line[1:])
            if line[:1] in ("", " ", "+"):
                new.append(line[1:])
        else:
            raise Mistake(f"not a line of a unified diff: {line}")
    if not files or not all(hunks for _, hunks in files):
        raise Mistake("a diff without a hunk")
    return files


def find_hunk(path, lines, old):
    fitting = [i for i in range(len(lines) - len(old) + 1) if lines[i:i + len(old)] == old]
    if len(fitting) != 1:
        where = "nowhere" if not fitting else f"in {len(fitting)} places"
        raise Mistake(f"the hunk fits {where} in {path}: {next((line for line in old if line.strip()), '')}")
    return fitting[0]


def apply_diff(diff, folder):
    """What DIFF makes of the files below FOLDER, {path: text}, and DIFF with its line numbers filled in."""
    changed, filled = {}, list(diff)
    for path, hunks in read_diff(diff):
        if not (folder / path).is_file():
            raise Mistake(f"there is no file {path}")
        lines, shift = (folder / path).read_text("utf-8").splitlines(), 0
        for index, old, new in hunks:
            at = find_hunk(path, lines, old)
            lines[at:at + len(old)] = new
            rest = re.sub(r"^@@(.*?@@)?", "", diff[index])
            filled[index] = f"@@ -{at + 1 - shift},{len(old)} +{at + 1},{len(new)} @@{rest}"
            shift += len(new) - len(old)
        changed[path] = "\n".join(lines) + "\n"
    return changed, filled


def reversed_diff(diff):
    """The diff that takes DIFF back; its headers stay."""
    signs = {"+": "-", "-": "+"}
    return [line if line.startswith(("+++ ", "--- ")) else signs.get(line[:1], line[:1]) + line[1:] for line in diff]


# Consoles

class Step:
    """What is typed, or waited for, and what is seen then.

    kind: "host" ($), "machine" ($ make run, $ make qemu), "guest" (behind a prompt), "key" (^X), "log" (# ... says)."""

    def __init__(self, kind, typed, prompt=""):
        self.kind, self.typed, self.prompt, self.shown = kind, typed, prompt, []
        self.ends_by_key = False        # "guest": ^C follows

    def __eq__(self, other):
        return vars(self) == vars(other)


PROMPT = re.compile(r"((?:\[\d+\] )?/\S*>) (.+)")


def steps(lines):
    """The steps of a console block; none when something is seen before anything was typed."""
    found = []
    for line in lines:
        if match := re.fullmatch(r"\$ (.+)", line):
            found.append(Step("machine" if re.match(r"make (run|qemu)\b", match[1]) else "host", match[1]))
        elif match := PROMPT.fullmatch(line):
            found.append(Step("guest", match[2], match[1]))
        elif match := re.fullmatch(r"\^([A-Z])", line):
            if found and match[1] == "C":
                found[-1].ends_by_key = True
            found.append(Step("key", match[1]))
        elif match := re.fullmatch(r"# (the kernel|VBox\.log) says", line):
            found.append(Step("log", match[1]))
        elif found:
            found[-1].shown.append(line)
        else:
            return []
    return found


# Commands in the text

# Of what begins with one of these, people expect that they can type it.
PROGRAMS = ("make", "VBoxManage", "build/host", "docs/book.py", "git", "sudo", "qemu-system-x86_64", "telnet", "grub-file",
            "addr2line", "mokutil", "readelf", "command")
COMMAND_OF_KERNEL = re.compile(r'\{ "([a-z]+)", "[^"]*", "[^"]*", \d|\.name = "([a-z]+)",\s*\.usage')


def kernel_commands():
    """The names of the commands that the kernel has."""
    texts = [path.read_text(encoding="utf-8") for part in ("kernel", "drivers")
             for path in sorted((ROOT / part).rglob("*.c"))]
    return {first or second for text in texts for first, second in COMMAND_OF_KERNEL.findall(text)}


def is_machine(command):
    """Whether it starts a machine, with settings that there are."""
    words = command.split()
    if words[:2] not in (["make", "run"], ["make", "qemu"]) or not all(re.fullmatch(r"[A-Z]+=\S+", word) for word in words[2:]):
        return False
    try:
        settings.read(dict(word.split("=", 1) for word in words[2:]), "virtualbox" if words[1] == "run" else "qemu")
    except settings.SettingError:
        return False
    return True


def untyped():
    """{command: why no test types it}"""
    lines = (ROOT / "docs" / "untyped.txt").read_text(encoding="utf-8").splitlines()
    return dict(map(str.strip, line.split("|", 1)) for line in lines if line)


def typed_by_tests(all_pages):
    """All commands of consoles, whole and in parts; and the machines that a text names, which the tests start as well."""
    in_consoles = {step.typed for page in all_pages for step in page.steps()}
    return {part.strip() for command in in_consoles for part in [command, *command.split(";")]} | set(named_machines(all_pages))


def named_machines(all_pages):
    """{line that starts a machine: name of a page} of those that stand in the text alone."""
    known = {step.typed for page in all_pages for step in page.steps()} | set(untyped())
    return {command: page.name for page in all_pages for _, command in page.commands()
            if is_machine(command) and command not in known}


def plain(command):
    """VBoxManage for a machine of one's own as it is for that of `make run`."""
    words = command.split()
    return " ".join(["build/host", *(word for word in words[1:] if word not in ("NAME", "VM"))]) if words[0] == "VBoxManage" else command


# Pages

class Block:
    """A fenced block: its language, lines, the part it stands in, and where its first line is (from 0)."""

    def __init__(self, part, language, first, code):
        self.part, self.language, self.first, self.code, self.lines = part, language, first, code, []


class Page:
    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(ROOT))
        self.lines = path.read_text("utf-8").splitlines()
        match = re.match(r"(\d\d)-", path.name)
        self.number = int(match[1]) if match and path.parent == DOCS else None
        self.parts, self.blocks, self.prose, self.comments = [], [], [], []
        self._read()

    def _read(self):
        part, block, code = "", None, None
        for index, line in enumerate(self.lines):
            if block is not None and line.startswith("```"):
                block = None
            elif block is not None:
                block.lines.append(line)
            elif line.startswith("```"):
                block = Block(part, line[3:].strip(), index + 1, code)
                self.blocks.append(block)
                code = None
            elif match := re.fullmatch(r"<!-- (\w+): (.*?) -->", line.rstrip()):
                code = (index, match[2].split()) if match[1] == "code" else None
                self.comments.append((index, part, match[1], match[2]))
            else:
                code = None
                if line.startswith("## "):
                    part = line[3:].strip()
                    self.parts.append(part)
                self.prose.append((index, part, line))
        if block is not None:
            raise Mistake(f"{self.name}:{block.first}: this block has no end")

    def filled(self, mistakes):
        """The lines of the page as they should be. What cannot be filled stays, and is added to MISTAKES."""
        lines = list(self.lines)
        named = {block.code[0] for block in self.blocks if block.code}
        for block in reversed(self.blocks):
            fence = block.first - 1
            try:
                if block.code:
                    path, *symbols = block.code[1]
                    right = ["```" + LANGUAGES.get(Path(path).suffix, "text"), *excerpt(path, symbols)]
                elif block.language == "diff":
                    right = ["```diff", *apply_diff(block.lines, ROOT)[1]]
                else:
                    continue
            except Mistake as error:
                mistakes.append(f"{self.name}:{block.first}: {error}")
                continue
            lines[fence:block.first + len(block.lines)] = right
        try:
            lines = with_figures("\n".join(lines)).split("\n")
        except Mistake as error:
            mistakes.append(f"{self.name}:1: {error}")
        for index, _, kind, words in self.comments:
            if kind == "code" and index not in named:
                mistakes.append(f"{self.name}:{index + 1}: no block (```) follows on the next line: {words}")
        return lines

    def experiments(self):
        """[(options, diff, steps)]: in "Break it", every diff with the console block that follows it.

        options: the words of <!-- break: whole --> above the diff or the console."""
        found = []
        blocks = [block for block in self.blocks if block.part == "Break it" and block.language in ("diff", "console")]
        before = 0
        for diff, console in zip(blocks, blocks[1:]):
            if (diff.language, console.language) == ("diff", "console") and steps(console.lines):
                words = " ".join(words for index, _, kind, words in self.comments
                                 if kind == "break" and before <= index < console.first)
                found.append((words.split(), diff.lines, steps(console.lines)))
                before = console.first
        return found

    def steps(self):
        """Of all console blocks."""
        return [step for block in self.blocks if block.language == "console" for step in steps(block.lines)]

    def consoles(self):
        """The steps of all console blocks that belong to no experiment, block by block."""
        experiments = [found for _, _, found in self.experiments()]
        blocks = [steps(block.lines) for block in self.blocks if block.language == "console"]
        return [block for block in blocks if block not in experiments]

    def commands(self):
        """[(line, command)]: in `...` or set in by four blanks, something that begins like a command, and goes on."""
        known = kernel_commands()
        found = [(index + 1, re.split(r"  +", line.strip())[0]) for index, _, line in self.prose if re.match(r"    \S", line)]
        begin, text = 0, ""
        for index, _, line in [*self.prose, (len(self.lines), "", "")]:
            if line.strip():
                begin, text = (begin, text + " " + line) if text else (index + 1, line)
            else:
                found += [(begin, " ".join(span.split())) for span in re.findall(r"`([^`]+)`", text)]
                text = ""
        for number, command in found:
            words = [word for word in command.split() if not re.match(r"[A-Z_]+=", word)] or [""]
            if words[0] in PROGRAMS and (command == "make" or len(command.split()) > 1) or words[0] in known and len(words) > 1:
                yield number, command

    def texts(self, part):
        """The ```text blocks of one part."""
        return ["\n".join(block.lines) for block in self.blocks if (block.part, block.language) == (part, "text")]

    def option(self, kind):
        """What stands in <!-- KIND: ... -->."""
        return next((words for _, _, name, words in self.comments if name == kind), "")


def chapter_pages():
    """{number: Page}"""
    return {page.number: page for page in pages() if page.number}


def pages():
    return [Page(path) for path in sorted(DOCS.glob("*.md")) + [ROOT / "README.md"]]


# Checks. Each yields messages; an empty run is good.

def check_code(page):
    mistakes = []
    right = page.filled(mistakes)
    yield from mistakes
    if right != page.lines and not mistakes:
        line = next((i for i, (a, b) in enumerate(zip(right, page.lines)) if a != b), min(len(right), len(page.lines)))
        yield f"{page.name}:{line + 1}: differs from the source; `make docs` fills it in: {(right + [''])[line]}"
    for block in page.blocks:
        if block.language in ("c", "nasm", "ld") and not block.code:
            yield f"{page.name}:{block.first}: code that nobody compares; name it: <!-- code: FILE SYMBOL -->"


def slug(heading):
    """The name a forge gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def check_links(page):
    for index, _, line in page.prose:
        line = re.sub(r"`[^`]*`", "", line)
        for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", line):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.path.parent / path).resolve() if path else page.path
            if not file.exists():
                yield f"{page.name}:{index + 1}: the link leads nowhere: {target}"
            elif anchor and file.suffix == ".md":
                headings = [slug(text.lstrip("#")) for text in file.read_text("utf-8").splitlines() if text.startswith("#")]
                if anchor not in headings:
                    yield f"{page.name}:{index + 1}: {file.name} has no heading for #{anchor}"


def check_commands(all_pages):
    typed, excused = typed_by_tests(all_pages), untyped()
    left = set(excused)
    for page in all_pages:
        for number, command in page.commands():
            left.discard(command)
            if command not in excused and plain(command) not in typed:
                yield f"{page.name}:{number}: nobody types `{command}`: put it into a console, or into docs/untyped.txt with the reason"
        for block in page.blocks:
            if block.language == "text" and any(re.match(r"\$ ", line) or PROMPT.fullmatch(line) for line in block.lines):
                yield f"{page.name}:{block.first}: a ```text block with what is typed; make it a ```console, which is tried"
            if block.language == "console" and not steps(block.lines):
                yield f"{page.name}:{block.first}: a console begins with what is typed"
    for command in sorted(left):
        yield f"docs/untyped.txt:1: no page has `{command}`"


def check_experiments(page):
    if not page.experiments():
        yield f"{page.name}:1: \"Break it\" has no ```diff block with a ```console block behind it"
    for number, (_, _, found) in enumerate(page.experiments(), 1):
        name = f"{page.number}" + (f" {number}" if number > 1 else "")
        typed = [step.typed for step in found]
        if typed[0] != f"docs/book.py break {name}" or typed[-1] != f"docs/book.py mend {name}":
            yield f"{page.name}:1: experiment {number} begins with $ docs/book.py break {name}, and ends with mend {name}"
        if [step.kind for step in found].count("machine") < 1:
            yield f"{page.name}:1: experiment {number} starts a machine, with $ make run or $ make qemu"


def check_chapter(page, chapter):
    title = f"# {chapter.number} {chapter.title}"
    if page.lines[0] != title:
        yield f"{page.name}:1: the title must be, as in boot/contents: {title}"
    head = [line for line in page.lines[1:] if line.strip()]
    if not head or not re.fullmatch(r"\*\*.+\?\*\*", head[0]):
        yield f"{page.name}:3: the question must follow the title: **...?**"
    if page.parts != PARTS:
        yield f"{page.name}:1: the parts must be: {', '.join(PARTS)}; they are: {', '.join(page.parts)}"
    if not page.texts("What you will see"):
        yield f"{page.name}:1: \"What you will see\" shows no boot log (a ```text block)"
    if not any(character in text for text in page.texts("The idea") for character in BOX_CHARACTERS):
        yield f"{page.name}:1: \"The idea\" has no figure (a ```text block with box-drawing characters)"
    yield from check_experiments(page)
    exercises = sum(bool(re.match(r"\d+\. ", line)) for _, part, line in page.prose if part == "Exercises")
    if not 3 <= exercises <= 5:
        yield f"{page.name}:1: 3 to 5 exercises, not {exercises} (each begins with its number: 1. )"
    visible = "\n".join(line for _, _, line in page.prose)
    for name in chapter.files:
        if not re.search(rf"{re.escape(name)}(?!\w)", visible):
            yield f"{page.name}:1: {name} belongs to this chapter, but the text never names it"


def check(numbers=()):
    """All messages, in the order of the pages."""
    by_number = chapter_pages()
    index = (DOCS / "README.md").read_text("utf-8")
    for page in pages():
        if page.path.parent == DOCS and page.path.name != "README.md" and f"]({page.path.name})" not in index:
            yield f"docs/README.md:1: no link to {page.name}"
    for chapter in read_contents():
        if chapter.number not in by_number and (not numbers or chapter.number in numbers):
            yield f"docs/{chapter.number:02}-*.md:1: there is no page for chapter {chapter.number}, {chapter.title}"
    chapters = {chapter.number: chapter for chapter in read_contents()}
    seen = {}
    yield from check_commands(pages())
    for page in pages():
        if numbers and page.number not in numbers:
            continue
        yield from check_code(page)
        yield from check_links(page)
        if page.number is None:
            continue
        if page.number in seen:
            yield f"{page.name}:1: chapter {page.number} has a page already: {seen[page.number]}"
        seen[page.number] = page.name
        if page.number not in chapters:
            yield f"{page.name}:1: boot/contents has no chapter {page.number}"
        else:
            yield from check_chapter(page, chapters[page.number])


def main(arguments):
    sys.stdout.reconfigure(errors="backslashreplace")   # a terminal may have fewer letters than the pages
    command = arguments[0] if arguments else ""
    numbers = [int(word) for word in arguments[1:]]
    if command == "fill":
        mistakes = []
        for page in pages():
            text = "\n".join(page.filled(mistakes)) + "\n"
            if text != page.path.read_text("utf-8"):
                print(f"  fill     {page.name}")
                page.path.write_text(text, "utf-8")
    elif command == "check":
        mistakes = list(check(numbers))
    elif command in ("break", "mend") and numbers and numbers[0] in chapter_pages():
        experiments = chapter_pages()[numbers[0]].experiments()
        number = numbers[1] if len(numbers) > 1 else 1
        if not 1 <= number <= len(experiments):
            raise Mistake(f"page {numbers[0]} has {len(experiments)} experiments")
        diff = experiments[number - 1][1]
        for path, text in apply_diff(diff if command == "break" else reversed_diff(diff), ROOT)[0].items():
            print(f"  {command:8} {path}")
            (ROOT / path).write_text(text, "utf-8")
        return 0
    else:
        print(__doc__)
        return 2
    for mistake in mistakes:
        print(mistake)
    return 1 if mistakes else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Mistake, ValueError) as trouble:
        sys.exit(str(trouble))
