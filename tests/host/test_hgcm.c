/* Chapter 20: calls to services of the host, of an honest one and of others. */
// sources: drivers/guest/hgcm.c drivers/guest/events.c drivers/guest/vmmdev.c kernel/leave.c
// sources: kernel/interrupts.c kernel/task.c kernel/task_switch.asm kernel/pages.c kernel/memory_map.c lib/format.c
// sources: tests/host/fake/services.c tests/host/fake/hgcm.c tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/hgcm.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/leave.h"
#include "kernel/task.h"
#include "tests/host/fake/services.h"
#include "tests/host/test.h"

enum { ECHO = 1, WAIT = 2, FAIL = 3, PLAIN = 4, SHORT = 5, GROW = 6 };
enum { IO_ERROR = -100 };

/* Numbers come back one larger, bytes inverted. */
static void change(struct fake_parameter *parameter)
{
    parameter->number++;
    for (uint32_t i = 0; i < parameter->size; i++)
        parameter->data[i] ^= 0xff;
}

static int32_t serve(struct fake_call *call)
{
    if (call->function == WAIT)
        return FAKE_LATER;
    for (uint32_t i = 0; i < call->count && call->function != PLAIN; i++) {
        change(&call->parameters[i]);
        call->parameters[i].size >>= call->function == SHORT;
        call->parameters[i].size += call->function == GROW ? 1000 : 0;
    }
    return call->function == FAIL ? IO_ERROR : 7;
}

static struct fake_service service = { .name = "Echo", .takes_pages = true, .call = serve };
static struct hgcm_client client = { "Echo", 0, NULL };
static size_t pages_before;

/* Some calls first, so that the pages that rest are there. */
static void start(void)
{
    services_start();
    fake_hgcm_offer(&service);
    EXPECT(hgcm_connect(&client), >=, 0);
    for (int i = 0; i < 8; i++) {
        struct hgcm_call *call = hgcm_begin(&client, PLAIN);
        EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
        hgcm_end(call);
    }
    pages_before = pages_allocated();
}

static void expect_all_given_back(void)
{
    EXPECT(pages_allocated(), ==, pages_before);
    EXPECT(hgcm_counts.waiting, ==, 0);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_call_goes_there_and_back)
{
    start();
    struct hgcm_call *call = hgcm_begin(&client, ECHO);
    hgcm_give_32(call, 41);
    hgcm_give_64(call, 0x1234567890abcdef);
    hgcm_give_data(call, "abc", 4);
    uint8_t *both = hgcm_give_buffer(call, 3, HGCM_BOTH);
    const uint8_t *answer = hgcm_give_buffer(call, 5, HGCM_FROM_HOST);
    memcpy(both, "xyz", 3);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
    EXPECT(hgcm_number_32(call, 0), ==, 42);
    EXPECT(hgcm_number_64(call, 1), ==, 0x1234567890abcdf0);
    size_t bytes = 0;
    EXPECT(memcmp(hgcm_data(call, 2, &bytes), "abc", 4), ==, 0); /* not the host's to change */
    EXPECT(hgcm_data(call, 3, &bytes) == both, ==, true);
    EXPECT(bytes, ==, 3);
    EXPECT(both[0], ==, 'x' ^ 0xff);
    EXPECT(answer[4], ==, 0xff);
    hgcm_end(call);
    expect_all_given_back();
}

TEST(a_call_costs_one_out_and_one_in)
{
    start();
    host.accesses = 0;
    struct hgcm_call *call = hgcm_begin(&client, ECHO);
    hgcm_give_data(call, "abc", 4);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
    hgcm_end(call);
    EXPECT_TEXT(fake_vmmdev_trace(&host, 0), "request 63, 256 bytes: 2903\nfetch: 0x2\n");
    expect_all_given_back();
}

TEST(the_host_keeps_a_call_in_place)
{
    start();
    uint32_t whole = fake_hgcm.written_whole;
    struct hgcm_call *call = hgcm_begin(&client, PLAIN);
    EXPECT(hgcm_give_buffer(call, HGCM_DATA_BYTES, HGCM_BOTH) != NULL, ==, true);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
    hgcm_end(call);
    EXPECT(fake_hgcm.written_whole, ==, whole);
    expect_all_given_back();
}

TEST(values_come_back_from_a_failure_too)
{
    start();
    struct hgcm_call *call = hgcm_begin(&client, FAIL);
    hgcm_give_32(call, 5);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, IO_ERROR);
    EXPECT(hgcm_number_32(call, 0), ==, 6);
    hgcm_end(call);
    EXPECT(hgcm_counts.failed, ==, 1);
    expect_all_given_back();
}

