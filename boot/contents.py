"""Chapter 1: what does the build read from the table of contents?

    contents.py sources [N]       the files of chapters 1 to N, one a line
    contents.py table [N]         the C table that kernel_main walks
    contents.py check [N] F.d...  fails if a source's dependency file names a project
                                  file of a later chapter than its own
    contents.py last              the number of the last chapter

Without N: all chapters. A broken table of contents ends with one message and status 1."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TITLE_COLUMN = 30  # width of the title in the boot log


class Chapter:
    def __init__(self, number, title, start):
        self.number, self.title, self.start, self.files = number, title, start, []


def read_contents(path=HERE / "contents"):
    """All chapters, in order. Raises ValueError with the place of the first mistake."""
    chapters = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.split("#")[0].rstrip()
        if not text:
            continue
        head = re.fullmatch(r"(\d+)\s+(.+?)\s*\|\s*(\w+)", text)
        if head:
            chapters.append(Chapter(int(head[1]), head[2], head[3]))
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
    wrong = set()
    for dependency_file in dependency_files:
        rule = Path(dependency_file).read_text().replace("\\\n", " ").partition(":")[2]
        source, *needed = rule.split()
        for name in needed:
            if name.startswith(("/", "build/")) or name.endswith(":"):
                continue
            if chapter_of.get(name, len(chapters) + 1) > chapter_of[source]:
                wrong.add(f"{source} of chapter {chapter_of[source]} needs {name}, which that chapter does not have yet")
    return sorted(wrong)


def main(arguments):
    command, rest = arguments[0], arguments[1:]
    chapters = read_contents()
    if rest and rest[0].isdigit():
        last = int(rest.pop(0))
        if not 1 <= last <= len(chapters):
            raise ValueError(f"there are chapters 1 to {len(chapters)}, not {last}")
        chapters = chapters[:last]
    if command == "sources":
        print("\n".join(name for chapter in chapters for name in chapter.files))
    elif command == "table":
        write_table(chapters)
    elif command == "last":
        print(chapters[-1].number)
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
