/* Chapter 13: how does the host call the guest?
 *
 * It sets a flag in BAR 1 and raises the device's line, which stays up until the guest
 * has fetched the events: one IN returns and clears them all. The handler fetches until
 * there are none, tells those who cannot wait, and leaves the rest to a task. */
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/cpu.h"
#include "kernel/interrupts.h"
#include "kernel/print.h"
#include "kernel/task.h"
#include "lib/format.h"

enum {
    FETCHES = 64, /* in one interrupt; a host that never runs dry is left for the next one */
    PROBATION = 1000 * 1000, /* microseconds within which the first interrupt must come, if an event has */
    POLL_INTERVAL = 10 * 1000, /* microseconds, where no interrupt can be had */
};

uint64_t event_interrupts;
static struct event_subscriber *subscribers;
static uint32_t pending; /* for the task */
static bool polling;
static struct task task;

/* Whether events may be waiting; free of charge where BAR 1 is readable. */
static bool has_called(void) { return !vmmdev.memory || vmmdev.memory->have_events; }

/* All events until the host has no more. They are fetched before any is answered: the
 * host keeps one mouse state, and reading it answers every motion fetched so far. */
static uint32_t fetch(int *fetches)
{
    uint32_t events = 0;
    while (has_called() && *fetches < FETCHES) {
        uint32_t some = vmmdev_acknowledge();
        ++*fetches;
        events |= some;
        if (!some)
            break;
    }
    return events;
}

/* Returns whether the host had called. */
static bool answer(void)
{
    int fetches = 0;
    uint32_t events, all = 0;
    while ((events = fetch(&fetches)) != 0) {
        all |= events;
        for (struct event_subscriber *subscriber = subscribers; subscriber; subscriber = subscriber->next)
            if (subscriber->at_once && subscriber->events & events)
                subscriber->at_once(subscriber->events & events);
    }
    pending |= all;
    return all != 0;
}

static bool handle(void)
{
    bool ours = answer();
    event_interrupts += ours;
    return ours;
}

static struct interrupt_handler handler = { "VMMDev", handle, 0 };

static bool has_pending(void *unused)
{
    (void)unused;
    return pending != 0;
}

static void poll(void)
{
    uint64_t flags = cpu_interrupts_save();
    answer();
    cpu_interrupts_restore(flags);
}

static void tell_subscribers(void)
{
    uint64_t flags = cpu_interrupts_save();
    uint32_t events = pending;
    pending = 0;
    cpu_interrupts_restore(flags);
    for (struct event_subscriber *subscriber = subscribers; subscriber; subscriber = subscriber->next)
        if (subscriber->later && subscriber->events & events)
            subscriber->later(subscriber->events & events);
}

static void start_polling(const char *why)
{
    print("    VMMDev: %s; looking every %u ms instead.\n", why, POLL_INTERVAL / 1000);
    polling = true;
}

/* An event without an interrupt means that the line does not reach us. */
static void watch_first_interrupt(void)
{
    wait_until(has_pending, NULL, PROBATION);
    if (!event_interrupts && vmmdev.memory && vmmdev.memory->have_events)
        start_polling("it calls, but no interrupt comes");
}

static void run(void *unused)
{
    (void)unused;
    if (!polling)
        watch_first_interrupt();
    for (;;) {
        if (polling)
            poll();
        tell_subscribers();
        wait_until(has_pending, NULL, polling ? POLL_INTERVAL : WAIT_FOREVER);
    }
}

void events_subscribe(struct event_subscriber *subscriber)
{
    if (!vmmdev.present)
        return;
    uint64_t flags = cpu_interrupts_save();
    subscriber->next = subscribers;
    subscribers = subscriber;
    cpu_interrupts_restore(flags);
    static struct vmmdev_masks request;
    request.set = subscriber->events;
    vmmdev_send(&request.header, VMMDEV_SET_EVENT_FILTER, sizeof request);
}

const char *events_start(void)
{
    static char found[64];
    tasks_start();
    if (!vmmdev.present)
        return "nobody to call us";
    struct interrupt_line line;
    if (!pci_interrupt(vmmdev.pci, &line) || !interrupt_attach(line, &handler))
        start_polling("no interrupt to be had");
    task_create(&task, "events", run, NULL);
    if (polling)
        return "without an interrupt";
    return format(found, sizeof found, "VMMDev on line %u, %s-triggered, %s acknowledge", line.number,
                  line.level ? "level" : "edge", vmmdev.fast_acknowledge ? "fast" : "slow");
}
