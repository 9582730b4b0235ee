/* What the tests of tasks share: a processor that sleeps, a timer, and an interrupt that waits to be let in. */
// sources: kernel/time/task.c kernel/time/task_switch.asm
#pragma once
#include "kernel/time/task.h"
#include "kernel/core/main.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "kernel/time/clock.h"
#include "tests/host/test.h"

void (*idle_step)(void);

static void *guard;
static bool no_memory, no_timer;
static uint64_t timer; /* when it interrupts, 0: not set */
static int sleeps, looks_with_interrupts_on;
static bool allowed_since_look; /* an interrupt could have come since the last look */
static void (*interrupt)(void); /* waits to be let in; once */

void *pages_allocate(size_t count, enum zone zone)
{
    (void)zone;
    return no_memory ? NULL : aligned_alloc(PAGE_BYTES, count * PAGE_BYTES);
}

bool unmap_page(void *page)
{
    guard = page;
    return true;
}

bool clock_wake_after(uint64_t microseconds)
{
    EXPECT(fake_interrupts_off, ==, true);
    timer = fake_time + microseconds;
    return !no_timer;
}

static bool deliver(void)
{
    if (!interrupt)
        return false;
    void (*handler)(void) = interrupt;
    interrupt = NULL;
    fake_interrupts_off = true;
    handler();
    fake_interrupts_off = false;
    return true;
}

static void allowed(void)
{
    allowed_since_look = true;
    deliver();
}

static void halted(void)
{
    EXPECT(allowed_since_look, ==, false); /* an interrupt in between would be slept over */
    if (deliver())
        return;
    sleeps++;
    EXPECT(timer, !=, 0); /* else this sleep is for ever */
    fake_time = timer > fake_time ? timer : fake_time;
    timer = 0;
}

static inline void look(void)
{
    allowed_since_look = false;
    looks_with_interrupts_on += !fake_interrupts_off;
}

static inline void start(void)
{
    fake_interrupts_allowed = allowed;
    fake_halted = halted;
}

static inline bool is_set(void *flag)
{
    look();
    return *(bool *)flag;
}

static inline bool is_never(void *unused)
{
    (void)unused;
    look();
    return false;
}
