/* Chapter 1: which instructions does C have no words for?
 *
 * One inline function per instruction, named after what it does. They order
 * memory accesses around them ("memory"), because the other side of each is a
 * device, a table or an interrupt handler that the compiler does not see. */
#pragma once
#include <stdint.h>

/* Sleeps until the next interrupt. */
static inline void cpu_halt(void) { __asm__ volatile("hlt" ::: "memory"); }

static inline void cpu_interrupts_on(void) { __asm__ volatile("sti" ::: "memory"); }
static inline void cpu_interrupts_off(void) { __asm__ volatile("cli" ::: "memory"); }

/* Allows interrupts and sleeps; one that is already waiting ends the sleep, because
 * `sti` takes effect only after the instruction behind it (SDM 2B, STI). */
static inline void cpu_interrupts_on_and_halt(void) { __asm__ volatile("sti; hlt" ::: "memory"); }

/* Forbids interrupts; returns what cpu_interrupts_restore takes. Pairs nest. */
static inline uint64_t cpu_interrupts_save(void)
{
    uint64_t flags;
    __asm__ volatile("pushfq; pop %0; cli" : "=r"(flags)::"memory");
    return flags;
}

static inline void cpu_interrupts_restore(uint64_t flags)
{
    __asm__ volatile("push %0; popfq" ::"r"(flags) : "memory", "cc");
}

static inline void cpu_relax(void) { __asm__ volatile("pause" ::: "memory"); }

/* Stops this processor for good. */
static inline void __attribute__((noreturn)) cpu_stop(void)
{
    for (;;) {
        cpu_interrupts_off();
        cpu_halt();
    }
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpu_identify(uint32_t leaf)
{
    struct cpuid answer;
    __asm__("cpuid" : "=a"(answer.eax), "=b"(answer.ebx), "=c"(answer.ecx), "=d"(answer.edx) : "a"(leaf), "c"(0));
    return answer;
}

static inline uint64_t cpu_read_msr(uint32_t number)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number) : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void cpu_write_msr(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* Control register 4: what the CPU is asked to do beyond the 80386 (SDM 3A 2.5). */
static inline uint64_t cpu_read_cr4(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value)::"memory");
    return value;
}

static inline void cpu_write_cr4(uint64_t value) { __asm__ volatile("mov %0, %%cr4" ::"r"(value) : "memory"); }

/* Address of the last page fault. */
static inline uint64_t cpu_read_cr2(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value)::"memory");
    return value;
}

/* Ten bytes: limit and address of the interrupt table. */
static inline void cpu_load_idt(const void *table) { __asm__ volatile("lidt (%0)" ::"r"(table) : "memory"); }

/* Tells the CPU where the map begins: the physical address of the top page table. What
 * it remembers of the map before is forgotten. */
static inline void cpu_write_cr3(uint64_t top_table) { __asm__ volatile("mov %0, %%cr3" ::"r"(top_table) : "memory"); }

/* Forgets what the CPU remembers of the map at this address (SDM 2A, INVLPG). */
static inline void cpu_invalidate_page(const void *page) { __asm__ volatile("invlpg (%0)" ::"r"(page) : "memory"); }

/* Ticks of the time-stamp counter; their length is measured in chapter 9. */
static inline uint64_t cpu_timestamp(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
}
