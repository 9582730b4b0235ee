/* Chapter 9: the pair of 8259 controllers of the PC, for machines without an I/O APIC. */
#pragma once
#include "kernel/machine/interrupts.h"

/* Moves the 8259 away from the exceptions' vectors, to `first_vector` and the 15 behind
 * it, and masks all its lines. */
const struct interrupt_controller *pic_start(uint8_t first_vector);
