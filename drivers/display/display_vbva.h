/* Chapter 17: how does the second screen of VBoxVGA get a picture? */
#pragma once
#include <stdbool.h>

/* Adds to `display`, where it sets modes by VBE registers, the further screens that the
 * machine has. They are off until display.set. False: there are none. Task context. */
bool vbva_start(void);
