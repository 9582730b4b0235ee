/* Chapter 14: from the host's mouse to the input queue: nothing twice, nothing out of range. */
// sources: drivers/guest/mouse/mouse.c drivers/guest/events.c drivers/guest/vmmdev.c kernel/desktop/input.c
// sources: lib/format.c kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/mouse/mouse.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/input.h"
#include "tests/host/fake/machine.h"
#include "tests/host/test.h"

void log_join(struct log_output *output) { (void)output; }

/* The host's mouse is looked at by this request, and what the front end is told of us. */
static bool has_buttons(void) { return host_profile->release->mouse & 0x100; }
static const char *look(void) { return has_buttons() ? "request 223, 48 bytes: 0\n" : "request 1, 36 bytes: 0\n"; }

static size_t started, ports_started; /* accesses until here were the start's */

static void start_on(uint32_t missing_features)
{
    machine_start();
    host.mouse &= ~missing_features;
    vmmdev_start();
    events_start();
    started = host.accesses;
    EXPECT(host_mouse_start(), ==, true);
    machine_settle();
}

static void start(void)
{
    start_on(0);
    started = host.accesses;
    ports_started = fake_access_count;
}

static struct input_event take(void)
{
    struct input_event event = { 0 };
    EXPECT(input_take(&event), ==, true);
    EXPECT(event.source, ==, INPUT_HOST_MOUSE);
    return event;
}

static struct input_event move(int32_t x, int32_t y)
{
    fake_vmmdev_mouse(&host, x, y, 0, 0, 0);
    return take();
}

TEST(absolute_positions_are_asked_for_in_one_word)
{
    start_on(0);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "request 1, 36 bytes: 0\n"
                                                   "request 42, 32 bytes: 0\n"
                                                   "request 42, 32 bytes: 0\n"
                                                   "request 2, 36 bytes: 0\n"
                                                   "fetch: 0x1\n"               /* the host is absolute now, */
                                                   "request 1, 36 bytes: 0\n"); /* and so are we */
    EXPECT(host.front_end_mouse, ==, has_buttons() ? 0x91 : 0x11);
    EXPECT(host.mask, ==, 0x211);
    EXPECT(host_mouse_is_absolute, ==, true);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_host_without_request_223_is_not_promised_to_be_asked_it)
{
    start_on(0x100);
    EXPECT(host.front_end_mouse, ==, 0x11);
    EXPECT_TEXT(host.complaints, "");
    started = host.accesses;
    struct input_event event = move(1000, 2000);
    EXPECT(event.x, ==, 1000);
    EXPECT(event.y, ==, 2000);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "fetch: 0x200\nrequest 1, 36 bytes: 0\n");
}

TEST(one_mouse_event_costs_two_exits)
{
    start();
    fake_vmmdev_mouse(&host, 100, 200, 0, 0, 0);
    char exits[64];
    snprintf(exits, sizeof exits, "fetch: 0x200\n%s", look());
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), exits);
    EXPECT(fake_access_count - ports_started, ==, 2); /* no other port either */
    machine_settle();
    EXPECT(fake_access_count - ports_started, ==, 2);
    for (int i = 0; i < 1000; i++)
        fake_vmmdev_mouse(&host, i, 7 * i, 0, 0, 0);
    machine_settle();
    EXPECT(fake_access_count - ports_started, ==, 2002);
    EXPECT(host.ps2_packets, ==, 0);
}

TEST_ON(every_part_of_an_event_arrives, "7.")
{
    start();
    fake_vmmdev_mouse(&host, 0x18cf, 0x2115, 3, -2, 0x15);
    struct input_event event = take();
    EXPECT(event.kind, ==, INPUT_ABSOLUTE);
    EXPECT(event.x, ==, 0x18cf);
    EXPECT(event.y, ==, 0x2115);
    EXPECT(event.buttons, ==, BUTTON_LEFT | BUTTON_MIDDLE | BUTTON_FORWARD);
    EXPECT(event.wheel, ==, 3);
    EXPECT(event.wheel_side, ==, 2); /* the host counts to the left */
}

TEST(the_edges_are_valid_positions)
{
    start();
    EXPECT(move(0, 65535).x, ==, 0);
    EXPECT(move(65535, 0).x, ==, 65535);
    EXPECT(move(0, 0).y, ==, 0);
    EXPECT(move(65535, 65535).y, ==, 65535);
}

