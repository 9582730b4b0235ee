/* Chapter 16: the sizes that the host wishes for our screens. */
#pragma once
#include "drivers/guest/vmmdev_wire.h"
#include <stddef.h>

/* Tells the host that this guest changes its modes. From now on `answer` gets what the
 * host wishes, in the event task: 1 to VMMDEV_SCREENS hints, whose numbers nobody has
 * checked; a wish that was waiting, at once. Without a host: nothing happens. */
void display_hints_start(void (*answer)(const struct vmmdev_display_hint *hints, size_t count));
