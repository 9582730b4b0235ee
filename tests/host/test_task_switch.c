/* Chapter 13: what a task keeps across a switch, and where its stack begins and ends. */
#include "tests/host/task.h"

static uintptr_t frame;
static uint64_t sum;

static void add(void *amount)
{
    if (*(uint64_t *)amount == 1000)
        frame = (uintptr_t)__builtin_frame_address(0);
    uint64_t mine = 0;
    for (uint64_t i = 1;; i++) {
        mine += i * *(uint64_t *)amount;
        sum += mine;
        wait_until(is_never, NULL, 0);
    }
}

TEST(a_task_keeps_its_registers_and_stack)
{
    static struct task a, b;
    static uint64_t one = 1, thousand = 1000;
    start();
    task_create(&a, "a", add, &one);
    task_create(&b, "b", add, &thousand);
    uint64_t expected = 0, mine = 0;
    for (uint64_t i = 1; i <= 50; i++) {
        mine += i * 1001;
        expected += mine;
        sum += i; /* a register or two of our own across the switch */
        wait_until(is_never, NULL, 0);
        sum -= i;
        EXPECT(sum, ==, expected);
    }
    EXPECT(frame % 16, ==, 0); /* System V ABI 3.2.2: the caller's stack is aligned, rbp 16 below it */
    EXPECT(frame - (uintptr_t)guard, <, 5 * PAGE_BYTES);
    EXPECT(frame - (uintptr_t)guard, >, 4 * PAGE_BYTES);
}

void task_switch(uint64_t *from, uint64_t to); /* kernel/time/task_switch.asm */

/* Switches with a number of its own in each register that a called function must keep. */
static void switch_with_full_registers(uint64_t seed, uint64_t *from, const uint64_t *to)
{
    register uint64_t rbx __asm__("rbx") = seed, r12 __asm__("r12") = seed + 1, r13 __asm__("r13") = seed + 2;
    register uint64_t r14 __asm__("r14") = seed + 3, r15 __asm__("r15") = seed + 4;
    __asm__ volatile("" : "+r"(rbx), "+r"(r12), "+r"(r13), "+r"(r14), "+r"(r15));
    task_switch(from, *to);
    __asm__ volatile("" : "+r"(rbx), "+r"(r12), "+r"(r13), "+r"(r14), "+r"(r15));
    EXPECT(rbx, ==, seed);
    EXPECT(r12, ==, seed + 1);
    EXPECT(r13, ==, seed + 2);
    EXPECT(r14, ==, seed + 3);
    EXPECT(r15, ==, seed + 4);
}

static uint64_t our_stack;
static struct task other;

static void switch_back(void *unused)
{
    (void)unused;
    for (;;)
        switch_with_full_registers(0x2222000000002000, &other.stack_pointer, &our_stack);
}

TEST(every_register_that_a_call_must_keep_is_kept)
{
    start();
    task_create(&other, "other", switch_back, NULL);
    for (uint64_t i = 0; i < 10; i++)
        switch_with_full_registers(i * 10, &our_stack, &other.stack_pointer);
}

static void leave(void *unused) { (void)unused; }

TEST(a_task_that_ends_stops_the_kernel)
{
    static struct task task;
    start();
    task_create(&task, "brief", leave, NULL);
    EXPECT_PANIC("task brief returned", wait_until(is_never, NULL, 0));
}

TEST(without_memory_for_a_stack_there_is_no_task)
{
    static struct task task;
    start();
    no_memory = true;
    EXPECT_PANIC("no memory for the stack of task big", task_create(&task, "big", leave, NULL));
}
