/* Chapter 5: whatever order, holes and overlaps the firmware's map has, only what is surely free is used. */
// sources: kernel/memory/memory_map.c
#include "tests/host/test.h"
#include "kernel/memory/memory_map.h"
#include "kernel/memory/pages.h"

enum { MIB = 1 << 20 };

static struct usable_memory usable;

static void expect_usable(size_t at, uint64_t start, uint64_t end)
{
    EXPECT(at, <, usable.count);
    EXPECT(usable.ranges[at].start, ==, start);
    EXPECT(usable.ranges[at].end, ==, end);
}

TEST(order_overlaps_and_holes_do_not_matter)
{
    static const struct memory_range map[] = {
        { 0x900000, 0xa00000, MEMORY_AVAILABLE }, { 0x400000, 0x500000, MEMORY_AVAILABLE },
        { 0x480000, 0x600000, MEMORY_AVAILABLE }, { 0x500000, 0x501000, MEMORY_RESERVED },
        { 0x4ff800, 0x4ff801, MEMORY_BAD },       { 0, 0x9f000, MEMORY_AVAILABLE },
        { 0x600000, 0x700000, MEMORY_AVAILABLE }, { 0x950000, 0x940000, MEMORY_RESERVED },
    };
    usable_memory_find(&usable, map, 8, 0, 0);
    EXPECT(usable.count, ==, 3);
    expect_usable(0, 0x400000, 0x4ff000);
    expect_usable(1, 0x501000, 0x700000);
    expect_usable(2, 0x900000, 0xa00000);
}

TEST(only_whole_pages_above_the_first_mib_and_outside_the_kernel)
{
    static const struct memory_range map[] = { { 0x1001, 0x300fff, MEMORY_AVAILABLE } };
    usable_memory_find(&usable, map, 1, 0x180000, 0x1c0000);
    EXPECT(usable.count, ==, 2);
    expect_usable(0, 0x100000, 0x180000);
    expect_usable(1, 0x1c0000, 0x300000);
}

TEST(a_page_shared_by_two_available_ranges_is_given_up)
{
    static const struct memory_range map[] = { { 0x400000, 0x402800, MEMORY_AVAILABLE },
                                               { 0x402800, 0x405000, MEMORY_AVAILABLE } };
    usable_memory_find(&usable, map, 2, 0, 0);
    EXPECT(usable.count, ==, 2);
    expect_usable(0, 0x400000, 0x402000);
    expect_usable(1, 0x403000, 0x405000);
}

TEST(no_range_crosses_4_gib_or_leaves_the_address_space)
{
    static const struct memory_range map[] = { { 0, UINT64_MAX, MEMORY_AVAILABLE },
                                               { UINT64_MAX - 1, UINT64_MAX, MEMORY_RESERVED } };
    usable_memory_find(&usable, map, 2, 0x100000, 0x180000);
    EXPECT(usable.count, ==, 2);
    expect_usable(0, 0x180000, FOUR_GIB);
    expect_usable(1, FOUR_GIB, 1ull << 47);
}

TEST(more_ranges_than_fit_are_said)
{
    static struct memory_range map[4000];
    for (uint64_t i = 0; i < 4000; i++)
        map[i] = (struct memory_range){ (8000 - 2 * i) * MIB, (8001 - 2 * i) * MIB, MEMORY_AVAILABLE };
    usable_memory_find(&usable, map, 4000, 0, 0);
    EXPECT(usable.count, ==, USABLE_RANGES);
    expect_usable(0, 2 * MIB, 3 * MIB);
    EXPECT_LOGGED("3964928 KiB left out");
}

/* Whether a page may be used, found in the simplest way. */
static bool may_use(const struct memory_range *map, int ranges, uint64_t page)
{
    bool whole = false;
    for (int i = 0; i < ranges; i++) {
        if (map[i].start >= map[i].end)
            continue;
        if (map[i].type == MEMORY_AVAILABLE)
            whole |= map[i].start <= page && map[i].end >= page + PAGE_BYTES;
        else if (map[i].start < page + PAGE_BYTES && map[i].end > page)
            return false;
    }
    return whole;
}

TEST(random_maps_agree_with_asking_every_page)
{
    for (int round = 0; round < 3000; round++) {
        struct memory_range map[12];
        int ranges = (int)(test_random() % 13);
        for (int i = 0; i < ranges; i++) {
            uint64_t unit = test_random() % 2 ? PAGE_BYTES : PAGE_BYTES / 4;
            uint64_t start = MIB + test_random() % 64 * unit;
            map[i] = (struct memory_range){ start, start + test_random() % 64 * unit, 1 + test_random() % 3 % 2 };
        }
        usable_memory_find(&usable, map, (size_t)ranges, 0, 0);
        for (uint64_t page = MIB; page < MIB + 130 * PAGE_BYTES; page += PAGE_BYTES) {
            bool found = false;
            for (size_t i = 0; i < usable.count; i++)
                found |= page >= usable.ranges[i].start && page < usable.ranges[i].end;
            EXPECT(found, ==, may_use(map, ranges, page));
        }
    }
}
