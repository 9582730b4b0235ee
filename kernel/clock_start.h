/* Chapter 9: the part of the clock that chapter 9 alone uses. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Measures time-stamp counter and local APIC timer against a timer of known speed.
 * Returns the counter's frequency, Hz. Afterwards the clock runs. */
uint64_t clock_start(bool has_local_apic);
