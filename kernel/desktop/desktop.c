/* Chapter 16: what happens when the window changes its size?
 *
 * The adapter gets new modes, all screens at once, and every part of the desktop a new
 * place. Text flows into it. Nothing is presented on the way; so what a person sees is
 * the old picture, then the new one. Where the adapter refuses, or memory does not suffice,
 * the last modes that worked are set again, and the old pictures are still there: whoever
 * asked sees no change, and one line says why. */
#include "kernel/desktop/desktop.h"
#include "kernel/core/cpu.h"
#include "kernel/core/print.h"
#include "kernel/desktop/pointer.h"
#include "kernel/screen/console.h"
#include "lib/memory.h"
#include "lib/number.h"

enum { GROUND = 0x12161c }; /* 0xRRGGBB, between the parts */

struct display_mode desktop_modes[DISPLAY_SCREENS];
struct rectangle desktop_windows[DESKTOP_WINDOWS];
size_t desktop_window_count;
void (*desktop_arranged)(void);
static struct display_mode shown[DISPLAY_SCREENS]; /* by the adapter */
static struct screen others[DISPLAY_SCREENS]; /* the first is chapter 7's and not here */
static struct screen *first;
static struct desktop_part *parts;

static struct rectangle whole(const struct screen *screen)
{
    return (struct rectangle){ 0, 0, (int32_t)screen->back.width, (int32_t)screen->back.height };
}

static struct rectangle move(struct rectangle area, int32_t right, int32_t down)
{
    return (struct rectangle){ area.left + right, area.top + down, area.right + right, area.bottom + down };
}

void desktop_claim(const struct screen *screen, struct rectangle area)
{
    if (desktop_window_count < DESKTOP_WINDOWS && !rectangle_is_empty(area))
        desktop_windows[desktop_window_count++] = move(area, screen->left, screen->top);
}

/* Fills what is left of `area`, in the screen's own pixels, between the windows from this one on. */
static void fill_ground(const struct screen *screen, struct rectangle area, size_t window)
{
    if (rectangle_is_empty(area))
        return;
    if (window == desktop_window_count) {
        surface_fill(&screen->back, area, screen_color(screen, GROUND));
        return;
    }
    struct rectangle there = rectangle_intersect(area, move(desktop_windows[window], -screen->left, -screen->top));
    if (rectangle_is_empty(there))
        there = (struct rectangle){ area.left, area.top, area.left, area.top };
    window++;
    fill_ground(screen, (struct rectangle){ area.left, area.top, area.right, there.top }, window);
    fill_ground(screen, (struct rectangle){ area.left, there.top, there.left, there.bottom }, window);
    fill_ground(screen, (struct rectangle){ there.right, there.top, area.right, there.bottom }, window);
    fill_ground(screen, (struct rectangle){ area.left, there.bottom, area.right, area.bottom }, window);
}

void desktop_arrange(void)
{
    desktop_window_count = 0;
    for (struct screen *screen = screens; screen; screen = screen->next) {
        struct rectangle room = whole(screen);
        screen->held = true;
        for (struct desktop_part *part = parts; part; part = part->next)
            part->place(screen, &room);
        if (screen == first) {
            console_place(screen, room);
            desktop_claim(screen, room);
        }
        fill_ground(screen, whole(screen), 0);
        screen_show(screen);
    }
    if (desktop_arranged)
        desktop_arranged();
    pointer_refresh();
}

void desktop_add(struct desktop_part *part)
{
    part->next = parts;
    parts = part;
    desktop_arrange();
}

static struct screen *screen_of(size_t number) { return number ? &others[number] : first; }

/* The screens that are on, in order. */
static void link_screens(void)
{
    struct screen *list = NULL;
    for (size_t i = display.screens; i-- > 0;)
        if (shown[i].on) {
            screen_of(i)->next = list;
            list = screen_of(i);
        }
    screens = list;
}

/* What a screen will be in a mode. Where the size stays, so does the back buffer: who goes back needs no memory. */
static bool prepare(struct screen *next, size_t number, const struct display_mode *mode,
                    const struct boot_framebuffer *video)
{
    *next = *screen_of(number);
    next->left = mode->left;
    next->top = mode->top;
    next->number = number;
    next->update = display.update;
    next->held = true;
    if (!mode->on || next->back.width != mode->width || next->back.height != mode->height)
        next->video = next->back = (struct surface){ 0 };
    if (!mode->on)
        return true;
    return video->width == mode->width && video->height == mode->height && screen_use_mode(next, video);
}

static void exchange(struct screen *one, struct screen *other)
{
    uint64_t flags = cpu_interrupts_save(); /* a handler may log */
    struct screen kept = *one;
    *one = *other;
    *other = kept;
    cpu_interrupts_restore(flags);
}

/* All screens or none. False: the screens are as they were, the adapter is not. */
static bool set(const struct display_mode *modes)
{
    struct boot_framebuffer video[DISPLAY_SCREENS] = { 0 };
    struct screen next[DISPLAY_SCREENS];
    size_t ready = 0;
    if (!display.set(modes, display.screens, video))
        return false;
    while (ready < display.screens && prepare(&next[ready], ready, &modes[ready], &video[ready]))
        ready++;
    bool done = ready == display.screens;
    for (size_t i = 0; i < ready; i++) {
        if (done)
            exchange(screen_of(i), &next[i]);
        if (next[i].back.pixels != screen_of(i)->back.pixels)
            screen_switch_off(&next[i]);
    }
    return done;
}

static bool are_shown(const struct display_mode *modes)
{
    for (size_t i = 0; i < display.screens; i++)
        if (!display_modes_are_same(&modes[i], &shown[i]))
            return false;
    return true;
}

/* Until desktop_arrange shows them again: video memory is about to have another form. */
static void hold_screens(void)
{
    for (struct screen *screen = screens; screen; screen = screen->next)
        screen->held = true;
}

static void keep(const struct display_mode *modes) { memcpy(desktop_modes, modes, sizeof desktop_modes); }

/* The host counts from where it likes, the desktop from the upper left corner of all screens. */
static void move_to_corner(struct display_mode *modes)
{
    int32_t left = INT32_MAX, top = INT32_MAX;
    for (size_t i = 0; i < display.screens; i++)
        if (modes[i].on) {
            left = minimum(left, modes[i].left);
            top = minimum(top, modes[i].top);
        }
    for (size_t i = 0; i < display.screens; i++) {
        modes[i].left -= left;
        modes[i].top -= top;
    }
}

bool desktop_use(const struct display_mode *modes)
{
    struct display_mode next[DISPLAY_SCREENS];
    memcpy(next, modes, sizeof next);
    move_to_corner(next);
    if (are_shown(next)) {
        keep(modes);
        return true;
    }
    pointer_catch_up();
    hold_screens();
    bool done = set(next);
    if (done) {
        keep(modes);
        memcpy(shown, next, sizeof shown);
    } else if (!set(shown)) {
        print("    Display: the last mode does not come back either\n");
    }
    link_screens();
    desktop_arrange();
    return done;
}

void desktop_start(void)
{
    first = screens;
    if (first)
        shown[0] = desktop_modes[0] = (struct display_mode){ true, 0, 0, first->back.width, first->back.height };
}
