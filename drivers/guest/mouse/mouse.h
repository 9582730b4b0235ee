/* Chapter 14: the mouse of the host. */
#pragma once
#include <stdbool.h>

/* Whether positions come from the host now; false: motion comes by PS/2. */
extern bool host_mouse_is_absolute;

/* Asks the host for absolute positions. False: there is no host. */
bool host_mouse_start(void);
