/* Chapter 18: a machine that goes on somewhere else, is watched from afar, and is offered processors. */
// sources: drivers/guest/health/health.c drivers/guest/health/host_time.c drivers/guest/health/heartbeat.c
// sources: drivers/guest/health/statistics.c drivers/guest/health/balloon.c drivers/guest/health/session.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/time/cmos.c kernel/time/wall_clock.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c
// sources: kernel/memory/memory_map.c lib/date.c lib/format.c tests/host/fake/healthy.c tests/host/fake/vmmdev_health.c
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/health/balloon.h"
#include "drivers/guest/health/heartbeat.h"
#include "drivers/guest/health/session.h"
#include "drivers/guest/health/statistics.h"
#include "kernel/time/wall_clock.h"
#include "tests/host/fake/healthy.h"
#include "tests/host/test.h"

TEST(the_session_has_a_name)
{
    healthy_start();
    EXPECT(session.identifier, ==, 0x5e55104);
    EXPECT(session.restores, ==, 0);
}

TEST(a_restore_is_noticed_and_all_is_asked_anew)
{
    healthy_start();
    healthy_pass(100);
    host.accesses = 0;
    health.beat_interval = 500000000;
    health.remote_display = true;
    health.processor_status = 1;
    fake_health_restore(&host, 3600ull * SECOND);
    machine_settle();
    EXPECT(session.identifier, ==, health.session);
    EXPECT(session.identifier, !=, 0x5e55104);
    EXPECT(session.restores, ==, 1);
    EXPECT(llabs((int64_t)(fake_health_time() - wall_clock_now())), <, 1000); /* at once, not with the next beat */
    EXPECT(heartbeat.interval, ==, 500000);
    EXPECT(session.remote_display, ==, true);
    EXPECT(health.processor_status, ==, 2);
    static const uint32_t asked[] = { 10, 111, 112, 150, 211, 217, 220 };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        EXPECT(healthy_requests(asked[i]), ==, 1);
    EXPECT_LOGGED("    Session: restored from a saved state, 5e55104 is now ");
    EXPECT_TEXT(host.complaints, "");
}

/* The host's clock goes on, the guest's stands still. */
static void pause(void (*meanwhile)(void), int64_t microseconds)
{
    host.paused = true;
    meanwhile();
    health.ahead += microseconds;
    host.paused = false;
}

static void ask_for_much(void)
{
    fake_health_ask_balloon(&host, 3);
    fake_health_ask_statistics(&host, 7);
    health.remote_display = true;
    fake_vmmdev_raise(&host, 0x100);
}

static void ask_for_nothing(void) {}

TEST_ON(what_the_host_asks_while_the_machine_is_paused_is_heard_of_with_the_next_beat, "!macos")
{
    healthy_start();
    healthy_pass(100);
    pause(ask_for_much, SECOND / 50);
    machine_settle();
    EXPECT(balloon.held, ==, 0); /* nobody has called */
    healthy_pass(2);
    EXPECT(balloon.held, ==, 3);
    EXPECT(statistics.interval, ==, 7);
    EXPECT(session.remote_display, ==, true);
    EXPECT(session.restores, ==, 0);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_pause_is_noticed_once)
{
    static const uint32_t asked[] = { 111, 112, 150, 210 };
    healthy_start();
    healthy_pass(100);
    host.accesses = 0;
    for (int pauses = 1; pauses < 5; pauses++) {
        pause(ask_for_nothing, 3600ll * SECOND);
        healthy_pass(20);
        for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
            EXPECT(healthy_requests(asked[i]), ==, pauses);
    }
}

/* As long as a script needs that pauses a machine for one order. The first is taken for drift, by which the clock is
 * then too fast: so much that the next ones are hardly seen by what it is behind. */
TEST(short_pauses_in_a_row_are_noticed)
{
    static const int64_t milliseconds[] = { 33, 29, 17, 9, 40, 20, 5, 15 };
    healthy_start();
    healthy_pass(100);
    for (size_t i = 0; i < sizeof milliseconds / sizeof milliseconds[0]; i++) {
        size_t before = healthy_requests(111);
        pause(ask_for_nothing, milliseconds[i] * 1000);
        healthy_pass(6);
        EXPECT(healthy_requests(111), >, before);
    }
}

TEST(a_host_s_clock_that_jumps_all_the_time_is_asked_no_more_than_others)
{
    healthy_start();
    for (int beats = 0; beats < 50; beats++) {
        health.ahead += 1000 * SECOND;
        healthy_pass(2);
    }
    EXPECT(healthy_requests(10), <=, 60);
    EXPECT(healthy_requests(111), <=, 55);
}

TEST(a_host_that_restores_without_end_does_not_fill_the_log)
{
    healthy_start();
    for (int i = 0; i < 200; i++) {
        fake_health_restore(&host, 0);
        machine_settle();
    }
    EXPECT(session.restores, ==, 200);
    EXPECT(fake_log_count("\n"), ==, 16);
}

TEST(somebody_watches_from_afar)
{
    healthy_start();
    EXPECT(session.remote_display, ==, false);
    health.remote_display = true;
    health.experience = 100;
    fake_vmmdev_raise(&host, 0x100);
    machine_settle();
    EXPECT(session.remote_display, ==, true);
    EXPECT(session.experience, ==, 100);
    health.remote_display = false;
    fake_vmmdev_raise(&host, 0x100);
    machine_settle();
    EXPECT(session.remote_display, ==, false);
    EXPECT(session.experience, ==, 0);
    EXPECT_TEXT(fake_log, "");
}

TEST(a_line_of_a_quality_that_cannot_be_counts_as_poor)
{
    static const struct {
        uint32_t said, believed;
    } lines[] = { { 255, 255 }, { 256, 0 }, { UINT32_MAX, 0 } };
    healthy_start();
    health.remote_display = true;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        health.experience = lines[i].said;
        fake_vmmdev_raise(&host, 0x100);
        machine_settle();
        EXPECT(session.remote_display, ==, true);
        EXPECT(session.experience, ==, lines[i].believed);
    }
    EXPECT(healthy_requests(150), ==, 4); /* at the start, and once an event */
    EXPECT_TEXT(host.complaints, "");
}

static void offer(uint32_t change, uint32_t core)
{
    health.processor_change = change;
    health.core = core;
    health.package = 0;
    fake_vmmdev_raise(&host, 0x400);
    machine_settle();
}

TEST(processors_come_and_go_without_us)
{
    healthy_start();
    EXPECT(health.processor_status, ==, 2); /* else the host would not tell */
    offer(2, 1);
    EXPECT(session.plugged, ==, 1);
    EXPECT_LOGGED("    Processors: the host plugs in core 1 of package 0; one is all we use\n");
    offer(3, 1);
    EXPECT(session.unplugged, ==, 1);
    EXPECT_LOGGED("    Processors: the host wants back core 1 of package 0; one is all we use\n");
    offer(1, UINT32_MAX); /* nothing, after all */
    offer(77, 0);
    EXPECT(session.plugged + session.unplugged, ==, 2);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_host_that_refuses_everything_is_survived)
{
    healthy_machine();
    static const uint32_t types[] = { 150, 210, 211, 217 };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        host.lies.refused = types[i];
        host.lies.status = -12;
        if (i == 0)
            healthy_start();
        fake_vmmdev_raise(&host, 0x510);
        machine_settle();
    }
    EXPECT(session.remote_display, ==, false);
    EXPECT(fake_interrupts_off, ==, false);
}
