/* Chapter 1: copying and filling, under names of their own beside the C library's. */
// sources:
#include "tests/host/test.h"

#define memcpy kernel_memcpy
#define memmove kernel_memmove
#define memset kernel_memset
#define memcmp kernel_memcmp
#include "lib/memory.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

enum { ROOM = 64 };

TEST(every_length_and_offset_is_copied_and_nothing_beside_it)
{
    for (size_t offset = 0; offset < 9; offset++)
        for (size_t bytes = 0; bytes + offset < ROOM - 1; bytes++) {
            uint8_t from[ROOM], to[ROOM];
            for (size_t i = 0; i < ROOM; i++)
                from[i] = (uint8_t)(i + 1), to[i] = 0xee;
            EXPECT(kernel_memcpy(to + offset, from + 1, bytes) == to + offset, ==, true);
            for (size_t i = 0; i < ROOM; i++)
                EXPECT(to[i], ==, i >= offset && i < offset + bytes ? (uint8_t)(i - offset + 2) : 0xee);
        }
}

TEST(every_length_is_filled_with_the_low_byte)
{
    for (size_t bytes = 0; bytes < ROOM - 2; bytes++) {
        uint8_t to[ROOM] = { 0 };
        EXPECT(kernel_memset(to + 1, 0x1ab, bytes) == to + 1, ==, true);
        for (size_t i = 0; i < ROOM; i++)
            EXPECT(to[i], ==, i >= 1 && i < 1 + bytes ? 0xab : 0);
    }
}

TEST(ranges_that_overlap_are_moved_whole)
{
    for (size_t from = 0; from < 24; from++)
        for (size_t to = 0; to < 24; to++) {
            uint8_t is[ROOM], should_be[ROOM];
            for (size_t i = 0; i < ROOM; i++)
                is[i] = should_be[i] = (uint8_t)i;
            kernel_memmove(is + to, is + from, 21);
            memmove(should_be + to, should_be + from, 21);
            EXPECT(memcmp(is, should_be, ROOM), ==, 0);
        }
}

TEST(bytes_compare_unsigned)
{
    EXPECT(kernel_memcmp("a\x80", "a\x7f", 2), >, 0);
    EXPECT(kernel_memcmp("ab", "ac", 1), ==, 0);
    EXPECT(kernel_memcmp("ab", "ac", 2), <, 0);
    EXPECT(kernel_memcmp("", "x", 0), ==, 0);
}
