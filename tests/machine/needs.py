"""Question: what happens to a test where something that it needs is missing?

It is skipped, and says loudly what is not tested and how to get what is missing. Where CI is set, `make test` has installed
whatever is a package: what is missing there all the same is a failure, so that nobody takes silence for success.
"""
import os
import shutil

import installation as installations
import packages
import pytest
from userland import SetupError


def _miss(what, untested, remedy, may_be_missing_in_ci):
    words = f"{what} IS MISSING, so {untested}: {remedy}"
    if os.environ.get("CI") and not may_be_missing_in_ci:
        pytest.fail(words, pytrace=False)
    pytest.skip(words)


def program(name, untested, group):
    """Where the program is. group: of tests/machine/packages.py, which installs it."""
    if not shutil.which(name):
        _miss(name, untested, f"tests/machine/packages.py {group} installs it", False)
    return shutil.which(name)


def module(name, untested, group):
    """The same for a module of Python's."""
    if not packages.present(f"python:{name}"):
        _miss(name, untested, f"tests/machine/packages.py {group} installs it", False)


def compiler(path, untested, remedy):
    """For what no package brings, and takes long to build: it may be missing in CI."""
    if not shutil.which(path):
        _miss(path, untested, remedy, True)


def virtualbox(untested):
    """One that works; set up if need be. Where that is impossible nothing can be installed, in CI neither."""
    try:
        return installations.find()
    except SetupError as error:
        return _miss("A VIRTUALBOX THAT WORKS", untested, error, True)
