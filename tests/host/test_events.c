/* Chapter 13: from the host's line to the subscriber, with lines that are shared or cut, and hosts that offer less. */
#include "tests/host/events.h"

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

TEST(what_comes_meanwhile_is_answered_before_the_interrupt_is_over)
{
    start();
    raise_meanwhile = 0x201;
    fake_vmmdev_raise(&host, 0x200);
    EXPECT(machine.interrupts, ==, 1);
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
