"""Does the pointer follow, in real VirtualBox, judged by what the host knows and sees?"""

import itertools
import random
import time

from reading import ROOT, judge_pointer, steady_status
from window import cursor, on_display, what_is_seen, window

WIDTH, HEIGHT = 1024, 768
BOARD, STATUS = 256, 24  # rows of pixels that change by themselves: the board with its clock at the top, the status row


def positions():
    """40 places, pixels counted from 0: corners, middles of the edges, near the edges, and some inside."""
    sides = itertools.product((0, WIDTH // 2, WIDTH - 1), (0, HEIGHT // 2, HEIGHT - 1))
    near = itertools.product((1, 5, WIDTH - 6, WIDTH - 2), (1, 5, HEIGHT - 6, HEIGHT - 2))
    inside = random.Random(14)
    places = list(sides) + list(near)
    return places + [(inside.randrange(WIDTH), inside.randrange(HEIGHT)) for _ in range(40 - len(places))]


def acknowledged(machine):
    counters = machine.statistics("/Devices/VMMDev/*")
    return (sum(value for name, value in counters.items() if "FastIrqAck" in name),
            sum(value for name, value in counters.items() if "SlowIrqAck" in name))


def wait_for_status(machine, what, condition, seconds=30):
    """The status row once condition(status) holds. TimeoutError with the last one."""
    limit = time.monotonic() + seconds
    while True:
        picture, status = steady_status(machine)
        if condition(status):
            return picture, status
        if time.monotonic() > limit:
            raise TimeoutError(f"{machine.name}: not {what} within {seconds} s: {status}")


def is_at(x, y):
    return lambda status: abs(status["x"] - x) <= 1 and abs(status["y"] - y) <= 1


def test_the_host_knows_the_guest(machine):
    info = machine.info()
    assert info["GuestAdditionsRunLevel"] == "1"
    version = machine.installation.version().split("-")[0].split("r")[0]
    assert info["GuestAdditionsVersion"].startswith(version + "_Guestbook r")
    facilities = machine.ask("guest_additions")["facilities"]
    assert any(status == 50 for status in facilities.values()), facilities  # the driver's is active
    assert "Guest Additions information report" in machine.vbox_log()


def test_the_guest_log_reaches_the_host(machine):
    log = machine.vbox_log()
    assert "Guest Log:  1  The first instruction" in log and "Guest Log: 14  A pointer that follows" in log


def test_the_host_offers_absolute_positions(machine):
    assert machine.ask("mouse_abilities")["absolute"]


def test_the_pointer_is_where_the_api_puts_it(machine):
    wrong = []
    for x, y in positions():
        machine.mouse(x + 1, y + 1)
        wait_for_status(machine, f"at {x},{y}", is_at(x, y))
        if not judge_pointer(machine, x, y):
            wrong.append((x, y, str(machine.screenshot())))
    assert not wrong


def test_the_window_shows_what_video_memory_holds(machine):
    """What a person sees is not what the API's pictures are made of."""
    machine.wait_until(lambda: window(machine) == machine.picture(), 20, "window that equals video memory")


def test_the_pointer_leaves_no_trails(machine):
    """The kernel's own, which it draws while motion comes by PS/2; the pictures are without it."""
    machine.mouse(400, 500)
    before, _ = wait_for_status(machine, "at the start", is_at(399, 499))
    for step in range(60):
        machine.mouse_relative(11, -9 if step % 30 < 15 else 9)
    wait_for_status(machine, "drawn by the kernel", lambda status: status["drawn"] == "the kernel")
    machine.mouse(400, 500)
    after, _ = wait_for_status(machine, "back", is_at(399, 499))
    still = (0, BOARD, WIDTH, HEIGHT - BOARD - STATUS)
    assert before.crop(*still) == after.crop(*still)
    machine.wait_until(lambda: window(machine) == machine.picture(), 20, "window without trails")


def test_the_pointer_follows_a_hand_over_the_window(machine):
    """As a person moves it: through the X server and VirtualBox's window."""
    for x, y in positions():
        on_display(machine, "xdotool", "mousemove", x, y)
        wait_for_status(machine, f"at {x},{y}", is_at(x, y))
        assert judge_pointer(machine, x, y), f"no pointer near {x},{y}: {machine.screenshot()}"


def test_clicks_and_wheel_are_counted(machine):
    machine.mouse(300, 300)
    _, before = wait_for_status(machine, "at the start", is_at(299, 299))
    for button in (0x01, 0x02, 0x04, 0x20, 0x40):  # IMouse: left, right, middle, and the two extra ones
        machine.mouse(300, 300, buttons=button)
        wait_for_status(machine, f"pressed {button}", lambda status: status["buttons"] != "-----")
        machine.mouse(300, 300)
        wait_for_status(machine, f"released {button}", lambda status: status["buttons"] == "-----")
    for dz, dw in ((1, 0), (1, 0), (-1, 0), (0, 1)):
        machine.mouse(300, 300, dz=dz, dw=dw)
        machine.steady_picture()
    turned = (before["wheel"][0] + 1, before["wheel"][1] - 1)
    wait_for_status(machine, "counted", lambda status: status["clicks"] == before["clicks"] + 5 and status["wheel"] == turned)


def test_a_hand_clicks_and_turns_the_wheel(machine):
    """The same through the window: X buttons 1 to 3, 8 and 9 are buttons, 4 and 5 the wheel, 6 and 7 sideways."""
    on_display(machine, "xdotool", "mousemove", 300, 300)
    _, before = wait_for_status(machine, "at the start", is_at(300, 300))
    for button in (1, 2, 3, 8, 9):
        on_display(machine, "xdotool", "mousedown", button)
        wait_for_status(machine, f"pressed {button}", lambda status: status["buttons"] != "-----")
        on_display(machine, "xdotool", "mouseup", button)
        wait_for_status(machine, f"released {button}", lambda status: status["buttons"] == "-----")
    up, side = before["wheel"]
    for button, turned, turned_side in ((4, -1, 0), (5, 0, 0), (5, 1, 0), (6, 1, -1), (7, 1, 0), (7, 1, 1)):
        on_display(machine, "xdotool", "click", button)
        expected = (up + turned, side + turned_side)
        wait_for_status(machine, f"turned to {expected}", lambda status, expected=expected: status["wheel"] == expected)
    _, after = wait_for_status(machine, "counted", lambda status: status["clicks"] >= before["clicks"] + 5)
    assert after["clicks"] == before["clicks"] + 5


def test_acknowledges_are_fast(machine):
    fast_before, _ = acknowledged(machine)
    for step in range(20):
        machine.mouse(200 + step, 200)
    machine.mouse(100, 100)
    wait_for_status(machine, "at the end", is_at(99, 99))
    fast, slow = acknowledged(machine)
    assert fast > fast_before
    assert slow == 0
    assert "looking every" not in machine.serial()  # no polling: the interrupts arrived


def test_integration_off_and_on(machine):
    """Relative motion from the host comes by PS/2 and drives the same pointer; then positions again."""
    machine.mouse(500, 400)
    wait_for_status(machine, "absolute", lambda status: is_at(499, 399)(status) and status["source"] == "host")
    machine.mouse_relative(0, 0)
    machine.mouse_relative(30, 20)
    _, moved = wait_for_status(machine, "moved by PS/2", lambda status: status["source"] == "PS/2 mouse")
    assert moved["x"] > 499 and moved["y"] > 399
    assert moved["drawn"] == "the kernel" and judge_pointer(machine, moved["x"], moved["y"])
    machine.mouse(500, 400)
    wait_for_status(machine, "absolute again", lambda status: status["source"] == "host" and status["drawn"] == "the host")
    assert judge_pointer(machine, 499, 399)


def test_a_burst_ends_in_the_right_place(machine):
    machine.burst([[1 + step, 1 + step * 3 // 4, 0, 0, 0] for step in range(1000)] + [[777, 333, 0, 0, 0]])
    wait_for_status(machine, "at the end of the burst", is_at(776, 332))
    assert judge_pointer(machine, 776, 332)


def test_no_machine_has_crashed(machine):
    assert machine.gurus() == []
    assert "PANIC" not in machine.serial()


def test_a_picture_for_the_readme(fleet):
    """docs/pointer.png is made here: copy build/pointer.png over it when the screen has changed."""
    machine = fleet.machines["piix3"]
    on_display(machine, "xdotool", "mousemove", 800, 748)
    wait_for_status(machine, "on the status row", is_at(800, 748))
    machine.wait_until(lambda: cursor(machine).name() == "arrow", 20, "arrow over the window")
    what_is_seen(machine).save(ROOT / "build" / "pointer.png")
