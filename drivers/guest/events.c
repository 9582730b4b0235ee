/* Chapter 13: how does the host call the guest?
 *
 * It sets a flag in BAR 1 and raises the device's line, which stays up until the guest
 * has fetched the events: one IN returns and clears them all. The handler fetches until
 * there are none, tells those who cannot wait, and leaves the rest to a task. */
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/cpu.h"
#include "kernel/core/print.h"
#include "kernel/machine/interrupts.h"
#include "kernel/time/task.h"
#include "lib/format.h"

enum {
    FETCHES = 64,              /* in one interrupt */
    INSATIABLE = 16,           /* interrupts in a row that took them all and left the line up */
    PROBATION = 1000 * 1000,   /* microseconds from one look to the next, until the first interrupt */
    CALLS_IN_VAIN = 2,         /* that prove that no interrupt comes */
    POLL_INTERVAL = 10 * 1000, /* microseconds, where no interrupt can be had */
};

uint64_t event_interrupts, event_counts[EVENT_KINDS];
uint32_t events_overlap;
static struct event_subscriber *subscribers;
static uint32_t pending; /* for the task */
static struct interrupt_line line;
static int insatiable; /* interrupts in a row */
static bool polling;
static bool flag_lies; /* the one in BAR 1: if it told the truth, the line would not have been closed */
static struct task task;

/* Whether events may be waiting; free of charge where BAR 1 is readable. */
static bool has_called(void) { return flag_lies || !vmmdev.memory || vmmdev.memory->have_events; }

static void answer_at_once(uint32_t events)
{
    for (struct event_subscriber *subscriber = subscribers; subscriber; subscriber = subscriber->next) {
        uint32_t wanted = subscriber->events & events;
        if (wanted && subscriber->at_once)
            subscriber->at_once(wanted);
        if (subscriber->later)
            pending |= wanted;
    }
}

static void count(uint32_t events)
{
    for (uint32_t left = events; left; left &= left - 1)
        event_counts[__builtin_ctz(left)]++;
}

/* Fetches and answers until the host has no more, or will not stop. What comes after the
 * last look raises the line again. Returns the fetches that brought something. Interrupts
 * off. */
static int answer(void)
{
    for (int fetches = 0; fetches < FETCHES; fetches++) {
        uint32_t events = has_called() ? vmmdev_acknowledge() : 0;
        if (!events) {
            events_overlap = 0;
            return fetches;
        }
        count(events);
        answer_at_once(events);
        events_overlap = events;
    }
    return FETCHES;
}

/* A host that never runs dry keeps its line up: nothing but interrupts would run. */
static bool handle(void)
{
    int fetches = answer();
    insatiable = fetches == FETCHES ? insatiable + 1 : 0;
    if (insatiable == INSATIABLE)
        interrupt_close(line.number);
    event_interrupts += fetches > 0;
    return fetches > 0;
}

static struct interrupt_handler handler = { "VMMDev", handle, NULL };

static bool has_work(void *unused)
{
    (void)unused;
    return pending || (!polling && !interrupt_is_open(line.number));
}

/* Returns whether the host had called. */
static bool poll(void)
{
    uint64_t flags = cpu_interrupts_save();
    bool called = answer() > 0;
    cpu_interrupts_restore(flags);
    return called;
}

static void answer_later(void)
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
    print("    VMMDev: %s; looking every %u ms instead\n", why, POLL_INTERVAL / 1000);
    polling = true;
}

/* Until the first interrupt has come nobody knows whether the line reaches us: events
 * that are found by looking, and more than once, mean that it does not. VirtualBox
 * raises its first within moments, so this ends as soon as it has begun. */
static void look_for_calls_in_vain(void)
{
    static int in_vain;
    in_vain += poll();
    if (in_vain == CALLS_IN_VAIN)
        start_polling("it calls, but no interrupt comes");
}

static uint64_t next_look(void)
{
    if (polling)
        return POLL_INTERVAL;
    return event_interrupts ? WAIT_FOREVER : PROBATION;
}

static void run_events(void *unused)
{
    (void)unused;
    if (polling)
        poll(); /* what was there before anybody looked */
    for (;;) {
        bool has_news = wait_until(has_work, NULL, next_look());
        if (!polling && !interrupt_is_open(line.number)) {
            start_polling(insatiable ? "it calls without end" : "its line is closed");
            flag_lies = true;
        }
        if (polling)
            poll();
        else if (!has_news && !event_interrupts)
            look_for_calls_in_vain();
        answer_later();
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

void events_ask_again(void)
{
    uint64_t flags = cpu_interrupts_save();
    pending |= VMMDEV_EVENTS_KNOWN & ~(uint32_t)VMMDEV_EVENT_RESTORED;
    cpu_interrupts_restore(flags);
}

const char *events_start(void)
{
    static char found[64];
    if (!vmmdev.present)
        return "nobody to call us";
    if (!pci_interrupt(vmmdev.pci, &line) || !interrupt_attach(line, &handler))
        start_polling("no interrupt to be had");
    task_create(&task, "events", run_events, NULL);
    if (polling)
        return "without an interrupt";
    return format(found, sizeof found, "VMMDev on line %u, %s-triggered, %s acknowledge", line.number,
                  line.level ? "level" : "edge", vmmdev.fast_acknowledge ? "fast" : "slow");
}
