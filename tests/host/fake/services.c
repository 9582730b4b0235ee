/* Chapter 20 as a whole: what the kernel's other chapters are to it. */
#define _GNU_SOURCE
#include "tests/host/fake/services.h"
#include "drivers/guest/events.h"
#include "drivers/guest/services/hgcm.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/board.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/pages.h"
#include "kernel/time/task.h"
#include "tests/host/test.h"
#include <sys/mman.h>

enum { MEMORY = 0x10000000, BYTES = 16 << 20, TASKS = 64 };

void (*panic_farewell)(void);
struct boot_information boot_information;
__asm__(".globl kernel_start, kernel_end\n.set kernel_start, 0x100000\n.set kernel_end, 0x180000");
void log_join(struct log_output *output) { (void)output; }
__attribute__((weak)) void board_add(struct board_row *row) { (void)row; } /* a test may look at its row */

void services_machine(void)
{
    void *made = mmap((void *)(uintptr_t)MEMORY, BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    EXPECT((uintptr_t)made, ==, MEMORY);
    struct memory_range map = { MEMORY, MEMORY + BYTES, MEMORY_AVAILABLE };
    pages_build(&map, 1, 0x100000, 0x180000);
    machine_start();
    fake_hgcm_start(&host);
    fake_time = 300000;
}

const char *services_start(void)
{
    if (!host.machine)
        services_machine();
    vmmdev_start();
    events_start();
    const char *found = hgcm_start();
    fake_vmmdev_raise(&host, 0x400); /* about nothing: VMMDev's line proves itself */
    machine_settle();
    return found;
}

static struct {
    struct task task;
    void (*work)(void *argument);
    void *argument;
} workers[TASKS];
static size_t worker_count;

static bool never(void *unused)
{
    (void)unused;
    return false;
}

static void run(void *number)
{
    size_t which = (size_t)number;
    workers[which].work(workers[which].argument);
    for (;;)
        wait_until(never, NULL, WAIT_FOREVER);
}

void services_task(void (*work)(void *argument), void *argument)
{
    EXPECT(worker_count, <, TASKS);
    workers[worker_count].work = work;
    workers[worker_count].argument = argument;
    task_create(&workers[worker_count].task, "worker", run, (void *)worker_count);
    worker_count++;
}
