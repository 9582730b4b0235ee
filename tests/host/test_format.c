/* Chapter 2: numbers become text. */
// sources: lib/format.c
#include "tests/host/test.h"
#include "lib/format.h"

/* Patterns that are wrong on purpose, and texts that are cut off on purpose. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#pragma GCC diagnostic ignored "-Wformat-overflow"

static char buffer[64];

#define EXPECT_FORMAT(should_be, ...) EXPECT_TEXT(format(buffer, sizeof buffer, __VA_ARGS__), should_be)

TEST(numbers)
{
    EXPECT_FORMAT("0 -1 -2147483648", "%d %d %d", 0, -1, (int)0x80000000);
    EXPECT_FORMAT("4294967295 ffffffff", "%u %x", 0xffffffffu, 0xffffffffu);
    EXPECT_FORMAT("18446744073709551615", "%lu", ~0ul);
    EXPECT_FORMAT("-9223372036854775808", "%ld", -0x7fffffffffffffffl - 1);
    EXPECT_FORMAT("0x0000000000001234", "%p", (void *)0x1234);
}

TEST(widths)
{
    EXPECT_FORMAT("[   42]", "[%5d]", 42);
    EXPECT_FORMAT("[42   ]", "[%-5d]", 42);
    EXPECT_FORMAT("[00042]", "[%05d]", 42);
    EXPECT_FORMAT("[-0042]", "[%05d]", -42);
    EXPECT_FORMAT("[  -42]", "[%5d]", -42);
    EXPECT_FORMAT("[123456]", "[%3u]", 123456u);
}

TEST(texts)
{
    EXPECT_FORMAT("abc (null)", "%s %s", "abc", (char *)NULL);
    EXPECT_FORMAT("ab|abcdef", "%.2s|%.9s", "abcdef", "abcdef");
    EXPECT_FORMAT("[  ab][ab  ]", "[%4s][%-4s]", "ab", "ab");
    EXPECT_FORMAT("x 100%", "%c 100%%", 'x');
}

TEST(a_text_without_end_is_read_no_further_than_its_precision)
{
    char bytes[3] = { 'a', 'b', 'c' };
    EXPECT_FORMAT("abc", "%.3s", bytes);
}

TEST(what_does_not_fit_is_cut_off)
{
    char small[4];
    EXPECT_TEXT(format(small, sizeof small, "%s", "abcdef"), "abc");
    EXPECT_TEXT(format(small, 1, "%d", 5), "");
    char untouched = 'u';
    format(&untouched, 0, "%d", 5);
    EXPECT(untouched, ==, 'u');
}

TEST(a_mistake_in_the_pattern_shows)
{
    EXPECT_FORMAT("%k 1", "%k %d", 1);
    EXPECT_FORMAT("%", "%");
    EXPECT_FORMAT("%-5", "%-5");
}

TEST(text_is_appended_and_cut_off_at_the_end)
{
    char text[12] = "";
    format_append(text, sizeof text, "%d", 12);
    EXPECT_TEXT(text, "12");
    format_append(text, sizeof text, " and %s", "thirteen");
    EXPECT_TEXT(text, "12 and thir");
    format_append(text, sizeof text, "more");
    EXPECT_TEXT(text, "12 and thir");
}
