/* What does a page cost, beside the two allocators that everybody knows?
 *
 * kernel/memory/pages.c as the kernel is built with DEBUG=0; a free list as xv6 has it, without its
 * lock and its junk; and malloc. Instructions are counted, nanoseconds are the best of several
 * runs over memory that no cache holds. Prints one JSON object; tests/bench/bench.py reads it. */
#include "kernel/memory/memory_map.h"
#include "kernel/memory/pages.h"
#include "tests/bench/steps.h"
#include "tests/host/test.h"
#include <sys/mman.h>
#include <time.h>

enum { COUNTED = 512, TIMED = 65536, RUNS = 5 };

static uint8_t *memory; /* TIMED pages and a few more, below 4 GiB */
static void *held[TIMED];
static size_t amount;

struct boot_information boot_information;
char kernel_start[1], kernel_end[1];

/* xv6's kalloc and kfree: each free page holds the address of the next. */

struct free_page {
    struct free_page *next;
};
static struct free_page *free_list;

static __attribute__((noinline)) void list_free(void *page)
{
    uint64_t address = (uintptr_t)page, first = (uintptr_t)memory;
    if (address % PAGE_BYTES || address < first || address >= first + (uint64_t)TIMED * PAGE_BYTES)
        abort();
    struct free_page *freed = page;
    freed->next = free_list;
    free_list = freed;
}

static __attribute__((noinline)) void *list_allocate(void)
{
    struct free_page *page = free_list;
    if (page)
        free_list = page->next;
    return page;
}

static void list_start(void)
{
    free_list = NULL;
    for (size_t i = TIMED; i-- > 0;)
        list_free(memory + i * PAGE_BYTES);
}

static void pages_start_here(void)
{
    uint64_t start = (uintptr_t)memory;
    struct memory_range map[] = { { start, start + (uint64_t)(TIMED + 64) * PAGE_BYTES, MEMORY_AVAILABLE },
                                  { FOUR_GIB, 2 * FOUR_GIB, MEMORY_AVAILABLE } }; /* the second is never touched */
    pages_build(map, 2, 0, 0);
    pages_reachable(1ull << 47);
}

static void malloc_start(void) {}
static void *pages_take(void) { return pages_allocate(1, ZONE_ANY); }
static void *low_pages_take(void) { return pages_allocate(1, ZONE_BELOW_4G); }
static void pages_give(void *page) { pages_free(page, 1); }
static void *malloc_take(void) { return malloc(PAGE_BYTES); }

/* Called through pointers alike, so that the comparison is fair. */
static const struct allocator {
    const char *name;
    void (*start)(void);
    void *(*take)(void);
    void (*give)(void *);
} allocators[] = {
    { "pages", pages_start_here, pages_take, pages_give },
    { "low pages", pages_start_here, low_pages_take, pages_give },
    { "free list", list_start, list_allocate, list_free },
    { "malloc", malloc_start, malloc_take, free },
};
static const struct allocator *now;

static void nothing(void) {}

static void loop_alone(void)
{
    for (size_t i = 0; i < amount; i++)
        held[i] = NULL;
}

static void take_all(void)
{
    for (size_t i = 0; i < amount; i++)
        held[i] = now->take();
}

static void give_all(void)
{
    for (size_t i = 0; i < amount; i++)
        now->give(held[i]);
}

/* One page taken and given back, again and again: what a kernel does most. */
static void take_and_give(void)
{
    for (size_t i = 0; i < amount; i++)
        now->give(held[0] = now->take());
}

static double per_page(uint64_t steps, uint64_t empty) { return (double)(steps - empty) / (double)amount; }

static double nanoseconds(void (*work)(void))
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    work();
    clock_gettime(CLOCK_MONOTONIC, &after);
    return ((double)(after.tv_sec - before.tv_sec) * 1e9 + (double)(after.tv_nsec - before.tv_nsec)) / (double)amount;
}

static void compare(const struct allocator *which, const char *end)
{
    now = which;
    amount = COUNTED;
    uint64_t empty = count_steps(loop_alone) - count_steps(nothing);
    now->start();
    double take = per_page(count_steps(take_all), empty);
    take_all();
    double give = per_page(count_steps(give_all), empty);
    give_all();
    double both = per_page(count_steps(take_and_give), empty);
    amount = TIMED;
    double best_take = 1e9, best_give = 1e9;
    for (int i = 0; i < RUNS; i++) {
        now->start();
        double taken = nanoseconds(take_all), given = nanoseconds(give_all);
        best_take = taken < best_take ? taken : best_take;
        best_give = given < best_give ? given : best_give;
    }
    printf("  \"%s\": {\"take\": %.1f, \"give\": %.1f, \"take_and_give\": %.1f,\n"
           "    \"take_ns\": %.1f, \"give_ns\": %.1f}%s\n", now->name, take, give, both, best_take, best_give, end);
}

/* Start-up, for maps as VirtualBox gives them: memory below 3.5 GiB or all, the rest above 4 GiB. */

static uint64_t size_now;

static void build(void)
{
    uint64_t low = size_now < (7ull << 29) ? size_now : 7ull << 29;
    struct memory_range map[] = {
        { 0, 0x9fc00, MEMORY_AVAILABLE },
        { 0x9fc00, 0x100000, MEMORY_RESERVED },
        { 0x100000, low, MEMORY_AVAILABLE },
        { 1ull << 32, (1ull << 32) + size_now - low, MEMORY_AVAILABLE },
    };
    pages_build(map, size_now > low ? 4 : 3, 0x100000, 0x180000);
}

static void start_up(void)
{
    static const uint64_t mebibytes[] = { 64, 1024, 16384, 65536 };
    for (size_t i = 0; i < 4; i++) {
        size_now = mebibytes[i] << 20;
        printf("  \"%lu\": %lu%s\n", mebibytes[i], count_steps(build), i < 3 ? "," : "");
    }
}

TEST(allocator)
{
    memory = mmap((void *)0x10000000, (size_t)(TIMED + 64) * PAGE_BYTES, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    for (size_t i = 0; i < TIMED + 64; i++)
        memory[i * PAGE_BYTES] = 1;
    printf("{\"per_page\": {\n");
    for (size_t i = 0; i < 4; i++)
        compare(&allocators[i], i < 3 ? "," : "");
    printf("}, \"start_up\": {\n");
    start_up();
    printf("}}\n");
}
