/* Chapter 18: lending memory to the host. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* All in MiB. */
struct balloon {
    uint64_t wanted;  /* by the host */
    uint64_t held;    /* by the host: lent to it, and used by nobody here */
    bool refused;     /* the host did not take, or give, what it had asked for */
    bool kept;        /* the guest did not lend all of it: it would starve */
};

extern struct balloon balloon;

/* Starts a task that lends and takes back as the host asks. Chapter 18 alone. */
void balloon_start(void);
