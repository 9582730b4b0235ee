/* Chapter 11: how do keyboard and mouse reach the CPU?
 *
 * Through one controller, the i8042 of 1984, with two ports to the outside and one
 * byte of room in each direction. From here on, what people do is in the input queue.
 *
 * A controller may be absent, broken, or have one port; a port may have nothing plugged
 * in. Each of these leaves the rest working. Where ACPI says that there is none, it is
 * believed and no port is touched: firmware that lies about this is found in laptops,
 * and a guest lives in none. */
#include "drivers/ps2/ps2.h"
#include "kernel/core/cpu.h"
#include "kernel/core/port.h"
#include "kernel/core/print.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/interrupts.h"
#include "kernel/time/clock.h"
#include "lib/format.h"

/* IBM Personal System/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller". */
enum { PORT_DATA = 0x60, PORT_STATUS = 0x64, PORT_COMMAND = 0x64 };

enum {
    STATUS_OUTPUT_FULL = 0x01, /* a byte for us */
    STATUS_INPUT_FULL = 0x02,  /* our last byte is still there */
    STATUS_SECOND = 0x20,      /* the byte for us is from the second port */
    STATUS_DAMAGED = 0xc0,     /* parity was wrong, or the device stopped halfway */
    STATUS_NOBODY = 0xff,      /* what an empty bus reads */
};

enum {
    COMMAND_READ_CONFIGURATION = 0x20,
    COMMAND_WRITE_CONFIGURATION = 0x60,
    COMMAND_SECOND_OFF = 0xa7,
    COMMAND_SECOND_ON = 0xa8,
    COMMAND_TEST_SECOND = 0xa9,
    COMMAND_TEST = 0xaa,
    COMMAND_TEST_FIRST = 0xab,
    COMMAND_FIRST_OFF = 0xad,
    COMMAND_FIRST_ON = 0xae,
    COMMAND_TO_SECOND = 0xd4,
    TEST_PASSED = 0x55,
    TEST_PORT_PASSED = 0x00,
};

enum {
    CONFIGURATION_FIRST_INTERRUPT = 0x01,
    CONFIGURATION_SECOND_INTERRUPT = 0x02,
    CONFIGURATION_FIRST_OFF = 0x10,
    CONFIGURATION_SECOND_OFF = 0x20,
    CONFIGURATION_TRANSLATE = 0x40, /* scan codes of set 2 to set 1 */
};

/* A wait ends after so much time, or, should the clock stand still, after so many looks. */
enum {
    CONTROLLER_TIME = 200000, /* microseconds */
    DEVICE_TIME = 1000000,    /* for a self test and all that follows */
    LOOKS = 1000000,
    BYTES_AT_ONCE = 64, /* more than any controller keeps */
};

static bool wait_status(uint8_t bits, uint8_t wanted)
{
    uint64_t start = clock_now();
    for (int looks = 0; (port_read8(PORT_STATUS) & bits) != wanted; looks++)
        if (looks == LOOKS || clock_now() - start > CONTROLLER_TIME)
            return false;
    return true;
}

/* A controller that takes no byte is not told so here: it will not answer either. */
static void write_byte(uint16_t port, uint8_t byte)
{
    if (wait_status(STATUS_INPUT_FULL, 0))
        port_write8(port, byte);
}

void ps2_send(const struct ps2_device *device, uint8_t byte)
{
    if (device->second_port)
        write_byte(PORT_COMMAND, COMMAND_TO_SECOND);
    write_byte(PORT_DATA, byte);
}

/* The controller's own answer to a command, or -1. Only while both ports are off. */
static int ask_controller(uint8_t command)
{
    write_byte(PORT_COMMAND, command);
    return wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL) ? port_read8(PORT_DATA) : -1;
}

static void write_configuration(uint8_t configuration)
{
    write_byte(PORT_COMMAND, COMMAND_WRITE_CONFIGURATION);
    write_byte(PORT_DATA, configuration);
}

/* Hands the bytes that have arrived to their devices, whichever interrupt called. */
static void receive_bytes(void)
{
    for (int bytes = 0; bytes < BYTES_AT_ONCE; bytes++) {
        uint8_t status = port_read8(PORT_STATUS);
        if (!(status & STATUS_OUTPUT_FULL))
            return;
        uint8_t byte = port_read8(PORT_DATA);
        struct ps2_device *device = status & STATUS_SECOND ? &ps2_mouse : &ps2_keyboard;
        if (!(status & STATUS_DAMAGED))
            ps2_device_hear(device, byte);
        else if (!ps2_device_serves(device))
            ps2_device_hear(device, PS2_RESEND);
    }
}

/* An edge that finds nothing is no stray: its byte was taken along with the one before. */
static bool take_interrupt(void)
{
    receive_bytes();
    return true;
}

