/* What the tests of chapter 14 share: a screen in memory, and a host and a PS/2 mouse that move the pointer. */
// sources: kernel/desktop/pointer.c kernel/desktop/pointer_zones.c kernel/screen/screen.c kernel/desktop/input.c
// sources: lib/format.c kernel/screen/font.c drivers/guest/mouse/mouse.c drivers/guest/mouse/mouse_integration.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/machine/interrupts.c kernel/time/task.c
// sources: kernel/time/task_switch.asm tests/host/fake/vmmdev.c tests/host/fake/machine.c
#pragma once
#include "drivers/guest/mouse/mouse_integration.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/input.h"
#include "kernel/desktop/pointer.h"
#include "kernel/memory/pages.h"
#include "kernel/screen/console.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/screen.h"
#include "tests/host/ps2_beside.h"
#include "tests/host/test.h"

enum { WIDTH = 1024, HEIGHT = 768 };

void log_join(struct log_output *output) { (void)output; }

static uint32_t video[HEIGHT][WIDTH], back[HEIGHT][WIDTH];
static int presents; /* of the whole screen */
static int32_t x, y; /* where the pointer was drawn last, */
static int moves;    /* and at how many places before */

static void remember(size_t number, struct rectangle area)
{
    EXPECT(number, ==, 0);
    if (area.right - area.left == WIDTH && area.bottom - area.top == HEIGHT)
        presents++;
    moves += screen_overlay->left != x || screen_overlay->top != y;
    x = screen_overlay->left;
    y = screen_overlay->top;
}

static struct screen screen = { SCREEN_OF(video, back), .update = remember };

void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    (void)count, (void)zone;
    return NULL;
}

void pages_free(void *start, size_t count) { (void)start, (void)count; }

struct text_region status_row;
static char status[128];
static int status_rows;

void text_set_row(struct text_region *region, uint32_t row, const char *text)
{
    EXPECT(region == &status_row && row == 0, ==, true);
    strcpy(status, text);
    status_rows++;
}

/* The status row, once it has followed. */
static inline const char *numbers(void)
{
    machine_pass(200 * 1000);
    return status;
}

static inline const char *start(void)
{
    screens = &screen;
    machine_start();
    plug_ps2_mouse();
    vmmdev_start();
    events_start();
    const char *found = mouse_integration_start();
    machine_settle();
    moves = 0;
    return found;
}

static inline void expect_at(int32_t should_be_x, int32_t should_be_y)
{
    machine_settle();
    EXPECT(x, ==, should_be_x);
    EXPECT(y, ==, should_be_y);
    EXPECT(video[y][x], ==, POINTER_DARK); /* the tip */
}

static inline void host_moves(int32_t to_x, int32_t to_y, uint32_t buttons)
{
    fake_vmmdev_mouse(&host, to_x, to_y, 0, 0, buttons);
    machine_settle();
}

static inline void ps2_moves(int32_t by_x, int32_t by_y, uint32_t buttons)
{
    input_put((struct input_event){
        .source = INPUT_PS2_MOUSE, .kind = INPUT_RELATIVE, .x = by_x, .y = by_y,
        .has_buttons = true, .buttons = buttons });
    machine_settle();
}
