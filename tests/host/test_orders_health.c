/* Chapter 18: the host changes its mind, and restores the machine, while the guest asks what it wants. */
// sources: drivers/guest/health/health.c drivers/guest/health/host_time.c drivers/guest/health/heartbeat.c
// sources: drivers/guest/health/statistics.c drivers/guest/health/balloon.c drivers/guest/health/session.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/time/cmos.c kernel/time/wall_clock.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c
// sources: kernel/memory/memory_map.c lib/date.c lib/format.c tests/host/fake/healthy.c tests/host/fake/vmmdev_health.c
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c tests/host/fake/interleave.c
#include "drivers/guest/health/balloon.h"
#include "drivers/guest/health/heartbeat.h"
#include "drivers/guest/health/session.h"
#include "drivers/guest/health/statistics.h"
#include "kernel/time/wall_clock.h"
#include "tests/host/fake/healthy.h"
#include "tests/host/fake/interleave.h"
#include "tests/host/test.h"

static void inflate(void) { fake_health_ask_balloon(&host, 2); }
static void deflate(void) { fake_health_ask_balloon(&host, 0); }
static void inflate_a_little(void) { fake_health_ask_balloon(&host, 1); }
static void ask_often(void) { fake_health_ask_statistics(&host, 1); }
static void ask_never(void) { fake_health_ask_statistics(&host, 0); }
static void restore(void) { fake_health_restore(&host, 5 * SECOND); }

static void watch(void)
{
    health.remote_display = !health.remote_display;
    fake_vmmdev_raise(&host, 0x100);
}

static void begin(void)
{
    if (!host.machine) {
        healthy_machine();
        interleave_plug();
        healthy_start();
    }
    deflate();
    ask_never();
    machine_settle();
    EXPECT(balloon.held, ==, 0);
}

static void judge(void)
{
    EXPECT(balloon.held, ==, health.balloon_wanted);
    EXPECT(balloon.held, ==, health.taken_count);
    EXPECT(statistics.interval, ==, health.statistics_interval);
    EXPECT(session.identifier, ==, health.session);
    EXPECT(session.remote_display, ==, health.remote_display);
    EXPECT(health.beats_expected && heartbeat.on, ==, true);
    EXPECT(llabs((int64_t)(fake_health_time() - wall_clock_now())), <, 2000);
    EXPECT(host.line, ==, false);
    EXPECT_TEXT(host.complaints, "");
}

static void try(host_act *first, host_act *second, host_act *third)
{
    host_act *const acts[] = { first, second, third };
    EXPECT(interleave(begin, acts, third ? 3 : 2, judge), >, 20);
}

TEST_ON(the_balloon_is_as_large_as_was_asked_last, "!macos")
{
    try(inflate, deflate, inflate_a_little);
    try(inflate, inflate_a_little, NULL);
}

TEST_ON(a_restore_at_any_moment_loses_nothing_that_was_asked, "!macos")
{
    try(inflate, restore, NULL);
    try(restore, inflate, watch);
    try(ask_often, restore, ask_never);
    try(restore, watch, restore);
}
