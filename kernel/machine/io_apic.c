/* Chapter 9: the controller that gives every device line a vector of its own. */
#include "kernel/machine/io_apic.h"
#include "kernel/core/print.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/local_apic.h"
#include "kernel/memory/page_tables.h"
#include <stddef.h>

enum { /* Intel 82093AA data sheet, 3.1 and 3.2 */
    INDEX = 0x00 / 4,
    WINDOW = 0x10 / 4,
    VERSION = 1,      /* bits 16 to 23: number of the last pin */
    REDIRECTION = 16, /* two registers a pin, low half first */
    ACTIVE_LOW = 1 << 13,
    LEVEL = 1 << 15,
    MASKED = 1 << 16,
    PINS_MOST = 120, /* the index has 8 bits */
    DESTINATION_SHIFT = 24, /* of the local APIC's id in the high half */
};

static struct io_apic {
    volatile uint32_t *registers;
    uint32_t first_line, pins;
} io_apics[ACPI_IO_APICS];
static size_t io_apic_count;

static uint32_t read(const struct io_apic *io_apic, uint32_t index)
{
    io_apic->registers[INDEX] = index;
    return io_apic->registers[WINDOW];
}

static void write(const struct io_apic *io_apic, uint32_t index, uint32_t value)
{
    io_apic->registers[INDEX] = index;
    io_apic->registers[WINDOW] = value;
}

static void write_pin(uint32_t line, uint32_t high, uint32_t low)
{
    for (size_t i = 0; i < io_apic_count; i++) {
        uint32_t pin = line - io_apics[i].first_line;
        if (pin >= io_apics[i].pins)
            continue;
        write(&io_apics[i], REDIRECTION + 2 * pin, MASKED); /* never open while half written */
        write(&io_apics[i], REDIRECTION + 2 * pin + 1, high);
        write(&io_apics[i], REDIRECTION + 2 * pin, low);
    }
}

static void enable(struct interrupt_line line, uint8_t vector)
{
    write_pin(line.number, local_apic_id() << DESTINATION_SHIFT,
              vector | (line.low ? ACTIVE_LOW : 0) | (line.level ? LEVEL : 0));
}

static void disable(uint32_t number) { write_pin(number, 0, MASKED); }

/* The local APIC tells the I/O APIC when a level-triggered interrupt has ended. */
static void end(uint32_t number)
{
    (void)number;
    local_apic_end();
}

static struct interrupt_controller controller = { "I/O APIC", 0, enable, disable, end };

const struct interrupt_controller *io_apic_start(void)
{
    for (size_t i = 0; i < acpi_machine.io_apic_count; i++) {
        struct io_apic *io_apic = &io_apics[io_apic_count];
        io_apic->registers = map_device(acpi_machine.io_apics[i].address, 0x20, CACHE_OFF);
        if (!io_apic->registers)
            continue;
        uint32_t version = read(io_apic, VERSION);
        if (version == 0xffffffff) {
            print("    Interrupts: no I/O APIC answers at 0x%x\n", acpi_machine.io_apics[i].address);
            continue;
        }
        io_apic->first_line = acpi_machine.io_apics[i].first_line;
        io_apic->pins = (version >> 16 & 0xff) + 1;
        if (io_apic->pins > PINS_MOST)
            io_apic->pins = PINS_MOST;
        io_apic_count++;
        for (uint32_t pin = 0; pin < io_apic->pins; pin++)
            disable(io_apic->first_line + pin);
        if (controller.lines < io_apic->first_line + io_apic->pins)
            controller.lines = io_apic->first_line + io_apic->pins;
    }
    return io_apic_count ? &controller : NULL;
}
