/* Chapter 14: who moves the pointer? */
#pragma once
#include "kernel/screen/screen.h"
#include <stdbool.h>
#include <stdint.h>

enum { POINTER_SIDE_MAXIMUM = 32 }; /* of a shape, pixels */

struct pointer_shape {
    const char *name;
    int32_t width, height; /* pixels, up to POINTER_SIDE_MAXIMUM */
    int32_t hot_x, hot_y;  /* the pixel that points */
    const char *picture;   /* width x height, by rows: '#' dark, '.' light, ' ' clear */
};

enum { POINTER_DARK = 0x101418, POINTER_LIGHT = 0xffffff }; /* 0xRRGGBB */

struct pointer {
    int32_t x, y; /* on the desktop, pixels */
    uint32_t buttons;
    uint32_t clicks;            /* presses so far, of all buttons */
    int32_t wheel, wheel_side;  /* turned so far */
    const char *source, *drawn; /* who spoke last; who draws it */
};

extern struct pointer pointer;
extern const struct pointer_shape pointer_arrow;

/* Somebody else who can draw the pointer, as an adapter's cursor or a host can: true, it draws this shape from
 * now on, wherever the pointer goes, and the kernel draws none. Asked for each new shape, and after
 * pointer_refresh; not for a motion. NULL: there is nobody. Pointer task. */
extern bool (*pointer_cursor)(const struct pointer_shape *shape);

/* What the cursor would answer, the shape, or the place has changed: the pointer task shows it again. Any context. */
void pointer_refresh(void);

/* Takes what waits in the input queue: a position is meant for the screens of its time, so whoever changes
 * these does this before. Task context. */
void pointer_catch_up(void);

/* absolute: whether somebody sends positions, and not steps alone; for the log. Returns what it found. */
const char *pointer_start(bool absolute);
