/* Chapter 16: what the host wishes of our screens, and what comes of it. */
#pragma once
#include "kernel/desktop/display.h"

/* Puts the screens for which the host has named no place, or one that another screen covers,
 * to the right of those before them. */
void window_size_place(struct display_mode *modes);

const char *window_size_start(void);
