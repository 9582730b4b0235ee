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


OPTIONAL = [chapter.number for chapter in images.chapters() if chapter.optional]


@pytest.mark.parametrize("without", [*map(str, OPTIONAL), " ".join(map(str, OPTIONAL))])
def test_chapters_that_a_reader_may_skip_can_be_left_out(without, boot):
    """The kernel is built and boots without one, and without all."""
    left = [chapter.number for chapter in images.chapters() if str(chapter.number) not in without.split()]
    log = boot(images.iso_without(without), chapters=left[-1]).serial().splitlines()
    for chapter in images.chapters():
        said = [line for line in log if line.startswith(images.heading(chapter.number))]
        assert len(said) == (chapter.number in left), f"chapter {chapter.number} spoke {len(said)} times"


@pytest.mark.parametrize("settings", ["WITHOUT=1", "WITHOUT=11", "CHAPTER=20 WITHOUT=21"])
def test_what_later_chapters_need_cannot_be_left_out(settings):
    with pytest.raises(AssertionError, match="cannot be left out; these can:"):
        images.run("make", "iso", *settings.split())
