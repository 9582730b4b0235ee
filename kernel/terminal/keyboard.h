/* Chapter 19: which character does a key mean? */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYBOARD_LEVELS = 3, KEYBOARD_KEYS = 48 }; /* plain, shift, AltGr */

/* What the keys say that differ from country to country, a character a key: the rows of
 * 12, 12, 11, 1, 1, 10 and 1 keys that begin with scan codes 02, 10, 1e, 29, 2b, 2c and 56.
 * A blank: nothing. A combining accent (U+0300 and the like) is a dead key. */
struct keyboard_layout {
    const char *name;
    uint32_t levels[KEYBOARD_LEVELS][KEYBOARD_KEYS + 1]; /* with the 0 at the end of a string */
};

extern const struct keyboard_layout keyboard_layouts[];
extern const size_t keyboard_layout_count;
extern const struct keyboard_layout *keyboard_layout; /* the one in use; the first to begin with */

/* The layout with a name, or NULL. The name ends with a blank or 0. */
const struct keyboard_layout *keyboard_find(const char *name);

/* A key (scan code of set 1, 0xe0xx for extended ones) went down or up. Calls `put` for each
 * byte that a terminal sends for it: UTF-8, control characters, escape sequences. Not from
 * two contexts at a time. */
void keyboard_key(uint16_t key, bool pressed, void (*put)(char byte));
