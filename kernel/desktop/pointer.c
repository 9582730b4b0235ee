/* Chapter 14: who moves the pointer?
 *
 * Whoever speaks. The host sends positions, a PS/2 mouse sends steps; both come through
 * the input queue, and one task turns them into one place on the screen. However many
 * events are waiting, the pointer is drawn once. */
#include "kernel/desktop/pointer.h"
#include "kernel/desktop/input.h"
#include "kernel/desktop/pointer_zones.h"
#include "kernel/screen/console.h"
#include "kernel/time/task.h"
#include "lib/format.h"
#include "lib/number.h"

enum { SETTLE_TIME = 500 * 1000, STATUS_INTERVAL = 100 * 1000 }; /* microseconds */

const struct pointer_shape pointer_arrow = {
    "arrow", 12, 19, 0, 0,
    "#           "
    "##          "
    "#.#         "
    "#..#        "
    "#...#       "
    "#....#      "
    "#.....#     "
    "#......#    "
    "#.......#   "
    "#........#  "
    "#.........# "
    "#......#####"
    "#...#..#    "
    "#..##..#    "
    "#.#  #..#   "
    "##   #..#   "
    "#     #..#  "
    "      #..#  "
    "       ##   ",
};

struct pointer pointer = { .source = "nobody yet", .drawn = "nobody" };

/* Two, so that one shape can be inked while the other is still on the screens. */
static struct inked_shape {
    uint32_t keep[POINTER_SIDE_MAXIMUM * POINTER_SIDE_MAXIMUM], ink[POINTER_SIDE_MAXIMUM * POINTER_SIDE_MAXIMUM];
    struct overlay overlay;
    const struct pointer_shape *shape;
} inked[2];
static size_t laid; /* which of them lies over the screens */
static struct task task, status_task;
static bool refresh, status_is_old;

static void ink(struct inked_shape *to, const struct pointer_shape *shape)
{
    uint32_t dark = screen_color(screens, POINTER_DARK), light = screen_color(screens, POINTER_LIGHT);
    for (int32_t i = 0; i < shape->width * shape->height; i++) {
        char dot = shape->picture[i];
        to->keep[i] = dot == ' ' ? UINT32_MAX : 0;
        to->ink[i] = dot == '#' ? dark : dot == '.' ? light : 0;
    }
    to->shape = shape;
}

/* Lays a shape over the screens at the pointer's place; NULL: takes it off. */
static void draw(const struct pointer_shape *shape)
{
    if (!shape) {
        screen_move_overlay(0, 0, false);
        return;
    }
    int32_t left = pointer.x - shape->hot_x, top = pointer.y - shape->hot_y;
    if (shape == inked[laid].shape) {
        screen_move_overlay(left, top, true);
        return;
    }
    laid = !laid;
    struct inked_shape *next = &inked[laid];
    ink(next, shape);
    next->overlay = (struct overlay){ next->keep, next->ink, shape->width, shape->height, left, top, true };
    screen_set_overlay(&next->overlay);
}

bool (*pointer_cursor)(const struct pointer_shape *shape);
static const struct pointer_shape *shown; /* NULL: nobody was asked yet */
static bool shown_by_cursor;

/* Never two pointers, and never none: one place that knows who draws. */
static void show_pointer(void)
{
    if (!screens)
        return;
    const struct pointer_shape *shape = pointer_shape_here();
    if (shape != shown)
        shown_by_cursor = pointer_cursor && pointer_cursor(shape);
    shown = shape;
    draw(shown_by_cursor ? NULL : shape);
    pointer.drawn = shown_by_cursor ? "the host" : "the kernel";
}

void pointer_refresh(void) { refresh = true; }

/* One coordinate after an event, where the screens reach from `from` over so many pixels. */
static int32_t place(int32_t old, enum input_kind kind, int32_t said, int32_t from, int32_t pixels)
{
    if (kind == INPUT_RELATIVE)
        return add_saturating(old, said);
    return from + (int32_t)minimum((int64_t)said * pixels / INPUT_POSITION_MAX, (int64_t)pixels - 1);
}

