/* Chapter 13: tasks wait for conditions, time and each other, and no wake-up is lost. */
// sources: kernel/task.c kernel/task_switch.asm
#include "kernel/task.h"
#include "kernel/clock.h"
#include "kernel/main.h"
#include "kernel/pages.h"
#include "kernel/page_tables.h"
#include "tests/host/test.h"

void (*idle_step)(void);

static void *guard;
static bool no_memory, no_timer;
static uint64_t timer; /* when it interrupts, 0: not set */
static int sleeps, looks_with_interrupts_on;
static bool allowed_since_look; /* an interrupt could have come since the last look */
static void (*interrupt)(void); /* waits to be let in; once */

void *pages_allocate(size_t count, enum zone zone)
{
    (void)zone;
    return no_memory ? NULL : aligned_alloc(PAGE_BYTES, count * PAGE_BYTES);
}

bool unmap_page(void *page)
{
    guard = page;
    return true;
}

bool clock_wake_after(uint64_t microseconds)
{
    EXPECT(fake_interrupts_off, ==, true);
    timer = fake_time + microseconds;
    return !no_timer;
}

static bool deliver(void)
{
    if (!interrupt)
        return false;
    void (*handler)(void) = interrupt;
    interrupt = NULL;
    fake_interrupts_off = true;
    handler();
    fake_interrupts_off = false;
    return true;
}

static void allowed(void)
{
    allowed_since_look = true;
    deliver();
}

static void halted(void)
{
    EXPECT(allowed_since_look, ==, false); /* an interrupt in between would be slept over */
    if (deliver())
        return;
    sleeps++;
    EXPECT(timer, !=, 0); /* else this sleep is for ever */
    fake_time = timer > fake_time ? timer : fake_time;
    timer = 0;
}

static void look(void)
{
    allowed_since_look = false;
    looks_with_interrupts_on += !fake_interrupts_off;
}

static void start(void)
{
    fake_interrupts_allowed = allowed;
    fake_halted = halted;
}

static bool is_set(void *flag)
{
    look();
    return *(bool *)flag;
}

static bool is_never(void *unused)
{
    (void)unused;
    look();
    return false;
}

static char said[256];

static void say_and_wait(void *word)
{
    for (;;) {
        strcat(said, word);
        wait_until(is_never, NULL, 100);
    }
}

TEST(a_condition_that_holds_costs_no_sleep)
{
    bool flag = true;
    start();
    EXPECT(wait_until(is_set, &flag, WAIT_FOREVER), ==, true);
    EXPECT(sleeps, ==, 0);
    EXPECT(fake_interrupts_off, ==, false);
}

TEST(waiting_ends_in_time)
{
    start();
    uint64_t before = fake_time;
    EXPECT(wait_until(is_never, NULL, 5000), ==, false);
    EXPECT(fake_time - before, >=, 5000);
    EXPECT(fake_time - before, <, 5100);
    EXPECT(sleeps, ==, 1);
}

TEST(waiting_no_time_at_all_still_looks_once)
{
    bool flag = true, other = false;
    start();
    EXPECT(wait_until(is_set, &flag, 0), ==, true);
    EXPECT(wait_until(is_set, &other, 0), ==, false);
    EXPECT(sleeps, ==, 0);
}

TEST(a_timer_that_comes_early_is_set_again)
{
    start();
    uint64_t before = fake_time;
    void short_sleep(void)
    {
        sleeps++;
        fake_time += 10;
    }
    fake_halted = short_sleep;
    EXPECT(wait_until(is_never, NULL, 1000), ==, false);
    EXPECT(fake_time - before, >=, 1000);
    EXPECT(sleeps, >, 50);
}

TEST(without_a_timer_time_still_passes)
{
    no_timer = true;
    start();
    uint64_t before = fake_time;
    EXPECT(wait_until(is_never, NULL, 5000), ==, false);
    EXPECT(fake_time - before, >=, 5000);
    EXPECT(sleeps, ==, 0);
}

TEST(a_time_that_nobody_lives_to_see_is_for_ever)
{
    bool flag = true;
    start();
    fake_time = 1000;
    EXPECT(wait_until(is_set, &flag, WAIT_FOREVER - 10), ==, true);
}

static bool arrived;
static void arrive(void) { arrived = true; }

static bool has_arrived_just_now(void *unused)
{
    (void)unused;
    look();
    if (!arrived)
        interrupt = arrive; /* the device calls right after we looked */
    return arrived;
}

