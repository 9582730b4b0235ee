#!/usr/bin/env python3
"""What do noise and lies do to the kernel? The random tests of tests/host, again and again with other numbers.

    fuzz.py [SECONDS [SEED]]        SECONDS for each part of the kernel, 60; the first seed, else one of today's

A failure names its seed and the command that repeats it."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import test_host  # noqa: E402

# What is fuzzed: the files, and the tests of each.
PARTS = {
    "boot tags": {"test_boot_information": ["a_usual_list_with_random_bytes_changed_is_survived", "pure_noise_is_survived"]},
    "ACPI tables": {"test_acpi_machine": ["random_madt", "random_fadt", "random_mcfg"],
                    "test_acpi": ["random_memory_around_sound_tables"]},
    "PCI space": {"test_pci": ["random_buses"]},
    "VMMDev's replies": {"test_pointer_lies": ["a_host_that_lies_from_the_beginning_is_survived",
                                               "whatever_the_host_did_it_is_followed_when_it_is_honest_again"],
                         "test_pointer_owner": ["a_host_that_lies_is_survived_and_one_pointer_remains"],
                         "test_heartbeat": ["noise_in_all_answers_is_survived"]},
    "answers of services": {"test_properties_lies": ["whatever_a_service_answers_is_survived"]},
    "lines and words": {"test_line": ["noise_leaves_a_line_that_is_shown_as_it_is"],
                        "test_words": ["a_name_that_is_quoted_is_one_word_and_the_same", "noise_is_split_without_harm"],
                        "test_keyboard": ["any_keys_in_any_order_make_whole_characters"]},
    "commands": {"test_commands": ["noise_is_answered_without_harm"]},
    "files in memory": {"test_memory_files": ["random_writes_and_cuts_are_as_in_an_array",
                                              "random_operations_leave_no_page"]},
    "the host's folders": {"test_folder_lies": ["noise_in_the_answers_is_survived"]},
    "pictures": {"test_picture": ["noise_is_read_within_its_bounds"]},
}
HANGS_AFTER = 120  # seconds; a round takes one


def one_round(program, test, seed):
    """The words of a failure, or None."""
    try:
        done = subprocess.run([program, test], capture_output=True, text=True, timeout=HANGS_AFTER, errors="replace",
                              env=dict(os.environ, FUZZ_SEED=str(seed), **test_host.SANITIZERS))
    except subprocess.TimeoutExpired:
        return f"hangs for {HANGS_AFTER} s"
    return done.stderr if done.returncode else None


def tests_of(part):
    """Its tests, each as (program, test); the programs are compiled once, so not by two at a time."""
    return [(test_host.build(test_host.HERE / f"{name}.c"), test) for name, tests in PARTS[part].items() for test in tests]


def fuzz(part, seconds, seed):
    """Fuzz one part from SEED on. AssertionError with what it takes to repeat a failure; answers the number of rounds."""
    tests = tests_of(part)
    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for program, test in tests:
            words = one_round(program, test, seed + rounds)
            assert not words, f"{part}: FUZZ_SEED={seed + rounds} {program} {test}\n{words}"
        rounds += 1
    return rounds


def main(seconds=60, seed=None):
    seed = int(seed) if seed else int(time.time()) % 1_000_000_000
    print(f"fuzz: {seconds} s each, seeds from {seed} on", flush=True)
    for part in PARTS:      # compiled one after another, run side by side
        tests_of(part)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {part: pool.submit(fuzz, part, float(seconds), seed) for part in PARTS}
    failed = False
    for part, job in jobs.items():
        failed |= job.exception() is not None
        print(f"fuzz: {part}: " + (f"{job.result()} rounds" if not job.exception() else str(job.exception())))
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
