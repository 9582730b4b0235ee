/* Chapter 14: who moves the pointer?
 *
 * Whoever speaks. The host sends positions, a PS/2 mouse sends steps; both come through
 * the input queue, and one task turns them into one place on the screen. However many
 * events are waiting, the pointer is drawn once. */
#include "kernel/pointer.h"
#include "drivers/guest/mouse.h"
#include "kernel/console.h"
#include "kernel/input.h"
#include "kernel/screen.h"
#include "kernel/task.h"
#include "lib/format.h"
#include "lib/number.h"

enum { SHAPE_WIDTH = 12, SHAPE_HEIGHT = 19 };
enum { DARK = 0x101418, LIGHT = 0xffffff }; /* 0xRRGGBB */
enum { SETTLE_TIME = 500 * 1000, STATUS_INTERVAL = 100 * 1000 }; /* microseconds */

/* Hot spot: the upper left corner. */
static const char picture[SHAPE_HEIGHT][SHAPE_WIDTH + 1] = {
    "#           ",
    "##          ",
    "#.#         ",
    "#..#        ",
    "#...#       ",
    "#....#      ",
    "#.....#     ",
    "#......#    ",
    "#.......#   ",
    "#........#  ",
    "#.........# ",
    "#......#####",
    "#...#..#    ",
    "#..##..#    ",
    "#.#  #..#   ",
    "##   #..#   ",
    "#     #..#  ",
    "      #..#  ",
    "       ##   ",
};

static uint32_t keep[SHAPE_HEIGHT * SHAPE_WIDTH], ink[SHAPE_HEIGHT * SHAPE_WIDTH];
static struct overlay overlay = { .keep = keep, .ink = ink, .width = SHAPE_WIDTH, .height = SHAPE_HEIGHT };
static struct task task, status_task;
static bool status_is_old;

static struct state {
    int32_t x, y; /* pixels */
    uint32_t buttons;
    uint32_t clicks; /* presses so far, of all buttons */
    int32_t wheel, wheel_side; /* turned so far */
    const char *source; /* of the last event */
} state = { .source = "nobody yet" };

static void draw_shape(const struct screen *screen)
{
    uint32_t dark = screen_color(screen, DARK), light = screen_color(screen, LIGHT);
    for (int i = 0; i < SHAPE_HEIGHT * SHAPE_WIDTH; i++) {
        char dot = picture[i / SHAPE_WIDTH][i % SHAPE_WIDTH];
        keep[i] = dot == ' ' ? UINT32_MAX : 0;
        ink[i] = dot == '#' ? dark : dot == '.' ? light : 0;
    }
}

/* One coordinate after an event, on a side of so many pixels. */
static int32_t place(int32_t old, enum input_kind kind, int32_t said, uint32_t pixels)
{
    int64_t new = kind == INPUT_ABSOLUTE ? (int64_t)said * pixels / INPUT_POSITION_MAX : (int64_t)old + said;
    return (int32_t)clamp(new, 0, (int64_t)pixels - 1);
}

static void move(const struct input_event *event)
{
    state.x = place(state.x, event->kind, event->x, screens ? screens->video.width : 1);
    state.y = place(state.y, event->kind, event->y, screens ? screens->video.height : 1);
}

static uint32_t count_bits(uint32_t bits)
{
    uint32_t count = 0;
    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

/* Whoever reports buttons reports all of them, but not every host reports any. */
static void press(const struct input_event *event)
{
    if (!event->has_buttons)
        return;
    state.clicks += count_bits(event->buttons & ~state.buttons);
    state.buttons = event->buttons;
    state.wheel += event->wheel;
    state.wheel_side += event->wheel_side;
}

static void take(const struct input_event *event)
{
    static const char *const sources[] = { "keyboard", "PS/2 mouse", "host" };
    state.source = sources[event->source];
    if (event->kind == INPUT_KEY)
        return;
    move(event);
    press(event);
}

static void show_status(void)
{
    char line[128];
    status_is_old = false;
    format(line, sizeof line, " x %4d  y %4d   buttons %c%c%c%c%c  clicks %u  wheel %d %d   from %s", state.x, state.y,
           state.buttons & BUTTON_LEFT ? 'L' : '-', state.buttons & BUTTON_MIDDLE ? 'M' : '-',
           state.buttons & BUTTON_RIGHT ? 'R' : '-', state.buttons & BUTTON_BACK ? '4' : '-',
           state.buttons & BUTTON_FORWARD ? '5' : '-', state.clicks, state.wheel, state.wheel_side,
           state.source);
    text_set_row(&status_row, 0, line);
}

static bool has_input(void *unused)
{
    (void)unused;
    return input_waiting();
}

/* VirtualBox without its driver misses a change of video memory now and then while it
 * begins to watch it: the window lacked a line of the boot log in 5 boots of 6, though
 * video memory had it (7.2.22). Written once more when all is quiet, it is seen. */
static void show_all_again(void)
{
    wait_until(has_input, NULL, SETTLE_TIME);
    for (struct screen *screen = screens; screen; screen = screen->next)
        screen_present(screen, (struct rectangle){ 0, 0, INT32_MAX, INT32_MAX });
}

static void run(void *unused)
{
    (void)unused;
    show_all_again();
    for (;;) {
        wait_until(has_input, NULL, WAIT_FOREVER);
        struct input_event event;
        while (input_take(&event))
            take(&event);
        if (!screens)
            continue;
        screen_move_overlay(screens, state.x, state.y, true);
        status_is_old = true;
    }
}

static bool has_news(void *unused)
{
    (void)unused;
    return status_is_old;
}

/* The pointer follows every event. The numbers are for reading, cost several times as
 * much, and follow ten times a second. */
static void run_status(void *unused)
{
    (void)unused;
    for (;;) {
        wait_until(has_news, NULL, WAIT_FOREVER);
        wait_for(STATUS_INTERVAL);
        show_status();
    }
}

const char *pointer_start(void)
{
    static char found[64];
    bool absolute = host_mouse_start();
    task_create(&task, "pointer", run, NULL);
    task_create(&status_task, "status", run_status, NULL);
    if (!screens)
        return absolute ? "absolute, but no screen to show it" : "relative, but no screen to show it";
    state.x = (int32_t)screens->video.width / 2;
    state.y = (int32_t)screens->video.height / 2;
    draw_shape(screens);
    screens->overlay = &overlay;
    screen_move_overlay(screens, state.x, state.y, true);
    show_status();
    return format(found, sizeof found, "%s, %ux%u", absolute ? "absolute" : "relative (PS/2)", screens->video.width,
                  screens->video.height);
}
