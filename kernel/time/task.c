/* Chapter 13: how does code wait without stopping everything else? */
#include "kernel/time/task.h"
#include "kernel/core/cpu.h"
#include "kernel/core/main.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "kernel/time/clock.h"

enum { STACK_PAGES = 4 };

/* kernel/time/task_switch.asm: saves the callee-saved registers on this stack, its pointer in
 * *from, and continues where the other stack was left. */
void task_switch(uint64_t *from, uint64_t to);
void task_first_step(void);

static struct task first = { .name = "main", .next = &first };
static struct task *current = &first;
static uint64_t idle_time;

/* kernel/time/task_switch.asm comes here when a task's function returns. */
void __attribute__((noreturn)) task_returned(void);
void task_returned(void) { panic("task %s returned", current->name); }

static void idle(void) { wait_for(WAIT_FOREVER); }

void task_create(struct task *task, const char *name, void (*function)(void *), void *argument)
{
    uint8_t *stack = pages_allocate(STACK_PAGES + 1, ZONE_ANY);
    if (!stack)
        panic("no memory for the stack of task %s", name);
    unmap_page(stack); /* an overflow is an exception, not a riddle */
    uint64_t *top = (uint64_t *)(stack + (STACK_PAGES + 1) * PAGE_BYTES);
    *--top = 0; /* the backtrace ends here; also aligns the stack for task_first_step's call */
    *--top = 0;
    *--top = (uintptr_t)task_first_step; /* where task_switch returns to, with */
    *--top = 0;                          /* rbp */
    *--top = (uintptr_t)function;        /* rbx */
    *--top = (uintptr_t)argument;        /* r12 */
    *--top = 0;                          /* r13 to r15 */
    *--top = 0;
    *--top = 0;
    *task = (struct task){ .name = name,
                           .stack_pointer = (uintptr_t)top,
                           .deadline = 0, /* which has passed: it waits for nothing */
                           .next = current->next };
    current->next = task;
    idle_step = idle; /* what runs now is the first task, and idling a wait */
}

/* The next task in the ring that can run. The current one comes last; but first behind a sleep, before which no other
 * could: mostly it has asked for what the interrupt brings. */
static struct task *find_ready(uint64_t now, bool slept)
{
    struct task *first_asked = slept ? current : current->next, *task = first_asked;
    do {
        task->met = task->condition && task->condition(task->argument);
        if (task->met || now >= task->deadline)
            return task;
        task = task->next;
    } while (task != first_asked);
    return NULL;
}

/* Asks to be woken at the earliest deadline. False: there is one, but no timer. */
static bool arm_timer(uint64_t now)
{
    uint64_t earliest = WAIT_FOREVER;
    struct task *task = current;
    do {
        if (task->deadline < earliest)
            earliest = task->deadline;
        task = task->next;
    } while (task != current);
    return earliest == WAIT_FOREVER || clock_wake_after(earliest - now);
}

bool wait_until(bool (*condition)(void *), void *argument, uint64_t microseconds)
{
    uint64_t now = clock_now();
    struct task *self = current;
    self->condition = condition;
    self->argument = argument;
    self->deadline = microseconds > WAIT_FOREVER - now ? WAIT_FOREVER : now + microseconds;
    for (bool slept = false;;) {
        /* From the look at the conditions to the sleep no interrupt may come, or what
         * it brings would be slept over. */
        cpu_interrupts_off();
        uint64_t before = now;
        now = clock_now();
        idle_time += slept ? now - before : 0;
        struct task *ready = find_ready(now, slept);
        if (ready) {
            cpu_interrupts_on();
            if (ready != self) {
                current = ready;
                task_switch(&self->stack_pointer, ready->stack_pointer);
            }
            return self->met; /* asked again, it could have changed by now */
        }
        slept = arm_timer(now);
        if (slept) {
            cpu_interrupts_on_and_halt();
        } else { /* nothing would end the sleep in time */
            cpu_interrupts_on();
            cpu_relax(); /* `sti` takes effect only behind this (SDM 2B, STI) */
        }
    }
}

void wait_for(uint64_t microseconds) { wait_until(NULL, NULL, microseconds); }

struct task *task_current(void) { return current; }

uint64_t task_idle_time(void) { return idle_time; }

uint32_t task_count(void)
{
    uint32_t count = 1;
    for (const struct task *task = current->next; task != current; task = task->next)
        count++;
    return count;
}
