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

/* The same where the firmware left a text mode. False: it is not one we can use. */
bool console_start_text_mode(const struct boot_framebuffer *mode);
