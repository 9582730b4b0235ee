/* Chapter 17: our windows among the host's. */
#pragma once
#include "drivers/guest/vmmdev_wire.h"

extern enum vmmdev_seamless seamless_mode; /* what the host wants now */
extern uint64_t seamless_reports;          /* regions sent so far */

/* Offers the host to show the desktop's windows among its own, and nothing else of our
 * screens. Without a host: nothing happens. Task context. */
void seamless_start(void);
