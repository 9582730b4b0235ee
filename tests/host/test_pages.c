/* Chapter 5: every page has one owner, and who frees wrongly is told. */
// sources: kernel/memory/pages.c kernel/memory/memory_map.c lib/format.c
#define _GNU_SOURCE
#include "tests/host/test.h"
#include "kernel/memory/memory_map.h"
#include "kernel/memory/pages.h"
#include <sys/mman.h>

struct boot_information boot_information;
/* The kernel of these tests, as the linker script would place it. */
__asm__(".globl kernel_start, kernel_end\n.set kernel_start, 0x100000\n.set kernel_end, 0x180000");

/* Where a test program has room: below 4 GiB, and far above it. */
enum { LOW = 0x10000000, MIB = 1 << 20 };
static const uint64_t HIGH = 0x200000000000;

/* Memory that is really there at [start, start + bytes). */
static void make_real(uint64_t start, uint64_t bytes)
{
    void *made = mmap((void *)start, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    EXPECT((uint64_t)made, ==, start);
}

static void build(const struct memory_range *map, size_t ranges) { pages_build(map, ranges, 0x100000, 0x180000); }

/* 2 MiB low, 4 MiB high, all of it real. */
static void build_usual(void)
{
    static const struct memory_range map[] = {
        { 0x200000000000, 0x200000000000 + 4 * MIB, MEMORY_AVAILABLE },
        { LOW, LOW + 2 * MIB, MEMORY_AVAILABLE },
    };
    make_real(LOW, 2 * MIB);
    make_real(HIGH, 4 * MIB);
    build(map, 2);
}

static bool is_high(const void *page) { return (uint64_t)page >= FOUR_GIB; }

/* Handing out */

TEST(a_freed_page_can_be_had_again)
{
    build_usual();
    void *page = pages_allocate(1, ZONE_ANY);
    EXPECT(pages_allocated(), ==, 1);
    pages_free(page, 1);
    EXPECT(pages_allocated(), ==, 0);
    EXPECT(pages_allocate(1, ZONE_ANY) == page, ==, true);
}

TEST(what_is_handed_out_is_held_and_nothing_else)
{
    build_usual();
    uint8_t *pages = pages_allocate(2, ZONE_ANY);
    EXPECT(pages_hold(pages) && pages_hold(pages + 2 * PAGE_BYTES - 1), ==, true);
    EXPECT(pages_hold(pages + 2 * PAGE_BYTES), ==, false);
    EXPECT(pages_hold((void *)LOW), ==, false); /* the account itself */
    EXPECT(pages_hold((void *)HIGH), ==, false);
    EXPECT(pages_hold((void *)(HIGH + 70 * PAGE_BYTES)), ==, false);
    EXPECT(pages_hold(NULL) || pages_hold(&pages), ==, false);
    pages_free(pages, 1);
    EXPECT(pages_hold(pages), ==, false);
    EXPECT(pages_hold(pages + PAGE_BYTES), ==, true);
}

TEST(the_account_is_kept_in_low_memory_and_never_handed_out)
{
    build_usual();
    EXPECT(pages_total(), ==, 512 + 1024 - 1);
    for (size_t i = 0; i < 511; i++)
        EXPECT((uint64_t)pages_allocate(1, ZONE_BELOW_4G), >, LOW);
    EXPECT(pages_allocate(1, ZONE_BELOW_4G) == NULL, ==, true);
}

TEST(memory_above_4_gib_waits_for_the_map_and_then_goes_first)
{
    build_usual();
    EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, false);
    pages_reachable(HIGH + 100 * PAGE_BYTES); /* not all of it: whole words of 64 pages */
    for (int i = 0; i < 64; i++)
        EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, true);
    EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, false);
    pages_reachable(1ull << 47);
    EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, true);
    EXPECT(is_high(pages_allocate(1, ZONE_BELOW_4G)), ==, false);
}

TEST(when_high_memory_is_used_up_the_low_serves_all)
{
    build_usual();
    pages_reachable(1ull << 47);
    EXPECT((uint64_t)pages_allocate(1024, ZONE_ANY), ==, HIGH);
    for (int i = 0; i < 511; i++)
        EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, false);
    EXPECT(pages_allocate(1, ZONE_ANY) == NULL, ==, true);
    EXPECT(pages_allocated(), ==, pages_total());
}

