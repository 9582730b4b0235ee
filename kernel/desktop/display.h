/* Chapter 16: which modes can the display adapter show?
 *
 * VirtualBox has three adapters with two ways to set a mode. Whoever changes the
 * screens sees one; who drives it fills in the form. */
#pragma once
#include "kernel/memory/boot_information.h"
#include "kernel/screen/screen.h"
#include <stdbool.h>
#include <stddef.h>

enum { DISPLAY_SCREENS = 4 }; /* most that this kernel drives */

/* What one screen is to show. */
struct display_mode {
    bool on;
    int32_t left, top;      /* its upper left corner on the desktop, pixels */
    uint32_t width, height; /* pixels, 32 bits each */
};

static inline bool display_modes_are_same(const struct display_mode *one, const struct display_mode *other)
{
    return one->on == other->on && (!one->on || (one->left == other->left && one->top == other->top &&
                                                 one->width == other->width && one->height == other->height));
}

struct display_adapter {
    const char *name;                  /* NULL: there is none that we know, the mode stays GRUB's */
    uint64_t memory, memory_bytes;     /* video memory */
    uint32_t side_maximum;             /* of a screen, pixels */
    size_t screens;                    /* that it drives: 1, until chapter 17 */

    /* Sets all screens, `count` <= screens, the first of which is on. Says in video[i] where the
     * pixels of screen i lie, the pitch as the adapter reads it back. A screen that changes
     * shows black. False: not possible, or it did not come about; then what the screens show is
     * undefined, and the caller sets modes that are known to work. Logs nothing. Task context. */
    bool (*set)(const struct display_mode *modes, size_t count, struct boot_framebuffer *video);

    /* Pixels of a screen have changed, `area` in its own coordinates, within it. NULL: the
     * host sees that by itself. Any context. */
    void (*update)(size_t screen, struct rectangle area);
};

/* The machine's adapter, as its driver found it. */
extern struct display_adapter display;