TEST_ON(a_turn_of_the_wheel_counts_once, "7.")
{
    start();
    int32_t turned = 0;
    fake_vmmdev_mouse(&host, 5, 5, 1, 0, 0);
    turned += take().wheel;
    fake_vmmdev_mouse(&host, 5, 5, 0, 0, 1); /* a click */
    turned += take().wheel;
    fake_vmmdev_mouse(&host, 6, 5, -1, 0, 1);
    turned += take().wheel;
    fake_vmmdev_mouse(&host, 6, 5, -1, 0, 1); /* the same again is another turn */
    turned += take().wheel;
    fake_vmmdev_mouse(&host, 6, 5, 0, 0, 1); /* nothing new: no event */
    EXPECT(input_waiting(), ==, false);
    EXPECT(turned, ==, -1);
}

static void turn_again(uint32_t events)
{
    (void)events;
    fake_vmmdev_mouse(&host, 5, 5, 1, 0, 0);
}

TEST_ON(a_turn_counts_though_it_comes_while_another_event_is_answered, "7.")
{
    static struct event_subscriber other = { VMMDEV_EVENT_BALLOON_CHANGE, turn_again, NULL, NULL };
    start();
    events_subscribe(&other);
    fake_vmmdev_mouse(&host, 5, 5, 1, 0, 0);
    EXPECT(take().wheel, ==, 1);
    fake_vmmdev_raise(&host, VMMDEV_EVENT_BALLOON_CHANGE);
    EXPECT(take().wheel, ==, 1);
    EXPECT(input_waiting(), ==, false);
}

TEST_ON(a_turn_is_not_counted_again_when_integration_comes_back, "7.")
{
    start();
    fake_vmmdev_mouse(&host, 5, 5, 1, 0, 0);
    EXPECT(take().wheel, ==, 1);
    fake_vmmdev_integrate(&host, false);
    machine_settle();
    EXPECT(host_mouse_is_absolute, ==, false);
    fake_vmmdev_integrate(&host, true);
    machine_settle();
    EXPECT(host_mouse_is_absolute, ==, true);
    struct input_event event = take(); /* the host would not call for the place it was left at */
    EXPECT(event.x, ==, 5);
    EXPECT(event.wheel, ==, 0);
}

/* It may go on under another host, whose mouse is elsewhere and does not move. */
TEST(a_restored_machine_asks_where_the_mouse_is)
{
    start();
    EXPECT(move(5, 6).x, ==, 5);
    host.x = 700;
    fake_vmmdev_restore(&host);
    machine_settle();
    struct input_event event = take();
    EXPECT(event.x, ==, 700);
    EXPECT(event.has_buttons, ==, false);
    EXPECT(input_waiting(), ==, false);
}

TEST(an_integration_switch_while_the_machine_is_paused_is_found_by_asking)
{
    start();
    EXPECT(move(5, 6).x, ==, 5);
    host.paused = true;
    fake_vmmdev_integrate(&host, false);
    host.paused = false;
    machine_settle();
    EXPECT(host_mouse_is_absolute, ==, true); /* nobody has called */
    events_ask_again();
    machine_settle();
    EXPECT(host_mouse_is_absolute, ==, false);
    EXPECT(input_waiting(), ==, false);
}

TEST(where_the_mouse_went_while_the_machine_was_paused_is_asked_and_its_turn_does_not_count)
{
    start();
    EXPECT(move(5, 6).x, ==, 5);
    host.paused = true;
    fake_vmmdev_mouse(&host, 700, 6, 1, 0, 0);
    host.paused = false;
    events_ask_again();
    machine_settle();
    struct input_event event = take();
    EXPECT(event.x, ==, 700);
    EXPECT(event.wheel, ==, 0);
    EXPECT(input_waiting(), ==, false);
}

/* From 6.1 to 7, say: request 223 is there now, but who was not promised that we use it sends buttons by PS/2. */
TEST(a_host_that_was_promised_nothing_sends_no_button_twice)
{
    start_on(0x100);
    fake_vmmdev_mouse(&host, 5, 5, 0, 0, 0);
    take();
    host.mouse |= 0x100;
    fake_vmmdev_restore(&host);
    machine_settle();
    take();
    fake_vmmdev_mouse(&host, 5, 5, 1, 0, 1);
    EXPECT(host.ps2_packets, ==, 1);
    EXPECT(take().has_buttons, ==, false);
}

TEST(without_integration_motion_goes_to_ps2)
{
    start();
    fake_vmmdev_integrate(&host, false);
    machine_settle();
    size_t before = host.accesses;
    EXPECT(fake_vmmdev_mouse(&host, 1, 1, 0, 0, 0), ==, false);
    machine_settle();
    EXPECT(host.accesses, ==, before);
    EXPECT(input_waiting(), ==, false);
    fake_vmmdev_integrate(&host, true);
    machine_settle();
    EXPECT(input_waiting(), ==, false); /* no position was known yet */
    EXPECT(move(7, 8).x, ==, 7);
    EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, 2), ==, 1); /* the word stays as it was sent */
}

