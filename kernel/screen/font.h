/* Chapter 7: what does a character look like? */
#pragma once
#include <stdint.h>

enum { GLYPH_WIDTH = 8, GLYPH_HEIGHT = 16 };

/* The picture of a Unicode character: GLYPH_HEIGHT rows from the top, the highest bit on
 * the left. ASCII, Latin-1 and the euro have one of their own; all others look like U+FFFD. */
const uint8_t *font_glyph(uint32_t character);
