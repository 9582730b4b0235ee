/* Chapter 7: text on the screen.
 *
 * The screen is divided into rows of text. The lowest row is the status row; the
 * rest is the console, where the log scrolls. Each is a region of its own: a grid of
 * characters that is kept, so that it can be drawn again at any time. */
#pragma once
#include "kernel/screen.h"
#include <stddef.h>

struct text_region {
    const char *name;
    struct screen *screen;
    uint32_t columns, rows;
    uint32_t first_row;      /* on the screen, in rows of text */
    uint32_t column, row;    /* where the next character goes, within the region */
    uint32_t text_pixel, background_pixel;
    char *cells;             /* rows x columns characters */
};

extern struct text_region console, status_row; /* columns is 0 when there is no screen */

/* Writes text at the region's cursor; scrolls; \n, \r, \b and \t as on a terminal.
 * Shows the result before it returns. Unprintable bytes show as '?'. */
void text_write(struct text_region *region, const char *text, size_t length);

/* Replaces one row of a region, from its first column, the rest blank. Only cells
 * that differ are drawn. */
void text_set_row(struct text_region *region, uint32_t row, const char *text);

/* Builds console and status row over a screen, and the console joins the log. */
void console_start(struct screen *screen);
