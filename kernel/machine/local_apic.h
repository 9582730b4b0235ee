/* Chapter 9: the interrupt controller that belongs to the processor, and its timer. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Turns the local APIC on; the 8259's interrupts come through it too, if it is not
 * masked. False, with a line in the log: there is none. */
bool local_apic_start(void);

uint32_t local_apic_id(void);

/* The interrupt that is being handled has been dealt with. */
void local_apic_end(void);

/* Counts down from `count`, once, and then interrupts on `vector`; 0 stops it. */
void local_apic_timer(uint32_t count, uint8_t vector);
/* What is left of the count. */
uint32_t local_apic_timer_left(void);
