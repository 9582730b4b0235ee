/* Chapter 20: calls to services of the host: what goes there and back, and for whom. */
#include "tests/host/echo.h"

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

/* A call that can be filled like others, but not sent. */
static void expect_no_memory(void)
{
    struct hgcm_call *call = hgcm_begin(&client, ECHO);
    hgcm_give_32(call, 1);
    EXPECT(hgcm_give_buffer(call, 8, HGCM_BOTH) != NULL, ==, true);
    EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, HGCM_NO_MEMORY);
    EXPECT(hgcm_number_32(call, 0), ==, 1);
    hgcm_end(call);
}

TEST(without_memory_there_is_no_call)
{
    start();
    static void *taken[4096];
    size_t count = 0;
    while (count < 4096 && (taken[count] = pages_allocate(1, ZONE_ANY)) != NULL)
        count++;
    expect_no_memory();
    static struct hgcm_client other = { "Echo", 0, NULL };
    EXPECT(hgcm_connect(&other), ==, HGCM_NO_MEMORY);
    while (count)
        pages_free(taken[--count], 1);
    expect_all_given_back();
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
    expect_no_memory();
    hgcm_disconnect(&client);
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
