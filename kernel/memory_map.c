/* Chapter 5: which memory may the kernel use at all?
 *
 * What somebody calls available and nobody calls anything else. Between two
 * neighbouring borders of the map's ranges the answer is the same everywhere, so we
 * walk from border to border and ask all ranges. That is quadratic, and with a
 * firmware's dozen ranges still nothing; in return no order, overlap or hole needs
 * a thought. */
#include "kernel/memory_map.h"
#include "kernel/pages.h"
#include "kernel/print.h"

static const uint64_t first_mib = 1ull << 20;   /* BIOS data, video memory, ROM: holes and relics */
static const uint64_t four_gib = 1ull << 32;    /* the end of what 32-bit devices reach */
static const uint64_t address_end = 1ull << 47; /* of the lower half of addresses: SDM 1 3.3.7.1 */

struct usable_memory usable_memory;

/* What all ranges say about one address, and up to where they say the same. */
struct verdict {
    uint64_t at, until;
    bool available, restricted;
};

static uint64_t minimum(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t round_up(uint64_t address) { return (address + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1); }
static uint64_t round_down(uint64_t address) { return address & ~(uint64_t)(PAGE_BYTES - 1); }

/* A page that is available in part is not available; one that is restricted in part is restricted. */
static void ask(struct verdict *verdict, struct memory_range range)
{
    bool available = range.type == MEMORY_AVAILABLE;
    uint64_t start = minimum(range.start, address_end), end = minimum(range.end, address_end);
    start = available ? round_up(start) : round_down(start);
    end = available ? round_down(end) : round_up(end);
    if (range.start >= range.end || start >= end || end <= verdict->at)
        return;
    if (start > verdict->at) {
        verdict->until = minimum(verdict->until, start);
        return;
    }
    verdict->until = minimum(verdict->until, end);
    verdict->available |= available;
    verdict->restricted |= !available;
}

/* Joins what touches the range before it, except at 4 GiB. False: no room. */
static bool add(struct usable_memory *usable, uint64_t start, uint64_t end)
{
    struct usable_range *last = usable->count ? &usable->ranges[usable->count - 1] : NULL;
    if (last && last->end == start && start != four_gib) {
        last->end = end;
        return true;
    }
    if (usable->count == USABLE_RANGES)
        return false;
    usable->ranges[usable->count++] = (struct usable_range){ start, end };
    return true;
}

void usable_memory_find(struct usable_memory *usable, const struct memory_range *map, size_t ranges,
                        uint64_t kernel_from, uint64_t kernel_to)
{
    struct memory_range kernel = { kernel_from, kernel_to, MEMORY_RESERVED };
    uint64_t left_out = 0;
    usable->count = 0;
    for (uint64_t at = first_mib; at < address_end;) {
        struct verdict verdict = { .at = at, .until = at < four_gib ? four_gib : address_end };
        ask(&verdict, kernel);
        for (size_t i = 0; i < ranges; i++)
            ask(&verdict, map[i]);
        if (verdict.available && !verdict.restricted && !add(usable, at, verdict.until))
            left_out += verdict.until - at;
        at = verdict.until;
    }
    if (left_out)
        print("Memory: more than %d separate ranges; %lu KiB left out\n", USABLE_RANGES, left_out >> 10);
}
