/* Chapter 18: what the host is told about processor and memory, and when. */
// sources: drivers/guest/health/health.c drivers/guest/health/host_time.c drivers/guest/health/heartbeat.c
// sources: drivers/guest/health/statistics.c drivers/guest/health/balloon.c drivers/guest/health/session.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/time/cmos.c kernel/time/wall_clock.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c
// sources: kernel/memory/memory_map.c lib/date.c lib/format.c tests/host/fake/healthy.c tests/host/fake/vmmdev_health.c
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/health/statistics.h"
#include "kernel/memory/pages.h"
#include "kernel/time/task.h"
#include "tests/host/fake/healthy.h"
#include "tests/host/test.h"

static uint32_t reported(size_t offset) { return fake_get(health.report, offset); }

TEST(without_being_asked_nothing_is_reported)
{
    healthy_start();
    healthy_pass(60);
    EXPECT(health.reports, ==, 0);
    EXPECT_TEXT(fake_log, "");
}

TEST(the_host_sets_the_interval)
{
    healthy_start();
    fake_health_ask_statistics(&host, 5);
    machine_settle();
    EXPECT(health.reports, ==, 1); /* at once */
    healthy_pass(60);
    EXPECT(health.reports, ==, 13);
    fake_health_ask_statistics(&host, 1);
    machine_settle();
    uint64_t before = health.reports;
    healthy_pass(60);
    EXPECT(health.reports - before, ==, 60);
    EXPECT(statistics.interval, ==, 1);
    EXPECT_TEXT(host.complaints, "");
}

TEST(an_interval_of_zero_ends_it)
{
    healthy_start();
    fake_health_ask_statistics(&host, 1);
    healthy_pass(5);
    fake_health_ask_statistics(&host, 0);
    healthy_pass(60);
    EXPECT(health.reports, <=, 6);
    EXPECT_TEXT(host.complaints, "");
}

TEST(an_interval_of_a_century_is_one_report)
{
    healthy_start();
    fake_health_ask_statistics(&host, UINT32_MAX);
    healthy_pass(100);
    EXPECT(health.reports, ==, 1);
}

TEST(memory_is_counted_as_the_allocator_counts_it)
{
    healthy_start();
    void *some = pages_allocate(2560, ZONE_ANY);
    fake_health_ask_statistics(&host, 5);
    machine_settle();
    EXPECT(reported(64), ==, pages_total());
    EXPECT(reported(68), ==, pages_total() - pages_allocated());
    EXPECT(reported(56), ==, pages_allocated() * 100 / pages_total());
    pages_free(some, 2560);
    healthy_pass(5);
    EXPECT(reported(68), ==, pages_total() - pages_allocated());
}

/* A task that computes for so many of each thousand microseconds. */
static uint64_t busy;

static void compute(void *unused)
{
    (void)unused;
    for (;;) {
        fake_time += busy;
        wait_for(1000 - busy);
    }
}

static void compute_for(uint64_t thousandths, uint32_t idle)
{
    static struct task task;
    busy = thousandths;
    healthy_start();
    fake_health_ask_statistics(&host, 2);
    machine_settle();
    task_create(&task, "busy", compute, NULL);
    for (int i = 0; i < 5; i++)
        machine_pass(SECOND);
    EXPECT(reported(32), >=, idle - 2);
    EXPECT(reported(32), <=, idle + 2);
    EXPECT(reported(36), ==, 100 - reported(32));
    EXPECT(reported(40), ==, 0);
    EXPECT(reported(44), ==, task_count());
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_kernel_that_sleeps_is_idle) { compute_for(1, 99); }
TEST(a_kernel_that_works_a_quarter_of_the_time) { compute_for(250, 75); }
TEST(a_kernel_that_works_most_of_the_time) { compute_for(900, 10); }

TEST(a_host_that_refuses_reports_is_told_of_once)
{
    healthy_start();
    host.lies.refused = 110;
    host.lies.status = -12;
    fake_health_ask_statistics(&host, 1);
    healthy_pass(20);
    EXPECT(statistics.reports, ==, 0);
    EXPECT_TEXT(fake_log, "    VMMDev: request 110: refused, status -12\n");
}

TEST(after_a_restore_the_interval_is_asked_again)
{
    healthy_start();
    health.statistics_interval = 7; /* set while nobody could hear it */
    fake_health_restore(&host, 0);
    machine_settle();
    EXPECT(statistics.interval, ==, 7);
    EXPECT(health.reports, ==, 1);
}
