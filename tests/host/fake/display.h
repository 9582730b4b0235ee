/* What does any display adapter do, as far as the desktop can tell?
 *
 * Stands for drivers/display/display_adapters.c: video memory with a screen behind the other, as large as
 * its modes, and an adapter that refuses, rounds or lies on request. */
#pragma once
#include "kernel/desktop/display.h"
#include "tests/host/fake/pages.h"

struct fake_display {
    uint8_t *memory;
    struct display_mode modes[DISPLAY_SCREENS]; /* that are set; all off: none */
    size_t sets;        /* calls of display.set so far, ... */
    size_t works_until; /* ... of which so many may come about; 0: all */
    bool unknown;       /* display_find finds nothing */
    bool rounds_width;  /* down to a multiple of 8, without a word */
    uint32_t padding;   /* bytes behind each row */
    void (*during_set)(void); /* somebody acts while the modes change */
    size_t updates[DISPLAY_SCREENS];
    char complaints[1024];
};
extern struct fake_display fake_display;

/* An adapter with so much memory and so many screens. */
void fake_display_plug(uint32_t memory_bytes, size_t screens);

/* A pixel that screen `number` shows. */
uint32_t fake_display_pixel(size_t number, uint32_t x, uint32_t y);
