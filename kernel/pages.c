/* Chapter 5: who owns which page of memory?
 *
 * One bit a page says whether the page is handed out. Each usable range of memory is
 * a region with bits of its own, so that holes in the address space cost nothing. The
 * bits lie together, in memory cut off from the first region that has room for them:
 * a page is never touched to keep account of it.
 *
 * No bit is set or cleared before it is needed: pages at and above a region's
 * frontier were never handed out, and their bits are not even initialised. A machine
 * with 64 GiB starts as fast as one with 64 MiB.
 *
 * Invariants, for every region:
 *   given_out counts the bits that are set below the frontier;
 *   no page below `hint` is free;
 *   hint <= frontier <= reachable <= pages. */
#include "kernel/pages.h"
#include "kernel/memory_map.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "lib/format.h"
#include "lib/memory.h"

enum { PAGE_SHIFT = 12, WORD_BITS = 64, JUNK = 0xdb };

static const uint64_t four_gib = 1ull << 32;

struct region {
    uint64_t start;     /* address of its page 0 */
    size_t pages;
    size_t reachable;   /* pages that the map of chapter 6 covers */
    size_t frontier;    /* this page and all above it were never handed out */
    size_t hint;
    size_t given_out;
    uint64_t *bits;     /* 1: handed out; valid below the frontier */
};

struct usable_memory usable_memory;
static struct region regions[USABLE_RANGES];
static size_t region_count;
static size_t allocated, total;
static uint64_t bookkeeping_bytes;

static size_t minimum(size_t a, size_t b) { return a < b ? a : b; }
static size_t words_for(size_t pages) { return (pages + WORD_BITS - 1) / WORD_BITS; }

/* The first page from `from` on that is free; the frontier if all below it are taken. */
static size_t next_free(const struct region *region, size_t from)
{
    if (from >= region->frontier)
        return from;
    size_t word = from / WORD_BITS;
    uint64_t free = ~region->bits[word] & (~0ull << from % WORD_BITS);
    while (!free && ++word < words_for(region->frontier))
        free = ~region->bits[word];
    return free ? minimum(word * WORD_BITS + (size_t)__builtin_ctzll(free), region->frontier) : region->frontier;
}

/* The first page from `from` on that is taken; the end of the reachable pages if none is. */
static size_t next_taken(const struct region *region, size_t from)
{
    for (size_t word = from / WORD_BITS; word < words_for(region->frontier); word++) {
        uint64_t taken = region->bits[word];
        if (word == from / WORD_BITS)
            taken &= ~0ull << from % WORD_BITS;
        if (taken)
            return word * WORD_BITS + (size_t)__builtin_ctzll(taken);
    }
    return region->reachable;
}

/* The bits of [from, to) that lie in the word of `from`. */
static uint64_t bits_in_word(size_t from, size_t to)
{
    size_t room = WORD_BITS - from % WORD_BITS, bits = minimum(to - from, room);
    return (~0ull >> (WORD_BITS - bits)) << from % WORD_BITS;
}

static size_t next_word(size_t from, size_t to) { return minimum((from / WORD_BITS + 1) * WORD_BITS, to); }

/* Moves the frontier up to page `to`; the bits that it enters become 0. */
static void advance_frontier(struct region *region, size_t to)
{
    for (size_t word = words_for(region->frontier); word < words_for(to); word++)
        region->bits[word] = 0;
    region->frontier = to;
}

static void take(struct region *region, size_t first, size_t count)
{
    size_t end = first + count;
    if (end > region->frontier)
        advance_frontier(region, end);
    for (size_t page = first; page < end; page = next_word(page, end))
        region->bits[page / WORD_BITS] |= bits_in_word(page, end);
    if (first == region->hint)
        region->hint = end;
    region->given_out += count;
    allocated += count;
}

/* `count` free pages in a row from this region, or NULL. */
static void *allocate_from(struct region *region, size_t count)
{
    if (count > region->reachable - region->given_out)
        return NULL;
    region->hint = next_free(region, region->hint);
    for (size_t first = region->hint; count <= region->reachable - first;) {
        size_t end = count == 1 ? first + 1 : next_taken(region, first);
        if (end - first >= count) {
            take(region, first, count);
            return (void *)(region->start + first * PAGE_BYTES);
        }
        first = next_free(region, end);
    }
    return NULL;
}

/* Highest region first: the memory below 4 GiB is kept for those who need it. */
void *pages_allocate(size_t count, enum zone zone)
{
    check(count, >, 0);
    for (size_t i = region_count; i-- > 0;) {
        if (zone == ZONE_BELOW_4G && regions[i].start >= four_gib)
            continue;
        void *pages = allocate_from(&regions[i], count);
        if (pages)
            return pages;
    }
    return NULL;
}