/* Between screens of different sizes is room that nobody shows: there the pointer stays on the screen it is on. */
static void keep_on_screen(int32_t x, int32_t y)
{
    const struct screen *screen = screen_at(x, y);
    if (!screen)
        screen = screen_at(pointer.x, pointer.y);
    if (!screen)
        screen = screens;
    pointer.x = clamp(x, screen->left, screen->left + (int32_t)screen->back.width - 1);
    pointer.y = clamp(y, screen->top, screen->top + (int32_t)screen->back.height - 1);
}

static void move(const struct input_event *event)
{
    if (!screens)
        return;
    struct rectangle bounds = screen_bounds();
    keep_on_screen(place(pointer.x, event->kind, event->x, bounds.left, bounds.right - bounds.left),
                   place(pointer.y, event->kind, event->y, bounds.top, bounds.bottom - bounds.top));
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
    uint32_t pressed = event->buttons & ~pointer.buttons;
    pointer.clicks += count_bits(pressed);
    pointer.buttons = event->buttons;
    pointer.wheel = add_saturating(pointer.wheel, event->wheel);
    pointer.wheel_side = add_saturating(pointer.wheel_side, event->wheel_side);
    if (pressed & BUTTON_LEFT)
        pointer_click_zone();
}

static void take(const struct input_event *event)
{
    static const char *const sources[] = { "keyboard", "PS/2 mouse", "host" };
    pointer.source = sources[event->source];
    if (event->kind == INPUT_KEY)
        return;
    move(event);
    press(event);
}

static void show_status(void)
{
    char line[128];
    status_is_old = false;
    format(line, sizeof line,
           " x %4d  y %4d   buttons %c%c%c%c%c  clicks %u  wheel %d %d   from %s, drawn by %s", pointer.x, pointer.y,
           pointer.buttons & BUTTON_LEFT ? 'L' : '-', pointer.buttons & BUTTON_MIDDLE ? 'M' : '-',
           pointer.buttons & BUTTON_RIGHT ? 'R' : '-', pointer.buttons & BUTTON_BACK ? '4' : '-',
           pointer.buttons & BUTTON_FORWARD ? '5' : '-', pointer.clicks, pointer.wheel, pointer.wheel_side,
           pointer.source, pointer.drawn);
    text_set_row(&status_row, 0, line);
}

static bool has_input(void *unused)
{
    (void)unused;
    return input_waiting() || refresh;
}

/* VirtualBox without its driver misses a change of video memory now and then while it
 * begins to watch it: the window lacked a line of the boot log in 5 boots of 6, though
 * video memory had it (7.2.22). Written once more when all is quiet, it is seen. */
static void show_all_again(void)
{
    for (struct screen *screen = screens; screen; screen = screen->next)
        screen_present(screen, (struct rectangle){ 0, 0, INT32_MAX, INT32_MAX });
}

/* Screens may have come, gone, or changed their size and colours. */
static void start_again(void)
{
    refresh = false;
    inked[laid].shape = NULL; /* its colours may be others now */
    shown = NULL;
    if (screens)
        keep_on_screen(pointer.x, pointer.y);
}

void pointer_catch_up(void)
{
    struct input_event event;
    while (input_take(&event))
        take(&event);
}

static void follow(void)
{
    pointer_catch_up();
    show_pointer();
    status_is_old = true;
}

static void run_pointer(void *unused)
{
    (void)unused;
    for (bool unsettled = true;;) {
        if (!wait_until(has_input, NULL, unsettled ? SETTLE_TIME : WAIT_FOREVER)) {
            show_all_again();
            unsettled = false;
            continue;
        }
        if (refresh) {
            start_again();
            unsettled = true;
        }
        follow();
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

const char *pointer_start(bool absolute)
{
    static char found[64];
    task_create(&task, "pointer", run_pointer, NULL);
    task_create(&status_task, "status", run_status, NULL);
    if (!screens)
        return absolute ? "absolute, but no screen to show it" : "relative, but no screen to show it";
    pointer.x = (int32_t)screens->video.width / 2;
    pointer.y = (int32_t)screens->video.height / 2;
    show_pointer();
    show_status();
    return format(found, sizeof found, "%s, %ux%u", absolute ? "absolute" : "relative (PS/2)", screens->video.width,
                  screens->video.height);
}
