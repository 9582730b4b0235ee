/* A chapter of the tests, the last: every mistake that a kernel can make, on purpose. The
 * word danger=NAME on the command line says which. */
#include "kernel/core/cpu.h"
#include "kernel/core/log.h"
#include "kernel/core/print.h"
#include "kernel/faults/exceptions.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/pages.h"
#include "kernel/time/task.h"
#include <stddef.h>

enum { TASK_SWITCHED = 1 << 3, NUMERIC_ERROR = 1 << 5 }; /* CR0, SDM 3A 2.5 */
#define NOT_CANONICAL 0x8000000000000000

const char *danger_name(void); /* danger_before.c */
const char *danger_start(void);

static volatile uint8_t zero;
static uint8_t data[16] = { 0xc3 }; /* ret */
static const uint8_t constant[16] = { 0xc3 };

static uint64_t read_cr0(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static void write_cr0(uint64_t value) { __asm__ volatile("mov %0, %%cr0" ::"r"(value)); }

/* Hides from the compiler where a pointer points: it would make something else of these. */
static void *somewhere(uint64_t address)
{
    void *pointer = (void *)address;
    __asm__ volatile("" : "+r"(pointer));
    return pointer;
}

static void read_from(uint64_t address) { (void)*(volatile uint8_t *)somewhere(address); }
static void write_to(uint64_t address) { *(volatile uint8_t *)somewhere(address) = 0x90; }

/* Behind a call at the end of a function, which would otherwise be a jump, and the function in no backtrace. */
#define HERE __asm__ volatile("")
#define CALL(address)                                                                              \
    do {                                                                                           \
        ((void (*)(void))somewhere(address))();                                                    \
        HERE;                                                                                      \
    } while (0)

/* Exceptions that an instruction raises. */

static void divide(void) { __asm__ volatile("xor %%edx, %%edx; idivb %0" ::"m"(zero) : "eax", "edx", "cc"); }
static void step(void) { __asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; nop" ::: "cc", "memory"); }
static void breakpoint(void) { __asm__ volatile("int3"); }
static void overflow(void) { __asm__ volatile("int $4"); }
static void undefined(void) { __asm__ volatile("ud2"); }

static void no_device(void)
{
    write_cr0(read_cr0() | TASK_SWITCHED);
    __asm__ volatile("fnop");
}

static void not_present(void)
{
    static const uint64_t table[] = { 0, 0x00209a0000000000, 0x0000920000000000, 0x0000120000000000 };
    struct {
        uint16_t limit;
        const void *address;
    } __attribute__((packed)) pointer = { sizeof table - 1, table };
    __asm__ volatile("lgdt %0; mov %1, %%es" ::"m"(pointer), "r"(24) : "memory");
}

/* An address by way of RBP belongs to the stack. */
static void stack_fault(void)
{
    __asm__ volatile("push %%rbp; mov %0, %%rbp; mov (%%rbp), %%rax; pop %%rbp" ::"r"(NOT_CANONICAL) : "rax", "memory");
}

static void protection(void) { read_from(NOT_CANONICAL); }

static void floating_point(void)
{
    uint16_t control = 0x0360; /* no exception masked */
    write_cr0((read_cr0() & ~(uint64_t)(4 | TASK_SWITCHED)) | NUMERIC_ERROR);
    __asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait" ::"m"(control));
}

static void device_vector(void) { __asm__ volatile("int $0xf0"); }

/* Page faults. */

static void null_read(void) { read_from(0); }
static void null_write(void) { write_to(8); }
static void null_call(void) { CALL(0); }
static void nowhere_read(void) { read_from(3ull << 40); }
static void nowhere_write(void) { write_to(3ull << 40); }
static void nowhere_call(void) { CALL(3ull << 40); }
static void text_write(void) { write_to((uintptr_t)danger_start); }
static void constant_write(void) { write_to((uintptr_t)constant); }
static void data_call(void) { CALL((uintptr_t)data); }
static void constant_call(void) { CALL((uintptr_t)constant); }

static void stack_call(void)
{
    volatile uint8_t code[16] = { 0xc3 };
    CALL((uintptr_t)code);
}

/* Stacks. */

#pragma GCC diagnostic ignored "-Winfinite-recursion" /* that is what it is for */
static uint64_t __attribute__((noinline)) dig(uint64_t depth)
{
    volatile uint8_t shovel[256];
    shovel[depth % 256] = (uint8_t)depth;
    return dig(depth + 1) + shovel[depth % 128];
}

static void boot_stack(void) { dig(0); }
static void in_task(void *unused)
{
    (void)unused;
    dig(0);
}

static void task_stack(void)
{
    static struct task task;
    task_create(&task, "digger", in_task, NULL);
}

static void returns(void *unused) { (void)unused; }

static void task_return(void)
{
    static struct task task;
    task_create(&task, "deserter", returns, NULL);
}

static void no_stack(void) { __asm__ volatile("mov %0, %%rsp; push %%rax" ::"r"(3ull << 40)); }
static void no_stack_not_canonical(void) { __asm__ volatile("mov %0, %%rsp; push %%rax" ::"r"(NOT_CANONICAL)); }

/* A loop of frames: who prints it must stop. */
static void circular_frames(void)
{
    static uint64_t frames[2];
    frames[0] = (uintptr_t)frames;
    frames[1] = (uintptr_t)danger_start;
    __asm__ volatile("mov %0, %%rbp; ud2" ::"r"(frames));
}

static void wild_frames(void) { __asm__ volatile("mov %0, %%rbp; ud2" ::"r"(5ull << 40)); }

/* Contracts. */

static void double_free(void)
{
    void *page = pages_allocate(1, ZONE_ANY);
    pages_free(page, 1);
    pages_free(page, 1);
}

static void foreign_free(void) { pages_free((void *)0x1000, 1); }
static void crooked_free(void) { pages_free((uint8_t *)pages_allocate(1, ZONE_ANY) + 8, 1); }
static void check_fails(void) { check(zero + 2, ==, 3); }
static void plain(void) { panic("the answer is %d", 42 + zero); }

static void use_after_free(void)
{
    uint64_t *page = pages_allocate_zeroed(1, ZONE_ANY);
    pages_free(page, 1);
    check(page[0], ==, 0);
}

static void broken_write(const char *text, size_t length)
{
    (void)text;
    (void)length;
    write_to(0);
}

/* The first message must get out although an output breaks. */
static void nested(void)
{
    static struct log_output broken = { NULL, broken_write, NULL };
    log_join(&broken);
    panic("the first of two");
}

static void nothing(void) {}

static const struct {
    const char *name;
    void (*make)(void);
} dangers[] = {
    { "divide", divide },
    { "step", step },
    { "breakpoint", breakpoint },
    { "overflow", overflow },
    { "undefined", undefined },
    { "no-device", no_device },
    { "not-present", not_present },
    { "stack-fault", stack_fault },
    { "protection", protection },
    { "floating-point", floating_point },
    { "device-vector", device_vector },
    { "null-read", null_read },
    { "null-write", null_write },
    { "null-call", null_call },
    { "nowhere-read", nowhere_read },
    { "nowhere-write", nowhere_write },
    { "nowhere-call", nowhere_call },
    { "text-write", text_write },
    { "constant-write", constant_write },
    { "data-call", data_call },
    { "constant-call", constant_call },
    { "stack-call", stack_call },
    { "boot-stack", boot_stack },
    { "task-stack", task_stack },
    { "task-return", task_return },
    { "no-stack", no_stack },
    { "no-stack-not-canonical", no_stack_not_canonical },
    { "circular-frames", circular_frames },
    { "wild-frames", wild_frames },
    { "double-free", double_free },
    { "foreign-free", foreign_free },
    { "crooked-free", crooked_free },
    { "use-after-free", use_after_free },
    { "check", check_fails },
    { "plain", plain },
    { "nested", nested },
};

static bool is_same(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return *left == *right;
}

const char *danger_start(void)
{
    void (*make)(void) = nothing;
    for (size_t i = 0; i < sizeof dangers / sizeof dangers[0]; i++)
        if (is_same(dangers[i].name, danger_name()))
            make = dangers[i].make;
    make();
    HERE;
    return "survived";
}
