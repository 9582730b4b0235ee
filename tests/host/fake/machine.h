/* A machine that VMMDev is plugged into, for the sources of chapters 12 to 14.
 *
 * It stands for PCI, page tables, the timer, one interrupt controller and a processor
 * that takes interrupts when they are allowed. With kernel/machine/interrupts.c, kernel/time/task.c
 * and kernel/time/task_switch.asm beside it, everything from the line to the task is real. */
#pragma once
#include "kernel/machine/interrupts.h"
#include "tests/host/fake/vmmdev.h"
#include <stdbool.h>

enum { MACHINE_PORT = 0xd020, MACHINE_LINE = 11 };

extern struct fake_vmmdev host;

struct machine {
    bool without_device, without_memory, without_line, without_timer; /* change these before machine_start */
    bool line_cut;        /* VMMDev's line does not arrive; no one says so */
    bool neighbour_calls; /* another device holds the same line up */
    uint64_t interrupts;  /* delivered so far */
    uint64_t sleeps;      /* how often the processor slept */
};
extern struct machine machine;

/* The machine at power-on, seen from chapter 12. */
void machine_start(void);

/* Lets the tasks run until all sleep. */
void machine_settle(void);
/* The same, and then time passes: timers wake whom they should. */
void machine_pass(uint64_t microseconds);

/* Called before each access of the guest to VMMDev's ports: the host may act in between. NULL: it does not. */
extern void (*machine_between)(void);

/* VMMDev's line changed, or `neighbour_calls`: the processor notices, if it may. */
void machine_look_at_line(void);
