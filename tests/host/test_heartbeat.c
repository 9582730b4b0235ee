/* Chapter 18: the pulse and the time of the host, from power-on through pauses to hosts that lie. */
// sources: drivers/guest/health/health.c drivers/guest/health/host_time.c drivers/guest/health/heartbeat.c
// sources: drivers/guest/health/statistics.c drivers/guest/health/balloon.c drivers/guest/health/session.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/time/cmos.c kernel/time/wall_clock.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c
// sources: kernel/memory/memory_map.c lib/date.c lib/format.c tests/host/fake/healthy.c tests/host/fake/vmmdev_health.c
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/health/heartbeat.h"
#include "kernel/faults/panic.h"
#include "kernel/time/wall_clock.h"
#include "tests/host/fake/healthy.h"
#include "tests/host/test.h"

static int64_t clock_error(void) { return (int64_t)(fake_health_time() - wall_clock_now()); }

TEST(the_chapter_says_the_time_and_the_pulse)
{
    EXPECT_TEXT(healthy_start(), "2026-11-22 21:04:05 UTC, heartbeat every 2 s");
    EXPECT_TEXT(fake_log, "");
    EXPECT_TEXT(host.complaints, "");
}

TEST(nothing_is_promised_before_tasks_run)
{
    EXPECT_TEXT(healthy_boot(), "2026-11-22 21:04:05 UTC, heartbeat every 2 s");
    EXPECT(health.beats_expected, ==, false);
    fake_time += 60 * SECOND; /* later chapters start */
    machine_settle();
    EXPECT(health.beats_expected, ==, true);
    EXPECT(health.beats, ==, 1); /* with the promise */
    EXPECT(health.flatlines, ==, 0);
}

TEST(one_beat_an_interval_and_one_look_at_the_time)
{
    healthy_start();
    uint64_t beats = health.beats, looks = healthy_requests(10);
    machine_pass(3600ull * SECOND + SECOND);
    EXPECT(health.beats - beats, ==, 1800);
    EXPECT(healthy_requests(10) - looks, ==, 1800);
    EXPECT(health.flatlines, ==, 0);
    EXPECT(heartbeat.sent, ==, health.beats);
    EXPECT_TEXT(host.complaints, "");
    EXPECT_TEXT(fake_log, "");
}

TEST(between_two_beats_the_kernel_sleeps)
{
    healthy_start();
    machine_pass(10 * SECOND);
    uint64_t sleeps = machine.sleeps;
    machine_pass(3600ull * SECOND);
    EXPECT(machine.sleeps - sleeps, <=, 1800 + 2);
}

static void beat_every(uint64_t nanoseconds, const char *said)
{
    healthy_machine();
    health.beat_interval = nanoseconds;
    EXPECT_TEXT(healthy_start(), said);
    uint64_t before = health.beats;
    machine_pass(60 * SECOND);
    EXPECT(health.beats - before, >=, 60ull * 1000000000 / nanoseconds - 1); /* answering takes its microseconds, too */
    EXPECT(health.beats - before, <=, 60ull * 1000000000 / nanoseconds + 1);
    EXPECT(health.flatlines, ==, 0);
    EXPECT(fake_health_is_flat(), ==, false);
}

TEST(the_host_sets_the_pace) { beat_every(500000000, "2026-11-22 21:04:05 UTC, heartbeat every 500 ms"); }
TEST(the_host_sets_a_slow_pace) { beat_every(60000000000, "2026-11-22 21:04:05 UTC, heartbeat every 60 s"); }

static void absurd_interval(uint64_t nanoseconds, uint64_t microseconds, const char *logged)
{
    healthy_machine();
    health.beat_interval = nanoseconds;
    healthy_start();
    EXPECT(heartbeat.interval, ==, microseconds);
    EXPECT_TEXT(fake_log, logged);
    uint64_t before = health.beats;
    machine_pass(SECOND);
    EXPECT(health.beats - before, <=, 100);
}

TEST(a_host_without_patience_does_not_keep_the_kernel_busy)
{
    absurd_interval(0, 10000, "    Heartbeat: the host wants one every 0 us; every 10000 us it gets one\n");
}

TEST(a_host_with_endless_patience_is_told_sooner)
{
    absurd_interval(UINT64_MAX, 1800000000,
                    "    Heartbeat: the host wants one every 18446744073709551 us; every 1800000000 us it gets one\n");
}