void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    void *pages = pages_allocate(count, zone);
    return pages ? memset(pages, 0, count * PAGE_BYTES) : NULL;
}

static struct region *region_of(uint64_t address)
{
    for (size_t i = 0; i < region_count; i++)
        if (address >= regions[i].start && (address - regions[i].start) >> PAGE_SHIFT < regions[i].pages)
            return &regions[i];
    panic("pages_free: no page of ours at 0x%lx", address);
}

void pages_free(void *start, size_t count)
{
    uint64_t address = (uint64_t)start;
    check(address % PAGE_BYTES, ==, 0);
    check(count, >, 0);
    struct region *region = region_of(address);
    size_t first = (address - region->start) >> PAGE_SHIFT;
    if (first >= region->frontier || count > region->frontier - first)
        panic("pages_free: %zu pages at %p were never handed out", count, start);
    size_t end = first + count;
    for (size_t page = first; page < end; page = next_word(page, end)) {
        uint64_t mask = bits_in_word(page, end);
        if ((region->bits[page / WORD_BITS] & mask) != mask)
            panic("pages_free: %zu pages at %p are not all allocated; freed twice?", count, start);
        region->bits[page / WORD_BITS] &= ~mask;
    }
    region->hint = minimum(region->hint, first);
    region->given_out -= count;
    allocated -= count;
#if DEBUG
    memset(start, JUNK, count * PAGE_BYTES); /* who still reads them, notices */
#endif
}

size_t pages_allocated(void) { return allocated; }
size_t pages_total(void) { return total; }

void pages_reachable(uint64_t end)
{
    for (size_t i = 0; i < region_count; i++) {
        struct region *region = &regions[i];
        uint64_t bytes = end > region->start ? end - region->start : 0;
        size_t reachable = minimum(bytes >> PAGE_SHIFT, region->pages);
        check(reachable, >=, region->reachable);
        region->reachable = reachable;
    }
}

static uint64_t bytes_for_bits(void)
{
    uint64_t words = 0;
    for (size_t i = 0; i < region_count; i++)
        words += words_for(regions[i].pages);
    return (words * sizeof(uint64_t) + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

/* Cuts `bytes` off the first region below 4 GiB that keeps a page; NULL: there is none. */
static uint64_t *cut_off(uint64_t bytes)
{
    for (size_t i = 0; i < region_count && regions[i].start < four_gib; i++) {
        if (bytes >> PAGE_SHIFT >= regions[i].pages)
            continue;
        uint64_t *cut = (uint64_t *)regions[i].start;
        regions[i].start += bytes;
        regions[i].pages -= bytes >> PAGE_SHIFT;
        return cut;
    }
    return NULL;
}

/* A map that claims more memory than its own low memory can account for loses its highest ranges. */
static void place_bits(void)
{
    uint64_t *bits;
    while (!(bits = cut_off(bytes_for_bits())) && region_count > 0) {
        region_count--;
        print("Memory: no room to account for %zu MiB at 0x%lx; left out\n",
              regions[region_count].pages * PAGE_BYTES >> 20, regions[region_count].start);
    }
    bookkeeping_bytes = bytes_for_bits();
    for (size_t i = 0; i < region_count; i++) {
        regions[i].bits = bits;
        bits += words_for(regions[i].pages);
        total += regions[i].pages;
    }
}

void pages_build(const struct memory_range *map, size_t ranges, uint64_t kernel_from, uint64_t kernel_to)
{
    usable_memory_find(&usable_memory, map, ranges, kernel_from, kernel_to);
    region_count = usable_memory.count;
    for (size_t i = 0; i < region_count; i++) {
        struct usable_range range = usable_memory.ranges[i];
        regions[i] = (struct region){ .start = range.start, .pages = (range.end - range.start) >> PAGE_SHIFT };
    }
    allocated = total = 0;
    place_bits();
    pages_reachable(four_gib);
}

const char *pages_start(void)
{
    extern char kernel_start[], kernel_end[]; /* boot/kernel.ld */
    static char found[80];
    pages_build(boot_information.memory, boot_information.memory_ranges, (uint64_t)kernel_start, (uint64_t)kernel_end);
    return format(found, sizeof found, "%zu pages (%lu MiB), %lu KiB to keep account of them", total,
                  (uint64_t)total * PAGE_BYTES >> 20, bookkeeping_bytes >> 10);
}
