"""Chapter 1: what does the build read from the table of contents?

    contents.py sources WHICH       their files, one a line
    contents.py table WHICH         the C table that kernel_main walks
    contents.py check WHICH F.d...  fails if a source's dependency file names a project
                                    file of a later chapter than its own, or of one left out
    contents.py last                the number of the last chapter
    contents.py optional            the numbers of those that nothing later needs

WHICH: N, chapters 1 to N; then -M for each that is left out. Without N: all. A broken table
of contents ends with one message and status 1."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TITLE_COLUMN = 30  # width of the title in the boot log


class Chapter:
    def __init__(self, number, title, start, optional=False):
        self.number, self.title, self.start, self.optional, self.files = number, title, start, optional, []


def read_contents(path=HERE / "contents"):
    """All chapters, in order. Raises ValueError with the place of the first mistake."""
    chapters = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.split("#")[0].rstrip()
        if not text:
            continue
        head = re.fullmatch(r"(\d+)\s+(.+?)\s*\|\s*(\w+)(\s*\|\s*optional)?", text)
        if head:
            chapters.append(Chapter(int(head[1]), head[2], head[3], bool(head[4])))
            if chapters[-1].number != len(chapters):
                raise ValueError(f"{path}:{number}: chapter {head[1]} where {len(chapters)} is due")
        elif line[0].isspace() and chapters:
            if not (HERE.parent / text.strip()).is_file():
                raise ValueError(f"{path}:{number}: no such file: {text.strip()}")
            chapters[-1].files.append(text.strip())
        else:
            raise ValueError(f"{path}:{number}: neither a chapter nor a file: {line}")
    return chapters


def chapter_of_file(chapters):
    return {name: chapter.number for chapter in chapters for name in chapter.files}


def write_table(chapters):
    print("/* Written by boot/contents.py from boot/contents. */")
    print('#include "kernel/core/main.h"\n')
    for chapter in chapters:
        print(f"const char *{chapter.start}(void);")
    print("\nconst struct chapter contents[] = {")
    for chapter in chapters:
        heading = f"{chapter.number:2}  {chapter.title:{TITLE_COLUMN}}"
        print(f'    {{ "{heading}", "{chapter.title}", {chapter.start} }},')
    print("};\nconst unsigned int chapter_count = sizeof contents / sizeof contents[0];")


def check_dependencies(chapters, dependency_files):
    """What a file includes although it belongs to a later chapter, or to none. Sentences; none is good."""
    chapter_of = chapter_of_file(chapters)
    never = len(read_contents()) + 1
    wrong = set()
    for dependency_file in dependency_files:
        rule = Path(dependency_file).read_text().replace("\\\n", " ").partition(":")[2]
        source, *needed = rule.split()
        for name in needed:
            if name.startswith(("/", "build/")) or name.endswith(":"):
                continue
            if chapter_of.get(name, never) > chapter_of[source]:
                wrong.add(f"{source} of chapter {chapter_of[source]} needs {name}, which that chapter does not have yet")
    return sorted(wrong)


def chosen(chapters, words):
    """Those of CHAPTERS that WORDS say, which are taken off: N, then -M for each that is left out."""
    if words and words[0].isdigit():
        last = int(words.pop(0))
        if not 1 <= last <= len(chapters):
            raise ValueError(f"there are chapters 1 to {len(chapters)}, not {last}")
        chapters = chapters[:last]
    while words and re.fullmatch(r"-\d+", words[0]):
        number = -int(words.pop(0))
        if not any(chapter.number == number and chapter.optional for chapter in chapters):
            raise ValueError(f"chapter {number} cannot be left out; these can: "
                             + " ".join(str(chapter.number) for chapter in chapters if chapter.optional))
        chapters = [chapter for chapter in chapters if chapter.number != number]
    return chapters


def main(arguments):
    command, rest = arguments[0], arguments[1:]
    chapters = chosen(read_contents(), rest)
    if command == "sources":
        print("\n".join(name for chapter in chapters for name in chapter.files))
    elif command == "table":
        write_table(chapters)
    elif command == "last":
        print(chapters[-1].number)
    elif command == "optional":
        print(*(chapter.number for chapter in chapters if chapter.optional))
    elif command == "check":
        wrong = check_dependencies(chapters, rest)
        if wrong:
            raise ValueError("\n".join(wrong))
    else:
        raise ValueError(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ValueError, IndexError) as error:
        sys.exit(str(error))