TEST(high_memory_that_is_given_back_goes_first_again)
{
    build_usual();
    pages_reachable(1ull << 47);
    uint8_t *high = pages_allocate(1024, ZONE_ANY);
    EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, false);
    pages_free(high + 70 * PAGE_BYTES, 1);
    EXPECT(pages_allocate(1, ZONE_ANY) == high + 70 * PAGE_BYTES, ==, true);
    EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, false);
    pages_free(high + 60 * PAGE_BYTES, 10); /* across words */
    EXPECT(is_high(pages_allocate(1, ZONE_ANY)), ==, true);
}

TEST(the_last_page_that_is_left_is_found_wherever_it_is)
{
    build_usual();
    uint8_t *pages[511];
    for (int i = 0; i < 511; i++)
        pages[i] = pages_allocate(1, ZONE_ANY);
    for (int i = 0; i < 511; i++) {
        int freed = i * 200 % 511;
        EXPECT(pages_allocate(1, ZONE_ANY) == NULL, ==, true);
        pages_free(pages[freed], 1);
        EXPECT(pages_allocate(1, i % 2 ? ZONE_ANY : ZONE_BELOW_4G) == pages[freed], ==, true);
    }
}

TEST(runs_are_contiguous_and_use_holes_that_fit)
{
    build_usual();
    uint8_t *run = pages_allocate(200, ZONE_ANY), *after = pages_allocate(1, ZONE_ANY);
    EXPECT(after - run, ==, 200 * PAGE_BYTES);
    pages_free(run + 60 * PAGE_BYTES, 70); /* in the middle, across words */
    EXPECT((uint8_t *)pages_allocate(71, ZONE_ANY) - after, ==, PAGE_BYTES);
    EXPECT((uint8_t *)pages_allocate(70, ZONE_ANY) - run, ==, 60 * PAGE_BYTES);
}

TEST(a_run_may_begin_in_a_hole_and_end_in_fresh_memory)
{
    build_usual();
    uint8_t *run = pages_allocate(100, ZONE_ANY);
    pages_free(run + 90 * PAGE_BYTES, 10);
    EXPECT((uint8_t *)pages_allocate(300, ZONE_ANY) - run, ==, 90 * PAGE_BYTES);
    EXPECT(pages_allocated(), ==, 390);
}

TEST(runs_that_cannot_be_are_refused_without_harm)
{
    build_usual();
    EXPECT(pages_allocate(512, ZONE_ANY) == NULL, ==, true); /* 511, and no run reaches from low to high */
    pages_reachable(1ull << 47);
    EXPECT(pages_allocate(1025, ZONE_ANY) == NULL, ==, true);
    EXPECT(pages_allocate(SIZE_MAX, ZONE_ANY) == NULL, ==, true);
    EXPECT(pages_allocate(SIZE_MAX / PAGE_BYTES + 2, ZONE_ANY) == NULL, ==, true);
    EXPECT(pages_allocated(), ==, 0);
    EXPECT((uint64_t)pages_allocate(1024, ZONE_ANY), ==, HIGH);
}

TEST(zeroed_pages_are_zero_and_freed_ones_junk)
{
    build_usual();
    uint8_t *pages = pages_allocate_zeroed(2, ZONE_ANY);
    for (int i = 0; i < 2 * PAGE_BYTES; i++)
        EXPECT(pages[i], ==, 0);
    pages_free(pages, 2);
    for (int i = 0; i < 2 * PAGE_BYTES; i++)
        EXPECT(pages[i], ==, 0xdb);
    pages = pages_allocate_zeroed(2, ZONE_ANY);
    EXPECT(pages[PAGE_BYTES], ==, 0);
}

/* Mistakes */

TEST(freeing_twice_stops_the_kernel)
{
    build_usual();
    uint8_t *pages = pages_allocate(3, ZONE_ANY);
    pages_free(pages + PAGE_BYTES, 1);
    EXPECT_PANIC("freed twice", pages_free(pages + PAGE_BYTES, 1));
    EXPECT_PANIC("page 0x10002000 was never handed out, or is freed twice", pages_free(pages, 3));
}

