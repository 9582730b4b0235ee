/* Chapter 5: who owns which page of memory?
 *
 * One bit a page says whether the page is handed out. Each usable range of memory is
 * a region with bits of its own, so that holes in the address space cost nothing. The
 * bits lie together, in memory cut off from the first region that has room for them:
 * a page is never touched to keep account of it.
 *
 * Bits come in words of 64. A word is opened when the first of its pages is wanted;
 * before that not even its bits are initialised. So a machine with 64 GiB starts as
 * fast as one with 64 MiB.
 *
 * Single pages, which a kernel wants most, come from the region and word where the
 * last one was found, and usually go back to that region, without a search.
 *
 * Invariants:
 *   words of a region before `hint` have no free page;
 *   bits beyond a region's last page are set once their word is open;
 *   no region above source[zone] that serves the zone has a page to hand out, and its
 *   word at `hint` is open; or source[zone] is `nowhere`. */
#include "kernel/memory/pages.h"
#include "kernel/core/print.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/memory_map.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum { PAGE_SHIFT = 12, WORD_BITS = 64, JUNK = 0xdb };

struct region {
    uint64_t start; /* address of its page 0 */
    size_t pages;
    size_t reachable; /* pages that the map of chapter 6 covers: all, or whole words */
    size_t open;      /* pages whose bits are valid: all, or whole words */
    uint64_t *bits;   /* 1: handed out */
    size_t hint;      /* a word */
};

static struct region regions[USABLE_RANGES];
static size_t region_count, taken_pages;
static uint64_t bookkeeping_bytes;

/* Where single pages of each zone come from; nowhere: a search will tell. */
static struct region nowhere = { .start = ~0ull, .bits = (uint64_t[]){ ~0ull } };
static struct region *source[2] = { &nowhere, &nowhere };

/* Because pages became free, or reachable, that might lie higher than a source. */
static void forget_sources_below(uint64_t address)
{
    for (int zone = 0; zone < 2; zone++)
        if (source[zone]->start < address)
            source[zone] = &nowhere;
}

static size_t words_for(size_t pages) { return (pages + WORD_BITS - 1) / WORD_BITS; }

/* Makes the bits of all pages before `end` valid. */
static void open_until(struct region *region, size_t end)
{
    for (; region->open < end; region->open += WORD_BITS)
        region->bits[region->open / WORD_BITS] = 0;
    if (region->open > region->pages) {
        region->open = region->pages;
        region->bits[region->pages / WORD_BITS] = ~0ull << region->pages % WORD_BITS;
    }
}

/* The first page from `from` on that is taken, or that is free, as all are beyond the open ones; it may lie
 * beyond the reachable pages. */
static size_t find_next(const struct region *region, size_t from, bool taken)
{
    uint64_t from_on = ~0ull << from % WORD_BITS;
    for (size_t word = from / WORD_BITS; word < words_for(region->open); word++, from_on = ~0ull) {
        uint64_t found = (taken ? region->bits[word] : ~region->bits[word]) & from_on;
        if (found)
            return word * WORD_BITS + (size_t)__builtin_ctzll(found);
    }
    return taken ? region->reachable : maximum(from, region->open);
}

/* The bits of the pages [page, end) that lie in the word of `page`. */
static uint64_t bits_in_word(size_t page, size_t end)
{
    size_t bits = minimum(end - page, WORD_BITS - page % WORD_BITS);
    return ~0ull >> (WORD_BITS - bits) << page % WORD_BITS;
}

static size_t next_word(size_t page) { return (page / WORD_BITS + 1) * WORD_BITS; }

/* `count` contiguous pages of a region, or NULL. */
static void *take_run(struct region *region, size_t count)
{
    size_t first = find_next(region, region->hint * WORD_BITS, false), end = 0;
    while (first < region->reachable && (end = find_next(region, first, true)) - first < count)
        first = find_next(region, end, false);
    if (first >= region->reachable)
        return NULL;
    end = first + count;
    open_until(region, end);
    for (size_t page = first; page < end; page = next_word(page))
        region->bits[page / WORD_BITS] |= bits_in_word(page, end);
    if (count == 1)
        region->hint = first / WORD_BITS;
    taken_pages += count;
    return (void *)(region->start + first * PAGE_BYTES);
}

/* Highest region first: the memory below 4 GiB is kept for those who need it. */
static __attribute__((noinline)) void *search_regions(size_t count, enum zone zone)
{
    check(count, >, 0);
    for (size_t i = region_count; i-- > 0;) {
        struct region *region = &regions[i];
        void *pages = zone == ZONE_BELOW_4G && region->start >= FOUR_GIB ? NULL : take_run(region, count);
        if (!pages)
            continue;
        if (count == 1)
            source[zone] = region;
        return pages;
    }
    return NULL;
}

void *pages_allocate(size_t count, enum zone zone)
{
    struct region *region = source[zone];
    uint64_t *word = &region->bits[region->hint];
    if (count != 1 || *word == ~0ull)
        return search_regions(count, zone);
    size_t page = region->hint * WORD_BITS + (size_t)__builtin_ctzll(~*word);
    *word |= *word + 1; /* the lowest bit that is 0 */
    taken_pages++;
    return (void *)(region->start + page * PAGE_BYTES);
}

void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    void *pages = pages_allocate(count, zone);
    return pages ? memset(pages, 0, count * PAGE_BYTES) : NULL;
}

