/* Pages, and a clock and a wait that do nothing: see arena.h. */
#include "tests/host/fake/arena.h"
#include "kernel/time/task.h"
#include "kernel/time/wall_clock.h"
#include "tests/host/test.h"
#include <sanitizer/asan_interface.h>

size_t arena_most = ARENA_PAGES;
uint64_t arena_waits, arena_time;
static uint8_t memory[(ARENA_PAGES + 1) * PAGE_BYTES] __attribute__((aligned(4096)));
static bool taken[ARENA_PAGES];
static size_t allocated;

__attribute__((constructor)) static void poison(void) { ASAN_POISON_MEMORY_REGION(memory, sizeof memory); }

static bool is_free(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (i >= ARENA_PAGES || taken[i])
            return false;
    return true;
}

void *pages_allocate(size_t count, enum zone zone)
{
    (void)zone;
    EXPECT(count, >, 0);
    if (count > arena_most - allocated)
        return NULL;
    size_t first = 0;
    while (first + count <= ARENA_PAGES && !is_free(first, count))
        first++;
    if (first + count > ARENA_PAGES)
        return NULL;
    for (size_t i = first; i < first + count; i++)
        taken[i] = true;
    allocated += count;
    uint8_t *start = memory + first * PAGE_BYTES;
    ASAN_UNPOISON_MEMORY_REGION(start, count * PAGE_BYTES);
    memset(start, 0x5a, count * PAGE_BYTES);
    return start;
}

void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    void *start = pages_allocate(count, zone);
    return start ? memset(start, 0, count * PAGE_BYTES) : NULL;
}

void pages_free(void *start, size_t count)
{
    size_t first = (size_t)((uint8_t *)start - memory) / PAGE_BYTES;
    for (size_t i = first; i < first + count; i++) {
        EXPECT(i < ARENA_PAGES && taken[i], ==, true);
        taken[i] = false;
    }
    allocated -= count;
    ASAN_POISON_MEMORY_REGION(start, count * PAGE_BYTES);
}

size_t pages_allocated(void) { return allocated; }
size_t pages_total(void) { return ARENA_PAGES; }

void wait_for(uint64_t microseconds)
{
    EXPECT(microseconds, ==, 0);
    arena_waits++;
}

struct task *task_current(void)
{
    static struct task task;
    return &task;
}

uint64_t wall_clock_now(void) { return arena_time; }
