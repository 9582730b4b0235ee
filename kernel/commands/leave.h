/* Chapter 19: who has something to put away before the machine starts anew? */
#pragma once

struct leave_function {
    void (*leave)(void); /* in task context; does not wait for ever */
    struct leave_function *next;
};

/* Adds a function to be called before leaving, for good. */
void leave_add(struct leave_function *function);

/* Calls them all, the newest first, each once. */
void leave_all(void);

/* Calls them, and then resets the machine. Returns only where nothing resets it. */
void leave_and_reset(void);
