"""Does the kernel of chapters 1 to n boot, for every n, and say what it found?"""

import images
import pytest

PROMPT = "/memory> "  # of chapter 19, which waits for a line once the boot is over


@pytest.mark.parametrize("number", [chapter.number for chapter in images.chapters()])
def test_chapters_1_to(number, boot):
    log = boot(images.iso(number), chapters=number).serial().splitlines()
    if log[-1] == PROMPT:
        log.pop()
    for each in range(1, number + 1):
        said = [line for line in log if line.startswith(images.heading(each))]
        assert len(said) == 1, f"chapter {each} spoke {len(said)} times"
        assert said[0] != images.heading(each).rstrip(), f"chapter {each} found nothing to say"
    assert log[-1].startswith(images.heading(number)), f"something came after the last chapter: {log[-1]}"
