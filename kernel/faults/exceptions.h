/* Chapter 3: when the CPU objects. */
#pragma once
#include <stdint.h>

/* What the stubs in kernel/faults/exceptions.asm leave on the stack, lowest address first. */
struct interrupt_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error; /* error is 0 where the CPU gives none */
    uint64_t rip, cs, rflags, rsp, ss;
};

enum {
    EXCEPTION_VECTORS = 32, /* the CPU's own; the rest are for devices (SDM 3A 6.2) */
    VECTORS = 256,
    EXCEPTION_STACKS = 3, /* double fault, NMI, machine check */
    EXCEPTION_STACK_STRIDE = 4096 + 8192, /* a guard page, then the stack */
};

/* The stacks of kernel/faults/exceptions.asm, each with its guard page first. */
extern uint8_t exception_stacks[EXCEPTION_STACKS * EXCEPTION_STACK_STRIDE];

/* From now on `handle` answers this vector, 32 to 255, with interrupts off. */
void vector_attach(uint8_t vector, void (*handle)(uint8_t vector));

const char *exceptions_start(void);
