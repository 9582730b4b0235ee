/* Chapter 13: from the host's line to the subscriber, and to an end with hosts that lie. */
// sources: drivers/guest/events.c drivers/guest/vmmdev.c lib/format.c
// sources: kernel/interrupts.c kernel/task.c kernel/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/interrupts.h"
#include "kernel/log.h"
#include "tests/host/fake/machine.h"
#include "tests/host/test.h"

void log_join(struct log_output *output) { (void)output; }

static uint32_t seen_at_once, seen_later;
static int calls_at_once, calls_later;
static uint32_t raise_meanwhile; /* the host raises this while an event is being answered; once */

static void at_once(uint32_t events)
{
    EXPECT(fake_interrupts_off, ==, true);
    seen_at_once |= events;
    calls_at_once++;
    uint32_t more = raise_meanwhile;
    raise_meanwhile = 0;
    fake_vmmdev_raise(&host, more);
}

static void later(uint32_t events)
{
    EXPECT(fake_interrupts_off, ==, false);
    seen_later |= events;
    calls_later++;
}

static struct event_subscriber position = { 0x200, at_once, NULL, NULL };
static struct event_subscriber changes = { 0x011, NULL, later, NULL };
static size_t started; /* accesses until here were the start's */

static const char *start(void)
{
    machine_start();
    vmmdev_start();
    const char *found = events_start();
    events_subscribe(&changes);
    events_subscribe(&position);
    machine_settle();
    started = host.accesses;
    return found;
}

static size_t fetches(void) { return fake_vmmdev_count(&host, FAKE_VMMDEV_FETCH, 0); }
static size_t requests(uint32_t type) { return fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, type); }

TEST(the_chapter_says_how_the_host_calls)
{
    EXPECT_TEXT(start(), "VMMDev on line 11, level-triggered, fast acknowledge");
    EXPECT_TEXT(fake_log, "");
    EXPECT_TEXT(host.complaints, "");
}

TEST(one_event_costs_one_interrupt_and_one_fetch)
{
    start();
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(seen_at_once, ==, 0x200); /* already: it cannot wait */
    EXPECT(machine.interrupts, ==, 1);
    EXPECT(event_interrupts, ==, 1);
    EXPECT(interrupts_unclaimed, ==, 0);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "fetch: 0x200\n");
}

TEST(who_can_wait_is_told_by_the_task)
{
    start();
    fake_vmmdev_raise(&host, 0x10);
    EXPECT(seen_later, ==, 0);
    machine_settle();
    EXPECT(seen_later, ==, 0x10);
    EXPECT(calls_at_once, ==, 0);
    fake_vmmdev_restore(&host);
    fake_vmmdev_raise(&host, 0x01);
    machine_settle();
    EXPECT(calls_later, ==, 2); /* what came before the task ran is told at once */
    EXPECT(seen_later, ==, 0x11);
}

TEST(everyone_hears_of_his_own_events_alone)
{
    static struct event_subscriber second = { 0x201, at_once, later, NULL };
    start();
    events_subscribe(&second);
    fake_interrupts_off = true;
    fake_vmmdev_raise(&host, 0x211);
    machine_settle();
    EXPECT(calls_at_once, ==, 2);
    EXPECT(seen_at_once, ==, 0x201);
    EXPECT(calls_later, ==, 2);
    EXPECT(seen_later, ==, 0x211);
}

TEST(an_event_that_only_a_handler_wants_wakes_no_task)
{
    start();
    fake_vmmdev_raise(&host, 0x01); /* the first interrupt ends the watch over the line */
    machine_settle();
    uint64_t looks = fake_time, sleeps = machine.sleeps;
    fake_vmmdev_raise(&host, 0x200);
    machine_settle();
    uint64_t with_event = fake_time - looks;
    looks = fake_time;
    machine_settle();
    EXPECT(with_event, ==, fake_time - looks); /* as many looks at the clock as without the event */
    EXPECT(machine.sleeps - sleeps, ==, 2);
}

TEST(a_burst_is_one_interrupt)
{
    start();
    fake_interrupts_off = true;
    for (int i = 0; i < 1000; i++)
        fake_vmmdev_raise(&host, i % 2 ? 0x200 : 0x001);
    machine_settle();
    EXPECT(machine.interrupts, ==, 1);
    EXPECT(fetches(), ==, 2); /* the handshake's and this */
    EXPECT(calls_at_once, ==, 1);
    EXPECT(calls_later, ==, 1);
}

TEST(what_comes_meanwhile_raises_the_line_again)
{
    start();
    raise_meanwhile = 0x201;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(machine.interrupts, ==, 2);
    EXPECT(calls_at_once, ==, 2);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "fetch: 0x200\nfetch: 0x201\n");
    machine_settle();
    EXPECT(seen_later, ==, 0x01);
}

TEST(a_thousand_events_one_by_one_are_all_answered)
{
    start();
    for (int i = 0; i < 1000; i++)
        fake_vmmdev_raise(&host, 0x200);
    EXPECT(calls_at_once, ==, 1000);
    EXPECT(fetches(), ==, 1001);
    EXPECT(requests(41), ==, 0);
}

