/* Chapter 17: what if the machine has more than one window?
 *
 * Each is a screen with its own part of the desktop, and the pointer walks from one to the
 * next. All that the host has are switched on; the person switches them off and on. What
 * they show may also be cut out and laid among the host's own windows (seamless mode). */
#include "drivers/guest/screens/more_screens.h"
#include "drivers/display/display_screens.h"
#include "drivers/guest/screens/seamless.h"
#include "drivers/guest/screens/window_size.h"
#include "kernel/desktop/desktop.h"
#include "kernel/screen/console.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum { INK = 0x8fbcbb, PAPER = 0x1b2028 }; /* 0xRRGGBB */
enum { MARGIN = 16 };                      /* pixels */

static struct text_region labels[DISPLAY_SCREENS];

/* The other screens say which they are. */
static void place_label(struct screen *screen, struct rectangle *room)
{
    struct text_region *label = &labels[screen->number];
    if (screen == screens)
        return;
    char text[64];
    label->text = INK;
    label->background = PAPER;
    text_place(label, screen, *room, MARGIN, MARGIN);
    format(text, sizeof text, "Screen %zu: %ux%u at %d,%d", screen->number + 1, screen->back.width,
           screen->back.height, screen->left, screen->top);
    text_set_row(label, 0, text);
    desktop_claim(screen, *room);
    room->top = room->bottom;
}

/* As many as fit into video memory, as large as the host wishes, or else as the first. */
static void switch_on(void)
{
    for (size_t count = display.screens; count > 0; count--) {
        struct display_mode modes[DISPLAY_SCREENS];
        memcpy(modes, desktop_modes, sizeof modes);
        for (size_t i = 1; i < DISPLAY_SCREENS; i++) {
            if (!modes[i].width)
                modes[i] = modes[0];
            modes[i].on = i < count && modes[i].on;
        }
        window_size_place(modes);
        if (desktop_use(modes))
            return;
    }
}

static size_t count_screens(void)
{
    size_t count = 0;
    for (const struct screen *screen = screens; screen; screen = screen->next)
        count++;
    return count;
}

const char *more_screens_start(void)
{
    static struct desktop_part part = { place_label, NULL };
    static char found[80];
    if (!screens || !display.name)
        return "one screen at most";
    seamless_start();
    if (!vbva_start() && !svga_screens_start())
        return "the host has one window for us";
    desktop_add(&part);
    switch_on();
    return format(found, sizeof found, "%zu of %zu screens on, the desktop is %dx%d", count_screens(), display.screens,
                  screen_bounds().right, screen_bounds().bottom);
}
