/* Chapter 17: our windows among the host's. */
#pragma once
#include "drivers/guest/vmmdev_wire.h"
#include <stddef.h>

enum { SEAMLESS_RECTANGLES = 64 }; /* most that are reported */

extern enum vmmdev_seamless seamless_mode; /* what the host wants now */
extern uint64_t seamless_reports;          /* regions sent so far */

/* Offers the host to show what `region` covers among its own windows, and nothing else
 * of our screens. `region` writes up to `most` rectangles of the desktop and returns
 * how many. Without a host: nothing happens. */
void seamless_start(size_t (*region)(struct vmmdev_rectangle *rectangles, size_t most));

/* The region may be another now: it is sent if the host wants it and does not have it. Task context. */
void seamless_update(void);
