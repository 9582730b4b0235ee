/* Chapter 20: calls that wait: many at once, given up, and across a restore. */
#include "tests/host/echo.h"

/* Many tasks. */

static struct worker {
    uint32_t number;
    int32_t status;
    int ended;
    uint64_t microseconds;
    const volatile bool *cancelled;
    enum { LENDS = 1, SEES_LOSS = 2 } what;
    bool left;
} workers[40];

static void work(void *argument)
{
    struct worker *worker = argument;
    struct hgcm_call *call = hgcm_begin(&client, WAIT);
    uint32_t *data = hgcm_give_buffer(call, sizeof *data, HGCM_BOTH);
    hgcm_give_32(call, worker->number);
    *data = worker->number;
    call->cancelled = worker->cancelled;
    worker->status = hgcm_finish(call, worker->microseconds);
    EXPECT(worker->status < 0 || *data == ~worker->number, ==, true);
    worker->left = call->is_left;
    hgcm_end(call);
    worker->ended++;
}

static void start_workers(size_t count, uint64_t microseconds, const volatile bool *cancelled)
{
    for (size_t i = 0; i < count; i++) {
        workers[i] = (struct worker){ .number = (uint32_t)i, .microseconds = microseconds, .cancelled = cancelled };
        services_task(work, &workers[i]);
    }
    pages_before = pages_allocated(); /* with their stacks */
    machine_settle();
}

/* One that waits ends with its worker's number, and `more`. */
static void end_call(struct fake_call *call, int32_t more)
{
    change(&call->parameters[0]);
    fake_hgcm_complete(&host, call, (int32_t)call->parameters[1].number + more);
}

static void end_one(int32_t more) { end_call(fake_hgcm_find(WAIT), more); }

TEST(any_number_of_calls_end_in_any_order)
{
    start();
    start_workers(40, WAIT_FOREVER, NULL);
    EXPECT(fake_hgcm.pending, ==, 40);
    EXPECT(hgcm_counts.waiting, ==, 40);
    EXPECT(pages_allocated(), ==, pages_before + 40);
    fake_hgcm.slow = fake_hgcm.backwards = true;
    for (int i = 0; i < 40; i++)
        end_one(100);
    host.accesses = 0;
    fake_hgcm_deliver(&host);
    machine_settle();
    for (int32_t i = 0; i < 40; i++) {
        EXPECT(workers[i].status, ==, 100 + i);
        EXPECT(workers[i].ended, ==, 1);
    }
    expect_all_given_back();
}

TEST(one_that_ends_leaves_the_others_waiting)
{
    start();
    start_workers(3, WAIT_FOREVER, NULL);
    fake_hgcm.slow = true;
    end_call(fake_hgcm_find(WAIT)->next, 5);
    fake_hgcm_deliver(&host);
    machine_settle();
    EXPECT(workers[1].status, ==, 6);
    EXPECT(workers[0].ended + workers[2].ended, ==, 0);
    fake_hgcm.slow = false;
    end_one(5);
    end_one(5);
    machine_settle();
    EXPECT(workers[0].status == 5 && workers[2].status == 7, ==, true);
    expect_all_given_back();
}

/* Giving up. */

TEST(a_call_that_takes_too_long_is_taken_back)
{
    start();
    start_workers(2, 3 * SERVICES_SECOND, NULL);
    machine_pass(2 * SERVICES_SECOND);
    EXPECT(workers[0].ended, ==, 0);
    machine_pass(2 * SERVICES_SECOND);
    EXPECT(workers[0].status, ==, HGCM_TIME_OUT);
    EXPECT(workers[1].status, ==, HGCM_TIME_OUT);
    EXPECT(fake_hgcm.cancelled, ==, 2);
    EXPECT(fake_hgcm.pending, ==, 0);
    EXPECT(hgcm_counts.cancelled, ==, 2);
    EXPECT(hgcm_counts.left, ==, 0);
    expect_all_given_back();
}

TEST(a_flag_takes_a_call_back)
{
    start();
    static volatile bool cancelled;
    start_workers(1, WAIT_FOREVER, &cancelled);
    EXPECT(workers[0].ended, ==, 0);
    cancelled = true;
    machine_settle();
    EXPECT(workers[0].status, ==, HGCM_CANCELLED);
    EXPECT(fake_hgcm.pending, ==, 0);
    expect_all_given_back();
}

TEST(a_call_that_ends_while_it_is_taken_back_has_ended)
{
    start();
    start_workers(1, SERVICES_SECOND, NULL);
    fake_hgcm.slow = true;
    end_one(9); /* and the guest has not heard of it when its time is over */
    machine_pass(SERVICES_SECOND + 100000);
    EXPECT(workers[0].ended, ==, 0); /* request 65: it is being completed; so it waits on */
    fake_hgcm_deliver(&host);
    machine_settle();
    EXPECT(workers[0].status, ==, 9);
    EXPECT_TEXT(fake_log, ""); /* that it could not be taken back is nothing to worry about */
    EXPECT(hgcm_counts.cancelled, ==, 0);
    expect_all_given_back();
}

