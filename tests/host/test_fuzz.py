"""Noise and lies for each part that reads what others wrote: ten seconds, and where CI is set a minute.
As many parts at a time as there are processors. `make fuzz` takes as long as you like."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import fuzz
import pytest

SECONDS = 60 if os.environ.get("CI") else 10
SEED = int(time.time()) % 1_000_000_000


@pytest.fixture(scope="module")
def rounds(request):
    """{part: the future number of its rounds}, for the parts that this run is to test."""
    parts = [item.callspec.params["part"] for item in request.session.items if item.path == request.path]
    for part in parts:
        fuzz.tests_of(part)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {part: pool.submit(fuzz.fuzz, part, SECONDS, SEED) for part in parts}


@pytest.mark.parametrize("part", fuzz.PARTS)
def test_noise_and_lies_are_survived(part, rounds):
    print(f"seeds from {SEED} on, {SECONDS} s: {rounds[part].result()} rounds")
