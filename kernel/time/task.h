/* Chapter 13: how does code wait without stopping everything else?
 *
 * Tasks are cooperative: each has a stack and runs until it waits. There is one place
 * where a task stops, wait_until; whatever it reads between two waits, no other task
 * changes. Handlers only queue. So there are no locks. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define WAIT_FOREVER UINT64_MAX

struct task {
    const char *name;
    uint64_t stack_pointer; /* while it does not run */
    bool (*condition)(void *argument); /* NULL: it waits for the deadline alone */
    void *argument;
    uint64_t deadline; /* on clock_now's scale */
    bool met;          /* the condition held when last asked */
    const volatile bool *cancelled; /* whoever wanted what it does has lost patience; NULL: nobody ever will */
    struct task *next; /* a ring */
};

/* Starts a task that runs function(argument) at the next wait of the current one. The
 * function never returns. `task` stays the caller's and must live for ever. Whoever
 * creates the first is a task as well, and from then on idling is a wait. */
void task_create(struct task *task, const char *name, void (*function)(void *), void *argument);

/* Lets other tasks run, and the processor sleep when none can, until condition(argument)
 * held (true) or so many microseconds have passed (false). Conditions are asked with
 * interrupts off, again after every interrupt: they only look. Interrupts are on afterwards. */
bool wait_until(bool (*condition)(void *), void *argument, uint64_t microseconds);

/* The same, with nothing to wait for but the time. */
void wait_for(uint64_t microseconds);

/* The task that runs. */
struct task *task_current(void);

/* Microseconds that the processor has slept because no task could run, and how many tasks there are. */
uint64_t task_idle_time(void);
uint32_t task_count(void);
