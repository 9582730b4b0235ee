/* Chapter 16: what do the screens show, and where? */
#pragma once
#include "kernel/desktop/display.h"
#include "kernel/screen/screen.h"
#include <stdbool.h>

/* Something with a place on the screens. Whenever they change, each part is called for
 * each screen, the newest part first, and takes what it needs from the room that is left;
 * the rest of the first screen is the console's. */
struct desktop_part {
    void (*place)(struct screen *screen, struct rectangle *room);
    struct desktop_part *next;
};

/* Adds a part, for good, and arranges the screens anew. Task context. */
void desktop_add(struct desktop_part *part);

/* For a part that places something: it stands here, in the screen's own pixels. What nobody
 * claims is the ground between. */
void desktop_claim(const struct screen *screen, struct rectangle area);

/* All that was claimed, in pixels of the desktop. */
enum { DESKTOP_WINDOWS = 16 };
extern struct rectangle desktop_windows[DESKTOP_WINDOWS];
extern size_t desktop_window_count;

/* Called when everything has its place, in task context, for who tells the host (chapter 17). NULL: nobody does. */
extern void (*desktop_arranged)(void);

/* Gives every part its place again, and redraws all. Task context. */
void desktop_arrange(void);

/* What the screens show, at the places that the host gave them; beyond display.screens, what
 * the host would like there. A width of 0: it never said. Changed by desktop_use alone. */
extern struct display_mode desktop_modes[DISPLAY_SCREENS];

/* Changes all screens to these modes, of which there are DISPLAY_SCREENS. The desktop begins
 * at 0, 0, wherever they do. False, with everything as it was: the adapter or memory does
 * not allow it. Task context. */
bool desktop_use(const struct display_mode *modes);

/* The first screen is there already, with the mode that it has. */
void desktop_start(void);
