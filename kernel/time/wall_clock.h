/* Chapter 18: what time is it outside? */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* What the clock knows of itself. Times in microseconds. */
struct wall_clock {
    bool known;          /* somebody has told the time */
    bool from_host;      /* and not the clock on the battery */
    int64_t error;       /* of the clock at the last reading: > 0, it was behind */
    int64_t drift;       /* billionths that chapter 9's clock is too slow, as far as learned */
    int64_t last_step;   /* how far the clock was moved at once; 0: never */
    uint64_t readings;   /* how often it was told the time, ... */
    uint64_t steps;      /* ... was wrong by so much that it was set, ... */
    uint64_t slews;      /* ... and by so little that it was made to go slower or faster for a while */
};

extern struct wall_clock wall_clock;

/* Microseconds since 1970, UTC; 0: unknown. Never goes back but by a step. */
uint64_t wall_clock_now(void);

/* How long that (less than an hour) is on clock_now's scale; for whoever waits until it is later outside. */
uint64_t wall_clock_span(uint64_t microseconds);

/* When clock_now said `time`, it was `utc` (before the year 10000), give or take a millisecond. Task context. */
void wall_clock_correct(uint64_t utc, uint64_t time, bool from_host);

/* The last error may have been of a pause, or of a machine whose time has another speed: a reading within the next
 * second tells. */
bool wall_clock_is_unsure(void);
