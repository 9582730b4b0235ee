/* The PS/2 mouse, as far as VMMDev speaks to it. Hosts before 7.0 have no other way for buttons and wheels. */
#pragma once
#include "kernel/desktop/input.h"
#include "tests/host/fake/machine.h"

static inline void hear_ps2_mouse(int32_t wheel, int32_t wheel_side, uint32_t buttons)
{
    input_put((struct input_event){ .source = INPUT_PS2_MOUSE, .kind = INPUT_RELATIVE, .has_buttons = true,
                                    .buttons = buttons, .wheel = wheel, .wheel_side = -wheel_side });
}

/* After machine_start. */
static inline void plug_ps2_mouse(void) { host.ps2_mouse = hear_ps2_mouse; }
