/* What stands for the machine when the kernel's sources run on this computer. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Everything that was logged, ending in 0. */
extern char fake_log[65536];
/* How often it contains this. */
size_t fake_log_count(const char *part);

/* Formats behind what a text of so many bytes holds already; what does not fit is cut off. */
void fake_append(char *text, size_t size, const char *pattern, va_list arguments);

/* panic_at: returns to the test if it expects one (EXPECT_PANIC), else fails the test. */
extern bool fake_panic_expected;
extern jmp_buf fake_panic_return;
extern char fake_panic_message[512];

/* A device behind ports [first, last]. `bytes` is 1, 2 or 4. */
struct fake_device {
    uint16_t first, last;
    uint32_t (*read)(uint16_t port, int bytes);
    void (*write)(uint16_t port, uint32_t value, int bytes);
    struct fake_device *next;
};
void fake_plug(struct fake_device *device); /* ports without a device read as all ones */

/* Every port access since the start, oldest first. */
struct fake_access {
    bool is_write;
    uint16_t port;
    int bytes;
    uint32_t value;
};
extern struct fake_access fake_accesses[65536];
extern size_t fake_access_count;

/* clock_now: every call lets this many microseconds pass. */
extern uint64_t fake_time, fake_time_step;
/* Called each time the kernel looks at the clock; a device model may act then. */
extern void (*fake_time_passes)(void);

/* The processor: may interrupts come? They may when a test begins. */
extern bool fake_interrupts_off;
/* Called when interrupts are allowed (again), and when the processor sleeps until the
 * next one; a machine model delivers them then. */
extern void (*fake_interrupts_allowed)(void), (*fake_halted)(void);
/* cpu_timestamp: every call adds the step. */
extern uint64_t fake_timestamp, fake_timestamp_step;
