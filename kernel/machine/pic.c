/* Chapter 9: the pair of 8259 controllers of the PC, for machines without an I/O APIC. */
#include "kernel/machine/pic.h"
#include "kernel/core/port.h"

enum { /* Intel 8259A data sheet, and the PC's wiring */
    MASTER = 0x20,
    SLAVE = 0xa0,
    COMMAND = 0,
    DATA = 1,
    INITIALIZE = 0x11, /* ICW1: edge, cascade, ICW4 follows */
    MODE_8086 = 0x01,  /* ICW4 */
    READ_IN_SERVICE = 0x0b, /* OCW3 */
    END_OF_INTERRUPT = 0x20, /* OCW2: the highest in service */
    SLAVE_LINE = 2,
    TRIGGER = 0x4d0, /* edge/level control registers of the ISA bridge: a bit a line, 1 is level */
    LINES = 16,
};

static uint16_t masked = 0xffff & ~(1 << SLAVE_LINE);

static void write_masks(void)
{
    port_write8(MASTER + DATA, (uint8_t)masked);
    port_write8(SLAVE + DATA, (uint8_t)(masked >> 8));
}

/* Lines 0, 1, 2, 8 and 13 are wired as edges (82371AB data sheet, 4.2.5). */
static void set_trigger(struct interrupt_line line)
{
    uint16_t bit = (uint16_t)(1 << line.number);
    if (bit & 0x2107)
        return;
    uint16_t port = TRIGGER + line.number / 8;
    uint8_t triggers = port_read8(port), mask = (uint8_t)(1 << line.number % 8);
    port_write8(port, line.level ? triggers | mask : triggers & (uint8_t)~mask);
}

static void enable(struct interrupt_line line, uint8_t vector)
{
    (void)vector; /* first_vector + number, since pic_start */
    set_trigger(line);
    masked &= (uint16_t)~(1 << line.number);
    write_masks();
}

static void disable(uint32_t number)
{
    masked |= (uint16_t)(1 << number);
    write_masks();
}

/* A line that falls before it is acknowledged shows as 7 or 15, and is then not in
 * service: it must not be ended, or another interrupt would be. */
static bool is_in_service(uint32_t number)
{
    uint16_t chip = number < 8 ? MASTER : SLAVE;
    port_write8(chip + COMMAND, READ_IN_SERVICE);
    return port_read8(chip + COMMAND) & 1 << number % 8;
}

static void end(uint32_t number)
{
    bool real = number % 8 != 7 || is_in_service(number);
    if (number >= 8 && real)
        port_write8(SLAVE + COMMAND, END_OF_INTERRUPT);
    if (number >= 8 || real) /* for a spurious 15 the master did serve its line 2 */
        port_write8(MASTER + COMMAND, END_OF_INTERRUPT);
}

static const struct interrupt_controller controller = { "8259", LINES, enable, disable, end };

const struct interrupt_controller *pic_start(uint8_t first_vector)
{
    port_write8(MASTER + COMMAND, INITIALIZE);
    port_write8(SLAVE + COMMAND, INITIALIZE);
    port_write8(MASTER + DATA, first_vector);
    port_write8(SLAVE + DATA, first_vector + 8);
    port_write8(MASTER + DATA, 1 << SLAVE_LINE);
    port_write8(SLAVE + DATA, SLAVE_LINE);
    port_write8(MASTER + DATA, MODE_8086);
    port_write8(SLAVE + DATA, MODE_8086);
    write_masks();
    return &controller;
}