/* NULL: it is in no page of ours. */
static struct region *region_of(uint64_t address)
{
    for (struct region *region = regions; region < regions + region_count; region++)
        if (address - region->start < region->pages * PAGE_BYTES) /* below its start it wraps, and is large */
            return region;
    return NULL;
}

static uint64_t bits_of(const struct region *region, size_t word)
{
    return word < words_for(region->open) ? region->bits[word] : 0;
}

bool pages_hold(const void *address)
{
    const struct region *region = region_of((uint64_t)address);
    size_t page = region ? ((uint64_t)address - region->start) >> PAGE_SHIFT : 0;
    return region && bits_of(region, page / WORD_BITS) >> page % WORD_BITS & 1;
}

/* Clears the bits of `mask`, all of which must be set. */
static void give_back(struct region *region, size_t word, uint64_t mask)
{
    uint64_t bits = bits_of(region, word);
    if (mask & ~bits)
        panic("pages_free: page 0x%lx was never handed out, or is freed twice",
              region->start + (word * WORD_BITS + (size_t)__builtin_ctzll(mask & ~bits)) * PAGE_BYTES);
    region->bits[word] = bits & ~mask;
    region->hint = minimum(region->hint, word);
}

static __attribute__((noinline)) void give_back_run(uint64_t address, size_t count)
{
    check(address % PAGE_BYTES, ==, 0);
    check(count, >, 0);
    struct region *region = region_of(address);
    if (!region)
        panic("pages_free: no page of ours at 0x%lx", address);
    size_t first = (address - region->start) >> PAGE_SHIFT, end = first + count;
    check(count, <=, region->pages - first);
    for (size_t page = first; page < end; page = next_word(page))
        give_back(region, page / WORD_BITS, bits_in_word(page, end));
    taken_pages -= count;
    forget_sources_below(region->start);
}

void pages_free(void *start, size_t count)
{
    struct region *region = source[ZONE_ANY];
    uint64_t offset = (uint64_t)start - region->start; /* below its start it wraps, and is large */
    size_t page = offset >> PAGE_SHIFT, word = page / WORD_BITS;
    if (count == 1 && page < region->open && offset % PAGE_BYTES == 0 && region->bits[word] >> page % WORD_BITS & 1) {
        region->bits[word] &= ~(1ull << page % WORD_BITS);
        if (word < region->hint)
            region->hint = word;
        taken_pages--;
    } else {
        give_back_run((uint64_t)start, count);
    }
#if DEBUG
    memset(start, JUNK, count * PAGE_BYTES); /* who still reads them notices */
#endif
}

size_t pages_allocated(void) { return taken_pages; }

size_t pages_total(void)
{
    size_t pages = 0;
    for (size_t i = 0; i < region_count; i++)
        pages += regions[i].pages;
    return pages;
}

void pages_reachable(uint64_t end)
{
    for (size_t i = 0; i < region_count; i++) {
        struct region *region = &regions[i];
        size_t reachable = end > region->start ? (end - region->start) >> PAGE_SHIFT : 0;
        reachable = reachable < region->pages ? reachable - reachable % WORD_BITS : region->pages;
        check(reachable, >=, region->reachable);
        region->reachable = reachable;
    }
    forget_sources_below(end);
}

static uint64_t bytes_for_bits(void)
{
    uint64_t words = 0;
    for (size_t i = 0; i < region_count; i++)
        words += words_for(regions[i].pages);
    return page_ceiling(words * sizeof(uint64_t));
}

/* Cuts `bytes` off the first region below 4 GiB that keeps a page; NULL: there is none. */
static uint64_t *cut_off(uint64_t bytes)
{
    for (size_t i = 0; i < region_count && regions[i].start < FOUR_GIB; i++) {
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
        print("    Memory: no room to account for %zu MiB at 0x%lx; left out\n",
              regions[region_count].pages * PAGE_BYTES >> 20, regions[region_count].start);
    }
    bookkeeping_bytes = bytes_for_bits();
    for (size_t i = 0; i < region_count; i++) {
        regions[i].bits = bits;
        bits += words_for(regions[i].pages);
    }
}

void pages_build(const struct memory_range *map, size_t ranges, uint64_t kernel_from, uint64_t kernel_to)
{
    usable_memory_find(&usable_memory, map, ranges, kernel_from, kernel_to);
    region_count = usable_memory.count;
    taken_pages = 0;
    forget_sources_below(~0ull);
    for (size_t i = 0; i < region_count; i++) {
        struct usable_range range = usable_memory.ranges[i];
        regions[i] = (struct region){ .start = range.start, .pages = (range.end - range.start) >> PAGE_SHIFT };
    }
    place_bits();
    pages_reachable(FOUR_GIB);
}

const char *pages_start(void)
{
    extern char kernel_start[], kernel_end[]; /* boot/kernel.ld */
    static char found[80];
    pages_build(boot_information.memory, boot_information.memory_ranges, (uint64_t)kernel_start, (uint64_t)kernel_end);
    if (!pages_total())
        panic("no memory that the kernel may use, in a map of %zu ranges", boot_information.memory_ranges);
    return format(found, sizeof found, "%zu pages (%lu MiB), %lu KiB to keep account of them", pages_total(),
                  pages_total() * PAGE_BYTES >> 20, bookkeeping_bytes >> 10);
}
