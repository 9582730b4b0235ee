/* Chapter 17: how does the VMSVGA adapter show several screens? */
#pragma once
#include <stdbool.h>

/* Adds to `display`, where it is this adapter, the further screens that the machine has.
 * They are off until display.set. False: there are none. Task context. */
bool svga_screens_start(void);