TEST(the_page_of_a_call_that_never_comes_back_is_nobody_s)
{
    start();
    fake_hgcm.lies.deaf = true;
    start_workers(3, SERVICES_SECOND, NULL);
    machine_pass(10 * SERVICES_SECOND);
    for (int i = 0; i < 3; i++) {
        EXPECT(workers[i].status, ==, HGCM_TIME_OUT);
        EXPECT(workers[i].left, ==, true);
    }
    EXPECT(hgcm_counts.left, ==, 3);
    EXPECT(pages_allocated(), ==, pages_before + 3);
    EXPECT_LOGGED("    HGCM: the host neither ends a call nor gives it back; the page at 0x");
    EXPECT(fake_log_count("    HGCM"), ==, 1);
    uint32_t left = fake_hgcm.calls->address; /* nobody is given that one */
    void *pages[4096];
    size_t count = 0;
    while (count < 4096 && (pages[count] = pages_allocate(1, ZONE_ANY)) != NULL)
        EXPECT((uintptr_t)pages[count++], !=, left);
    while (count)
        pages_free(pages[--count], 1);
    fake_hgcm.lies.deaf = false;
    for (int i = 0; i < 3; i++) /* it comes back after all */
        end_one(0);
    machine_settle();
    EXPECT(hgcm_counts.left, ==, 0);
    expect_all_given_back();
}

/* Calls that are left to the service. */

static int ended_late;
static void note_end(const struct hgcm_call *call, int32_t status) { ended_late += call->note == 5 && status == 9; }

TEST(a_call_with_an_end_of_its_own_is_not_taken_back_and_comes_to_its_end)
{
    start();
    struct hgcm_call *call = hgcm_begin(&client, WAIT);
    hgcm_give_32(call, 0);
    hgcm_give_32(call, 9);
    call->ended = note_end;
    call->note = 5;
    EXPECT(hgcm_finish(call, SERVICES_SECOND), ==, HGCM_TIME_OUT);
    hgcm_end(call);
    EXPECT(fake_hgcm.cancelled, ==, 0);
    EXPECT(hgcm_counts.left, ==, 1);
    EXPECT(pages_allocated(), ==, pages_before + 1);
    end_one(0);
    machine_settle();
    EXPECT(ended_late, ==, 1);
    EXPECT(hgcm_counts.left, ==, 0);
    expect_all_given_back();
}

/* Two calls that borrow of the same pages, which their owner frees at once. */
TEST(pages_that_are_lent_directly_are_free_when_the_last_call_has_ended)
{
    start();
    uint8_t *memory = pages_allocate(3, ZONE_ANY);
    for (int i = 0; i < 2; i++) {
        struct hgcm_call *call = hgcm_begin(&client, WAIT);
        hgcm_give_32(call, 0);
        hgcm_give_32(call, 0);
        hgcm_lend_direct(call, memory + 2 * PAGE_BYTES - i, 10, HGCM_FROM_HOST);
        EXPECT(hgcm_finish(call, SERVICES_SECOND), ==, HGCM_TIME_OUT);
        hgcm_end(call);
    }
    hgcm_free(memory, 3);
    EXPECT(pages_allocated(), ==, pages_before + 2 + 3);
    end_one(0);
    machine_settle();
    EXPECT(pages_allocated(), ==, pages_before + 1 + 3);
    end_one(0);
    machine_settle();
    expect_all_given_back();
}

/* A life with breaks in it. */

TEST(calls_go_on_after_a_restore)
{
    start();
    start_workers(5, WAIT_FOREVER, NULL);
    fake_hgcm_restore(&host);
    machine_settle();
    EXPECT(fake_hgcm.pending, ==, 5);
    for (int i = 0; i < 5; i++)
        end_one(0);
    machine_settle();
    for (int32_t i = 0; i < 5; i++)
        EXPECT(workers[i].status, ==, i);
    expect_all_given_back();
}

TEST(without_an_interrupt_calls_end_all_the_same)
{
    machine.line_cut = true;
    start();
    start_workers(2, WAIT_FOREVER, NULL);
    end_one(1);
    end_one(1);
    for (int i = 0; i < 100; i++)
        machine_pass(100000);
    EXPECT(workers[0].status == 1 && workers[1].status == 2, ==, true);
    expect_all_given_back();
}

static void end_waits(uint32_t gone)
{
    struct fake_call *call = fake_hgcm_find(WAIT);
    if (call && call->client == gone)
        fake_hgcm_complete(&host, call, -39);
}

TEST(a_call_that_waits_when_its_client_goes_is_ended_by_the_service)
{
    start();
    service.disconnect = end_waits;
    start_workers(1, WAIT_FOREVER, NULL);
    hgcm_disconnect(&client);
    machine_settle();
    EXPECT(workers[0].status, ==, -39);
    expect_all_given_back();
}
