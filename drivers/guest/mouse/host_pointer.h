/* Chapter 15: the pointer that the host draws. */
#pragma once
#include "kernel/desktop/pointer.h"
#include <stdbool.h>

/* Hands a shape to the host, which draws it from then on wherever its mouse is, over the
 * machine's window and nowhere else. NULL: the host draws none. Sent only when it differs
 * from what the host has. False: the host does not take it. Pointer task. */
bool host_pointer_show(const struct pointer_shape *shape);

/* The host may have forgotten the shape (a machine that was restored): it is sent again next time. */
void host_pointer_forget(void);

extern uint64_t host_pointer_requests; /* shapes and hidings that were sent */
