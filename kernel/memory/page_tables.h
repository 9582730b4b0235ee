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
 * never executable; whole pages around it, too. Returns its address (the map is the
 * identity), or NULL, with a line in the log, where the range is empty, wraps, lies
 * beyond what the CPU can address, is guarded, or is already mapped otherwise. The same
 * range may be mapped again in the same way, and so may usable memory with
 * CACHE_WRITE_BACK. Task context. */
void *map_device(uint64_t physical, size_t bytes, enum cache cache);

/* Takes one page out of the map for good, so that touching it is an exception: a guard.
 * False: there was no memory to split a large page. Task context. */
bool unmap_page(void *page);

const char *page_tables_start(void);
