/* Chapter 9: how does an interrupt find its handler?
 *
 * Line n arrives on vector 32 + n, whichever controller serves. Behind a vector waits
 * a list of handlers, because PCI devices share lines; each looks whether its device
 * called. Handlers run with interrupts off and only queue. */
#include "kernel/machine/interrupts.h"
#include "kernel/core/cpu.h"
#include "kernel/core/print.h"
#include "kernel/faults/exceptions.h"
#include "kernel/faults/panic.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/io_apic.h"
#include "kernel/machine/local_apic.h"
#include "kernel/machine/pic.h"
#include "kernel/time/clock.h"
#include "lib/format.h"
#include <stddef.h>

enum {
    FIRST_VECTOR = EXCEPTION_VECTORS,
    LINES = 192, /* vectors 32 to 223; the clock and the local APIC use some above */
    STORM = 10000, /* calls of a line in a row that nobody claimed */
};

static struct line_state {
    struct interrupt_handler *handlers;
    struct interrupt_line line;
    uint32_t unclaimed_in_a_row;
    bool closed;
} lines[LINES];

const struct interrupt_controller *interrupt_controller;
static const struct interrupt_controller *pic;
uint64_t interrupts_unclaimed;

void interrupt_close(uint32_t number)
{
    check(number, <, LINES);
    if (!lines[number].closed)
        interrupt_controller->disable(number);
    lines[number].closed = true;
}

bool interrupt_is_open(uint32_t number) { return !lines[number].closed; }

/* A level-triggered line that nobody quiets would call for ever: closed, with a word. */
static void count_unclaimed(uint32_t number)
{
    interrupts_unclaimed++;
    if (++lines[number].unclaimed_in_a_row != STORM)
        return;
    interrupt_close(number);
    print("    Interrupts: line %u came %u times and nobody answered; closed\n", number, STORM);
}

static void handle_line(uint8_t vector)
{
    uint32_t number = vector - FIRST_VECTOR;
    bool claimed = false;
    for (struct interrupt_handler *handler = lines[number].handlers; handler; handler = handler->next)
        claimed |= handler->handle();
    if (claimed)
        lines[number].unclaimed_in_a_row = 0;
    else
        count_unclaimed(number);
    interrupt_controller->end(number);
}

struct interrupt_line interrupt_isa_line(uint8_t irq)
{
    if (interrupt_controller != pic)
        for (size_t i = 0; i < acpi_machine.override_count; i++) {
            const struct acpi_override *override = &acpi_machine.overrides[i];
            if (override->isa == irq)
                return (struct interrupt_line){ override->line, override->level, override->low };
        }
    return (struct interrupt_line){ irq, false, false };
}

bool interrupt_attach(struct interrupt_line line, struct interrupt_handler *handler)
{
    if (line.number >= interrupt_controller->lines || line.number >= LINES) {
        print("    Interrupts: %s wants line %u, which the %s does not have\n", handler->name, line.number,
              interrupt_controller->name);
        return false;
    }
    struct line_state *state = &lines[line.number];
    if (state->handlers && (state->line.level != line.level || state->line.low != line.low)) {
        print("    Interrupts: %s wants line %u, which is in use in another trigger mode\n", handler->name,
              line.number);
        return false;
    }
    if (state->closed) {
        print("    Interrupts: %s wants line %u, which is closed\n", handler->name, line.number);
        return false;
    }
    uint64_t flags = cpu_interrupts_save();
    bool first = !state->handlers;
    handler->next = state->handlers;
    state->handlers = handler;
    state->line = line;
    if (first)
        interrupt_controller->enable(line, (uint8_t)(FIRST_VECTOR + line.number));
    cpu_interrupts_restore(flags);
    return true;
}

/* The 8259 is always moved and masked first: until then it would raise the vectors of
 * exceptions. The I/O APIC sends to the local one: without that it is of no use. */
static void choose_controller(bool has_local_apic)
{
    pic = pic_start(FIRST_VECTOR);
    interrupt_controller = has_local_apic ? io_apic_start() : NULL;
    if (!interrupt_controller)
        interrupt_controller = pic;
}

/* Of every line: a call that is withdrawn arrives as line 7 or 15 of the 8259, handler or not. */
static void attach_vectors(void)
{
    for (uint32_t number = 0; number < interrupt_controller->lines && number < LINES; number++)
        vector_attach((uint8_t)(FIRST_VECTOR + number), handle_line);
}

const char *interrupts_start(void)
{
    static char found[96];
    bool has_apic = local_apic_start();
    choose_controller(has_apic);
    attach_vectors();
    uint64_t frequency = clock_start(has_apic);
    cpu_interrupts_on();
    return format(found, sizeof found, "%s, %u lines, %s, clock %lu MHz", interrupt_controller->name,
                  interrupt_controller->lines, has_apic ? "local APIC" : "no local APIC", frequency / 1000000);
}