TEST(integration_may_be_off_from_the_start)
{
    machine_start();
    host.integration = false;
    vmmdev_start();
    events_start();
    EXPECT(host_mouse_start(), ==, true);
    machine_settle();
    EXPECT(host_mouse_is_absolute, ==, false);
    fake_vmmdev_integrate(&host, true);
    machine_settle();
    EXPECT(host_mouse_is_absolute, ==, true);
    EXPECT(move(7, 8).y, ==, 8);
}

TEST(a_burst_ends_at_its_last_position)
{
    start();
    fake_interrupts_off = true;
    for (int i = 1; i <= 1000; i++)
        fake_vmmdev_mouse(&host, i, 2 * i, 0, 0, 0);
    machine_settle();
    EXPECT(host.accesses - started, ==, 2);
    struct input_event event = take();
    EXPECT(event.x, ==, 1000);
    EXPECT(event.y, ==, 2000);
    EXPECT(input_waiting(), ==, false);
}

TEST_ON(no_click_is_lost_while_the_tasks_are_busy, "7.")
{
    start();
    for (int i = 0; i < 200; i++)
        fake_vmmdev_mouse(&host, i, i, 0, 0, i / 4 % 2); /* four motions held, four not */
    int presses = 0;
    uint32_t before = 0;
    struct input_event event;
    while (input_take(&event)) {
        presses += event.buttons & ~before ? 1 : 0;
        before = event.buttons;
    }
    EXPECT(presses, ==, 25);
    EXPECT(event.x, ==, 199);
    EXPECT(input_lost, ==, 0);
}

TEST(what_is_out_of_range_is_brought_into_it)
{
    static const int32_t places[] = { -1, 65536, INT32_MIN, INT32_MAX, 0x10000 };
    start();
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        fake_vmmdev_mouse(&host, places[i], places[i], 0, 0, 0);
        struct input_event event = take();
        EXPECT(event.x, ==, places[i] < 0 ? 0 : 65535);
        EXPECT(event.y, ==, event.x);
    }
}

TEST_ON(turns_out_of_range_are_brought_into_it, "7.")
{
    start();
    fake_vmmdev_mouse(&host, 1, 1, INT32_MAX, INT32_MIN, 0xffffffff);
    struct input_event event = take();
    EXPECT(event.wheel, ==, 127);
    EXPECT(event.wheel_side, ==, 127);
    EXPECT(event.buttons, ==, 31);
}

TEST(noise_from_the_host_stays_within_range)
{
    start();
    host.lies.noise = true;
    for (uint32_t seed = 0; seed < 5000; seed++) {
        host.noise_state = seed * 2654435761u;
        fake_vmmdev_raise(&host, 0x201);
        machine_settle();
        struct input_event event;
        while (input_take(&event)) {
            EXPECT(event.x >= 0 && event.x <= 65535 && event.y >= 0 && event.y <= 65535, ==, true);
            EXPECT(event.wheel >= -127 && event.wheel <= 127, ==, true);
            EXPECT(event.buttons, <=, 31);
        }
    }
}

TEST_ON(a_host_that_breaks_its_word_about_request_223_still_gives_positions, "7.")
{
    start();
    host.lies.no_mouse_ex = true;
    EXPECT(move(7, 8).x, ==, 7);
    EXPECT(move(9, 8).x, ==, 9);
    EXPECT_TEXT(fake_log, "    VMMDev: request 223: refused, status -12\n");
    host.lies.no_mouse_ex = false;
    fake_vmmdev_mouse(&host, 9, 8, 0, 0, 1);
    EXPECT(take().buttons, ==, 1);
}

TEST(a_host_that_refuses_everything_moves_nothing)
{
    start();
    host.lies.refused = (uint32_t)ALL_REQUESTS;
    host.lies.status = -1;
    for (int i = 0; i < 100; i++)
        fake_vmmdev_mouse(&host, i, i, 0, 0, 0);
    machine_settle();
    EXPECT(input_waiting(), ==, false);
}

TEST(a_refused_word_is_told)
{
    machine_start();
    vmmdev_start();
    events_start();
    host.lies.refused = 2;
    host.lies.status = -37;
    EXPECT(host_mouse_start(), ==, false);
}

TEST(without_a_host_there_is_no_mouse_of_his)
{
    machine.without_device = true;
    machine_start();
    vmmdev_start();
    events_start();
    EXPECT(host_mouse_start(), ==, false);
    EXPECT(fake_access_count, ==, 0);
}
