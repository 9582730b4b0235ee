"""Do keys, motion, clicks and turns of a PS/2 keyboard and mouse arrive, each once and in order?

Chapters 1 to 11, and one more that says what it takes from the queue (echo.c). A machine
is booted once and serves all tests; each looks only at what was said since it began."""

import images
import pytest
from qemu import QemuMachine

SECONDS = 20
MACHINES = {
    "pc": {},
    "q35": {"machine": "q35"},
    "8259": {"machine": "pc,acpi=off"},
    "efi": {"machine": "q35", "firmware": "efi"},
    "without-local-apic": {"cpu": "qemu64,-apic"},
}


class Listener:
    """What the kernel says it took from the queue, since this listener was made."""

    def __init__(self, machine):
        self.machine = machine
        self.start = len(machine.serial())

    def lines(self):
        return self.machine.serial()[self.start:].replace("\r\n", "\n").split("\n")[:-1]

    def expect(self, *lines):
        """Waits until as many lines were said as LINES has, and compares them; then begins anew."""
        said = self.machine.wait_until(lambda: len(self.lines()) >= len(lines) and self.lines(), SECONDS, f"{lines}")
        assert said == list(lines)
        self.start = len(self.machine.serial())


@pytest.fixture(scope="module", params=MACHINES)
def machine(request):
    with QemuMachine(images.iso_with_echo(), **MACHINES[request.param]) as machine:
        machine.wait_serial("listening\r\n", 60)
        yield machine


@pytest.fixture
def kernel(machine):
    return Listener(machine)


def test_keys(machine, kernel):
    machine.keys("a")
    kernel.expect("key 1e down", "key 1e up")
    machine.keys("up")
    kernel.expect("key e048 down", "key e048 up")
    machine.keys("pause")  # swallowed
    machine.keys("print")
    kernel.expect("key e037 down", "key e037 up")
    machine.keys("shift", "b")
    kernel.expect("key 2a down", "key 30 down", "key 30 up", "key 2a up")


def test_motion_has_the_directions_of_the_screen(machine, kernel):
    machine.mouse_relative(10, 5)
    kernel.expect("mouse 10 5 buttons 0 wheel 0 0")
    machine.mouse_relative(-100, -3)
    kernel.expect("mouse -100 -3 buttons 0 wheel 0 0")


@pytest.mark.parametrize("name, bit", [("left", 1), ("right", 2), ("middle", 4), ("side", 8), ("extra", 16)])
def test_buttons_go_down_and_up(name, bit, machine, kernel):
    machine.button(name, True)
    kernel.expect(f"mouse 0 0 buttons {bit} wheel 0 0")
    machine.button(name, False)
    kernel.expect("mouse 0 0 buttons 0 wheel 0 0")


@pytest.mark.parametrize("name, wheel", [("wheel-down", "1 0"), ("wheel-up", "-1 0"), ("wheel-left", "0 -1"),
                                         ("wheel-right", "0 1")])
def test_wheels_turn(name, wheel, machine, kernel):
    machine.button(name, True)  # a wheel is a button for QEMU, and turns when it is pressed
    kernel.expect(f"mouse 0 0 buttons 0 wheel {wheel}")
    machine.button(name, False)
    kernel.expect("mouse 0 0 buttons 0 wheel 0 0")


def test_a_drag_keeps_its_button_and_its_length(machine, kernel):
    machine.button("left", True)
    kernel.expect("mouse 0 0 buttons 1 wheel 0 0")
    for step in range(1, 21):
        machine.mouse_relative(step, -step)
        kernel.expect(f"mouse {step} {-step} buttons 1 wheel 0 0")
    machine.button("left", False)
    kernel.expect("mouse 0 0 buttons 0 wheel 0 0")
