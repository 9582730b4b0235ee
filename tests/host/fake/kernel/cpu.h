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
