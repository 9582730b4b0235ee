/* Chapter 13: the host calls. */
#pragma once
#include "drivers/guest/vmmdev_wire.h"
#include <stdbool.h>

/* Who wants to know of which events; one per use, provided by the driver. */
struct event_subscriber {
    uint32_t events; /* bits of enum vmmdev_event */
    /* In the interrupt handler, for what cannot wait: only queues. NULL: not needed. */
    void (*at_once)(uint32_t events);
    /* In the event task, soon: may wait and send what it likes. NULL: not needed. */
    void (*later)(uint32_t events);
    struct event_subscriber *next;
};

/* From now on the host reports these events, and the subscriber hears of them.
 * Without a host: nothing happens. Task context. */
void events_subscribe(struct event_subscriber *subscriber);

/* The host may have called in vain: it drops its events while the machine is paused. Whoever
 * is told later is told of all that could have been. Task context. */
void events_ask_again(void);

/* For `at_once`: the events of the last fetch, if what came now came before their answer was over:
 * so that may have been its answer already. */
extern uint32_t events_overlap;

/* Interrupts of the host's so far, and how often each event was fetched: [n] for bit n. */
extern uint64_t event_interrupts;
enum { EVENT_KINDS = 11 };
extern uint64_t event_counts[EVENT_KINDS];

const char *events_start(void);
