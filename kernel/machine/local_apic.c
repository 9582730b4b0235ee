/* Chapter 9: the interrupt controller that belongs to the processor, and its timer. */
#include "kernel/machine/local_apic.h"
#include "kernel/core/cpu.h"
#include "kernel/core/print.h"
#include "kernel/faults/exceptions.h"
#include "kernel/memory/page_tables.h"

enum {
    MSR_APIC_BASE = 0x1b, /* SDM 3A 11.4.4 */
    BASE_X2APIC = 1 << 10,
    BASE_ENABLED = 1 << 11,
    MSR_X2APIC = 0x800, /* register at offset n is MSR 0x800 + n / 16 (SDM 3A 11.12.1.2) */
    CPUID_APIC = 1 << 9, /* leaf 1, EDX */
};

enum { /* registers, SDM 3A table 11-1 */
    ID = 0x20, /* xAPIC: in the upper 8 bits */
    TASK_PRIORITY = 0x80,
    END_OF_INTERRUPT = 0xb0,
    SPURIOUS = 0xf0,
    TIMER_ENTRY = 0x320,
    LINT0_ENTRY = 0x350,
    LINT1_ENTRY = 0x360,
    ERROR_ENTRY = 0x370,
    TIMER_INITIAL = 0x380,
    TIMER_CURRENT = 0x390,
    TIMER_DIVIDE = 0x3e0,
};

enum {
    SPURIOUS_VECTOR = 0xff,
    SOFTWARE_ENABLE = 0x100,
    ENTRY_MASKED = 1 << 16,
    ENTRY_NMI = 4 << 8,
    ENTRY_EXTINT = 7 << 8, /* the 8259 supplies the vector */
    DIVIDE_BY_16 = 3,
};

static const uint64_t BASE_ADDRESS = 0x000ffffffffff000;
static volatile uint32_t *registers; /* NULL: x2APIC, through MSRs */

static uint32_t read(uint32_t offset)
{
    return registers ? registers[offset / 4] : (uint32_t)cpu_read_msr(MSR_X2APIC + offset / 16);
}

static void write(uint32_t offset, uint32_t value)
{
    if (registers)
        registers[offset / 4] = value;
    else
        cpu_write_msr(MSR_X2APIC + offset / 16, value);
}

/* A spurious interrupt was withdrawn before it arrived: nothing to do, nothing to end (SDM 3A 11.9). */
static void ignore(uint8_t vector) { (void)vector; }

bool local_apic_start(void)
{
    if (!(cpu_identify(1).edx & CPUID_APIC)) {
        print("    Interrupts: this CPU has no local APIC; the 8259 serves, without a timer\n");
        return false;
    }
    uint64_t base = cpu_read_msr(MSR_APIC_BASE);
    if (!(base & BASE_ENABLED))
        cpu_write_msr(MSR_APIC_BASE, base |= BASE_ENABLED);
    if (!(base & BASE_X2APIC)) {
        registers = map_device(base & BASE_ADDRESS, 4096, CACHE_OFF);
        if (!registers)
            return false;
    }
    vector_attach(SPURIOUS_VECTOR, ignore);
    /* First: until then all entries stay masked (SDM 3A 11.4.7.2). */
    write(SPURIOUS, SOFTWARE_ENABLE | SPURIOUS_VECTOR);
    write(TASK_PRIORITY, 0);
    write(TIMER_ENTRY, ENTRY_MASKED);
    write(ERROR_ENTRY, ENTRY_MASKED);
    write(LINT0_ENTRY, ENTRY_EXTINT);
    write(LINT1_ENTRY, ENTRY_NMI);
    write(TIMER_DIVIDE, DIVIDE_BY_16);
    return true;
}

uint32_t local_apic_id(void) { return registers ? read(ID) >> 24 : read(ID); }

void local_apic_end(void) { write(END_OF_INTERRUPT, 0); }

void local_apic_timer(uint32_t count, uint8_t vector)
{
    write(TIMER_ENTRY, vector);
    write(TIMER_INITIAL, count);
}

uint32_t local_apic_timer_left(void) { return read(TIMER_CURRENT); }
