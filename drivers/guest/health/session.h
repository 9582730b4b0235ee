/* Chapter 18: noticing that the machine is not where it was. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct session {
    uint64_t identifier; /* the host's name for this run; another one after a restore. 0: it does not say */
    uint64_t restores;
    bool remote_display; /* somebody watches from afar, ... */
    uint32_t experience; /* ... with this quality of the line: 0 poor to 255 good; 0 without anybody */
    uint32_t plugged, unplugged; /* processors that the host has offered, and wants back */
};

extern struct session session;

/* Asks who we are, and listens for changes. Chapter 18 alone. */
void session_start(void);