/* Memory of any place and size, in both ways of lending it. */
TEST(lent_memory_is_read_and_written_where_it_is)
{
    start();
    uint8_t *memory = pages_allocate(40, ZONE_ANY);
    static const size_t sizes[] = { 1, 2, 4095, 4096, 4097, 8192, 100000 };
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        size_t bytes = sizes[i / 2], from = i * 700 % 5000;
        memset(memory, 0x11, 40 * PAGE_BYTES);
        struct hgcm_call *call = hgcm_begin(&client, ECHO);
        (i % 2 ? hgcm_lend : hgcm_lend_direct)(call, memory + from, bytes, HGCM_BOTH);
        EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
        EXPECT(hgcm_lent(call, 0), ==, bytes);
        hgcm_end(call);
        for (size_t at = 0; at < 40 * PAGE_BYTES; at++)
            EXPECT(memory[at], ==, at >= from && at < from + bytes ? 0xee : 0x11);
    }
    pages_free(memory, 40);
    expect_all_given_back();
}

TEST(nothing_can_be_lent)
{
    start();
    struct hgcm_call *call = hgcm_begin(&client, ECHO);
    hgcm_lend(call, NULL, 0, HGCM_TO_HOST);
    hgcm_lend_direct(call, NULL, 0, HGCM_FROM_HOST);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
    EXPECT(hgcm_lent(call, 1), ==, 0);
    hgcm_end(call);
    expect_all_given_back();
}

TEST(a_mib_can_be_lent_page_by_page_and_no_more)
{
    start();
    uint8_t *memory = pages_allocate(300, ZONE_ANY);
    for (size_t bytes = HGCM_DIRECT_BYTES; bytes <= HGCM_DIRECT_BYTES * 2; bytes *= 2) {
        struct hgcm_call *call = hgcm_begin(&client, PLAIN);
        hgcm_lend_direct(call, memory + 1, bytes, HGCM_FROM_HOST);
        EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, bytes == HGCM_DIRECT_BYTES ? 7 : HGCM_TOO_LARGE);
        hgcm_end(call);
    }
    pages_free(memory, 300);
    expect_all_given_back();
}

TEST(an_answer_that_was_shorter_says_so)
{
    start();
    uint8_t *memory = pages_allocate(1, ZONE_ANY);
    struct hgcm_call *call = hgcm_begin(&client, SHORT);
    hgcm_give_buffer(call, 100, HGCM_FROM_HOST);
    hgcm_lend(call, memory, 3000, HGCM_FROM_HOST);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
    size_t bytes = 0;
    hgcm_data(call, 0, &bytes);
    EXPECT(bytes, ==, 50);
    EXPECT(hgcm_lent(call, 1), ==, 1500);
    hgcm_end(call);
    pages_free(memory, 1);
    expect_all_given_back();
}

TEST(what_does_not_fit_is_not_sent)
{
    start();
    uint64_t taken = fake_hgcm.taken;
    struct hgcm_call *call = hgcm_begin(&client, ECHO);
    EXPECT(hgcm_give_buffer(call, HGCM_DATA_BYTES + 1, HGCM_BOTH) == NULL, ==, true);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, HGCM_TOO_LARGE);
    hgcm_end(call);
    call = hgcm_begin(&client, ECHO);
    for (uint32_t i = 0; i <= HGCM_PARAMETERS; i++)
        hgcm_give_32(call, i);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, HGCM_TOO_LARGE);
    hgcm_end(call);
    EXPECT(fake_hgcm.taken, ==, taken);
    expect_all_given_back();
}

/* Many tasks. */

static struct worker {
    uint32_t number;
    int32_t status;
    int ended;
    uint64_t microseconds;
    const volatile bool *cancelled;
    enum { LENDS = 1, SEES_LOSS = 2 } what;
    bool lost;
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
    worker->lost = call->lost;
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
    EXPECT(hgcm_counts.lost, ==, 0);
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
        EXPECT(workers[i].lost, ==, true);
    }
    EXPECT(hgcm_counts.lost, ==, 3);
    EXPECT(pages_allocated(), ==, pages_before + 3);
    EXPECT_LOGGED("    HGCM: the host neither ends a call nor gives it back; the page at 0x");
    size_t lines = 0;
    for (const char *at = strstr(fake_log, "    HGCM"); at; at = strstr(at + 1, "    HGCM"))
        lines++;
    EXPECT(lines, ==, 1);
    uint32_t lost = fake_hgcm.calls->address; /* nobody is given that one */
    void *pages[4096];
    size_t count = 0;
    while (count < 4096 && (pages[count] = pages_allocate(1, ZONE_ANY)) != NULL)
        EXPECT((uintptr_t)pages[count++], !=, lost);
    while (count)
        pages_free(pages[--count], 1);
    EXPECT_TEXT(host.complaints, "");
}