TEST(a_pause_that_is_known_is_announced)
{
    healthy_start();
    heartbeat_switch(false);
    healthy_pass(100); /* the task goes on, and sends nothing */
    EXPECT(fake_health_is_flat(), ==, false);
    heartbeat_switch(true);
    healthy_pass(100);
    EXPECT(fake_health_is_flat(), ==, false);
    EXPECT(health.flatlines, ==, 0);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_panic_ends_the_promise)
{
    healthy_start();
    panic_farewell();
    EXPECT(health.beats_expected, ==, false);
    size_t requests = healthy_requests(220);
    panic_farewell();
    EXPECT(healthy_requests(220), ==, requests);
}

TEST(a_kernel_that_hangs_is_taken_for_dead)
{
    healthy_start();
    fake_time += 5 * SECOND; /* some task computes */
    EXPECT(fake_health_is_flat(), ==, true);
    healthy_pass(4);
    EXPECT(fake_health_is_flat(), ==, false);
    EXPECT(health.flatlines, ==, 1);
}

TEST(without_heartbeats_the_time_is_asked_every_ten_seconds)
{
    healthy_machine();
    host.lies.refused = 220;
    host.lies.status = -12;
    EXPECT_TEXT(healthy_start(), "2026-11-22 21:04:05 UTC, no heartbeat");
    EXPECT_TEXT(fake_log, "    VMMDev: request 220: refused, status -12\n");
    size_t looks = healthy_requests(10);
    healthy_pass(100);
    EXPECT(healthy_requests(10) - looks, ==, 10);
    EXPECT(health.beats, ==, 0);
}

/* The time. */

TEST(after_a_pause_the_next_beat_sets_the_clock)
{
    healthy_start();
    healthy_pass(100);
    health.ahead += 5 * SECOND;
    machine_pass(2 * SECOND + 1000);
    EXPECT(llabs(clock_error()), <, 1000);
    EXPECT(wall_clock.steps, ==, 1);
    EXPECT_LOGGED("Clock: stepped by +");
}

TEST(the_drift_is_learned)
{
    healthy_machine();
    health.drift = 3000000; /* 3 thousandths */
    healthy_start();
    healthy_pass(120);
    EXPECT(llabs(clock_error()), <, 3000);
    EXPECT(llabs(wall_clock.drift - health.drift), <, 100000);
    EXPECT(wall_clock.steps, ==, 0);
}

TEST(a_slow_answer_is_asked_for_again)
{
    healthy_start();
    healthy_pass(100);
    health.slow = 60000;
    size_t looks = healthy_requests(10);
    machine_pass(2 * SECOND + 100000);
    EXPECT(healthy_requests(10) - looks, ==, 2);
    EXPECT(llabs(wall_clock.error), <, 3000);
    EXPECT(llabs(clock_error()), <, 3000);
}

TEST(a_host_that_does_not_tell_the_time_is_asked_once)
{
    healthy_machine();
    health.time_disabled = true;
    EXPECT_TEXT(healthy_start(), "nobody knows the time, heartbeat every 2 s"); /* no CMOS clock here either */
    EXPECT_LOGGED("VMMDev: request 10: refused, status -37");
    size_t looks = healthy_requests(10);
    healthy_pass(20);
    EXPECT(healthy_requests(10) - looks, <=, 1);
    EXPECT(wall_clock_now(), ==, 0);
    health.time_disabled = false;
    fake_health_restore(&host, 0); /* another host */
    machine_settle();
    EXPECT(llabs(clock_error()), <, 1000);
}

static void lie(uint64_t milliseconds)
{
    healthy_start();
    health.lie = milliseconds;
    uint64_t steps = wall_clock.steps;
    healthy_pass(20);
    EXPECT(wall_clock.steps, ==, steps);
    EXPECT(llabs(clock_error()), <, 1000);
}

TEST(no_time_at_all_is_not_believed)
{
    lie(UINT64_MAX);
    EXPECT_TEXT(fake_log, "    Clock: the host says 18446744073709551615 ms since 1970; not used\n");
}

TEST(a_year_of_five_digits_is_not_believed) { lie(253402300800000); }

TEST(without_a_host_there_is_no_pulse)
{
    machine.without_device = true;
    EXPECT_TEXT(healthy_start(), "nobody knows the time, no host");
    EXPECT_TEXT(fake_log, "");
}

TEST(noise_in_all_answers_is_survived)
{
    healthy_start();
    for (int round = 0; round < 300; round++) {
        host.lies.noise = true;
        host.noise_state = (uint32_t)test_random();
        fake_vmmdev_raise(&host, 0x5d0);
        machine_pass(20000);
    }
    EXPECT(fake_interrupts_off, ==, false);
}
