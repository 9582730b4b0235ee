/* Stands before the kernel's own cpu.h: a processor that remembers whether interrupts are allowed. */
#pragma once
#include "tests/host/fake/fake.h"

static inline void cpu_halt(void)
{
    if (fake_halted)
        fake_halted();
}

static inline void cpu_interrupts_on(void)
{
    fake_interrupts_off = false;
    if (fake_interrupts_allowed)
        fake_interrupts_allowed();
}

static inline void cpu_interrupts_off(void) { fake_interrupts_off = true; }

/* In one step, as on the real one: fake_halted delivers what was waiting, or sleeps. */
static inline void cpu_interrupts_on_and_halt(void)
{
    fake_interrupts_off = false;
    cpu_halt();
}

static inline uint64_t cpu_interrupts_save(void)
{
    bool were_off = fake_interrupts_off;
    fake_interrupts_off = true;
    return were_off;
}

static inline void cpu_interrupts_restore(uint64_t were_off)
{
    if (!were_off)
        cpu_interrupts_on();
}

static inline void cpu_relax(void) {}
static inline uint64_t cpu_timestamp(void) { return fake_timestamp += fake_timestamp_step; }

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* A CPU that knows nothing and forgets everything; a test that wants another defines these itself. */
struct cpuid cpu_identify(uint32_t leaf);
uint64_t cpu_read_msr(uint32_t number);
void cpu_write_msr(uint32_t number, uint64_t value);
void cpu_write_cr3(uint64_t top_table);
void cpu_invalidate_page(const void *page);
