/* A host beside the processor: see interleave.h. */
// sources: tests/host/fake/registers.c
#include "tests/host/fake/interleave.h"
#include "kernel/memory/page_tables.h"
#include "tests/host/fake/registers.h"
#include "tests/host/test.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FLAGS_PAGE = 0x30000000, FLAGS_BYTES = 16 }; /* where a test program has room */

static host_act *const *next_act;
static size_t acts_left;
static size_t delays[INTERLEAVE_MOST]; /* moments that each act comes after the one before */
static bool here[INTERLEAVE_MOST], *is_last = here; /* later than that would be the same */
static size_t which, waited;

/* The guest may be interrupted by it, and then this is where the next one waits. */
static void act(void)
{
    acts_left--;
    which++;
    waited = 0;
    (*next_act++)();
}

static void between(void)
{
    while (acts_left && waited == delays[which])
        act();
    waited++;
}

static void let_interrupts_in(void)
{
    between();
    machine_look_at_line();
}

static uint32_t read_flags(struct fake_registers *device, uint32_t offset)
{
    (void)device;
    EXPECT(offset, <, FLAGS_BYTES);
    between();
    uint32_t value;
    memcpy(&value, host.memory + offset, sizeof value);
    return value;
}

static void write_flags(struct fake_registers *device, uint32_t offset, uint32_t value)
{
    (void)device, (void)value;
    EXPECT(offset, <, 0); /* the guest reads them */
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    static struct fake_registers flags = { FLAGS_PAGE, read_flags, write_flags, NULL };
    EXPECT(physical, ==, (uintptr_t)host.memory);
    (void)bytes, (void)cache;
    fake_registers_plug(&flags);
    return (void *)(uintptr_t)FLAGS_PAGE;
}

void interleave_plug(void)
{
    machine_between = between;
    fake_interrupts_allowed = let_interrupts_in;
}

/* The next combination; false: there is none. */
static bool advance(size_t count)
{
    size_t changed = count;
    while (changed && is_last[changed - 1])
        changed--;
    if (!changed)
        return false;
    delays[changed - 1]++;
    memset(delays + changed, 0, sizeof delays - changed * sizeof delays[0]);
    return true;
}

/* What the host did last may have come when all had settled but the one who waited for that. */
static void settle(void)
{
    size_t before;
    do {
        before = host.accesses;
        machine_settle();
    } while (host.accesses != before);
}

static void try_order(void (*begin)(void), host_act *const acts[], size_t count)
{
    memset(is_last, 0, INTERLEAVE_MOST);
    next_act = acts;
    acts_left = count;
    which = waited = 0;
    if (begin)
        begin();
    for (settle(); acts_left; settle()) {
        is_last[which] = true;
        act();
    }
}

size_t interleave(void (*begin)(void), host_act *const acts[], size_t count, void (*judge)(void))
{
    size_t orders = 0;
    EXPECT(count, <=, INTERLEAVE_MOST);
    memset(delays, 0, sizeof delays);
    do {
        begin();
        try_order(NULL, acts, count);
        judge();
        orders++;
    } while (advance(count));
    return orders;
}

size_t interleave_boots(void (*boot)(void), host_act *const acts[], size_t count, void (*judge)(void))
{
    size_t orders = 0;
    int status = 0;
    is_last = mmap(NULL, INTERLEAVE_MOST, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(delays, 0, sizeof delays);
    do {
        if (!fork()) {
            try_order(boot, acts, count);
            judge();
            _exit(0);
        }
        wait(&status);
        EXPECT(status, ==, 0);
        orders++;
    } while (advance(count));
    return orders;
}