TEST(an_interrupt_between_look_and_sleep_is_not_slept_over)
{
    start();
    EXPECT(wait_until(has_arrived_just_now, NULL, WAIT_FOREVER), ==, true);
    EXPECT(sleeps, ==, 0);
}

TEST(conditions_are_asked_with_interrupts_off)
{
    static struct task a, b;
    start();
    task_create(&a, "a", say_and_wait, "a");
    task_create(&b, "b", say_and_wait, "b");
    wait_until(is_never, NULL, 1000);
    bool flag = true;
    wait_until(is_set, &flag, WAIT_FOREVER);
    EXPECT(looks_with_interrupts_on, ==, 0);
}

static bool level = true;
static void fall(void) { level = false; }

TEST(the_answer_is_the_one_that_ended_the_wait)
{
    start();
    interrupt = fall; /* as soon as interrupts are allowed, it is over again */
    EXPECT(wait_until(is_set, &level, WAIT_FOREVER), ==, true);
    EXPECT(level, ==, false);
}

TEST(a_new_task_runs_at_the_next_wait)
{
    static struct task task;
    start();
    task_create(&task, "a", say_and_wait, "a");
    EXPECT_TEXT(said, "");
    wait_until(is_never, NULL, 0);
    EXPECT_TEXT(said, "a"); /* a wait of no time, too, lets the others run first */
}

TEST(tasks_take_turns)
{
    static struct task a, b, c;
    start();
    task_create(&c, "c", say_and_wait, "c");
    task_create(&b, "b", say_and_wait, "b");
    task_create(&a, "a", say_and_wait, "a");
    wait_until(is_never, NULL, 250);
    EXPECT_TEXT(said, "abcabcabc");
}

static void say_when_set(void *flag)
{
    for (;;) {
        wait_until(is_set, flag, WAIT_FOREVER);
        *(bool *)flag = false;
        strcat(said, "set ");
    }
}

TEST(one_flag_wakes_one_of_those_who_take_it)
{
    static struct task a, b;
    static bool flag;
    start();
    task_create(&a, "a", say_when_set, &flag);
    task_create(&b, "b", say_when_set, &flag);
    wait_until(is_never, NULL, 10);
    flag = true;
    wait_until(is_never, NULL, 10);
    EXPECT_TEXT(said, "set ");
}

TEST(the_earliest_of_all_deadlines_sets_the_timer)
{
    static struct task task;
    start();
    task_create(&task, "a", say_and_wait, "a"); /* every 100 microseconds */
    uint64_t before = fake_time;
    wait_until(is_never, NULL, 10000);
    EXPECT(fake_time - before, <, 11000);
    EXPECT(strlen(said), >, 80);
    EXPECT(strlen(said), <, 102);
}

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

void task_switch(uint64_t *from, uint64_t to); /* kernel/task_switch.asm */

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

TEST(waiting_works_before_there_are_tasks)
{
    bool flag = true;
    fake_halted = halted;
    EXPECT(wait_until(is_set, &flag, 10), ==, true);
}

TEST(an_idle_kernel_waits_for_its_tasks)
{
    static struct task task;
    start();
    task_create(&task, "a", say_and_wait, "a");
    void stop(void)
    {
        if (++sleeps == 3)
            longjmp(fake_panic_return, 1);
        fake_time = timer;
    }
    fake_halted = stop;
    if (!setjmp(fake_panic_return))
        idle_step();
    EXPECT_TEXT(said, "aaa");
}

static void work(void *unused)
{
    (void)unused;
    for (;;) {
        fake_time += 300;
        wait_until(is_never, NULL, 700);
    }
}

TEST(time_asleep_is_counted_and_time_at_work_is_not)
{
    static struct task task;
    start();
    EXPECT(task_count(), ==, 1);
    task_create(&task, "worker", work, NULL);
    EXPECT(task_count(), ==, 2);
    EXPECT(task_idle_time(), ==, 0);
    uint64_t before = fake_time;
    wait_until(is_never, NULL, 100000);
    uint64_t share = task_idle_time() * 100 / (fake_time - before);
    EXPECT(share, >=, 68);
    EXPECT(share, <=, 70);
}

TEST(waiting_awake_is_no_sleep)
{
    start();
    no_timer = true;
    wait_until(is_never, NULL, 100);
    EXPECT(task_idle_time(), ==, 0);
}
