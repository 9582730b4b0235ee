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
 * Single pages, which a kernel wants most, come from the region and the word where the
 * last one was found, and usually go back there, without a search.
 *
 * Invariants:
 *   words of a region before `hint` have no free page;
 *   bits beyond a region's last page are set once their word is open;
 *   no region above source[zone] that serves the zone has a page to hand out, and its
 *   word at `hint` is open. */
#include "kernel/memory/pages.h"
#include "kernel/core/print.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/memory_map.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum { WORD_BITS = 64, JUNK = 0xdb };

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
static struct region *source[2]; /* where single pages of each zone come from; NULL: a search will tell */

/* Because pages became free, or reachable, that might lie higher than a source. */
static void forget_sources(void) { source[ZONE_ANY] = source[ZONE_BELOW_4G] = NULL; }

static size_t words_for(size_t pages) { return (pages + WORD_BITS - 1) / WORD_BITS; }

static void open_word(struct region *region)
{
    size_t word = region->open / WORD_BITS, left = region->pages - region->open;
    region->bits[word] = left < WORD_BITS ? ~0ull << left : 0;
    region->open += minimum(left, WORD_BITS);
}

static bool is_taken(const struct region *region, size_t page)
{
    return page < region->open && region->bits[page / WORD_BITS] >> page % WORD_BITS & 1;
}

/* The first of `count` free pages in a row; they may reach beyond what can be reached. */
static size_t find_run(const struct region *region, size_t count)
{
    size_t run = 0;
    for (size_t page = region->hint * WORD_BITS; page < region->open; page++) {
        uint64_t word = region->bits[page / WORD_BITS];
        if (word == ~0ull)
            page |= WORD_BITS - 1; /* on to its last page, which is taken as well */
        run = word >> page % WORD_BITS & 1 ? 0 : run + 1;
        if (run == count)
            return page + 1 - count;
    }
    return region->open - run;
}

/* `count` contiguous pages of a region, or NULL. */
static void *take_run(struct region *region, size_t count)
{
    size_t first = find_run(region, count);
    if (count > region->reachable || first > region->reachable - count)
        return NULL;
    while (region->open < first + count)
        open_word(region);
    for (size_t page = first; page < first + count; page++)
        region->bits[page / WORD_BITS] |= 1ull << page % WORD_BITS;
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
        bool serves = zone == ZONE_ANY || regions[i].start < FOUR_GIB;
        void *pages = serves ? take_run(&regions[i], count) : NULL;
        if (pages && count == 1)
            source[zone] = &regions[i];
        if (pages)
            return pages;
    }
    return NULL;
}

void *pages_allocate(size_t count, enum zone zone)
{
    struct region *region = source[zone];
    if (count != 1 || !region || region->bits[region->hint] == ~0ull)
        return search_regions(count, zone);
    uint64_t *word = &region->bits[region->hint];
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

static size_t page_of(const struct region *region, uint64_t address) { return (address - region->start) / PAGE_BYTES; }

/* NULL: it is in no page of ours. */
static struct region *region_of(uint64_t address)
{
    for (struct region *region = regions; region < regions + region_count; region++)
        if (page_of(region, address) < region->pages) /* below its start it wraps, and is large */
            return region;
    return NULL;
}

bool pages_hold(const void *address)
{
    const struct region *region = region_of((uint64_t)address);
    return region && is_taken(region, page_of(region, (uint64_t)address));
}

static void give_back(struct region *region, size_t page)
{
    region->bits[page / WORD_BITS] &= ~(1ull << page % WORD_BITS);
    region->hint = minimum(region->hint, page / WORD_BITS);
    taken_pages--;
}

static __attribute__((noinline)) void give_back_run(uint64_t address, size_t count)
{
    struct region *region = region_of(address);
    if (!region)
        panic("pages_free: no page of ours at 0x%lx", address);
    size_t first = page_of(region, address);
    check(address % PAGE_BYTES, ==, 0);
    check(count, >, 0);
    check(count, <=, region->pages - first);
    for (size_t page = first; page < first + count; page++)
        if (!is_taken(region, page))
            panic("pages_free: page 0x%lx was never handed out, or is freed twice", region->start + page * PAGE_BYTES);
    for (size_t page = first; page < first + count; page++)
        give_back(region, page);
    forget_sources();
}

void pages_free(void *start, size_t count)
{
    struct region *region = source[ZONE_ANY];
    uint64_t address = (uint64_t)start;
    if (count == 1 && region && address % PAGE_BYTES == 0 && is_taken(region, page_of(region, address)))
        give_back(region, page_of(region, address));
    else
        give_back_run(address, count);
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
        size_t reachable = end > region->start ? (end - region->start) / PAGE_BYTES : 0;
        reachable = reachable < region->pages ? reachable - reachable % WORD_BITS : region->pages;
        check(reachable, >=, region->reachable);
        region->reachable = reachable;
    }
    forget_sources();
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
        if (bytes / PAGE_BYTES >= regions[i].pages)
            continue;
        uint64_t *cut = (uint64_t *)regions[i].start;
        regions[i].start += bytes;
        regions[i].pages -= bytes / PAGE_BYTES;
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
    for (size_t i = 0; i < region_count; i++) {
        struct usable_range range = usable_memory.ranges[i];
        regions[i] = (struct region){ .start = range.start, .pages = (range.end - range.start) / PAGE_BYTES };
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