static struct port {
    const char *name;
    struct ps2_device *device;
    uint8_t command_off, command_on, command_test;
    uint8_t configuration_off, configuration_interrupt;
    uint8_t irq; /* where IBM wired it */
    bool works;
    struct interrupt_handler handler;
} ports[] = {
    {
        .name = "first",
        .device = &ps2_keyboard,
        .command_off = COMMAND_FIRST_OFF,
        .command_on = COMMAND_FIRST_ON,
        .command_test = COMMAND_TEST_FIRST,
        .configuration_off = CONFIGURATION_FIRST_OFF,
        .configuration_interrupt = CONFIGURATION_FIRST_INTERRUPT,
        .irq = 1,
        .handler = { .name = "keyboard", .handle = take_interrupt },
    },
    {
        .name = "second",
        .device = &ps2_mouse,
        .command_off = COMMAND_SECOND_OFF,
        .command_on = COMMAND_SECOND_ON,
        .command_test = COMMAND_TEST_SECOND,
        .configuration_off = CONFIGURATION_SECOND_OFF,
        .configuration_interrupt = CONFIGURATION_SECOND_INTERRUPT,
        .irq = 12,
        .handler = { .name = "mouse", .handle = take_interrupt },
    },
};
static struct port *const ports_end = ports + sizeof ports / sizeof ports[0];

/* Turns both ports off and reads away what they had said. False: it never ends. */
static bool silence_ports(void)
{
    for (struct port *port = ports; port < ports_end; port++)
        write_byte(PORT_COMMAND, port->command_off);
    for (int bytes = 0; bytes < BYTES_AT_ONCE; bytes++) {
        if (!(port_read8(PORT_STATUS) & STATUS_OUTPUT_FULL))
            return true;
        port_read8(PORT_DATA);
    }
    return false;
}

/* Leaves a tested controller, both ports off, no interrupts, no translation.
 * Returns its configuration, or -1: it does not work. */
static int prepare_controller(void)
{
    int configuration = silence_ports() ? ask_controller(COMMAND_READ_CONFIGURATION) : -1;
    if (configuration < 0)
        return -1;
    configuration &= ~(CONFIGURATION_FIRST_INTERRUPT | CONFIGURATION_SECOND_INTERRUPT | CONFIGURATION_TRANSLATE);
    write_configuration((uint8_t)configuration);
    int answer = ask_controller(COMMAND_TEST);
    write_configuration((uint8_t)configuration); /* some controllers forget it over the test */
    return answer == TEST_PASSED ? configuration : -1;
}

/* A controller without the port cannot turn it off: nothing in its configuration shows
 * that it was told to. `configuration` as it is with both ports off. */
static bool is_usable(const struct port *port, int configuration)
{
    if (!(configuration & port->configuration_off))
        return false;
    int answer = ask_controller(port->command_test);
    if (answer != TEST_PORT_PASSED)
        print("    PS/2: the %s port fails its test with %d; left alone\n", port->name, answer);
    return answer == TEST_PORT_PASSED;
}

/* Interrupts are still off, so the bytes are fetched here. A device that does not finish
 * in time is no loss: it goes on where it was, should it ever speak. */
static void run_script(struct ps2_device *device)
{
    uint64_t start = clock_now();
    ps2_device_reset(device);
    for (int looks = 0; looks < LOOKS && clock_now() - start <= DEVICE_TIME; looks++) {
        receive_bytes();
        if (ps2_device_serves(device))
            return;
    }
}

/* From here on interrupts fetch the bytes. What had arrived before has raised its line
 * already, and no second edge comes until somebody reads it. */
static void let_interrupts_in(uint8_t configuration)
{
    for (struct port *port = ports; port < ports_end; port++) {
        if (port->works && interrupt_attach(interrupt_isa_line(port->irq), &port->handler))
            configuration |= port->configuration_interrupt;
        else
            ps2_device_forget(port->device);
    }
    write_configuration(configuration);
    uint64_t flags = cpu_interrupts_save();
    receive_bytes();
    cpu_interrupts_restore(flags);
}

const char *ps2_start(void)
{
    static char found[64];
    if (!acpi_machine.keyboard_controller || port_read8(PORT_STATUS) == STATUS_NOBODY)
        return "no keyboard controller";
    int configuration = prepare_controller();
    if (configuration < 0)
        return "a keyboard controller that does not work";

    for (struct port *port = ports; port < ports_end; port++)
        port->works = is_usable(port, configuration);
    configuration |= CONFIGURATION_TRANSLATE;
    for (struct port *port = ports; port < ports_end; port++) {
        if (port->works) {
            write_byte(PORT_COMMAND, port->command_on);
            configuration &= ~port->configuration_off;
        }
    }
    write_configuration((uint8_t)configuration);
    for (struct port *port = ports; port < ports_end; port++)
        if (port->works)
            run_script(port->device);
    let_interrupts_in((uint8_t)configuration);
    return format(found, sizeof found, "%s, %s", ps2_device_serves(&ps2_keyboard) ? "keyboard" : "no keyboard",
                  ps2_mouse_name());
}