TEST(freeing_what_is_not_ours_stops_the_kernel)
{
    build_usual();
    uint8_t *page = pages_allocate(1, ZONE_ANY);
    EXPECT_PANIC("no page of ours", pages_free(NULL, 1));
    EXPECT_PANIC("no page of ours", pages_free((void *)0x100000, 1));
    EXPECT_PANIC("no page of ours", pages_free((void *)LOW, 1)); /* the account itself */
    EXPECT_PANIC("no page of ours", pages_free((void *)(LOW + 2 * MIB), 1));
    EXPECT_PANIC("no page of ours", pages_free((void *)(UINT64_MAX - 4095), 1));
    EXPECT_PANIC("never handed out", pages_free(page + PAGE_BYTES, 1));
    EXPECT_PANIC("never handed out", pages_free(page, 2));
    EXPECT_PANIC("never handed out", pages_free(page + 64 * PAGE_BYTES, 1));
    EXPECT_PANIC("never handed out", pages_free((void *)HIGH, 1));
    EXPECT_PANIC("count is not <=", pages_free(page, SIZE_MAX));
    EXPECT_PANIC("count is not <=", pages_free(page, SIZE_MAX / PAGE_BYTES + 2));
    EXPECT_PANIC("address % PAGE_BYTES", pages_free(page + 1, 1));
    EXPECT_PANIC("count", pages_free(page, 0));
    EXPECT_PANIC("count", pages_allocate(0, ZONE_ANY));
    pages_free(page, 1);
}

TEST(the_page_behind_the_last_one_is_not_ours)
{
    build_usual();
    for (int i = 0; i < 511; i++) /* the account has bits for 512 */
        pages_allocate(1, ZONE_ANY);
    EXPECT_PANIC("no page of ours", pages_free((void *)(LOW + 2 * MIB), 1));
}

TEST(what_can_be_reached_never_shrinks)
{
    build_usual();
    pages_reachable(1ull << 47);
    EXPECT_PANIC("reachable", pages_reachable(FOUR_GIB));
}

/* Odd machines */

TEST(a_machine_without_memory_says_no)
{
    build(NULL, 0);
    EXPECT(pages_total(), ==, 0);
    EXPECT(pages_allocate(1, ZONE_ANY) == NULL, ==, true);
    EXPECT_PANIC("no page of ours", pages_free((void *)LOW, 1));
}

TEST(a_kernel_without_memory_says_so_and_stops)
{
    EXPECT_PANIC("no memory that the kernel may use, in a map of 0 ranges", pages_start());
    boot_information.memory[0] = (struct memory_range){ LOW, LOW + MIB, MEMORY_RESERVED };
    boot_information.memory_ranges = 1;
    EXPECT_PANIC("no memory that the kernel may use, in a map of 1 ranges", pages_start());
}

TEST(a_new_map_is_a_new_account)
{
    build_usual();
    pages_reachable(1ull << 47);
    pages_allocate(1, ZONE_ANY);
    build((struct memory_range[]){ { LOW, LOW + 2 * MIB, MEMORY_AVAILABLE } }, 1);
    EXPECT(pages_allocated(), ==, 0);
    EXPECT((uint64_t)pages_allocate(1, ZONE_ANY), ==, LOW + PAGE_BYTES);
}

TEST(memory_that_is_only_above_4_gib_cannot_be_accounted_for)
{
    static const struct memory_range map[] = { { 1ull << 32, 1ull << 33, MEMORY_AVAILABLE } };
    build(map, 1);
    EXPECT(pages_total(), ==, 0);
    EXPECT_LOGGED("no room to account for 4096 MiB at 0x100000000");
}

TEST(a_map_that_claims_all_addresses_keeps_the_low_memory)
{
    static const struct memory_range map[] = { { LOW, LOW + 64 * MIB, MEMORY_AVAILABLE },
                                               { 1ull << 32, UINT64_MAX, MEMORY_AVAILABLE } };
    make_real(LOW, 64 * MIB);
    build(map, 2);
    EXPECT(pages_total(), ==, 64 * 256 - 1);
    EXPECT_LOGGED("left out");
    EXPECT(pages_allocate(1, ZONE_ANY) != NULL, ==, true);
}

