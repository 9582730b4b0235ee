/* Chapter 6: which addresses exist, and what may be done with them? */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cache {
    CACHE_WRITE_BACK,      /* memory */
    CACHE_WRITE_COMBINING, /* video memory: writes are gathered, reads are slow */
    CACHE_OFF,             /* registers: every access happens, in order */
};

/* Makes device memory at [physical, physical + bytes) usable, readable and writable,
 * never executable. Returns its address (the map is the identity), or NULL, with a
 * line in the log, where the range wraps, lies beyond what the CPU can address, or is
 * already mapped otherwise. The same range may be mapped again in the same way. */
void *map_device(uint64_t physical, size_t bytes, enum cache cache);

/* Takes one page out of the map, so that touching it is an exception: a guard. */
void unmap_page(void *page);
/* Puts it back as ordinary memory. */
void remap_page(void *page);

const char *page_tables_start(void);
