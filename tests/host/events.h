/* What the tests of chapter 13 share: one who is told of events at once, and one who is told later. */
// sources: drivers/guest/events.c drivers/guest/vmmdev.c lib/format.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#pragma once
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/machine/interrupts.h"
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

static inline const char *start(void)
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
