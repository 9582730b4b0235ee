/* Pages for the host tests: an arena in which what is free, and what lies behind a run, may not be touched. */
#pragma once
#include "kernel/memory/pages.h"

enum { ARENA_PAGES = 16384 };

extern size_t arena_most;    /* no more pages are handed out than so many in all; a test may lower it */
extern uint64_t arena_waits; /* calls of wait_for, which only counts */
extern uint64_t arena_time;  /* what wall_clock_now says, microseconds */
