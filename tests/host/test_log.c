/* Chapter 1: outputs that join late hear everything; chapter 2: print. */
// sources: kernel/core/log.c kernel/core/print.c lib/format.c
#include "tests/host/test.h"
#include "kernel/core/log.h"
#include "kernel/core/main.h"
#include "kernel/core/print.h"

static char heard[2 * LOG_RING_BYTES], said[LOG_RING_BYTES + 1];
static size_t heard_bytes;

void boot_say(const char *text) { strncpy(said, text, LOG_RING_BYTES); }

static void hear(const char *text, size_t length)
{
    memcpy(heard + heard_bytes, text, length);
    heard_bytes += length;
    heard[heard_bytes] = 0;
}
static struct log_output ear = { hear, NULL, NULL };

TEST(an_output_that_joins_late_hears_everything)
{
    log_text("early\n");
    log_join(&ear);
    print("late %d\n", 7);
    EXPECT_TEXT(heard, "early\nlate 7\n");
}

TEST(a_full_ring_replays_its_newest_bytes_in_order)
{
    for (int i = 0; i < 4000; i++)
        print("line %04d\n", i); /* 10 bytes each: more than the ring holds */
    log_join(&ear);
    EXPECT(heard_bytes, ==, LOG_RING_BYTES);
    EXPECT_TEXT(heard + heard_bytes - 10, "line 3999\n");
    EXPECT(strncmp(heard + 4, "line 2362\n", 10), ==, 0);
}

TEST(without_outputs_the_last_resort_speaks)
{
    log_text("anyone?");
    log_last_resort();
    EXPECT_TEXT(said, "anyone?");
}

TEST(with_an_output_the_last_resort_is_silent)
{
    log_join(&ear);
    log_text("hello");
    log_last_resort();
    EXPECT_TEXT(said, "");
}

TEST(in_a_panic_an_output_without_a_panic_writer_is_silent)
{
    log_join(&ear);
    log_panic();
    log_text("hello");
    EXPECT(heard_bytes, ==, 0);
}

static void make_room(void) { hear("|", 1); }

TEST(whoever_shares_the_rows_makes_room_first_but_not_in_a_panic)
{
    log_join(&ear);
    log_before = make_room;
    log_text("hello");
    EXPECT_TEXT(heard, "|hello");
    log_panic();
    log_text("farewell");
    EXPECT_TEXT(heard, "|hello");
}
