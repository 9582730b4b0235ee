/* Chapter 14: what does it take that one pointer follows two mice?
 *
 * The kernel has a pointer, and knows no host; the driver has a host's mouse, and knows no
 * pointer. Between them is the input queue. Both are started here. */
#include "drivers/guest/mouse/mouse_integration.h"
#include "drivers/guest/mouse/mouse.h"
#include "kernel/desktop/pointer.h"

const char *mouse_integration_start(void) { return pointer_start(host_mouse_start()); }
