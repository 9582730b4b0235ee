/* Chapter 3: when the CPU objects.
 *
 * Every vector has an entry, so that no bug ends in a triple fault. An exception is a
 * mistake of the kernel and becomes a panic with all that is known. Double fault, NMI
 * and machine check get stacks of their own: they may come when the stack is the problem. */
#include "kernel/faults/exceptions.h"
#include "kernel/core/cpu.h"
#include "kernel/core/log.h"
#include "kernel/core/port.h"
#include "kernel/faults/panic.h"
#include <stddef.h>

enum { DOUBLE_FAULT = 8, PAGE_FAULT = 14, NMI = 2, MACHINE_CHECK = 18 }; /* SDM 3A table 6-1 */
enum { CODE_SELECTOR = 8, TASK_SELECTOR = 24 };
enum { CPUID_MACHINE_CHECK = 1 << 7, CR4_MACHINE_CHECK = 1 << 6 }; /* leaf 1, EDX; SDM 3A 2.5 */

enum { FAULT_PRESENT = 1, FAULT_WRITE = 2, FAULT_EXECUTION = 16 }; /* error code of a page fault: SDM 3A 4.7 */

struct gate { /* SDM 3A figure 6-8 */
    uint16_t offset_low, selector;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
} __attribute__((packed));

struct task_state { /* SDM 3A figure 8-11 */
    uint32_t reserved0;
    uint64_t rsp[3], reserved1, stacks[7], reserved2;
    uint16_t reserved3, port_map;
} __attribute__((packed));

struct table_pointer {
    uint16_t limit;
    const void *address;
} __attribute__((packed));

static struct gate gates[VECTORS];
static struct task_state task_state = { .port_map = sizeof task_state };
/* Empty, 64-bit code, data (SDM 3A 3.4.5), and two words for the task state. */
static uint64_t descriptors[5] = { 0, 0x00209a0000000000, 0x0000920000000000 };
static void (*vector_handlers[VECTORS])(uint8_t);

/* kernel/faults/exceptions.asm */
extern const uint8_t interrupt_stubs[VECTORS][16];
void interrupt_entry(struct interrupt_frame *frame);
void descriptors_load(const struct table_pointer *table, uint16_t task_selector);

static const char *const exception_names[EXCEPTION_VECTORS] = {
    "divide error", "debug", "NMI", "breakpoint", "overflow", "bound range exceeded", "invalid opcode",
    "device not available", "double fault", "coprocessor segment overrun", "invalid TSS", "segment not present",
    "stack fault", "general protection", "page fault", "reserved", "x87 floating point", "alignment check",
    "machine check", "SIMD floating point", "virtualization", "control protection", "reserved", "reserved",
    "reserved", "reserved", "reserved", "reserved", "hypervisor injection", "VMM communication", "security", "reserved",
};

/* What a reader would try first, from the address and the stack pointer. */
static const char *likely_cause(const struct interrupt_frame *frame, uint64_t address)
{
    if (address < 4096)
        return "a null pointer?";
    if (frame->error & FAULT_PRESENT)
        return frame->error & FAULT_EXECUTION ? "data executed as code?" : "a write to what is read-only?";
    return address - (frame->rsp - 4096) < 8192 ? "a stack overflow?" : "an address that nobody mapped?";
}

static void report_exception(const struct interrupt_frame *frame)
{
    const char *name = exception_names[frame->vector];
    uint64_t address = cpu_read_cr2();
    if (frame->vector == DOUBLE_FAULT)
        panic_in(frame, "%s: a stack overflow? (last page fault at %p)", name, (void *)address);
    if (frame->vector == PAGE_FAULT) {
        const char *access = frame->error & FAULT_EXECUTION ? "executing"
                             : frame->error & FAULT_WRITE   ? "writing"
                                                            : "reading";
        panic_in(frame, "%s, %s %p: %s", name, access, (void *)address, likely_cause(frame, address));
    }
    panic_in(frame, "%s, error code 0x%lx", name, frame->error);
}

void interrupt_entry(struct interrupt_frame *frame)
{
    if (vector_handlers[frame->vector])
        vector_handlers[frame->vector]((uint8_t)frame->vector);
    else if (frame->vector < EXCEPTION_VECTORS)
        report_exception(frame);
    else
        panic_in(frame, "interrupt on vector %lu, which nobody has attached", frame->vector);
}

void vector_attach(uint8_t vector, void (*handle)(uint8_t vector))
{
    check(vector, >=, EXCEPTION_VECTORS);
    vector_handlers[vector] = handle;
}

static void fill_gates(void)
{
    for (size_t vector = 0; vector < VECTORS; vector++) {
        uint64_t stub = (uintptr_t)interrupt_stubs[vector];
        gates[vector] = (struct gate){
            .offset_low = (uint16_t)stub,
            .offset_middle = (uint16_t)(stub >> 16),
            .offset_high = (uint32_t)(stub >> 32),
            .selector = CODE_SELECTOR,
            .type = 0x8e, /* present, interrupt gate: arrives with interrupts off */
        };
    }
    static const uint8_t with_own_stack[EXCEPTION_STACKS] = { DOUBLE_FAULT, NMI, MACHINE_CHECK };
    for (uint8_t i = 0; i < EXCEPTION_STACKS; i++) {
        gates[with_own_stack[i]].stack = i + 1;
        task_state.stacks[i] = (uintptr_t)exception_stacks + (i + 1) * EXCEPTION_STACK_STRIDE;
    }
}

static void load_descriptors(void)
{
    uint64_t base = (uintptr_t)&task_state;
    /* An available 64-bit task state, present (SDM 3A figure 8-4). */
    descriptors[3] = (sizeof task_state - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
    descriptors[4] = base >> 32;
    descriptors_load(&(struct table_pointer){ sizeof descriptors - 1, descriptors }, TASK_SELECTOR);
    cpu_load_idt(&(struct table_pointer){ sizeof gates - 1, gates });
}

/* Until it is asked for, a machine check shuts the processor down. */
static void allow_machine_check(void)
{
    if (cpu_identify(1).edx & CPUID_MACHINE_CHECK)
        cpu_write_cr4(cpu_read_cr4() | CR4_MACHINE_CHECK);
}

const char *exceptions_start(void)
{
    fill_gates();
    load_descriptors();
    allow_machine_check();
    panic_start();
    return "256 vectors, 3 emergency stacks";
}
