/* Chapter 18: telling the host that we are alive. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct heartbeat {
    uint64_t interval; /* microseconds, as the host wants it; 0: it wants none */
    bool on;           /* the host counts on us */
    uint64_t sent;
};

extern struct heartbeat heartbeat;

/* Asks for the interval, and promises a beat in each of them, or none any more. Off around every pause that is known
 * before and longer than two intervals: the host would think that we have died. False: there is no heartbeat. Any
 * context. */
bool heartbeat_switch(bool on);

/* One beat. */
void heartbeat_send(void);
