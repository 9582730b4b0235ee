/* What does one event of the host's mouse cost, before the fake VMMDev?
 *
 * The kernel's own sources from the interrupt line to the pixels, a screen in memory, and
 * the fake's trace. Prints one JSON object; tests/bench/bench.py reads it. */
#include "drivers/guest/mouse/mouse_integration.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/pointer.h"
#include "kernel/memory/pages.h"
#include "kernel/screen/console.h"
#include "kernel/screen/screen.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/screen.h"
#include "tests/host/test.h"

enum { WIDTH = 1024, HEIGHT = 768, SPRITE = 12 * 19, MOVES = 1000, BURST = 1000 };

static uint32_t video[HEIGHT][WIDTH], back[HEIGHT][WIDTH];
static struct screen screen = { SCREEN_OF(video, back) };
static uint64_t moves, written, most_written;

/* The linker puts these in the way of the pointer's calls (--wrap). */
uint64_t __real_screen_move_overlay(int32_t left, int32_t top, bool visible);
uint64_t __wrap_screen_move_overlay(int32_t left, int32_t top, bool visible);
uint64_t __wrap_screen_move_overlay(int32_t left, int32_t top, bool visible)
{
    uint64_t pixels = __real_screen_move_overlay(left, top, visible);
    moves += pixels > 0;
    written += pixels;
    most_written = pixels > most_written ? pixels : most_written;
    return pixels;
}

struct boot_information boot_information;
void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    return memset(pages_allocate(count, zone), 0, count * PAGE_BYTES);
}

void pages_free(void *start, size_t count)
{
    (void)count;
    free(start);
}

static void forget(void)
{
    moves = written = most_written = 0;
    host.accesses = 0;
}

static void host_moves(uint32_t x, uint32_t y) { fake_vmmdev_mouse(&host, (int32_t)x, (int32_t)y, 0, 0, 0); }

static bool pointer_is_at(uint32_t x, uint32_t y)
{
    return (uint32_t)screen_overlay->left == x * WIDTH / 65535 && (uint32_t)screen_overlay->top == y * HEIGHT / 65535;
}

/* A hand that moves slowly, and one that jumps across the screen. */
static void one_by_one(const char *name, uint32_t step)
{
    forget();
    uint64_t interrupts = event_interrupts;
    uint32_t x = 20000, y = 20000;
    for (int i = 0; i < MOVES; i++) {
        x = (x + step) % 60000;
        y = (y + step / 2 + 1) % 60000;
        host_moves(x, y);
        machine_settle();
    }
    printf("\"%s\": {\"events\": %d, \"interrupts\": %lu, \"fetches\": %zu, \"requests\": %zu, \"exits\": %zu,\n"
           "  \"moves\": %lu, \"pixels\": %lu, \"most_pixels\": %lu, \"sprite\": %d},\n",
           name, MOVES, event_interrupts - interrupts, fake_vmmdev_count(&host, FAKE_VMMDEV_FETCH, 0),
           fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, VMMDEV_GET_MOUSE_STATUS_EX), host.accesses, moves, written,
           most_written, SPRITE);
}

/* All at once, while no task runs. */
static void burst(void)
{
    forget();
    uint32_t x = 0, y = 0;
    for (uint32_t i = 0; i < BURST; i++)
        host_moves(x = 100 + 60 * i, y = 65000 - 60 * i);
    machine_settle();
    printf("\"burst\": {\"events\": %d, \"redraws\": %lu, \"last_exact\": %s}\n", BURST, moves,
           pointer_is_at(x, y) ? "true" : "false");
}

TEST(event)
{
    screens = &screen;
    console_place(&screen, (struct rectangle){ 0, 0, WIDTH, HEIGHT });
    machine_start();
    vmmdev_start();
    events_start();
    mouse_integration_start();
    machine_pass(10 * 1000 * 1000);
    printf("{");
    one_by_one("step", 128);
    one_by_one("jump", 7919);
    burst();
    printf("}\n");
}
