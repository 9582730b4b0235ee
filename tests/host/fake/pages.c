/* The allocator's functions, for tests of what stands on it. */
#include "tests/host/fake/pages.h"
#include <stdlib.h>
#include <string.h>

size_t fake_pages_now, fake_pages_most = SIZE_MAX;

void *pages_allocate(size_t count, enum zone zone)
{
    (void)zone;
    if (fake_pages_now + count > fake_pages_most)
        return NULL;
    fake_pages_now += count;
    void *pages = aligned_alloc(PAGE_BYTES, count * PAGE_BYTES);
    return memset(pages, 0xe5, count * PAGE_BYTES);
}

void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    void *pages = pages_allocate(count, zone);
    return pages ? memset(pages, 0, count * PAGE_BYTES) : NULL;
}

void pages_free(void *start, size_t count)
{
    fake_pages_now -= count;
    free(start);
}
