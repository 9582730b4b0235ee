/* Chapter 18: memory lent to a host that cannot be touched any more, and hosts that ask too much. */
// sources: drivers/guest/health/health.c drivers/guest/health/host_time.c drivers/guest/health/heartbeat.c
// sources: drivers/guest/health/statistics.c drivers/guest/health/balloon.c drivers/guest/health/session.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/time/cmos.c kernel/time/wall_clock.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c
// sources: kernel/memory/memory_map.c lib/date.c lib/format.c tests/host/fake/healthy.c tests/host/fake/vmmdev_health.c
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/health/balloon.h"
#include "kernel/memory/pages.h"
#include "kernel/time/task.h"
#include "tests/host/fake/healthy.h"
#include "tests/host/test.h"

static void ask(uint32_t mib)
{
    fake_health_ask_balloon(&host, mib);
    machine_settle();
}

/* Every page that the allocator still has can be written. */
static void use_all_memory(void)
{
    static void *all[1 << 16];
    size_t count = 0;
    while (count < 1 << 16 && (all[count] = pages_allocate(1, ZONE_ANY)) != NULL)
        memset(all[count++], 0x11, PAGE_BYTES);
    EXPECT(count, >, 0);
    while (count--)
        pages_free(all[count], 1);
}

TEST(without_being_asked_nothing_is_lent)
{
    healthy_start();
    EXPECT(health.balloon_changes, ==, 0);
    EXPECT(balloon.wanted, ==, 0);
}

TEST_ON(what_is_lent_is_gone, "!macos")
{
    healthy_start();
    size_t before = pages_allocated();
    ask(10);
    EXPECT(health.taken_count, ==, 10);
    EXPECT(balloon.held, ==, 10);
    EXPECT(balloon.wanted, ==, 10);
    EXPECT(pages_allocated() - before, ==, 10 * 256 + 1); /* and a page for the list */
    use_all_memory(); /* whoever touches a page of the host's is killed */
    EXPECT_TEXT(host.complaints, "");
    EXPECT_TEXT(fake_log, "");
}

TEST_ON(what_comes_back_is_used_again, "!macos")
{
    healthy_start();
    size_t before = pages_allocated();
    ask(20);
    ask(5);
    EXPECT(health.taken_count, ==, 5);
    use_all_memory();
    ask(0);
    EXPECT(health.taken_count, ==, 0);
    EXPECT(pages_allocated(), ==, before);
    use_all_memory();
    EXPECT_TEXT(host.complaints, "");
}

/* On one host, for it takes its time. */
TEST_ON(a_balloon_of_hundreds_of_mib_needs_a_longer_list, "7.2-linux")
{
    healthy_mib = 1200;
    healthy_start();
    size_t before = pages_allocated();
    for (int round = 0; round < 2; round++) {
        ask(1100);
        EXPECT(balloon.held, ==, 1100);
        EXPECT(pages_allocated() - before, ==, 1100 * 256 + 3);
        ask(509);
        EXPECT(balloon.held, ==, 509);
        ask(0);
        EXPECT(pages_allocated(), ==, before);
    }
    EXPECT_TEXT(host.complaints, "");
    EXPECT(health.flatlines, ==, 0); /* others run in between */
}

static size_t turns;

static void take_turns(void *unused)
{
    (void)unused;
    for (;;) {
        size_t before = health.balloon_changes;
        wait_for(0);
        turns += health.balloon_changes != before;
        if (health.balloon_changes == 40)
            wait_for(WAIT_FOREVER);
    }
}

TEST_ON(others_run_between_two_mib, "!macos")
{
    static struct task task;
    healthy_start();
    task_create(&task, "other", take_turns, NULL);
    ask(40);
    EXPECT(balloon.held, ==, 40);
    EXPECT(turns, >=, 39);
}

TEST_ON(the_kernel_keeps_what_it_needs, "!macos")
{
    healthy_start();
    ask(60);
    EXPECT(balloon.kept, ==, true);
    EXPECT(balloon.wanted, ==, 60);
    EXPECT(balloon.held, <=, 47);
    EXPECT(balloon.held, >=, 46);
    EXPECT(pages_total() - pages_allocated(), >=, 16 * 256 - 2);
    EXPECT_LOGGED("    Balloon: the host wants 60 MiB and has 4");
    EXPECT_LOGGED("; the kernel needs the rest\n");
    use_all_memory();
    ask((uint32_t)balloon.held); /* as much as it has: nothing is missing any more */
    EXPECT(balloon.kept, ==, false);
    ask(3);
    EXPECT(health.taken_count, ==, 3);
    EXPECT(balloon.kept, ==, false);
}

