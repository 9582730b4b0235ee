/* Chapter 18 as a whole: what the kernel's other chapters are to it. */
#define _GNU_SOURCE
#include "tests/host/fake/healthy.h"
#include "drivers/guest/events.h"
#include "drivers/guest/health/health.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/pages.h"
#include "kernel/time/clock.h"
#include "tests/host/test.h"
#include <sys/mman.h>

enum {
    MEMORY = 0x10000000, /* where a test program has room */
    SOME_TIME = 300000,  /* microseconds that the kernel has been up */
};

void (*panic_farewell)(void);
struct boot_information boot_information;
__asm__(".globl kernel_start, kernel_end\n.set kernel_start, 0x100000\n.set kernel_end, 0x180000");
void log_join(struct log_output *output) { (void)output; }

/* The allocator gives this memory out, and the balloon takes it away. */
static void build_pages(void)
{
    size_t bytes = healthy_mib << 20;
    void *made = mmap((void *)(uintptr_t)MEMORY, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    EXPECT((uintptr_t)made, ==, MEMORY);
    struct memory_range map = { MEMORY, MEMORY + bytes, MEMORY_AVAILABLE };
    pages_build(&map, 1, 0x100000, 0x180000);
}

size_t healthy_mib = 64;

void healthy_machine(void)
{
    build_pages();
    machine_start();
    fake_health_start(&host);
    fake_time = SOME_TIME;
}

const char *healthy_boot(void)
{
    if (!host.machine)
        healthy_machine();
    vmmdev_start();
    events_start();
    return health_start();
}

const char *healthy_start(void)
{
    const char *found = healthy_boot();
    machine_settle();
    fake_vmmdev_raise(&host, 0x400); /* about nothing: VMMDev's line proves itself */
    machine_settle();
    return found;
}

void healthy_pass(uint64_t seconds)
{
    while (seconds--)
        machine_pass(SECOND);
}

size_t healthy_requests(uint32_t type) { return fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, type); }
