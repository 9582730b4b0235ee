/* Chapter 2: how does a byte leave the machine? */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { SERIAL_IRQ = 4 }; /* COM1's, since the PC */

/* Writes text to COM1 alone, for a terminal: \n begins a row, \f clears. Nothing where there is none. Any context. */
void serial_write(const char *text, size_t length);

/* From now on COM1 calls when it has heard a byte, and once more if it has one already: on
 * an edge-triggered line that is the only way to be called for what was left there. False:
 * there is no COM1. Any context. */
bool serial_listen(void);

/* The oldest byte that was heard; false: none, or no COM1. Any context. */
bool serial_take(char *byte);

/* Programs COM1 and joins the log. */
const char *serial_start(void);
