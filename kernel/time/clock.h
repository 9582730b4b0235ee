/* Chapter 9: what time is it since we woke up, and who wakes us later? */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Measures time-stamp counter and local APIC timer against a timer of known speed.
 * Returns the counter's frequency, Hz. Afterwards the clock runs. Chapter 9 alone. */
uint64_t clock_start(bool has_local_apic);

/* Microseconds since chapter 9; never goes back. 0 before. */
uint64_t clock_now(void);

/* Waits without sleeping; for devices that want a pause. */
void clock_wait(uint64_t microseconds);

/* Interrupts once, about this many microseconds from now; sleeping code wakes up and
 * looks again. A later call replaces an earlier one. False: there is no timer. */
bool clock_wake_after(uint64_t microseconds);
