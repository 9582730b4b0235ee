/* Chapter 3: the parts of panic that exceptions need; everyone else uses kernel/panic.h. */
#pragma once
#include "kernel/exceptions.h"

/* The same as panic, about the place where an exception struck, with its registers. */
void __attribute__((noreturn, format(printf, 2, 3))) panic_in(const struct interrupt_frame *frame, const char *pattern,
                                                              ...);

/* Makes the host's log an output that speaks in a panic alone. */
void panic_start(void);
