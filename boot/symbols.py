"""Chapter 3: how does a panic know the names of functions?

    symbols.py KERNEL.elf KERNEL.map NM > symbols.c

The kernel is linked, its functions are listed with address, name and chapter, and
it is linked once more with that list. Code comes first in memory, so the list
moves no function."""

import re
import subprocess
import sys

from contents import chapter_of_file, read_contents


def object_ranges(map_text):
    """[(start, end, source file)] of every object's code, from the linker's map."""
    ranges = []
    for match in re.finditer(r"^ \.text\S*\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+(\S+)", map_text, re.M):
        start, size, name = int(match[1], 16), int(match[2], 16), match[3]
        source = re.sub(r"^.*?objects/(.*)\.o$", r"\1", name)
        ranges.append((start, start + size, source))
    return ranges


def main(kernel, map_file, nm):
    chapters = chapter_of_file(read_contents())
    ranges = object_ranges(open(map_file).read())
    print('/* Written by boot/symbols.py. */\n#include "kernel/faults/symbols.h"\n\nconst struct symbol symbols[] = {')
    listing = subprocess.run([nm, "--numeric-sort", kernel], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        address, kind, name = line.split()
        place = int(address, 16)
        source = next((source for start, end, source in ranges if start <= place < end), None)
        if kind not in "tT" or not source:  # code only
            continue
        if "." in name and source.endswith(".asm"):  # a local label
            continue
        function = name.split(".")[0]  # the compiler's copies of a function are called name.part.0 and the like
        print(f'    {{ 0x{address.lstrip("0")}, {chapters.get(source, 0)}, "{function}" }},')
    print("};\nconst unsigned int symbol_count = sizeof symbols / sizeof symbols[0];")


main(*sys.argv[1:])
