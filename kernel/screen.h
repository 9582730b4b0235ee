/* Chapter 7: how does a picture get into video memory without flicker?
 *
 * Everything is drawn into a back buffer in ordinary memory. `present` copies a
 * rectangle of it to video memory, with the overlay (the pointer) laid on top, and
 * writes every pixel once. Video memory is never read. */
#pragma once
#include "kernel/boot_information.h"
#include <stdbool.h>
#include <stdint.h>

/* [left, right) x [top, bottom), pixels. */
struct rectangle {
    int32_t left, top, right, bottom;
};

/* An array of pixels of 32 bits in memory. */
struct surface {
    uint32_t *pixels;
    uint32_t width, height;
    uint32_t pitch; /* bytes from one row to the next */
};

/* A small picture laid over the screen, drawn by `present` alone. */
struct overlay {
    const uint8_t *shape; /* width x height: 0 leaves the pixel, 1 dark, 2 light */
    int32_t width, height;
    int32_t left, top; /* may lie partly or wholly outside the screen */
    bool visible;
};

struct screen {
    struct surface video, back;
    int32_t origin_x, origin_y; /* of this screen on the desktop */
    struct color_field red, green, blue;
    struct overlay *overlay; /* NULL: none */
    struct screen *next;
};

/* All screens; NULL when there is none. Chapter 7 makes the first. */
extern struct screen *screens;

/* A colour 0xRRGGBB as a pixel of this screen. */
uint32_t screen_color(const struct screen *screen, uint32_t rgb);

/* Fills part of the back buffer; clipped. `pixel` from screen_color. */
void screen_fill(struct screen *screen, struct rectangle area, uint32_t pixel);

/* Copies a rectangle of the back buffer, overlay on top, to video memory; clipped.
 * Returns the pixels written. */
uint64_t screen_present(struct screen *screen, struct rectangle area);

/* Moves the overlay and presents what changed: both places, pixels in common once.
 * Returns the pixels written. */
uint64_t screen_move_overlay(struct screen *screen, int32_t left, int32_t top, bool visible);

/* Pixels of a rectangle that lie in both; empty when right <= left or bottom <= top. */
struct rectangle rectangle_intersect(struct rectangle a, struct rectangle b);
bool rectangle_is_empty(struct rectangle area);

const char *screen_start(void);
