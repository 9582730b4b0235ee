/* Chapter 18: how much of the machine does the guest use?
 *
 * The host sees how often the virtual processor sleeps, but not what its memory is used for: it asks. Only what is
 * known is reported; a bit in the packet says which fields that are. */
#include "drivers/guest/health/statistics.h"
#include "drivers/guest/events.h"
#include "drivers/guest/health/balloon.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/memory/pages.h"
#include "kernel/time/clock.h"
#include "kernel/time/task.h"
#include "lib/number.h"

enum {
    SECOND = 1000 * 1000,
    PERCENT = 100,
    KNOWN = VMMDEV_STATISTIC_IDLE | VMMDEV_STATISTIC_KERNEL | VMMDEV_STATISTIC_USER | VMMDEV_STATISTIC_THREADS |
            VMMDEV_STATISTIC_PROCESSES | VMMDEV_STATISTIC_LOAD | VMMDEV_STATISTIC_TOTAL | VMMDEV_STATISTIC_AVAILABLE |
            VMMDEV_STATISTIC_BALLOON,
};

struct statistics statistics;
static bool asked; /* the host may want another interval */
static struct task task;

/* Percent of the time since the last call that the processor slept. */
static uint32_t measure_idle(void)
{
    static uint64_t last_time, last_idle;
    uint64_t time = clock_now(), idle = task_idle_time();
    uint64_t passed = time - last_time, slept = idle - last_idle;
    last_time = time;
    last_idle = idle;
    return passed ? (uint32_t)minimum(slept * PERCENT / passed, PERCENT) : 0;
}

static void report(void)
{
    static struct vmmdev_statistics request;
    size_t total = pages_total(), taken = pages_allocated();
    statistics.idle = measure_idle();
    request.valid = KNOWN;
    request.idle = statistics.idle;
    request.kernel = PERCENT - statistics.idle;
    request.user = 0; /* there is nothing but a kernel ... */
    request.processes = 0;
    request.threads = task_count();
    request.load = (uint32_t)(taken * PERCENT / total);
    request.page_bytes = PAGE_BYTES;
    request.total = (uint32_t)minimum(total, UINT32_MAX);
    request.available = (uint32_t)minimum(total - taken, UINT32_MAX);
    request.balloon = (uint32_t)balloon.held * VMMDEV_BALLOON_PAGES;
    if (vmmdev_send(&request.header, VMMDEV_REPORT_STATISTICS, sizeof request) >= 0)
        statistics.reports++;
}

static void ask_interval(void)
{
    static struct vmmdev_change request;
    request.acknowledge = VMMDEV_EVENT_STATISTICS_CHANGE;
    asked = false;
    bool answered = vmmdev_send(&request.header, VMMDEV_GET_STATISTICS_CHANGE, sizeof request) >= 0;
    statistics.interval = answered ? request.value : 0;
}

static bool is_asked(void *unused)
{
    (void)unused;
    return asked;
}

static void run_statistics(void *unused)
{
    (void)unused;
    for (;;) {
        ask_interval();
        uint64_t interval = statistics.interval ? statistics.interval * (uint64_t)SECOND : WAIT_FOREVER;
        do {
            if (statistics.interval)
                report();
        } while (!wait_until(is_asked, NULL, interval));
    }
}

static void ask_again(uint32_t events)
{
    (void)events;
    asked = true;
}

static struct event_subscriber changes = { VMMDEV_EVENT_STATISTICS_CHANGE | VMMDEV_EVENT_RESTORED, NULL, ask_again,
                                           NULL };

void statistics_start(void)
{
    events_subscribe(&changes);
    task_create(&task, "statistics", run_statistics, NULL);
}
