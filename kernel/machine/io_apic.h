/* Chapter 9: the controller that gives every device line a vector of its own. */
#pragma once
#include "kernel/machine/interrupts.h"

/* Maps all I/O APICs that the firmware named and masks every pin. NULL: there is none. */
const struct interrupt_controller *io_apic_start(void);
