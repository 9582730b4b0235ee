/* Chapter 7: which characters are these bytes? */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UTF8_BYTES = 4,          /* of one character, at most */
    UTF8_MISTAKE = 0x110000, /* behind the last character */
};

/* Reads the first character of `length` bytes and returns how many it has; 0: it is not
 * whole yet. Where bytes are none, the character is UTF8_MISTAKE, and they are as many as
 * cannot become one (Unicode 15, 3.9, table 3-7: no overlong form, no surrogate). */
size_t utf8_read(const char *text, size_t length, uint32_t *character);

/* Writes a character (not a surrogate, below 0x110000), returns its bytes: 1 to UTF8_BYTES. */
size_t utf8_write(char *text, uint32_t character);

/* Whether text that ends in 0 consists of whole characters. */
bool utf8_is_valid(const char *text);
