/* Chapter 20: calls to services of hosts that lie, or have nothing to say. */
#include "tests/host/echo.h"

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
    EXPECT(hgcm_counts.left, ==, 1);
    EXPECT(call_echo(), ==, 7);
}

TEST(a_result_without_done_is_none)
{
    start();
    fake_hgcm.lies.without_done = true;
    EXPECT(call_echo(), ==, HGCM_TIME_OUT);
    EXPECT(hgcm_counts.left, ==, 1);
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
