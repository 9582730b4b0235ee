/* Chapter 16: what happens when the window changes its size?
 *
 * The adapter gets new modes, all screens at once, and every part of the desktop a new
 * place. Text flows into it. Where the adapter refuses, the last modes that worked are
 * set again: whoever asked sees no change, and one line says why. */
#include "kernel/desktop.h"
#include "drivers/guest/display_hints.h"
#include "kernel/console.h"
#include "kernel/pointer.h"
#include "kernel/print.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum { GROUND = 0x12161c }; /* 0xRRGGBB, between the parts */
enum { ORIGIN_MAXIMUM = 1 << 16 }; /* pixels from the desktop's origin, in each direction */

struct display_mode desktop_modes[DISPLAY_SCREENS];
struct rectangle desktop_windows[DESKTOP_WINDOWS];
size_t desktop_window_count;
void (*desktop_arranged)(void);
static bool placed_by_host[DISPLAY_SCREENS]; /* else a screen stands to the right of those before it */
static struct screen others[DISPLAY_SCREENS]; /* the first is chapter 7's and not here */
static struct screen *first;
static struct desktop_part *parts;

static struct rectangle whole(const struct screen *screen)
{
    return (struct rectangle){ 0, 0, (int32_t)screen->back.width, (int32_t)screen->back.height };
}

void desktop_claim(const struct screen *screen, struct rectangle area)
{
    if (desktop_window_count == DESKTOP_WINDOWS || rectangle_is_empty(area))
        return;
    desktop_windows[desktop_window_count++] = (struct rectangle){ area.left + screen->left, area.top + screen->top,
                                                                  area.right + screen->left, area.bottom + screen->top };
}

void desktop_arrange(void)
{
    desktop_window_count = 0;
    for (struct screen *screen = screens; screen; screen = screen->next) {
        struct rectangle room = whole(screen);
        screen->held = true;
        surface_fill(&screen->back, room, screen_color(screen, GROUND));
        for (struct desktop_part *part = parts; part; part = part->next)
            part->place(screen, &room);
        if (screen == first) {
            console_place(screen, room);
            desktop_claim(screen, room);
        }
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
static void link_screens(const struct display_mode *modes)
{
    struct screen *list = NULL;
    for (size_t i = display.screens; i-- > 0;)
        if (modes[i].on) {
            screen_of(i)->next = list;
            list = screen_of(i);
        }
    screens = list;
}

/* False: the screens show nothing of use. */
static bool set(const struct display_mode *modes)
{
    struct boot_framebuffer video[DISPLAY_SCREENS] = { 0 };
    if (!display.set(modes, display.screens, video))
        return false;
    for (size_t i = 0; i < display.screens; i++) {
        struct screen *screen = screen_of(i);
        if (!modes[i].on)
            screen_switch_off(screen);
        else if (!screen_use_mode(screen, &video[i]))
            return false;
        screen->left = modes[i].left;
        screen->top = modes[i].top;
        screen->number = i;
        screen->update = display.update;
    }
    link_screens(modes);
    return true;
}

static void log_refusal(const struct display_mode *modes)
{
    for (size_t i = 0; i < display.screens; i++)
        if (memcmp(&modes[i], &desktop_modes[i], sizeof modes[i]) != 0)
            print("    Display: screen %zu cannot be %ux%u at %d,%d; left as it is\n", i, modes[i].width,
                  modes[i].height, modes[i].left, modes[i].top);
}

bool desktop_use(const struct display_mode *modes)
{
    static size_t screens_set = 1; /* chapter 17 makes display.screens larger */
    if (memcmp(modes, desktop_modes, sizeof desktop_modes) == 0 && screens_set == display.screens)
        return true;
    bool done = set(modes);
    if (done) {
        memcpy(desktop_modes, modes, sizeof desktop_modes);
        screens_set = display.screens;
    } else {
        log_refusal(modes);
        if (!set(desktop_modes))
            print("    Display: the last mode does not come back either\n");
    }
    desktop_arrange();
    return done;
}

static void take_hint(struct display_mode *modes, const struct vmmdev_display_hint *hint)
{
    if (hint->screen >= DISPLAY_SCREENS)
        return;
    struct display_mode *mode = &modes[hint->screen];
    if (!mode->width)
        *mode = modes[0]; /* it was never on */
    mode->on = hint->screen == 0 || !(hint->flags & VMMDEV_DISPLAY_DISABLED);
    if (hint->flags & VMMDEV_DISPLAY_WIDTH && hint->width)
        mode->width = hint->width;
    if (hint->flags & VMMDEV_DISPLAY_HEIGHT && hint->height)
        mode->height = hint->height;
    placed_by_host[hint->screen] = hint->flags & VMMDEV_DISPLAY_ORIGIN;
    mode->left = clamp(hint->left, -ORIGIN_MAXIMUM, ORIGIN_MAXIMUM);
    mode->top = clamp(hint->top, -ORIGIN_MAXIMUM, ORIGIN_MAXIMUM);
}

void desktop_place(struct display_mode *modes)
{
    int32_t right = 0;
    for (size_t i = 0; i < DISPLAY_SCREENS; i++) {
        if (!modes[i].on)
            continue;
        if (!placed_by_host[i]) {
            modes[i].left = right;
            modes[i].top = 0;
        }
        right = maximum(right, add_saturating(modes[i].left, (int32_t)minimum(modes[i].width, SCREEN_SIDE_MAXIMUM)));
    }
}

static void answer_hints(const struct vmmdev_display_hint *hints, size_t count)
{
    struct display_mode modes[DISPLAY_SCREENS];
    memcpy(modes, desktop_modes, sizeof modes);
    for (size_t i = 0; i < count; i++)
        take_hint(modes, &hints[i]);
    desktop_place(modes);
    desktop_use(modes);
}

const char *desktop_start(void)
{
    static char found[80];
    first = screens;
    if (!first)
        return "no screen";
    if (!display_find())
        return "an adapter that we do not know: the mode stays";
    desktop_modes[0] = (struct display_mode){ true, 0, 0, first->back.width, first->back.height };
    display_hints_start(answer_hints);
    return format(found, sizeof found, "%s, %lu MiB, %ux%u", display.name, display.memory_bytes >> 20,
                  desktop_modes[0].width, desktop_modes[0].height);
}
