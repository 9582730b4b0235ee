/* Chapter 13: hosts that lie. None may hold the kernel up: after each of these the tasks still run. */
#include "tests/host/events.h"

static void expect_life(void)
{
    machine_pass(100000);
    EXPECT(fake_interrupts_off, ==, false);
}

TEST(a_host_that_never_runs_dry_is_looked_at_now_and_then)
{
    start();
    host.lies.never_dry = true;
    fake_vmmdev_raise(&host, 0x201);
    EXPECT(machine.interrupts, <=, 16);
    EXPECT(interrupt_is_open(MACHINE_LINE), ==, false);
    size_t exits = host.accesses - started;
    EXPECT(exits, <, 2000);
    machine_settle();
    EXPECT_TEXT(fake_log, "    VMMDev: it calls without end; looking every 10 ms instead\n");
    expect_life();
    EXPECT(host.accesses - started - exits, <, 1000); /* in a tenth of a second */
    host.lies.never_dry = false;
    machine_pass(20000);
    calls_at_once = 0;
    fake_vmmdev_raise(&host, 0x200);
    machine_pass(11000);
    EXPECT(calls_at_once, ==, 1);
}

TEST(a_busy_host_is_not_taken_for_one_that_never_runs_dry)
{
    start();
    for (int i = 0; i < 100000; i++) {
        raise_meanwhile = 0x200;
        fake_vmmdev_raise(&host, 0x200);
    }
    EXPECT(interrupt_is_open(MACHINE_LINE), ==, true);
    EXPECT(calls_at_once, ==, 200000);
}

TEST(a_flag_that_is_always_set_costs_one_fetch_more)
{
    start();
    host.lies.flag_stuck = true;
    host.memory[8] = 1;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "fetch: 0x200\nfetch: 0x0\n");
    EXPECT(calls_at_once, ==, 1);
    EXPECT(event_interrupts, ==, 1);
    expect_life();
}

TEST(a_flag_that_is_never_set_is_not_believed_for_ever)
{
    start();
    host.lies.flag_dead = true;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(interrupt_is_open(MACHINE_LINE), ==, false);
    machine_settle();
    EXPECT_LOGGED("Interrupts: line 11 came 10000 times and nobody answered; closed\n");
    EXPECT_LOGGED("VMMDev: its line is closed; looking every 10 ms instead\n");
    EXPECT(calls_at_once, ==, 1);
    fake_vmmdev_raise(&host, 0x200);
    machine_pass(11000);
    EXPECT(calls_at_once, ==, 2);
}

TEST(a_neighbour_s_storm_does_not_make_the_kernel_deaf)
{
    start();
    machine.neighbour_calls = true; /* and nobody answers it */
    machine_look_at_line();
    EXPECT(interrupt_is_open(MACHINE_LINE), ==, false);
    machine_settle();
    fake_vmmdev_raise(&host, 0x210);
    machine_pass(11000);
    EXPECT(seen_at_once, ==, 0x200);
    EXPECT(seen_later, ==, 0x10);
}

TEST(unknown_bits_in_an_event_word_hide_no_event)
{
    start();
    host.lies.foreign_events = 0x80000800;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(seen_at_once, ==, 0x200);
    expect_life();
}

static void raise_a_thousand_among_foreign_ones(void)
{
    start();
    host.lies.foreign_events = 0x5ee;
    for (int i = 0; i < 1000; i++)
        fake_vmmdev_raise(&host, 0x200);
    EXPECT(seen_at_once, ==, 0x200);
    EXPECT(seen_later, ==, 0);
    expect_life();
}

TEST(events_that_nobody_asked_for_are_ignored) { raise_a_thousand_among_foreign_ones(); }

TEST(events_that_nobody_asked_for_are_ignored_without_device_memory)
{
    machine.without_memory = true;
    raise_a_thousand_among_foreign_ones();
}

static void fall_silent(bool fast)
{
    start();
    vmmdev.fast_acknowledge = fast;
    host.lies.silent = host.lies.no_event_port = true;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(interrupt_is_open(MACHINE_LINE), ==, false);
    expect_life();
    EXPECT_LOGGED("VMMDev: request 41: no answer, status -225");
}

TEST(a_host_that_falls_silent_is_given_up) { fall_silent(true); }
TEST(a_slow_host_that_falls_silent_is_given_up) { fall_silent(false); }

TEST(a_host_that_refuses_the_mask_sends_nothing)
{
    machine_start();
    vmmdev_start();
    events_start();
    host.lies.refused = 42;
    host.lies.status = -2;
    events_subscribe(&position);
    fake_vmmdev_raise(&host, 0x200);
    EXPECT_LOGGED("VMMDev: request 42: refused, status -2");
    expect_life();
}

TEST(noise_in_the_answers_is_survived)
{
    start();
    vmmdev.fast_acknowledge = false;
    host.lies.noise = true;
    for (uint32_t seed = 0; seed < 2000 && interrupt_is_open(MACHINE_LINE); seed++) {
        host.noise_state = seed * 2654435761u;
        fake_vmmdev_raise(&host, 0x210);
        machine_settle();
    }
    expect_life();
}