TEST_ON(a_balloon_larger_than_memory_is_reported_once, "!macos")
{
    healthy_start();
    for (uint32_t i = 0; i < 50; i++)
        ask(UINT32_MAX - i);
    EXPECT(balloon.kept, ==, true);
    EXPECT(balloon.held, <=, 47);
    EXPECT(fake_log_count("\n"), ==, 1);
    EXPECT_TEXT(host.complaints, "");
}

TEST_ON(memory_in_pieces_lends_what_is_whole, "!macos")
{
    healthy_start();
    void *pieces[64];
    size_t count = 0;
    while (count < 64 && (pieces[count] = pages_allocate(200, ZONE_ANY)) != NULL) {
        pages_free((uint8_t *)pieces[count] + PAGE_BYTES, 199);
        pages_allocate(199, ZONE_ANY); /* the rest of the hole, so that the next piece lies behind it */
        count++;
    }
    ask(64);
    EXPECT(balloon.kept, ==, true);
    ask(0);
    EXPECT(health.taken_count, ==, 0);
    EXPECT_TEXT(host.complaints, "");
}

TEST_ON(a_refusal_is_reported_and_its_pages_are_used_by_nobody, "!macos")
{
    healthy_start();
    health.balloon_refused = true; /* having taken half of the first MiB */
    ask(16);
    EXPECT(balloon.held, ==, 0);
    EXPECT(balloon.refused, ==, true);
    EXPECT(health.balloon_changes, ==, 1);
    EXPECT_TEXT(fake_log,
                "    VMMDev: request 113: refused, status -1689\n"
                "    Balloon: the host wants 16 MiB and has 0; it refuses the next, which nobody uses from now on\n");
    use_all_memory();
    healthy_pass(100);
    EXPECT(health.balloon_changes, ==, 1);
    ask(0);
    EXPECT(balloon.refused, ==, false); /* it wants nothing any more */
}

/* It has the setting, and its device the request; its memory manager cannot. */
TEST_ON(macos_takes_no_balloon, "macos")
{
    healthy_start();
    ask(16);
    EXPECT(balloon.held == 0 && balloon.refused, ==, true);
    EXPECT_LOGGED("VMMDev: request 113: refused, status -12");
    ask(0);
    EXPECT(health.taken_count, ==, 0);
    EXPECT(balloon.refused, ==, false);
}

TEST_ON(what_was_refused_is_offered_again_first, "!macos")
{
    healthy_start();
    health.balloon_refused = true;
    size_t before = pages_allocated();
    for (uint32_t i = 0; i < 10; i++)
        ask(17 + i);
    EXPECT(pages_allocated() - before, ==, 256); /* not a MiB for each refusal */
    EXPECT(health.balloon_changes, ==, 10);
    health.balloon_refused = false;
    ask(16);
    EXPECT(balloon.refused, ==, false);
    EXPECT(health.taken_count, ==, 16);
    ask(0);
    EXPECT(pages_allocated(), ==, before);
    use_all_memory();
    EXPECT_TEXT(host.complaints, "");
}

TEST_ON(what_the_host_does_not_give_back_stays_lent, "!macos")
{
    healthy_start();
    ask(8);
    host.lies.refused = 113;
    host.lies.status = -1;
    ask(0);
    EXPECT(balloon.held, ==, 8);
    use_all_memory();
    host.lies.refused = 0;
    ask(1);
    ask(0);
    EXPECT(balloon.held, ==, 0);
    use_all_memory();
}

TEST_ON(after_a_restore_the_balloon_is_asked_again, "!macos")
{
    healthy_start();
    ask(8);
    health.balloon_wanted = 2;
    fake_health_restore(&host, 0);
    machine_settle();
    EXPECT(health.taken_count, ==, 2);
}

TEST_ON(a_host_that_does_not_say_how_much_is_not_obeyed, "!macos")
{
    healthy_start();
    ask(8);
    host.lies.refused = 111;
    host.lies.status = -12;
    ask(20);
    EXPECT(balloon.held, ==, 8);
}
