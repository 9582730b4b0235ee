"""Is silence never taken for success where something is missing?"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import needs  # noqa: E402

SKIPPED, FAILED = pytest.skip.Exception, pytest.fail.Exception


@pytest.mark.parametrize("miss", [lambda: needs.program("a-program", "nothing is tried", "test"),
                                  lambda: needs.module("a_module", "nothing is tried", "test")])
def test_what_a_package_brings_is_missed_loudly_and_in_ci_it_must_be_there(miss, monkeypatch):
    words = "IS MISSING, so nothing is tried: tests/machine/packages.py test installs it"
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(SKIPPED, match=words):
        miss()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(FAILED, match=words):
        miss()


def no_virtualbox():
    raise needs.SetupError("there is no Linux here")


def test_what_cannot_be_installed_is_missed_loudly_in_ci_too(monkeypatch):
    monkeypatch.setattr(needs.installations, "find", no_virtualbox)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SKIPPED, match="A VIRTUALBOX THAT WORKS IS MISSING, so nothing is judged: there is no Linux here"):
        needs.virtualbox("nothing is judged")
    with pytest.raises(SKIPPED, match="/a-compiler IS MISSING, so nothing is compiled: build it"):
        needs.compiler("/a-compiler", "nothing is compiled", "build it")


def test_what_is_there_is_no_matter(monkeypatch):
    monkeypatch.setattr(needs.installations, "find", lambda: "one that works")
    assert needs.program("sh", "", "test").endswith("/sh")
    assert needs.virtualbox("") == "one that works"
    needs.module("pytest", "", "test")
