/* Ports, log, panic and clock for the host tests. */
#include "tests/host/fake/fake.h"
#include "kernel/core/cpu.h"
#include "kernel/core/log.h"
#include "kernel/core/port.h"
#include "kernel/core/print.h"
#include "kernel/faults/panic.h"
#include "kernel/time/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char fake_log[65536];
bool fake_panic_expected;
jmp_buf fake_panic_return;
char fake_panic_message[512];
struct fake_access fake_accesses[65536];
size_t fake_access_count;
uint64_t fake_time, fake_time_step = 1;
void (*fake_time_passes)(void);
bool fake_interrupts_off;
void (*fake_interrupts_allowed)(void), (*fake_halted)(void);
uint64_t fake_timestamp, fake_timestamp_step = 1000;
static struct fake_device *devices;

void fake_append(char *text, size_t size, const char *pattern, va_list arguments)
{
    size_t used = strlen(text);
    vsnprintf(text + used, size - used, pattern, arguments);
}

size_t fake_log_count(const char *part)
{
    size_t count = 0;
    for (const char *at = fake_log; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

/* Weak: a test that links kernel/core/log.c, kernel/core/print.c or kernel/time/clock.c tests the real one. */
#define WEAK __attribute__((weak))

WEAK void print(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    fake_append(fake_log, sizeof fake_log, pattern, arguments);
    va_end(arguments);
}

WEAK void log_write(const char *text, size_t length) { print("%.*s", (int)length, text); }
WEAK void log_text(const char *text) { print("%s", text); }
WEAK void log_join(struct log_output *output)
{
    (void)output;
    print("[an output joins the log]\n");
}

WEAK void panic_at(const char *file, int line, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(fake_panic_message, sizeof fake_panic_message, pattern, arguments);
    va_end(arguments);
    if (fake_panic_expected)
        longjmp(fake_panic_return, 1);
    fprintf(stderr, "%s:%d: panic: %s\nlog so far:\n%s", file, line, fake_panic_message, fake_log);
    exit(1);
}

WEAK void host_log_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        port_write8(0x504, (uint8_t)text[i]);
}

WEAK uint64_t clock_now(void)
{
    fake_time += fake_time_step;
    if (fake_time_passes)
        fake_time_passes();
    return fake_time;
}

WEAK void clock_wait(uint64_t microseconds)
{
    uint64_t end = fake_time + microseconds;
    while (clock_now() < end)
        ;
}

WEAK bool clock_wake_after(uint64_t microseconds)
{
    (void)microseconds;
    return true;
}

WEAK struct cpuid cpu_identify(uint32_t leaf)
{
    (void)leaf;
    return (struct cpuid){ 0 };
}

WEAK uint64_t cpu_read_msr(uint32_t number)
{
    (void)number;
    return 0;
}

WEAK void cpu_write_msr(uint32_t number, uint64_t value)
{
    (void)number;
    (void)value;
}

WEAK void cpu_write_cr3(uint64_t top_table) { (void)top_table; }
WEAK void cpu_invalidate_page(const void *page) { (void)page; }

void fake_plug(struct fake_device *device)
{
    device->next = devices;
    devices = device;
}

static void trace(bool is_write, uint16_t port, int bytes, uint32_t value)
{
    if (fake_access_count < sizeof fake_accesses / sizeof fake_accesses[0])
        fake_accesses[fake_access_count++] = (struct fake_access){ is_write, port, bytes, value };
}

static uint32_t read_port(uint16_t port, int bytes)
{
    uint32_t value = 0xffffffff;
    for (struct fake_device *device = devices; device; device = device->next)
        if (port >= device->first && port <= device->last && device->read) {
            value = device->read(port, bytes);
            break;
        }
    if (bytes < 4)
        value &= (1u << 8 * bytes) - 1;
    trace(false, port, bytes, value);
    return value;
}

static void write_port(uint16_t port, uint32_t value, int bytes)
{
    trace(true, port, bytes, value);
    for (struct fake_device *device = devices; device; device = device->next)
        if (port >= device->first && port <= device->last && device->write) {
            device->write(port, value, bytes);
            return;
        }
}

uint8_t port_read8(uint16_t port) { return (uint8_t)read_port(port, 1); }
uint16_t port_read16(uint16_t port) { return (uint16_t)read_port(port, 2); }
uint32_t port_read32(uint16_t port) { return read_port(port, 4); }
void port_write8(uint16_t port, uint8_t value) { write_port(port, value, 1); }
void port_write16(uint16_t port, uint16_t value) { write_port(port, value, 2); }
void port_write32(uint16_t port, uint32_t value) { write_port(port, value, 4); }
