/* Chapter 7: what does a character look like? */
#pragma once
#include <stdint.h>

enum { GLYPH_WIDTH = 8, GLYPH_HEIGHT = 16 };

/* The picture of a byte: GLYPH_HEIGHT rows from the top, the highest bit on the left.
 * Bytes that are not printable ASCII look like '?'. */
const uint8_t *font_glyph(char byte);
