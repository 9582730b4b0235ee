/* Chapter 9: how does an interrupt find its handler? */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* One way into the machine for devices: the I/O APIC or the 8259, as chapter 9 found. */
struct interrupt_line {
    uint32_t number; /* pin, counted over all I/O APICs; with the 8259: IRQ 0 to 15 */
    bool level, low; /* level-triggered, active low; else edge, active high */
};

struct interrupt_controller {
    const char *name;
    uint32_t lines;
    void (*enable)(struct interrupt_line line, uint8_t vector);
    void (*disable)(uint32_t number);
    void (*end)(uint32_t number); /* the handlers have run */
};

extern const struct interrupt_controller *interrupt_controller;

/* Provided by the driver, one per use; several may share a line. `handle` runs with
 * interrupts off, only queues, and returns whether its device had called. */
struct interrupt_handler {
    const char *name;
    bool (*handle)(void);
    struct interrupt_handler *next;
};

/* Where ISA interrupt `irq` (0 to 15) arrives: overrides of the firmware applied. */
struct interrupt_line interrupt_isa_line(uint8_t irq);

/* Adds a handler and lets the line in. False, with a line in the log: no such line, no
 * vector left, the line is closed, or in use with another trigger mode. */
bool interrupt_attach(struct interrupt_line line, struct interrupt_handler *handler);

/* Lets a line in no more, for good: it calls without end. Any context. The kernel does
 * this itself where no handler wants the calls; whoever has no other way to notice what
 * its device wants asks whether the line is still open. */
void interrupt_close(uint32_t number);
bool interrupt_is_open(uint32_t number);

/* Interrupts so far that no handler wanted. */
extern uint64_t interrupts_unclaimed;

const char *interrupts_start(void);