TEST(the_account_goes_where_it_fits)
{
    static const struct memory_range map[] = { { 0x400000, 0x404000, MEMORY_AVAILABLE }, /* not real: never touched */
                                               { LOW, LOW + 64 * MIB, MEMORY_AVAILABLE },
                                               { 1ull << 32, 1ull << 36, MEMORY_AVAILABLE } };
    make_real(LOW, 64 * MIB);
    build(map, 3);
    EXPECT(pages_total(), ==, 4 + 64 * 256 - 481 + (60ull << 18));
    pages_reachable(1ull << 36);
    EXPECT((uint64_t)pages_allocate(1, ZONE_ANY), ==, FOUR_GIB);
}

/* 64 GiB; the pages of the account that were written to, counted by the host. */
TEST(start_up_touches_no_page_of_memory)
{
    static const struct memory_range map[] = { { LOW, LOW + 64 * MIB, MEMORY_AVAILABLE },
                                               { 1ull << 32, 1ull << 36, MEMORY_AVAILABLE } };
    unsigned char resident[64 * 256];
    make_real(LOW, 64 * MIB);
    build(map, 2);
    pages_allocate(1, ZONE_ANY);
    pages_reachable(1ull << 36);
    pages_allocate(1, ZONE_ANY); /* high, and not touched: it is not there */
    EXPECT(mincore((void *)LOW, 64 * MIB, resident), ==, 0);
    int touched = 0;
    for (size_t i = 0; i < sizeof resident; i++)
        touched += resident[i] & 1;
    EXPECT(touched, ==, 1); /* the bits of low memory, and the first ones of the high */
}

/* Against a model */

enum { MODEL_LOW = 511, MODEL_HIGH = 1024, MODEL_PAGES = MODEL_LOW + MODEL_HIGH };
static bool model[MODEL_PAGES]; /* taken; the low region, then the high one */

static void *model_address(int page)
{
    return (void *)(page < MODEL_LOW ? (uint64_t)LOW + (uint64_t)(page + 1) * PAGE_BYTES
                                     : HIGH + (uint64_t)(page - MODEL_LOW) * PAGE_BYTES);
}

static int model_page(const void *address)
{
    uint64_t at = (uint64_t)address;
    return at < FOUR_GIB ? (int)((at - LOW) / PAGE_BYTES) - 1 : (int)((at - HIGH) / PAGE_BYTES) + MODEL_LOW;
}

static bool model_has_run(int from, int to, int count)
{
    for (int page = from, run = 0; page < to; page++)
        if ((run = model[page] ? 0 : run + 1) == count)
            return true;
    return false;
}

static void allocate_in_both(int count, enum zone zone)
{
    bool low = model_has_run(0, MODEL_LOW, count);
    bool high = zone == ZONE_ANY && model_has_run(MODEL_LOW, MODEL_PAGES, count);
    uint8_t *run = pages_allocate((size_t)count, zone);
    EXPECT(run != NULL, ==, low || high);
    EXPECT(run && is_high(run), ==, high);
    for (int i = 0; run && i < count; i++) {
        int page = model_page(run + i * PAGE_BYTES);
        EXPECT(model[page], ==, false);
        EXPECT(model_address(page) == run + i * PAGE_BYTES, ==, true);
        model[page] = true;
    }
}

static void free_in_both(int first, int count)
{
    for (int i = 0; i < count; i++)
        if (first + i == MODEL_PAGES || !model[first + i] || (first < MODEL_LOW) != (first + i < MODEL_LOW))
            count = i;
    if (count)
        pages_free(model_address(first), (size_t)count);
    memset(model + first, 0, (size_t)count);
}

TEST(random_use_agrees_with_a_simple_model)
{
    build_usual();
    pages_reachable(1ull << 47);
    for (int round = 0; round < 60000; round++) {
        int largest = test_random() % 8 ? 4 : 150, count = 1 + (int)(test_random() % (uint64_t)largest);
        bool filling = round / 5000 % 2 == 0;
        if (test_random() % 16 < (filling ? 10 : 6))
            allocate_in_both(count, test_random() % 2 ? ZONE_ANY : ZONE_BELOW_4G);
        else
            free_in_both((int)(test_random() % MODEL_PAGES), count);
        size_t taken = 0;
        for (int page = 0; page < MODEL_PAGES; page++)
            taken += model[page];
        EXPECT(pages_allocated(), ==, taken);
    }
}
