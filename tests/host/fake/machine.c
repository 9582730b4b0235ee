/* The machine around VMMDev: see machine.h. */
#include "tests/host/fake/machine.h"
#include "drivers/pci/pci.h"
#include "kernel/core/main.h"
#include "kernel/faults/exceptions.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/io_apic.h"
#include "kernel/machine/local_apic.h"
#include "kernel/machine/pic.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "kernel/time/clock.h"
#include "kernel/time/task.h"
#include "tests/host/test.h"

enum { LINES = 24, IN_A_ROW = 100000 };

struct fake_vmmdev host;
struct machine machine;
void (*machine_between)(void);
void (*idle_step)(void);
struct acpi_machine acpi_machine;
static uint8_t host_memory[FAKE_VMMDEV_MEMORY] __attribute__((aligned(4096)));
static bool device_line, line_enabled, settling, settled;
static bool accessing; /* an instruction is interrupted when it is done, not in its middle */
static uint8_t line_vector;
static void (*vectors[VECTORS])(uint8_t);
static uint64_t wake_at; /* the timer, on fake_time's scale; 0: not set */

/* The line and the processor. */

static bool line_is_up(void) { return line_enabled && ((device_line && !machine.line_cut) || machine.neighbour_calls); }

void machine_look_at_line(void)
{
    for (int in_a_row = 0; line_is_up() && !fake_interrupts_off && !accessing; in_a_row++) {
        EXPECT(in_a_row, <, IN_A_ROW); /* else nothing but interrupts would ever run */
        machine.interrupts++;
        fake_interrupts_off = true;
        vectors[line_vector](line_vector);
        fake_interrupts_off = false;
    }
}

static void set_device_line(bool up)
{
    device_line = up;
    machine_look_at_line();
}

static void sleep(void)
{
    EXPECT(fake_interrupts_off, ==, false); /* else nothing would end it */
    if (line_is_up()) {
        machine_look_at_line();
        return;
    }
    machine.sleeps++;
    if (settling)
        settled = true;
    else if (wake_at)
        fake_time = wake_at > fake_time ? wake_at : fake_time;
    else
        test_fail(__FILE__, __LINE__, "the processor sleeps for ever", 0, 0);
    wake_at = 0;
}

bool clock_wake_after(uint64_t microseconds)
{
    if (machine.without_timer)
        return false;
    wake_at = fake_time + microseconds;
    return true;
}

static bool has_settled(void *unused)
{
    (void)unused;
    return settled;
}

static bool never(void *unused)
{
    (void)unused;
    return false;
}

void machine_settle(void)
{
    settling = true;
    settled = false;
    wait_until(has_settled, NULL, WAIT_FOREVER);
    settling = false;
}

void machine_pass(uint64_t microseconds)
{
    wait_until(never, NULL, microseconds);
    machine_settle();
}

/* What the kernel's chapters 3 to 10 would be. */

void vector_attach(uint8_t vector, void (*handle)(uint8_t)) { vectors[vector] = handle; }

static void enable(struct interrupt_line line, uint8_t vector)
{
    EXPECT(line.number, ==, MACHINE_LINE);
    line_vector = vector;
    line_enabled = true;
}

static void disable(uint32_t number) { line_enabled &= number != MACHINE_LINE; }
static void end(uint32_t number) { EXPECT(number, ==, MACHINE_LINE); }
static const struct interrupt_controller controller = { "fake controller", LINES, enable, disable, end };

const struct interrupt_controller *pic_start(uint8_t first_vector)
{
    (void)first_vector;
    return &controller;
}

const struct interrupt_controller *io_apic_start(void) { return &controller; }
bool local_apic_start(void) { return true; }

uint64_t clock_start(bool has_local_apic)
{
    (void)has_local_apic;
    return 1000000000;
}

static struct pci_device device = {
    .slot = 4,
    .vendor = 0x80ee,
    .device = 0xcafe,
    .bars = { { PCI_BAR_PORTS, MACHINE_PORT, FAKE_VMMDEV_PORTS },
              { PCI_BAR_MEMORY, 0, FAKE_VMMDEV_MEMORY } },
    .interrupt_pin = 1,
};
static uint16_t command;

struct pci_device *pci_find(uint16_t vendor, uint16_t identifier)
{
    return !machine.without_device && vendor == device.vendor && identifier == device.device ? &device : NULL;
}

void pci_enable(const struct pci_device *which, uint16_t bits)
{
    EXPECT(which == &device, ==, true);
    command |= bits;
}

bool pci_interrupt(const struct pci_device *which, struct interrupt_line *line)
{
    EXPECT(which == &device, ==, true);
    *line = (struct interrupt_line){ MACHINE_LINE, true, true };
    return !machine.without_line;
}

__attribute__((weak)) void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    EXPECT(cache, ==, CACHE_OFF);
    EXPECT(physical, ==, (uintptr_t)host_memory);
    EXPECT(bytes, <=, sizeof host_memory);
    return command & PCI_COMMAND_MEMORY ? host_memory : NULL;
}

bool unmap_page(void *page) { return page; }

/* Weak: a test may bring kernel/memory/pages.c. */
__attribute__((weak)) void *pages_allocate(size_t count, enum zone zone)
{
    (void)zone;
    return aligned_alloc(PAGE_BYTES, count * PAGE_BYTES);
}

/* Ports. */

static void look_between(void)
{
    if (machine_between)
        machine_between();
}

static uint32_t read_host(uint16_t port, int bytes)
{
    if (!(command & PCI_COMMAND_PORTS))
        return 0xffffffff;
    look_between();
    accessing = true;
    uint32_t value = fake_vmmdev_read(&host, (uint16_t)(port - MACHINE_PORT), bytes);
    accessing = false;
    machine_look_at_line();
    return value;
}

static void write_host(uint16_t port, uint32_t value, int bytes)
{
    if (!(command & PCI_COMMAND_PORTS))
        return;
    look_between();
    accessing = true;
    fake_vmmdev_write(&host, (uint16_t)(port - MACHINE_PORT), value, bytes);
    accessing = false;
    machine_look_at_line();
}

static void read_memory(uint64_t physical, void *to, size_t bytes) { memcpy(to, (void *)physical, bytes); }
static void write_memory(uint64_t physical, const void *from, size_t bytes) { memcpy((void *)physical, from, bytes); }

void machine_start(void)
{
    static const struct fake_vmmdev_machine around = { read_memory, write_memory, set_device_line };
    static struct fake_device ports = { MACHINE_PORT, MACHINE_PORT + FAKE_VMMDEV_PORTS - 1, read_host, write_host, 0 };
    device.bars[1].address = (uintptr_t)host_memory;
    if (machine.without_memory)
        device.bars[1].kind = PCI_BAR_NONE;
    fake_vmmdev_start(&host, &around, host_memory);
    fake_plug(&ports);
    fake_halted = sleep;
    fake_interrupts_allowed = machine_look_at_line;
    interrupts_start();
}
