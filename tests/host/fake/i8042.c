/* A keyboard controller with a keyboard and a mouse. */
#include "tests/host/fake/i8042.h"
#include "kernel/machine/interrupts.h"
#include "tests/host/test.h"

enum { DATA = 0x60, COMMAND = 0x64 };
enum { OUTPUT_FULL = 1, INPUT_FULL = 2, FROM_SECOND = 0x20 };
enum { INTERRUPT_1 = 1, INTERRUPT_2 = 2, OFF_1 = 0x10, OFF_2 = 0x20, TRANSLATE = 0x40 };
enum { BUSY_LOOKS = 3 }; /* so many looks at the status until a written byte is taken */

struct fake_i8042 fake_i8042;
int fake_i8042_interrupts;

static int busy;        /* looks left */
static int output = -1; /* the byte for the kernel */
static bool output_second;
static uint8_t output_damage;
static int command; /* that waits for its data byte; 0: none */
static struct interrupt_handler *handlers[16];
static bool raised[16];

struct interrupt_line interrupt_isa_line(uint8_t irq) { return (struct interrupt_line){ .number = irq }; }

bool interrupt_attach(struct interrupt_line line, struct interrupt_handler *handler)
{
    handler->next = handlers[line.number];
    handlers[line.number] = handler;
    return true;
}

/* An edge: remembered when somebody listens, otherwise gone for good. */
static void raise_line(int irq) { raised[irq] = handlers[irq] != NULL; }

void fake_i8042_interrupt(void)
{
    for (;;) {
        int irq = raised[1] ? 1 : raised[12] ? 12 : 0;
        if (!irq)
            return;
        raised[irq] = false;
        fake_i8042_interrupts++;
        for (struct interrupt_handler *handler = handlers[irq]; handler; handler = handler->next)
            handler->handle();
    }
}

/* The line goes up with the byte, and not when interrupts are allowed later. */
static void fill_output(int byte, bool second)
{
    output = byte;
    output_second = second;
    if (fake_i8042.configuration & (second ? INTERRUPT_2 : INTERRUPT_1))
        raise_line(second ? 12 : 1);
}

static bool is_on(const struct fake_ps2 *device)
{
    bool first = device == &fake_i8042.keyboard;
    return device->plugged && !(fake_i8042.configuration & (first ? OFF_1 : OFF_2));
}

/* The controller fetches the next byte of a device, when there is room for it. */
static void fetch(void)
{
    struct fake_ps2 *devices[] = { &fake_i8042.keyboard, &fake_i8042.mouse };
    for (int i = 0; i < 2 && output < 0; i++) {
        struct fake_ps2 *device = devices[i];
        if (!is_on(device) || device->count == 0)
            continue;
        output_damage = fake_i8042.damage;
        fake_i8042.damage = 0;
        fill_output(device->bytes[device->first], i == 1);
        device->first = (device->first + 1) % FAKE_QUEUE_BYTES;
        device->count--;
    }
}

static void send(struct fake_ps2 *device, uint8_t byte)
{
    EXPECT(device->count, <, FAKE_QUEUE_BYTES);
    device->bytes[(device->first + device->count++) % FAKE_QUEUE_BYTES] = byte;
}

static bool knocked(const struct fake_ps2 *device, int a, int b, int c)
{
    return device->rates[0] == a && device->rates[1] == b && device->rates[2] == c;
}

static void take_rate(struct fake_ps2 *device, uint8_t rate)
{
    device->rates[0] = device->rates[1];
    device->rates[1] = device->rates[2];
    device->rates[2] = rate;
    if (knocked(device, 200, 100, 80) && device->best_identity >= 3)
        device->identity = 3;
    if (knocked(device, 200, 200, 80) && device->best_identity >= 4)
        device->identity = 4;
    if (knocked(device, 200, 80, 40) && device->identity == 4)
        device->tilts = true;
}

static void take_parameter(struct fake_ps2 *device, uint8_t byte)
{
    if (device->parameter_of == 0xf3)
        take_rate(device, byte);
    else
        EXPECT(byte, <=, 3); /* resolution */
    device->parameter_of = 0;
    send(device, 0xfa);
}

static void power_on(struct fake_ps2 *device)
{
    device->reporting = false;
    device->identity = 0;
    device->tilts = false;
    device->parameter_of = 0;
    memset(device->rates, 0, sizeof device->rates);
    send(device, 0xaa);
    if (device == &fake_i8042.mouse)
        send(device, 0);
}

static void hear(struct fake_ps2 *device, uint8_t byte)
{
    bool mouse = device == &fake_i8042.mouse;
    if (!device->plugged || device->deaf)
        return;
    EXPECT(fake_i8042.configuration & (mouse ? OFF_2 : OFF_1), ==, 0);
    device->count = 0; /* a new byte ends whatever the device was saying */
    if (device->hard_of_hearing && (device->heard_once = !device->heard_once)) {
        send(device, 0xfe);
    } else if (device->resends) {
        device->resends -= device->resends > 0;
        send(device, 0xfe);
    } else if (device->parameter_of) {
        take_parameter(device, byte);
    } else if (byte == 0xff) {
        send(device, 0xfa);
        power_on(device);
    } else if (byte == 0xf4) {
        send(device, 0xfa);
        device->reporting = true;
    } else if (mouse && byte == 0xf2) {
        send(device, 0xfa);
        send(device, device->odd_identity ? device->odd_identity : device->identity);
    } else if (mouse && (byte == 0xf3 || byte == 0xe8)) {
        send(device, 0xfa);
        device->parameter_of = byte;
    } else {
        test_fail(__FILE__, __LINE__, "no command of this device", byte, mouse);
    }
}

