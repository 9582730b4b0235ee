/* Chapter 13: tasks wait for conditions, time and each other, and no wake-up is lost. */
#include "tests/host/task.h"

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
