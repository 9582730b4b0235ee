"""Which machines are tried? So few that every two settings meet in one of them, or every three.

Most mistakes need one or two settings to come together, few need three; all machines together would be a hundred
thousand. What VirtualBox refuses, or makes something else of, is in no row: IMPOSSIBLE, with the reason."""

import itertools
import random

FACTORS = {
    "firmware": ("bios", "efi"),
    "chipset": ("piix3", "ich9"),
    "adapter": ("vboxvga", "vboxsvga", "vmsvga"),
    "ioapic": (True, False),
    "x2apic": (False, True),
    "hpet": (False, True),
    "cpus": (1, 2, 4),
    "memory": (32, 64, 256, 4096, 8192),  # MiB
    "vram": (4, 16, 128),  # MiB; GRUB's mode, 1024x768 with 32 bits, needs 3
    "mouse": ("ps2", "usb", "usbtablet", "usbmultitouch"),
    "cards": (0, 1, 8),  # network cards; what is more lies behind bridges, whose buses VirtualBox's BIOS does not number
}

# Each was measured with VirtualBox 7.2.22. Several processors without an I/O APIC are not
# among them: such a machine starts, and its firmware tells the guest of one processor.
IMPOSSIBLE = [
    ({"chipset": "ich9", "ioapic": False}, "it does not start: Must use IO-APIC with ICH9 chipset"),
    ({"chipset": "ich9", "hpet": False}, "the host switches the HPET on"),
    ({"firmware": "efi", "memory": 32}, "the firmware does not come to GRUB"),
    ({"firmware": "efi", "memory": 64}, "the firmware stops in a mistake of its own, after half a minute of processor time"),
]


def is_possible(settings):
    """Whether a machine, or a part of one, has nothing in it that cannot be."""
    return not any(impossible.items() <= settings.items() for impossible, _ in IMPOSSIBLE)


def complete(settings, factors):
    """A possible machine with these settings; None if there is none."""
    missing = next((name for name in factors if name not in settings), None)
    if not is_possible(settings):
        return None
    if missing is None:
        return settings
    return next(filter(None, (complete({**settings, missing: level}, factors) for level in factors[missing])), None)


def cover(factors, strength, tries=40):
    """Machines, {factor: level} each, in which all possible settings of every STRENGTH factors occur. Always the same ones.

    Each is the best of some TRIES: one set of settings that is still missing, to which the other factors are added in
    some order, each with the level that brings in most of what is missing."""
    chance = random.Random(strength)
    missing = {frozenset(zip(names, levels)): None for names in itertools.combinations(factors, strength)
               for levels in itertools.product(*(factors[name] for name in names))
               if complete(dict(zip(names, levels)), factors)}  # a dictionary, for its order

    def gain(settings, setting):
        return sum(frozenset((*others, setting)) in missing for others in itertools.combinations(settings.items(), strength - 1))

    def grow():
        settings = dict(chance.choice(list(missing)))
        for name in chance.sample(list(factors), len(factors)):
            if name not in settings:
                levels = [level for level in factors[name] if complete({**settings, name: level}, factors)]
                settings[name] = max(levels, key=lambda level: (gain(settings, (name, level)), chance.random()))
        return settings

    def met(settings):
        return [some for some in itertools.combinations(settings.items(), strength) if frozenset(some) in missing]

    machines = []
    while missing:
        best = max((grow() for _ in range(tries)), key=lambda settings: len(met(settings)))
        for some in met(best):
            del missing[frozenset(some)]
        machines.append({name: best[name] for name in factors})
    return machines
