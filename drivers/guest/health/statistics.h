/* Chapter 18: telling the host how we are. */
#pragma once
#include <stdint.h>

struct statistics {
    uint32_t interval; /* seconds, as the host wants it; 0: it wants none */
    uint64_t reports;  /* sent so far */
    uint32_t idle;     /* percent of the time since the report before the last one */
};

extern struct statistics statistics;

/* Starts a task that reports whenever the host wants it. Chapter 18 alone. */
void statistics_start(void);