TEST(masks_add_up_even_while_events_wait)
{
    machine_start();
    vmmdev_start();
    events_start();
    fake_interrupts_off = true;
    events_subscribe(&position);
    EXPECT(host.mask, ==, 0x200);
    fake_vmmdev_raise(&host, 0x210);
    events_subscribe(&changes);
    EXPECT(host.mask, ==, 0x200); /* the host is waiting for an acknowledge */
    machine_settle();
    EXPECT(host.mask, ==, 0x211);
    EXPECT(seen_at_once, ==, 0x200);
    EXPECT(seen_later, ==, 0x10); /* recorded before it was asked for */
    EXPECT_TEXT(host.complaints, "");
}

/* The line is shared. */

static int neighbour_asked;

static bool quiet_neighbour(void)
{
    neighbour_asked++;
    bool called = machine.neighbour_calls;
    machine.neighbour_calls = false;
    return called;
}

static struct interrupt_handler neighbour = { "neighbour", quiet_neighbour, 0 };

TEST(a_neighbour_s_interrupt_costs_no_exit)
{
    start();
    interrupt_attach((struct interrupt_line){ MACHINE_LINE, true, true }, &neighbour);
    machine.neighbour_calls = true;
    machine_look_at_line();
    EXPECT(neighbour_asked, ==, 1);
    EXPECT(event_interrupts, ==, 0);
    EXPECT(host.accesses, ==, started);
    EXPECT(interrupts_unclaimed, ==, 0);
}

TEST(both_may_call_at_once)
{
    start();
    interrupt_attach((struct interrupt_line){ MACHINE_LINE, true, true }, &neighbour);
    machine.neighbour_calls = true;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(neighbour_asked, ==, 1);
    EXPECT(calls_at_once, ==, 1);
    EXPECT(machine.interrupts, ==, 1);
}

TEST(without_device_memory_the_port_says_whose_interrupt_it_is)
{
    machine.without_memory = true;
    start();
    interrupt_attach((struct interrupt_line){ MACHINE_LINE, true, true }, &neighbour);
    machine.neighbour_calls = true;
    machine_look_at_line();
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "fetch: 0x0\n");
    EXPECT(event_interrupts, ==, 0);
    fake_vmmdev_raise(&host, 0x200);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started + 1), "fetch: 0x200\nfetch: 0x0\n");
    EXPECT(calls_at_once, ==, 1);
}

/* Hosts that offer less. */

TEST(without_the_fast_port_request_41_serves)
{
    machine_start();
    host.features &= 0x7fffffff;
    vmmdev_start();
    EXPECT_TEXT(events_start(), "VMMDev on line 11, level-triggered, slow acknowledge");
    events_subscribe(&position);
    started = host.accesses;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "request 41, 28 bytes: 0\n");
    EXPECT(calls_at_once, ==, 1);
}

TEST(a_port_that_stops_answering_is_replaced_and_no_event_lost)
{
    start();
    fake_vmmdev_raise(&host, 0x200);
    host.lies.no_event_port = true;
    fake_vmmdev_raise(&host, 0x200);
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(calls_at_once, ==, 3);
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), "fetch: 0x200\nfetch: 0xffffffff\n"
                                                   "request 41, 28 bytes: 0\nrequest 41, 28 bytes: 0\n");
}

TEST(without_a_line_the_host_is_looked_at_again_and_again)
{
    machine.without_line = true;
    EXPECT_TEXT(start(), "without an interrupt");
    EXPECT_TEXT(fake_log, "    VMMDev: no interrupt to be had; looking every 10 ms instead\n");
    fake_vmmdev_raise(&host, 0x210);
    machine_pass(11000);
    EXPECT(seen_at_once, ==, 0x200);
    EXPECT(seen_later, ==, 0x10);
    size_t before = host.accesses;
    machine_pass(1000000);
    EXPECT(host.accesses, ==, before); /* looking is free */
}

TEST(a_line_that_does_not_arrive_is_found_out)
{
    machine.line_cut = true;
    start();
    EXPECT_TEXT(fake_log, "");
    for (int second = 0; second < 10; second++)
        machine_pass(1000000); /* nobody moves the mouse for a while */
    EXPECT_TEXT(fake_log, "");
    for (int i = 1; i <= 3; i++) {
        fake_vmmdev_raise(&host, 0x210);
        machine_pass(1010000);
        EXPECT(calls_at_once, ==, i);
        EXPECT(calls_later, ==, i);
    }
    EXPECT_TEXT(fake_log, "    VMMDev: it calls, but no interrupt comes; looking every 10 ms instead\n");
    fake_vmmdev_raise(&host, 0x200);
    machine_pass(11000);
    EXPECT(calls_at_once, ==, 4);
}

TEST(a_line_that_does_not_arrive_is_found_out_without_device_memory)
{
    machine.line_cut = machine.without_memory = true;
    start();
    for (int i = 1; i <= 3; i++) {
        fake_vmmdev_raise(&host, 0x200);
        machine_pass(1010000);
        EXPECT(calls_at_once, ==, i);
    }
    EXPECT_LOGGED("it calls, but no interrupt comes");
}

TEST(once_the_line_has_proved_itself_an_idle_kernel_sleeps_for_ever)
{
    start();
    fake_vmmdev_raise(&host, 0x01);
    machine_settle();
    uint64_t before = machine.sleeps;
    machine_pass(3600ull * 1000000);
    EXPECT(machine.sleeps - before, ==, 2); /* until the test's own hour is over, and for good */
}

TEST(without_a_host_nothing_happens)
{
    machine.without_device = true;
    EXPECT_TEXT(start(), "nobody to call us");
    machine_pass(1000000);
    EXPECT(fake_access_count, ==, 0);
}

/* Hosts that lie. None may hold the kernel up: after each of these the tasks still run. */

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
