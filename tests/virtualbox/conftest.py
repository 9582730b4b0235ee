"""Machines for the tests: started side by side, once, and kept for all tests of a run.

A machine that cannot be had is an error in the set-up of the tests that need it, never
a failed test; where no VirtualBox can be had at all, all are skipped, and say so."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "machine"), str(ROOT / "tests" / "virtualbox")]

import needs  # noqa: E402
from judging import ISO, LAST_CHAPTER  # noqa: E402
from virtualbox import Machine, stop_all  # noqa: E402

BOOT_SECONDS = 240  # a BIOS machine alone takes 11; several share two cores

CONFIGURATIONS = {
    "piix3": {},
    "ich9": {"chipset": "ich9"},
    "8259": {"ioapic": False},
}


class Fleet:
    """All machines of a run: {name: Machine, or the exception that its start ended in}."""

    def __init__(self, installation):
        self.installation = installation
        self.machines = {}
        threads = [threading.Thread(target=self._start, args=item) for item in CONFIGURATIONS.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _start(self, name, settings):
        machine = Machine(ISO, name, installation=self.installation, **settings)
        try:
            machine.start()
            machine.wait_serial(LAST_CHAPTER, BOOT_SECONDS)
            self.machines[name] = machine
        except Exception as error:  # whatever it is belongs to the tests of this machine
            machine.stop()
            self.machines[name] = error

    def stop(self):
        for machine in self.machines.values():
            if isinstance(machine, Machine):
                machine.stop()


@pytest.fixture(scope="session")
def virtualbox():
    return needs.virtualbox("nothing is judged by a host")


@pytest.fixture(scope="module")
def ahead(request, virtualbox):
    """ahead(name): what the module's live(installation, name) answered, or raised. For tests with a parameter `name`.

    All that were selected run ahead, two machines at a time, in the order of the tests: the slow ones first."""
    names = [item.callspec.params["name"] for item in request.session.items
             if item.path == request.path and "name" in getattr(getattr(item, "callspec", None), "params", {})]
    with ThreadPoolExecutor(2) as pool:
        jobs = {name: pool.submit(request.module.live, virtualbox, name) for name in dict.fromkeys(names)}
        yield lambda name: jobs[name].result()
        if not all([job.cancel() or job.done() for job in jobs.values()]):  # interrupted: firmware alone may take minutes
            stop_all()


@pytest.fixture(scope="session")
def fleet(virtualbox):
    fleet = Fleet(virtualbox)
    yield fleet
    fleet.stop()


@pytest.fixture(params=CONFIGURATIONS)
def machine(request, fleet):
    machine = fleet.machines[request.param]
    if isinstance(machine, Exception):
        raise machine
    assert not machine.ended() and not machine.gurus(), f"{machine.name} has ended: {machine.gurus()}, see {machine.folder}"
    return machine
