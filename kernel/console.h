/* Chapter 7: where on the screen does the log appear?
 *
 * The lowest row of the screen is the status row; the rest is the console, where the
 * log scrolls. */
#pragma once
#include "kernel/text.h"

extern struct text_region console, status_row; /* columns is 0 when there is no screen */

/* Builds console and status row over a screen, and the console joins the log. Again
 * after a change of mode: the text stays, wrapped for the new width. Task context. */
void console_start(struct screen *screen);

const char *screen_start(void);
