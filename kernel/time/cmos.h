/* Chapter 18: what time is it outside, if nobody can be asked? */
#pragma once
#include <stdint.h>

/* Seconds since 1970 by the clock on the battery, which shows UTC or local time, as the machine was set up.
 * 0: it does not run, or shows no date. */
uint64_t cmos_time(void);
