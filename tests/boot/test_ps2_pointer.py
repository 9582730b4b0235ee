"""Does the pointer follow a PS/2 mouse, where there is no host to tell positions? Judged by the screen."""

import images
import pytest
from reading import find_pointer, read_status

WIDTH, HEIGHT = 1024, 768
SECONDS = 20


def wait_for(machine, **wanted):
    """The screen's picture, once the status row says all that is WANTED."""
    def shown():
        picture = machine.picture()
        status = read_status(picture)  # None: the desktop is just being drawn
        return status and all(status[name] == value for name, value in wanted.items()) and picture
    return machine.wait_until(shown, SECONDS, f"{wanted} in the status row")


@pytest.fixture
def machine(boot):
    machine = boot(images.iso())
    wait_for(machine, x=WIDTH // 2, y=HEIGHT // 2)
    return machine


def test_it_goes_where_the_mouse_goes(machine):
    x, y = WIDTH // 2, HEIGHT // 2
    for right, down in ((1, 0), (0, 1), (-1, -1), (30, -20), (-100, 90)):
        x, y = x + right, y + down
        machine.mouse_relative(right, down)
        assert find_pointer(wait_for(machine, x=x, y=y, source="PS/2 mouse"), x, y, reach=0)


@pytest.mark.parametrize("right, down, corner", [(-100, -100, (0, 0)), (100, 100, (WIDTH - 1, HEIGHT - 1))])
def test_it_stops_at_the_edges_and_turns_round_at_once(right, down, corner, machine):
    x, y = WIDTH // 2, HEIGHT // 2
    for _ in range(8):
        x, y = min(max(x + right, 0), WIDTH - 1), min(max(y + down, 0), HEIGHT - 1)
        machine.mouse_relative(right, down)
        assert find_pointer(wait_for(machine, x=x, y=y), x, y, reach=0)
    assert (x, y) == corner
    machine.mouse_relative(-right // 100, -down // 100)
    wait_for(machine, x=x - right // 100, y=y - down // 100)


def test_clicks_and_turns_are_counted(machine):
    for clicks in range(1, 4):
        machine.button("left", True)
        wait_for(machine, buttons="L----", clicks=clicks)
        machine.button("left", False)
        wait_for(machine, buttons="-----", clicks=clicks)
    machine.wheel(1)
    wait_for(machine, wheel=(1, 0))
    machine.wheel(-1)
    wait_for(machine, wheel=(0, 0))