/* Clients. */

TEST(a_service_that_is_not_there_is_no_client)
{
    services_start();
    static struct hgcm_client other = { "Nobody", 0, NULL };
    EXPECT(hgcm_connect(&other), ==, -2900);
    EXPECT(other.identifier, ==, 0);
    EXPECT(hgcm_counts.clients, ==, 0);
    struct hgcm_call *call = hgcm_begin(&other, ECHO);
    host.accesses = 0;
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, HGCM_NOT_CONNECTED);
    EXPECT(host.accesses, ==, 0);
    hgcm_end(call);
    hgcm_disconnect(&other);
    EXPECT(host.accesses, ==, 0);
    EXPECT_TEXT(fake_log, "");
}

static int32_t refuse(uint32_t client_number)
{
    (void)client_number;
    return -8;
}

TEST(a_service_may_refuse)
{
    services_start();
    static struct fake_service full = { .name = "Full", .connect = refuse, .call = serve };
    static struct hgcm_client other = { "Full", 0, NULL };
    fake_hgcm_offer(&full);
    EXPECT(hgcm_connect(&other), ==, -8);
    EXPECT(other.identifier, ==, 0);
    EXPECT(hgcm_counts.clients, ==, 0);
}

TEST(a_client_is_connected_once)
{
    start();
    EXPECT_PANIC("client->identifier is not == 0", hgcm_connect(&client));
}

TEST(clients_are_given_back_when_the_machine_is_left)
{
    start();
    static struct hgcm_client second = { "Echo", 0, NULL };
    EXPECT(hgcm_connect(&second), >=, 0);
    EXPECT(second.identifier, !=, client.identifier);
    EXPECT(hgcm_counts.clients, ==, 2);
    EXPECT(fake_hgcm.connected, ==, 2);
    leave_all();
    EXPECT(fake_hgcm.connected, ==, 0);
    EXPECT(hgcm_counts.clients, ==, 0);
    EXPECT(client.identifier, ==, 0);
    EXPECT_TEXT(host.complaints, "");
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

TEST(a_service_that_is_lost_fails_each_call_and_is_reported_once)
{
    start();
    fake_hgcm.clients[client.identifier].service = NULL;
    for (int i = 0; i < 5; i++) {
        struct hgcm_call *call = hgcm_begin(&client, ECHO);
        EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, -2905);
        hgcm_end(call);
    }
    EXPECT_TEXT(fake_log, "    VMMDev: request 63: refused, status -2905\n");
    hgcm_disconnect(&client);
    EXPECT(client.identifier, ==, 0);
    expect_all_given_back();
}

TEST(an_old_host_has_no_services)
{
    services_machine();
    host.features = 0x80000001;
    EXPECT_TEXT(services_start(), "the host is too old for calls of this kind: no services");
    EXPECT(hgcm_connect(&client), ==, VMMDEV_NOT_SUPPORTED);
    EXPECT(hgcm_begin(&client, ECHO) == NULL, ==, true);
    hgcm_disconnect(&client);
    hgcm_end(NULL);
}

