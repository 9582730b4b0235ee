/* Chapter 19: in which order are names shown?
 *
 * By their bytes. Entries are kept in piles that are sorted: pile n has none, or 2^n of them.
 * A new one is a pile of one; where there is such a pile already, both are merged into the
 * next, and so on, as one carries when counting. Nothing is ever moved. */
#include "kernel/files/sorted.h"
#include "kernel/memory/pages.h"
#include "lib/memory.h"
#include "lib/string.h"

enum {
    BLOCK_PAGES = 16,
    BLOCK_BYTES = BLOCK_PAGES * PAGE_BYTES,
    BLOCKS_MOST = 256, /* 16 MiB; 20,000 entries with the longest names take 6 */
};

struct sorted_block {
    struct sorted_block *older;
    uint8_t bytes[BLOCK_BYTES - sizeof(struct sorted_block *)];
};
_Static_assert(sizeof(struct sorted_block) == BLOCK_BYTES, "whole pages");

static struct sorted_entry *take_room(struct sorted *sorted, size_t bytes)
{
    bytes = (bytes + 7) & ~(size_t)7;
    if (!sorted->newest || bytes > sizeof sorted->newest->bytes - sorted->used) {
        struct sorted_block *block =
            sorted->blocks < BLOCKS_MOST ? pages_allocate(BLOCK_PAGES, ZONE_ANY) : NULL;
        if (!block)
            return NULL;
        block->older = sorted->newest;
        sorted->newest = block;
        sorted->blocks++;
        sorted->used = 0;
    }
    sorted->used += bytes;
    return (struct sorted_entry *)(sorted->newest->bytes + sorted->used - bytes);
}

static struct sorted_entry *merge(struct sorted_entry *left, struct sorted_entry *right)
{
    struct sorted_entry *first, **last = &first;
    while (left && right) {
        struct sorted_entry **smaller = string_compare(left->name, right->name) <= 0 ? &left : &right;
        *last = *smaller;
        last = &(*last)->next;
        *smaller = *last;
    }
    *last = left ? left : right;
    return first;
}

bool sorted_add(struct sorted *sorted, const char *name, const struct file_attributes *attributes)
{
    size_t length = string_length(name), pile = 0;
    struct sorted_entry *entry = take_room(sorted, sizeof *entry + length + 1);
    if (!entry)
        return false;
    entry->next = NULL;
    entry->attributes = *attributes;
    memcpy(entry->name, name, length + 1);
    for (; sorted->piles[pile]; pile++) { /* never the last: memory ends before */
        entry = merge(sorted->piles[pile], entry);
        sorted->piles[pile] = NULL;
    }
    sorted->piles[pile] = entry;
    return true;
}

struct sorted_entry *sorted_all(struct sorted *sorted)
{
    struct sorted_entry *all = NULL;
    for (size_t pile = 0; pile < SORTED_PILES; pile++) {
        all = merge(sorted->piles[pile], all);
        sorted->piles[pile] = NULL;
    }
    return all;
}

void sorted_free(struct sorted *sorted)
{
    while (sorted->newest) {
        struct sorted_block *block = sorted->newest;
        sorted->newest = block->older;
        pages_free(block, BLOCK_PAGES);
    }
    *sorted = (struct sorted){ .used = 0 };
}
