"""Does every possible pair of settings occur among the machines that are tried? Counted in another way than matrix.py does."""

import itertools

import pytest
from matrix import FACTORS, IMPOSSIBLE, cover, is_possible

BIOS = {**FACTORS, "firmware": ("bios",)}
EFI = {**FACTORS, "firmware": ("efi",)}


def parts(machine, strength):
    return set(itertools.combinations(sorted(machine.items()), strength))


def possible(factors, strength):
    """What occurs in all possible machines: there are 25,920 to choose from with each firmware, all of which are made here."""
    found = set()
    for levels in itertools.product(*factors.values()):
        machine = dict(zip(factors, levels))
        if is_possible(machine):
            found |= parts(machine, strength)
    return found


@pytest.mark.parametrize("factors, strength", [(BIOS, 2), (EFI, 2), (BIOS, 3)], ids=["bios-pairs", "efi-pairs", "bios-triples"])
def test_every_possible_set_of_settings_occurs(factors, strength):
    machines = cover(factors, strength)
    assert set().union(*(parts(machine, strength) for machine in machines)) == possible(factors, strength)


def test_no_machine_is_impossible():
    for machine in cover(FACTORS, 2):
        for settings, reason in IMPOSSIBLE:
            assert not all(machine[name] == level for name, level in settings.items()), reason


def test_the_machines_are_few_and_always_the_same():
    assert len(cover(BIOS, 2)) <= 22
    assert cover(BIOS, 2) == cover(BIOS, 2)


def test_a_set_that_lacks_a_pair_is_noticed():
    machines = cover(BIOS, 2)
    found = set().union(*(parts(machine, 2) for machine in machines[1:]))
    assert found < possible(BIOS, 2)
