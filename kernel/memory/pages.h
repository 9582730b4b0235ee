/* Chapter 5: who owns which page of memory?
 *
 * There is no heap: what lives as long as the kernel is static, and what comes and
 * goes, or is large, is made of whole pages. */
#pragma once
#include "kernel/memory/boot_information.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_BYTES = 4096 };
#define FOUR_GIB (1ull << 32) /* the end of what 32-bit devices reach */

/* The border of a page at or below an address, at or above it; and the pages that so many bytes take. */
static inline uint64_t page_floor(uint64_t address) { return address & ~(PAGE_BYTES - 1ull); }
static inline uint64_t page_ceiling(uint64_t address) { return page_floor(address + PAGE_BYTES - 1); }
static inline size_t pages_for(uint64_t bytes) { return page_ceiling(bytes) / PAGE_BYTES; }

enum zone {
    ZONE_ANY,
    ZONE_BELOW_4G, /* for devices that take 32-bit addresses */
};

/* `count` contiguous pages (> 0), or NULL: there is no such run. Contents undefined. Memory
 * above 4 GiB is used up first, unless the zone forbids it. Task context: interrupt handlers
 * neither allocate nor free, so that nothing here needs to be locked. */
void *pages_allocate(size_t count, enum zone zone);

/* The same, filled with zeros. */
void *pages_allocate_zeroed(size_t count, enum zone zone);

/* Gives back `count` pages of which the first is `start`: all of an allocation or a
 * part of it. Pages that are not allocated stop the kernel. With DEBUG=1 the pages are
 * filled with junk, so they must be mapped. Task context. */
void pages_free(void *start, size_t count);

/* Whether an address lies in pages that are handed out, and not in what is the kernel's from the start. */
bool pages_hold(const void *address);

/* Pages handed out and not yet given back; what a leak makes grow. */
size_t pages_allocated(void);
/* All pages that the allocator manages, reachable or not. */
size_t pages_total(void);

/* Allocations may now lie anywhere below `end`, which never falls (until chapter 6: 4 GiB, the boot map). */
void pages_reachable(uint64_t end);

/* Builds the allocator from a firmware's memory map, in any order, with holes and
 * overlaps; [kernel_from, kernel_to) is never handed out. */
void pages_build(const struct memory_range *map, size_t ranges, uint64_t kernel_from, uint64_t kernel_to);

const char *pages_start(void);
