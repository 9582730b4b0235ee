/* Chapter 16: which modes can the display adapter show?
 *
 * VirtualBox has three adapters with two ways to set a mode. Whoever changes the
 * screens sees one. */
#pragma once
#include "kernel/memory/boot_information.h"
#include "kernel/screen/screen.h"
#include <stdbool.h>
#include <stddef.h>

enum {
    DISPLAY_SCREENS = 4, /* most that this kernel drives */
    DISPLAY_PIXEL_BYTES = 4,
};

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

/* Sets all screens, `count` <= display.screens, the first of which is on. Says in video[i] where
 * the pixels of screen i lie, the pitch as the adapter reads it back. A screen that changes
 * shows black. False: not possible, or it did not come about; then what the screens show is
 * undefined, and the caller sets modes that are known to work. Logs nothing. Task context. */
typedef bool display_set(const struct display_mode *modes, size_t count, struct boot_framebuffer *video);

/* Pixels of a screen have changed, `area` in its own coordinates, within it. Any context. */
typedef void display_update(size_t screen, struct rectangle area);

struct display_adapter {
    const char *name;              /* NULL: there is none that we know, the mode stays GRUB's */
    uint64_t memory, memory_bytes; /* video memory, in whole pages */
    uint32_t side_maximum;         /* of a screen, pixels */
    size_t screens;                /* that it drives: 1, until chapter 17 */
    display_set *set;
    display_update *update; /* NULL: the host sees changes by itself */
};

/* The machine's adapter, as its driver found it. */
extern struct display_adapter display;

/* What follows is for drivers, in task context. */

/* The adapter has this video memory, and screens of at most so many pixels a side. */
void display_found(uint64_t memory, uint64_t bytes, uint32_t side_maximum);

/* From now on the modes of so many screens are set this way. */
void display_drive(size_t count, display_set *set, display_update *update);

/* Takes the last page of video memory from the screens, for good: it is the driver's, at display.memory_bytes. */
void display_keep_page(void);

/* Video memory of a screen in this mode, in whole pages; none when it is off. */
uint64_t display_bytes(const struct display_mode *mode);

/* Lays the screens that are on one behind the other, each on a page, and fills video[i]; all
 * zeros where one is off. False, nothing is to be tried: the first is off, there are none or
 * too many, a side is 0 or too long, or video memory does not suffice. */
bool display_lay_out(const struct display_mode *modes, size_t count, struct boot_framebuffer *video);

/* The adapter says how long a row is. False: that cannot be. */
bool display_take_pitch(struct boot_framebuffer *video, uint32_t pitch);

/* Makes a screen black. False: its pixels cannot be mapped. */
bool display_clear(const struct boot_framebuffer *video);
