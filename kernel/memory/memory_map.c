/* Chapter 5: which memory may the kernel use at all?
 *
 * What somebody calls available and nobody calls anything else. Between two
 * neighbouring borders of the map's ranges the answer is the same everywhere, so we
 * walk from border to border and ask all ranges. That is quadratic, and with a
 * firmware's dozen ranges still nothing; in return no order, overlap or hole needs
 * a thought. */
#include "kernel/memory/memory_map.h"
#include "kernel/core/print.h"
#include "kernel/memory/pages.h"
#include "lib/number.h"

static const uint64_t first_mib = 1ull << 20;   /* BIOS data, video memory, ROM: holes and relics */
static const uint64_t address_end = 1ull << 47; /* of the lower half of addresses: SDM 1 3.3.7.1 */

struct usable_memory usable_memory;

/* What all ranges say about one address, and up to where they say the same. */
struct verdict {
    uint64_t at, until;
    bool available, restricted;
};

/* A page that is available in part is not available; one that is restricted in part is restricted. */
static void ask_range(struct verdict *verdict, struct memory_range range)
{
    bool available = range.type == MEMORY_AVAILABLE;
    uint64_t start = minimum(range.start, address_end), end = minimum(range.end, address_end);
    start = available ? page_ceiling(start) : page_floor(start);
    end = available ? page_floor(end) : page_ceiling(end);
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
static bool add_usable(struct usable_memory *usable, uint64_t start, uint64_t end)
{
    struct usable_range *last = usable->count ? &usable->ranges[usable->count - 1] : NULL;
    if (last && last->end == start && start != FOUR_GIB) {
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
        struct verdict verdict = { .at = at, .until = at < FOUR_GIB ? FOUR_GIB : address_end };
        ask_range(&verdict, kernel);
        for (size_t i = 0; i < ranges; i++)
            ask_range(&verdict, map[i]);
        if (verdict.available && !verdict.restricted && !add_usable(usable, at, verdict.until))
            left_out += verdict.until - at;
        at = verdict.until;
    }
    if (left_out)
        print("    Memory: more than %d separate ranges; %lu KiB left out\n", USABLE_RANGES, left_out >> 10);
}
