/* A screen for the host tests: video memory that notices when it is read. */
// sources: tests/host/fake/pages.c
#define _GNU_SOURCE
#include "tests/host/fake/video.h"
#include "kernel/memory/page_tables.h"
#include "tests/host/test.h"
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { FAULT_WRITE = 2, SINGLE_STEP = 0x100 };

struct boot_information boot_information;
size_t fake_video_reads, fake_video_writes;
bool fake_map_none;
static uint8_t *memory;
static size_t memory_bytes;
static struct boot_framebuffer mode;
static const uint8_t PADDING = 0x77;

static void protect(int protection) { mprotect(memory, memory_bytes, protection); }

static void on_fault(int number, siginfo_t *information, void *context)
{
    ucontext_t *machine = context;
    uint8_t *address = information->si_addr;
    if (address < memory || address >= memory + memory_bytes) {
        signal(number, SIG_DFL);
        return;
    }
    if (machine->uc_mcontext.gregs[REG_ERR] & FAULT_WRITE)
        fake_video_writes++;
    else
        fake_video_reads++;
    protect(PROT_READ | PROT_WRITE);
    machine->uc_mcontext.gregs[REG_EFL] |= SINGLE_STEP;
}

static void on_step(int number, siginfo_t *information, void *context)
{
    (void)number, (void)information;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)SINGLE_STEP;
    protect(PROT_NONE);
}

struct boot_framebuffer fake_mode(uint32_t width, uint32_t height, uint32_t padding)
{
    mode = (struct boot_framebuffer){ .present = true,
                                      .width = width,
                                      .height = height,
                                      .pitch = width * 4 + padding,
                                      .red = { 16, 8 },
                                      .green = { 8, 8 },
                                      .blue = { 0, 8 } };
    memory_bytes = ((size_t)mode.pitch * height + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    memory = mmap(NULL, memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mode.address = (uintptr_t)memory;
    fake_video_set(PADDING);
    return mode;
}

void fake_video_watch(bool watch)
{
    struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    struct sigaction step = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &fault, NULL);
    sigaction(SIGTRAP, &step, NULL);
    protect(watch ? PROT_NONE : PROT_READ | PROT_WRITE);
}

uint32_t fake_video_pixel(uint32_t x, uint32_t y)
{
    uint32_t pixel;
    memcpy(&pixel, memory + (size_t)y * mode.pitch + x * 4, 4);
    return pixel;
}

bool fake_video_padding_is_untouched(void)
{
    for (uint32_t y = 0; y < mode.height; y++)
        for (uint32_t i = mode.width * 4; i < mode.pitch; i++)
            if (memory[(size_t)y * mode.pitch + i] != PADDING)
                return false;
    return true;
}

void fake_video_set(uint8_t byte)
{
    memset(memory, byte, memory_bytes);
    for (uint32_t y = 0; y < mode.height; y++)
        memset(memory + (size_t)y * mode.pitch + mode.width * 4, PADDING, mode.pitch - mode.width * 4);
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    (void)bytes, (void)cache;
    return fake_map_none ? NULL : (void *)(uintptr_t)physical;
}
