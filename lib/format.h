/* Chapter 2: how does a number become text? */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/* Writes at most `size` bytes, always ending in 0; what does not fit is cut off.
 * Returns `buffer`, so that a result can be used where it is made.
 *
 *   %d         int               %u %x      unsigned int
 *   %ld %lu %lx                  the same, 64 bits (also with z and ll)
 *   %p         address, 0x and 16 digits
 *   %s         text (NULL shows as "(null)"), %.Ns: at most N bytes
 *   %c %%      one byte, a percent sign
 *   width, `0` (pad with zeros) and `-` (to the left) as in C
 *
 * Anything else is copied as it stands, so that a mistake shows. */
char *format(char *buffer, size_t size, const char *pattern, ...) __attribute__((format(printf, 3, 4)));
/* The same behind the text that `buffer` holds already. */
char *format_append(char *buffer, size_t size, const char *pattern, ...) __attribute__((format(printf, 3, 4)));
char *format_list(char *buffer, size_t size, const char *pattern, va_list arguments)
    __attribute__((format(printf, 3, 0)));