TEST(without_a_host_there_are_no_services)
{
    services_machine();
    machine.without_device = true;
    vmmdev_start();
    EXPECT_TEXT(hgcm_start(), "no host, no services");
    EXPECT(hgcm_connect(&client), ==, VMMDEV_NOT_SUPPORTED);
    EXPECT(host.accesses, ==, 0);
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

/* Hosts that lie. */

static int32_t call_echo(void)
{
    struct hgcm_call *call = hgcm_begin(&client, ECHO);
    hgcm_give_32(call, 1);
    hgcm_give_64(call, 2);
    hgcm_give_buffer(call, 10, HGCM_BOTH);
    int32_t status = hgcm_finish(call, SERVICES_SECOND);
    size_t bytes = 0;
    const uint8_t *data = hgcm_data(call, 2, &bytes);
    EXPECT(data >= call->data && data + bytes <= call->data + HGCM_DATA_BYTES, ==, true);
    EXPECT(bytes, <=, 10);
    if (bytes)
        EXPECT(data[bytes - 1], !=, 256);
    hgcm_number_32(call, 0);
    hgcm_number_64(call, 1);
    EXPECT(hgcm_lent(call, 2), <=, 10);
    hgcm_end(call);
    return status;
}

TEST(an_answer_at_once_is_an_answer)
{
    start();
    fake_hgcm.lies.done_at_once = true;
    EXPECT(call_echo(), ==, 7);
    expect_all_given_back();
}

TEST(success_that_is_neither_accepted_nor_done_is_taken_back)
{
    start();
    host.lies.refused = 63;
    host.lies.status = 0;
    uint64_t before = fake_time;
    EXPECT(call_echo(), ==, HGCM_TIME_OUT);
    EXPECT(fake_time - before, <, SERVICES_SECOND);
    host.lies.refused = 0;
    EXPECT(hgcm_counts.lost, ==, 1);
    EXPECT(call_echo(), ==, 7);
}

TEST(a_result_without_done_is_none)
{
    start();
    fake_hgcm.lies.without_done = true;
    EXPECT(call_echo(), ==, HGCM_TIME_OUT);
    EXPECT(hgcm_counts.lost, ==, 1);
    EXPECT(pages_allocated(), ==, pages_before + 1);
    fake_hgcm.lies.without_done = false;
    EXPECT(call_echo(), ==, 7);
}

TEST(sizes_types_and_noise_stay_within_the_call)
{
    start();
    for (int i = 0; i < 300; i++) {
        fake_hgcm.lies = (struct fake_hgcm_lies){ .too_large = i % 3 == 0, .retyped = i % 3 == 1, .noise = i % 3 == 2 };
        EXPECT(call_echo(), ==, 7);
    }
    fake_hgcm.lies = (struct fake_hgcm_lies){ 0 };
    EXPECT(call_echo(), ==, 7);
    expect_all_given_back();
}

TEST(a_buffer_that_the_service_needs_larger_is_filled_and_no_more)
{
    start();
    struct hgcm_call *call = hgcm_begin(&client, GROW);
    hgcm_give_buffer(call, 10, HGCM_FROM_HOST);
    const uint8_t *behind = hgcm_give_buffer(call, 10, HGCM_TO_HOST);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
    size_t bytes = 0;
    hgcm_data(call, 0, &bytes);
    EXPECT(bytes, ==, 10);
    EXPECT(behind[0], ==, 0);
    hgcm_end(call);
    expect_all_given_back();
}

/* The second completion meets a page that rests, not another call and not somebody else's data. */
TEST(completing_twice_harms_nobody)
{
    start();
    fake_hgcm.lies.twice = true;
    uint8_t *memory[64];
    for (int i = 0; i < 64; i++) {
        EXPECT(call_echo(), ==, 7);
        memory[i] = pages_allocate_zeroed(1, ZONE_BELOW_4G);
    }
    EXPECT(call_echo(), ==, 7);
    for (int i = 0; i < 64; i++) {
        for (int at = 0; at < PAGE_BYTES; at++)
            EXPECT(memory[i][at], ==, 0);
        pages_free(memory[i], 1);
    }
    expect_all_given_back();
}

TEST(a_host_that_says_nothing_is_asked_no_longer_than_it_takes)
{
    start();
    host.lies.silent = true;
    EXPECT(call_echo(), ==, VMMDEV_NO_ANSWER);
    host.lies.silent = false;
    EXPECT(call_echo(), ==, 7);
    expect_all_given_back();
}

TEST(a_host_that_answers_with_noise_is_survived)
{
    start();
    host.lies.noise = true;
    for (int i = 0; i < 20; i++)
        call_echo();
    static struct hgcm_client other = { "Echo", 0, NULL };
    for (int i = 0; i < 20; i++)
        if (hgcm_connect(&other) >= 0)
            hgcm_disconnect(&other);
    EXPECT(hgcm_counts.clients, ==, 1);
}

TEST(every_status_of_a_refusal_goes_to_the_caller)
{
    start();
    host.lies.refused = 63;
    for (int32_t status = -3000; status < 0; status += 7) {
        host.lies.status = status;
        EXPECT(call_echo(), ==, status);
    }
    expect_all_given_back();
}

TEST(without_memory_there_is_no_call)
{
    start();
    static void *taken[4096];
    size_t count = 0;
    while (count < 4096 && (taken[count] = pages_allocate(1, ZONE_ANY)) != NULL)
        count++;
    EXPECT(hgcm_begin(&client, ECHO) == NULL, ==, true);
    static struct hgcm_client other = { "Echo", 0, NULL };
    EXPECT(hgcm_connect(&other), ==, HGCM_NO_MEMORY);
    while (count)
        pages_free(taken[--count], 1);
    expect_all_given_back();
}
