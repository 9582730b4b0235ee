/* Stands before the kernel's own cpu.h: a test has no interrupts to forbid. */
#pragma once
#include <stdint.h>

static inline void cpu_halt(void) {}
static inline void cpu_interrupts_on(void) {}
static inline void cpu_interrupts_off(void) {}
static inline void cpu_interrupts_on_and_halt(void) {}
static inline uint64_t cpu_interrupts_save(void) { return 0; }
static inline void cpu_interrupts_restore(uint64_t flags) { (void)flags; }
static inline void cpu_relax(void) {}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* A CPU that knows nothing and forgets everything; a test that wants another defines these itself. */
struct cpuid cpu_identify(uint32_t leaf);
uint64_t cpu_read_msr(uint32_t number);
void cpu_write_msr(uint32_t number, uint64_t value);
uint64_t cpu_read_cr3(void);
void cpu_write_cr3(uint64_t top_table);
void cpu_invalidate_page(const void *page);
