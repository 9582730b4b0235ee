/* Chapter 7: where on the screen does the log appear?
 *
 * The lowest row of the screen is the status row; the rest is the console, where the
 * log scrolls. */
#pragma once
#include "kernel/screen/text.h"

extern struct text_region console, status_row; /* columns is 0 when there is no screen */

/* Builds the console over an area of a screen, with the status row below it, and joins
 * the log. Again after a change of mode: the text stays, wrapped for the new width.
 * Task context. */
void console_place(struct screen *screen, struct rectangle area);

const char *screen_start(void);
