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

/* Shows the pointer where it now is; the default lays the arrow over the screens. Called
 * in the pointer task after what was waiting in the input queue. Replaced by whoever
 * knows better who draws it, and how. */
extern void (*pointer_show)(void);

/* These buttons were just pressed, where the pointer is. NULL: nobody cares. Pointer task. */
extern void (*pointer_click)(uint32_t pressed);

/* Lays a shape over the screens at the pointer's place; NULL: takes it off. Pointer task. */
void pointer_draw(const struct pointer_shape *shape);

/* What pointer_show or the place depends on has changed: the pointer task shows it again. Any context. */
void pointer_refresh(void);

/* Takes what waits in the input queue: a position is meant for the screens of its time, so whoever changes
 * these does this before. Task context. */
void pointer_catch_up(void);

/* absolute: whether somebody sends positions, and not steps alone; for the log. Returns what it found. */
const char *pointer_start(bool absolute);
