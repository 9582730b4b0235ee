/* How little is enough?
 *
 * The smallest kernel that drivers/guest can live in: one line, no timer, and no tasks. A
 * program of this computer, so that the tests can run it; its VMMDev is the fake one, and
 * its clock stands still while nobody waits. `your_kernel polling` has no interrupts. */
#include "your_kernel.h"
#include "drivers/guest/events.h"
#include "drivers/guest/mouse/mouse.h"
#include "drivers/guest/vmmdev.h"
#include "tests/host/fake/vmmdev.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 0xd040, LINE = 11, ROUNDS = 80 };

static struct fake_vmmdev host;
static uint8_t host_memory[FAKE_VMMDEV_MEMORY];
static bool is_polling, line_is_up, interrupts_off;
static uint64_t now; /* microseconds */

/* Interrupts: the line is level-triggered, so it calls until it falls. */

static struct interrupt_handler *attached;
static bool closed;

static void look_at_line(void)
{
    while (line_is_up && attached && !closed && !interrupts_off) {
        interrupts_off = true;
        attached->handle();
        interrupts_off = false;
    }
}

bool pci_interrupt(const struct pci_device *device, struct interrupt_line *line)
{
    (void)device;
    *line = (struct interrupt_line){ LINE, true };
    return !is_polling;
}

bool interrupt_attach(struct interrupt_line line, struct interrupt_handler *handler)
{
    (void)line;
    attached = handler;
    return true;
}

void interrupt_close(uint32_t number) { closed = number == LINE; }
bool interrupt_is_open(uint32_t number) { return number == LINE && !closed; }

uint64_t cpu_interrupts_save(void)
{
    bool were_off = interrupts_off;
    interrupts_off = true;
    return were_off;
}

void cpu_interrupts_restore(uint64_t were_off)
{
    interrupts_off = were_off;
    look_at_line();
}

/* The device. An instruction is interrupted when it is done, not in its middle. */

static struct pci_device device;

struct pci_device *pci_find(uint16_t vendor, uint16_t identifier)
{
    return vendor == 0x80ee && identifier == 0xcafe ? &device : NULL;
}

void pci_enable(const struct pci_device *which, uint16_t command_bits)
{
    (void)which;
    (void)command_bits;
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    (void)bytes;
    (void)cache;
    return (void *)(uintptr_t)physical;
}

uint32_t port_read32(uint16_t port)
{
    uint32_t value = fake_vmmdev_read(&host, (uint16_t)(port - PORT), 4);
    look_at_line();
    return value;
}

void port_write32(uint16_t port, uint32_t value)
{
    fake_vmmdev_write(&host, (uint16_t)(port - PORT), value, 4);
    look_at_line();
}

/* Words. */

void print(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    vprintf(pattern, arguments);
    va_end(arguments);
}

char *format(char *buffer, size_t size, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(buffer, size, pattern, arguments);
    va_end(arguments);
    return buffer;
}

void log_join(struct log_output *output) { (void)output; }

void host_log_write(const char *text, size_t length)
{
    (void)text; /* each byte to port 0x504 */
    (void)length;
}

void panic_at(const char *file, int line, const char *pattern, ...)
{
    printf("%s:%d: %s\n", file, line, pattern);
    exit(1);
}

/* Where positions go: a kernel with a screen would draw. */
void input_put(struct input_event event)
{
    printf("x %d, y %d, buttons %u, wheel %d\n", event.x, event.y, event.buttons, event.wheel);
}

/* A person at the mouse; a round of this is everything else that a kernel does. */
static void live(void)
{
    static int round;
    switch (++round) {
    case 1:
        fake_vmmdev_mouse(&host, 100, 200, 0, 0, 0);
        break;
    case 20:
        fake_vmmdev_mouse(&host, 0, 65535, 0, 0, 1);
        break;
    case 40:
        fake_vmmdev_mouse(&host, 0, 65535, -1, 0, 0);
        break;
    case ROUNDS:
        printf("%s", host.complaints);
        exit(0);
    }
    look_at_line();
}

/* Waiting, in a kernel without tasks: the driver's is kept for the end of main, and when it
 * waits, everything else has its turn. A kernel with tasks or threads uses its own. */

static struct task *driver_task;

void task_create(struct task *task, const char *name, void (*function)(void *), void *argument)
{
    (void)name;
    *task = (struct task){ function, argument };
    driver_task = task;
}

bool wait_until(bool (*condition)(void *), void *argument, uint64_t microseconds)
{
    uint64_t start = now;
    while (!condition(argument)) {
        if (now - start >= microseconds)
            return false;
        live();
        now += 1000;
    }
    return true;
}

static void read_memory(uint64_t physical, void *to, size_t bytes) { memcpy(to, (void *)(uintptr_t)physical, bytes); }
static void write_memory(uint64_t physical, const void *from, size_t bytes)
{
    memcpy((void *)(uintptr_t)physical, from, bytes);
}
static void set_line(bool up) { line_is_up = up; }

int main(int count, char **words)
{
    static const struct fake_vmmdev_machine machine = { read_memory, write_memory, set_line };
    const char *wanted = getenv("HOST_PROFILE");
    while (wanted && strcmp(host_profile->name, wanted) != 0)
        host_profile++;
    is_polling = count > 1 && strcmp(words[1], "polling") == 0;
    fake_vmmdev_start(&host, &machine, host_memory);
    device.bars[0] = (struct pci_bar){ PCI_BAR_PORTS, PORT, FAKE_VMMDEV_PORTS };
    device.bars[1] = (struct pci_bar){ PCI_BAR_MEMORY, (uintptr_t)host_memory, sizeof host_memory };

    /* This is all that a kernel calls. */
    print("%s\n", vmmdev_start());
    print("%s\n", events_start());
    print("%s\n", host_mouse_start() ? "positions will come" : "no positions");
    driver_task->function(driver_task->argument);
}
