/* Chapter 7: how does a picture get into video memory without flicker?
 *
 * Everything is drawn into a back buffer in ordinary memory. `present` copies a
 * rectangle of it to video memory, with the overlay (the pointer) laid on top, and
 * writes every pixel once. Video memory is never read. */
#pragma once
#include "kernel/memory/boot_information.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    SCREEN_SIDE_MAXIMUM = 16384, /* pixels; every adapter of VirtualBox ends there or before */
};

/* [left, right) x [top, bottom), pixels. */
struct rectangle {
    int32_t left, top, right, bottom;
};

/* An array of pixels of 32 bits in memory. */
struct surface {
    uint32_t *pixels;
    uint32_t width, height;
    uint32_t pitch; /* bytes from one row to the next, a multiple of 4 */
};

/* A small picture laid over all screens, drawn by `present` alone. */
struct overlay {
    const uint32_t *keep, *ink; /* width x height each: these bits of what lies below stay, these are added */
    int32_t width, height;
    int32_t left, top; /* on the desktop; may lie partly or wholly outside the screens */
    bool visible;
};

/* One window of the machine, and the part of the desktop that it shows. */
struct screen {
    struct surface video, back;
    struct color_field red, green, blue;
    int32_t left, top; /* of its upper left corner on the desktop */
    size_t number;     /* the adapter's, from 0 */
    bool held;         /* nothing is presented until screen_show */
    /* Tells the adapter which pixels of video memory are new. NULL: it sees that itself. */
    void (*update)(size_t number, struct rectangle area);
    struct screen *next;
};

/* All screens; NULL when there is none. Chapter 7 makes the first. */
extern struct screen *screens;

/* The pointer's picture; NULL: none. Looked at by whoever likes, changed by screen_set_overlay. */
extern struct overlay *screen_overlay;

/* Gives a screen a mode: maps its video memory, and makes a back buffer, whose pixels
 * are for others to draw, all of them; where the size stays, so does the old picture.
 * Shows nothing yet. False, with a line in the log and the screen as it was, where the
 * mode is not sound or memory does not suffice. Task context. */
bool screen_use_mode(struct screen *screen, const struct boot_framebuffer *mode);

/* Lets a screen's back buffer go; nothing may be drawn there until it has a mode again. Task context. */
void screen_switch_off(struct screen *screen);

/* The screen that shows this place of the desktop, or NULL. */
struct screen *screen_at(int32_t x, int32_t y);

/* The smallest rectangle of the desktop that holds all screens; empty when there is none. */
struct rectangle screen_bounds(void);

/* A colour 0xRRGGBB as a pixel of this screen. */
uint32_t screen_color(const struct screen *screen, uint32_t rgb);

/* Copies a rectangle of the back buffer, overlay on top, to video memory; clipped.
 * Returns the pixels written. Any context. */
uint64_t screen_present(struct screen *screen, struct rectangle area);

/* Ends `held`: presents all that was drawn meanwhile, each pixel once. Any context. */
void screen_show(struct screen *screen);

/* Moves the overlay and presents what changed, on every screen: its old and its new
 * place, as one rectangle where that is no more to write, else as two. Less than three
 * times the overlay in any case. Returns the pixels written: 0 when nothing moved. Task
 * context. */
uint64_t screen_move_overlay(int32_t left, int32_t top, bool visible);

/* Lays another overlay over the screens in place of the one before, and presents what
 * changed, the same way: there is one at every moment. NULL: none. Task context. */
uint64_t screen_set_overlay(struct overlay *overlay);

/* Fills part of a surface; clipped. `pixel` from screen_color. Reads the first row that
 * it wrote: for back buffers. */
void surface_fill(const struct surface *surface, struct rectangle area, uint32_t pixel);

/* Draws a character with its upper left corner there, if it lies wholly on the surface. */
void surface_draw_glyph(const struct surface *surface, int32_t left, int32_t top, uint32_t character, uint32_t text,
                        uint32_t background);

/* Moves what an area shows up by so many pixels; what is laid free below keeps its
 * pixels. Clipped. For back buffers: it reads. */
void surface_move_up(const struct surface *surface, struct rectangle area, int32_t by);

/* Pixels of a rectangle that lie in both; empty when right <= left or bottom <= top. */
struct rectangle rectangle_intersect(struct rectangle a, struct rectangle b);
bool rectangle_is_empty(struct rectangle area);

/* The smallest rectangle that holds both. */
struct rectangle rectangle_enclose(struct rectangle a, struct rectangle b);
