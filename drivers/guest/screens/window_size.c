/* Chapter 16: what do we make of the host's wishes?
 *
 * A hint says what one screen is to be, and leaves out what it does not care for. All hints
 * together make the modes of all screens, which the desktop takes or does not. What is refused
 * is said, once. */
#include "drivers/guest/screens/window_size.h"
#include "drivers/display/display_adapters.h"
#include "drivers/guest/screens/display_hints.h"
#include "kernel/core/print.h"
#include "kernel/desktop/desktop.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum { ORIGIN_MAXIMUM = 1 << 16 }; /* pixels from the desktop's origin, in each direction */

static bool placed_by_host[DISPLAY_SCREENS]; /* else a screen stands to the right of those before it */

static void log_screen_too_many(const struct vmmdev_display_hint *hint)
{
    static bool is_said;
    if (!is_said)
        print("    Display: the host wishes for screen %u; this kernel drives %u at most\n", hint->screen,
              DISPLAY_SCREENS);
    is_said = true;
}

static void take_hint(struct display_mode *modes, const struct vmmdev_display_hint *hint)
{
    if (hint->screen >= DISPLAY_SCREENS) {
        log_screen_too_many(hint);
        return;
    }
    struct display_mode *mode = &modes[hint->screen];
    if (!mode->width)
        *mode = modes[0]; /* nobody ever said */
    mode->on = hint->screen == 0 || !(hint->flags & VMMDEV_DISPLAY_DISABLED);
    if (hint->flags & VMMDEV_DISPLAY_WIDTH && hint->width)
        mode->width = hint->width;
    if (hint->flags & VMMDEV_DISPLAY_HEIGHT && hint->height)
        mode->height = hint->height;
    placed_by_host[hint->screen] = hint->flags & VMMDEV_DISPLAY_ORIGIN;
    mode->left = clamp(hint->left, -ORIGIN_MAXIMUM, ORIGIN_MAXIMUM);
    mode->top = clamp(hint->top, -ORIGIN_MAXIMUM, ORIGIN_MAXIMUM);
}

static struct rectangle place_of(const struct display_mode *mode)
{
    return (struct rectangle){ mode->left, mode->top, mode->left + (int32_t)minimum(mode->width, SCREEN_SIDE_MAXIMUM),
                               mode->top + (int32_t)minimum(mode->height, SCREEN_SIDE_MAXIMUM) };
}

static bool covers_an_earlier_one(const struct display_mode *modes, size_t number)
{
    for (size_t i = 0; i < number; i++)
        if (modes[i].on && !rectangle_is_empty(rectangle_intersect(place_of(&modes[i]), place_of(&modes[number]))))
            return true;
    return false;
}

void window_size_place(struct display_mode *modes)
{
    int32_t right = 0;
    for (size_t i = 0; i < DISPLAY_SCREENS; i++) {
        if (!modes[i].on)
            continue;
        if (!placed_by_host[i] || covers_an_earlier_one(modes, i)) {
            modes[i].left = right;
            modes[i].top = i ? modes[0].top : 0;
        }
        right = i ? maximum(right, place_of(&modes[i]).right) : place_of(&modes[i]).right;
    }
}

/* While a window's edge is dragged, the same may be refused again and again. */
static void log_refusal(const struct display_mode *modes)
{
    static struct display_mode logged[DISPLAY_SCREENS];
    for (size_t i = 0; i < display.screens; i++) {
        if (display_modes_are_same(&modes[i], &desktop_modes[i]) || display_modes_are_same(&modes[i], &logged[i]))
            continue;
        logged[i] = modes[i];
        print("    Display: screen %zu cannot be %ux%u at %d,%d; left as it is\n", i, modes[i].width, modes[i].height,
              modes[i].left, modes[i].top);
    }
}

static void answer_hints(const struct vmmdev_display_hint *hints, size_t count)
{
    struct display_mode modes[DISPLAY_SCREENS];
    bool were_placed[DISPLAY_SCREENS];
    memcpy(modes, desktop_modes, sizeof modes);
    memcpy(were_placed, placed_by_host, sizeof were_placed);
    for (size_t i = 0; i < count; i++)
        take_hint(modes, &hints[i]);
    window_size_place(modes);
    if (desktop_use(modes))
        return;
    memcpy(placed_by_host, were_placed, sizeof were_placed);
    log_refusal(modes);
}

const char *window_size_start(void)
{
    static char found[80];
    desktop_start();
    if (!screens)
        return "no screen";
    if (!display_find())
        return "an adapter that we do not know: the mode stays";
    display_hints_start(answer_hints);
    return format(found, sizeof found, "%s, %lu MiB, %ux%u", display.name, display.memory_bytes >> 20,
                  desktop_modes[0].width, desktop_modes[0].height);
}
