"""Ten seconds of noise and lies for each part that reads what others wrote; `make fuzz` takes longer."""

import time

import fuzz
import pytest

SECONDS = 10
SEED = int(time.time()) % 1_000_000_000


@pytest.mark.parametrize("part", fuzz.PARTS)
def test_noise_and_lies_are_survived(part):
    print(f"seeds from {SEED} on: {fuzz.fuzz(part, SECONDS, SEED)} rounds")
