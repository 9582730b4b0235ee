/* Chapter 5: which memory may the kernel use at all? */
#pragma once
#include "kernel/memory/boot_information.h"
#include <stddef.h>
#include <stdint.h>

/* Whole pages, [start, end) in bytes, that the firmware gives away. */
struct usable_range {
    uint64_t start, end;
};

enum { USABLE_RANGES = 128 };

/* In ascending order, disjoint, and none reaches across 4 GiB. */
struct usable_memory {
    struct usable_range ranges[USABLE_RANGES];
    size_t count;
};

extern struct usable_memory usable_memory; /* of this machine: pages_build fills it, chapter 6 maps it */

/* Reads a firmware's map, in any order, with holes and overlaps: where ranges overlap, the
 * one that is not available wins. The first MiB, the kernel's own [kernel_from, kernel_to) and
 * what no address can reach are not usable. More ranges than USABLE_RANGES are logged and left out. */
void usable_memory_find(struct usable_memory *usable, const struct memory_range *map, size_t ranges,
                        uint64_t kernel_from, uint64_t kernel_to);