static void take_command(uint8_t byte)
{
    struct fake_i8042 *fake = &fake_i8042;
    bool second = fake->has_second_port;
    EXPECT(command, ==, 0); /* the one before has its data byte */
    if (fake->silent)
        return;
    switch (byte) {
    case 0x20:
        return fill_output(fake->configuration, false);
    case 0x60:
        command = byte;
        return;
    case 0xd4:
        EXPECT(second, ==, true);
        command = byte;
        return;
    case 0xa7:
        fake->configuration |= second ? OFF_2 : 0;
        return;
    case 0xa8:
        fake->configuration &= second ? ~OFF_2 : 0xff;
        return;
    case 0xa9:
        EXPECT(second, ==, true);
        return fill_output(fake->second_test, false);
    case 0xaa:
        if (fake->forgets)
            fake->configuration = OFF_1 | TRANSLATE | INTERRUPT_1;
        return fill_output(fake->self_test, false);
    case 0xab:
        return fill_output(fake->first_test, false);
    case 0xad:
        fake->configuration |= OFF_1;
        return;
    case 0xae:
        fake->configuration &= ~OFF_1;
        return;
    default:
        test_fail(__FILE__, __LINE__, "no command of the controller", byte, 0);
    }
}

static void take_data(uint8_t byte)
{
    int of = command;
    command = 0;
    if (fake_i8042.silent)
        return;
    if (of == 0x60) {
        fake_i8042.configuration = fake_i8042.has_second_port ? byte : byte & ~OFF_2;
    } else {
        hear(of == 0xd4 ? &fake_i8042.mouse : &fake_i8042.keyboard, byte);
    }
}

static void write_port(uint16_t port, uint32_t value, int bytes)
{
    size_t used = strlen(fake_i8042.commands);
    snprintf(fake_i8042.commands + used, sizeof fake_i8042.commands - used, "%s%c:%02x", used ? " " : "",
             port == COMMAND ? 'c' : 'd', value);
    EXPECT(bytes, ==, 1);
    EXPECT(busy, ==, 0);
    EXPECT(fake_i8042.takes_nothing, ==, false);
    busy = BUSY_LOOKS;
    if (port == COMMAND)
        take_command((uint8_t)value);
    else if (port == DATA)
        take_data((uint8_t)value);
    fetch();
}

static uint32_t read_port(uint16_t port, int bytes)
{
    EXPECT(bytes, ==, 1);
    fetch();
    if (port == COMMAND) {
        uint32_t status = (output >= 0 ? OUTPUT_FULL : 0) | (busy ? INPUT_FULL : 0);
        status |= output >= 0 && output_second ? FROM_SECOND : 0;
        busy -= busy > 0;
        return status | (output >= 0 ? output_damage : 0) | (fake_i8042.never_empty ? OUTPUT_FULL : 0) |
               (fake_i8042.takes_nothing ? INPUT_FULL : 0);
    }
    EXPECT(output >= 0 || fake_i8042.never_empty, ==, true);
    uint32_t byte = (uint32_t)output & 0xff;
    output = -1;
    output_damage = 0;
    fetch();
    return byte;
}

void fake_i8042_plug(void)
{
    static struct fake_device data = { .first = DATA, .last = DATA, .read = read_port, .write = write_port };
    static struct fake_device status = { .first = COMMAND, .last = COMMAND, .read = read_port, .write = write_port };
    fake_i8042 = (struct fake_i8042){
        .keyboard = { .plugged = true },
        .mouse = { .plugged = true, .best_identity = 4 },
        .has_second_port = true,
        .self_test = 0x55,
        .configuration = TRANSLATE | INTERRUPT_1 | 4, /* as a BIOS leaves it */
    };
    fake_plug(&data);
    fake_plug(&status);
}

void fake_i8042_type(const uint8_t *scan_codes, int count)
{
    EXPECT(fake_i8042.configuration & TRANSLATE, ==, TRANSLATE); /* these are codes of set 1 */
    for (int i = 0; i < count; i++)
        send(&fake_i8042.keyboard, scan_codes[i]);
    fetch();
    fake_i8042_interrupt();
}

void fake_i8042_report(const uint8_t *packet, int count)
{
    EXPECT(fake_i8042.mouse.reporting, ==, true);
    for (int i = 0; i < count; i++)
        send(&fake_i8042.mouse, packet[i]);
    fetch();
    fake_i8042_interrupt();
}

void fake_i8042_plug_in_mouse(void)
{
    fake_i8042.mouse.plugged = true;
    fake_i8042.mouse.count = 0;
    power_on(&fake_i8042.mouse);
    fetch();
    fake_i8042_interrupt();
}
