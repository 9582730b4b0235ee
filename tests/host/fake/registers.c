/* Registers that lie in memory: the device behind them sees every access.
 *
 * The page is closed, so an access is a fault. A read is answered before the instruction runs once more, with the page
 * open; what was written is found when it has run. */
#define _GNU_SOURCE
#include "tests/host/fake/registers.h"
#include "tests/host/test.h"
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { FAULT_WRITE = 2, SINGLE_STEP = 0x100, PAGE = 4096 };

static struct fake_registers *devices, *device; /* all; the one that is accessed */
static volatile uint32_t *accessed;
static bool is_write;

static void protect(const struct fake_registers *which, int protection)
{
    mprotect((void *)(uintptr_t)which->address, PAGE, protection);
}

static uint32_t offset(void) { return (uint32_t)(uintptr_t)accessed - device->address; }

static void on_fault(int number, siginfo_t *information, void *context)
{
    greg_t *machine = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t address = (uintptr_t)information->si_addr;
    for (device = devices; device && address - device->address >= PAGE;)
        device = device->next;
    if (!device) {
        signal(number, SIG_DFL);
        return;
    }
    EXPECT(address % 4, ==, 0);
    accessed = (volatile uint32_t *)address;
    is_write = machine[REG_ERR] & FAULT_WRITE;
    protect(device, PROT_READ | PROT_WRITE);
    if (!is_write)
        *accessed = device->read(device, offset());
    machine[REG_EFL] |= SINGLE_STEP;
}

static void on_step(int number, siginfo_t *information, void *context)
{
    (void)number, (void)information;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)SINGLE_STEP;
    uint32_t written = *accessed;
    protect(device, PROT_NONE);
    if (is_write)
        device->write(device, offset(), written);
}

void fake_registers_plug(struct fake_registers *plugged)
{
    struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    struct sigaction step = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &fault, NULL);
    sigaction(SIGTRAP, &step, NULL);
    void *page = (void *)(uintptr_t)plugged->address;
    void *made = mmap(page, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    EXPECT(made == page, ==, true);
    plugged->next = devices;
    devices = plugged;
}
