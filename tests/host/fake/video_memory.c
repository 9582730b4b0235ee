/* Video memory that nobody may map in two ways. */
#define _GNU_SOURCE
#include "tests/host/fake/video_memory.h"
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, PAGES = 65536 };

bool fake_map_fails;
static uint8_t page_cache[PAGES]; /* 1 + enum cache, 0 while it is not mapped */

uint8_t *fake_video_memory(uint32_t bytes)
{
    uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memset(memory, 0xa5, bytes);
}

void fake_video_memory_mapped(uint64_t start, uint64_t bytes, uint64_t memory_bytes, enum cache cache,
                              void (*complain)(const char *pattern, ...))
{
    if (!bytes || start > memory_bytes || bytes > memory_bytes - start) {
        complain("mapped %zu bytes at offset %ld\n", (size_t)bytes, (long)start);
        return;
    }
    for (uint64_t page = start / PAGE; page * PAGE < start + bytes; page++) {
        if (page_cache[page] && page_cache[page] != 1 + cache)
            complain("page %lu is mapped in two ways\n", page);
        page_cache[page] = (uint8_t)(1 + cache);
    }
}
