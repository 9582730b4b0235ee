/* The memory of a fake adapter's screens: made, and mapped by the kernel page by page. */
#pragma once
#include "kernel/memory/page_tables.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool fake_map_fails; /* map_device; the same page mapped in two ways is a complaint */

/* So many bytes of junk. */
uint8_t *fake_video_memory(uint32_t bytes);

/* The kernel maps the bytes from `start` on, of memory_bytes in all; wrongly, and the adapter complains. */
void fake_video_memory_mapped(uint64_t start, uint64_t bytes, uint64_t memory_bytes, enum cache cache,
                              void (*complain)(const char *pattern, ...));
