/* Chapters 13 and 14: a host that does not wait until the guest has finished. In the end both have counted the same,
 * whatever the order was. */
// sources: drivers/guest/mouse/mouse.c drivers/guest/events.c drivers/guest/vmmdev.c kernel/desktop/input.c
// sources: lib/format.c kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c tests/host/fake/interleave.c
#include "drivers/guest/mouse/mouse.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/input.h"
#include "tests/host/fake/interleave.h"
#include "tests/host/test.h"

void log_join(struct log_output *output) { (void)output; }

static int32_t counted, counted_before, read_before; /* turns of the wheel */
static int32_t x;
static uint32_t held;

static void start(void)
{
    vmmdev_start();
    events_start();
    host_mouse_start();
}

static void begin(void)
{
    if (!host.machine) {
        machine_start();
        interleave_plug();
        start();
    }
    fake_vmmdev_integrate(&host, true);
    fake_vmmdev_mouse(&host, 0, 5, 0, 0, 0);
    machine_settle();
    struct input_event event;
    while (input_take(&event))
        counted += event.wheel;
    counted_before = counted;
    read_before = host.turns_read;
}

static void take_all(void)
{
    struct input_event event;
    while (input_take(&event)) {
        counted += event.wheel;
        x = event.x;
        held = event.has_buttons ? event.buttons : held;
    }
}

static void judge(void)
{
    take_all();
    EXPECT(counted - counted_before, ==, host.turns_read - read_before);
    EXPECT(x, ==, host.x);
    EXPECT(held, ==, host.buttons);
    EXPECT(host.is_mouse_read, ==, true);
    EXPECT(host.line, ==, false);
    EXPECT_TEXT(host.complaints, "");
}

static void move(void) { fake_vmmdev_mouse(&host, host.x + 1, 5, 0, 0, host.buttons); }
static void press(void) { fake_vmmdev_mouse(&host, host.x, 5, 0, 0, 1); }
static void turn(void) { fake_vmmdev_mouse(&host, host.x, 5, 1, 0, host.buttons); }
static void turn_two(void) { fake_vmmdev_mouse(&host, host.x, 5, 2, 0, host.buttons); }
static void turn_moving(void) { fake_vmmdev_mouse(&host, host.x + 1, 5, -1, 0, host.buttons); }

static void try_all(void)
{
    static host_act *const acts[][3] = {
        { move, turn, press }, { turn, move, turn_two }, { press, turn, turn_moving }, { turn_two, turn, turn_moving }
    };
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        EXPECT(interleave(begin, acts[i], 3, judge), >, 40);
}

TEST_ON(each_turn_that_was_read_counts_once_whenever_the_next_event_comes, "7.") { try_all(); }

TEST_ON(the_same_without_device_memory, "7.")
{
    machine.without_memory = true;
    try_all();
}

TEST_ON(the_same_with_slow_acknowledge, "7.")
{
    machine_start();
    interleave_plug();
    host.features &= 0x7fffffff;
    start();
    try_all();
}

/* The host's slot does not tell equal turns apart. Never is there one too many, and none is missing when the guest had
 * its answer before the next came. */
static int32_t most_missing;

static void judge_equal_turns(void)
{
    take_all();
    int32_t missing = host.turns_read - read_before - (counted - counted_before);
    EXPECT(missing, >=, 0);
    most_missing = missing > most_missing ? missing : most_missing;
}

TEST_ON(of_equal_turns_none_counts_twice, "7.")
{
    static host_act *const acts[] = { turn, turn, turn };
    EXPECT(interleave(begin, acts, 3, judge_equal_turns), >, 40);
    EXPECT(most_missing, <=, 2);
    for (int i = 0; i < 3; i++)
        turn();
    take_all();
    EXPECT(counted - counted_before, >=, 3);
}

/* While the guest starts. */

static int restores;

static void count_restore(uint32_t events)
{
    (void)events;
    restores++;
}

static void boot(void)
{
    static struct event_subscriber subscriber = { VMMDEV_EVENT_RESTORED, NULL, count_restore, NULL };
    machine_start();
    interleave_plug();
    start();
    events_subscribe(&subscriber);
}

static void restore(void) { fake_vmmdev_restore(&host); }
static void switch_off(void) { fake_vmmdev_integrate(&host, false); }

/* Nothing waits, and the next event comes through. */
static void judge_start(void)
{
    take_all();
    EXPECT(host_mouse_is_absolute, ==, host.integration);
    EXPECT(host.mask, ==, 0x211);
    EXPECT(host.line, ==, false);
    int before = restores;
    restore();
    machine_pass(1100000); /* the line may not have proved itself before */
    EXPECT(restores, ==, before + 1);
    EXPECT_TEXT(host.complaints, "");
    EXPECT_TEXT(fake_log, "");
}

TEST(an_event_at_any_moment_of_the_start_silences_nothing)
{
    static host_act *const acts[] = { restore, switch_off, turn, move };
    for (size_t i = 0; i < 4; i++)
        EXPECT(interleave_boots(boot, &acts[i], 1, judge_start), >, 20);
}
