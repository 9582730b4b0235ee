/* Chapter 7: how does text find its place on a screen?
 *
 * In regions. A region is a part of a screen with a grid of characters, which is kept,
 * so that it can be drawn again at any time, also on a screen of another size. */
#pragma once
#include "kernel/screen/screen.h"
#include "lib/utf8.h"
#include <stddef.h>

enum { TEXT_TAB = 8 };

struct text_region {
    struct screen *screen;     /* NULL: none, or text mode */
    struct rectangle area;     /* all of the region, pixels (in text mode: characters) */
    int32_t left, top;         /* of the first character, the same */
    uint32_t columns, rows;    /* both 0: no screen, or no room */
    uint32_t column, row;      /* where the next character goes; column may be `columns`: it will wrap */
    uint32_t text, background; /* colours, 0xRRGGBB */
    uint8_t attribute;         /* the same for text mode: background << 4 | text, the 16 colours of VGA */
    uint32_t *cells;           /* rows + 1 of them, characters; bit 31 in a row's last: its line goes on in the next */
    uint32_t first;            /* which row of `cells` is the uppermost; behind the last but one comes number 0 */
    struct rectangle changed;  /* cells that the back buffer does not show yet, once its rows have moved up */
    uint32_t scrolled;         /* by so many */
    bool shows_cursor;         /* where the next character goes is drawn in reverse */
    uint8_t pending_bytes;     /* of a character whose end was not written yet */
    char pending[UTF8_BYTES];
};

/* Writes UTF-8 at the region's cursor; scrolls; \n, \r, \b and \t as on a terminal, \f clears
 * the region. Nothing of it is seen before text_show. Any context, also in the middle of
 * another write. */
void text_put(struct text_region *region, const char *text, size_t length);

/* Whether there is something to show. */
bool text_is_old(const struct text_region *region);

/* Shows all that was put, at once. What has scrolled away is not drawn: so this costs at most
 * one screen. What has no picture shows as U+FFFD. Any context, also in the middle of another. */
void text_show(struct text_region *region);

/* text_put, then text_show. */
void text_write(struct text_region *region, const char *text, size_t length);

/* Replaces one row of a region, from its first column, the rest blank. It is drawn from
 * the first cell that differs to the last. Any context. */
void text_set_row(struct text_region *region, uint32_t row, const char *text);

/* Shows where the next character goes, or does not, from the next text_show on. Any context. */
void text_show_cursor(struct text_region *region, bool shown);

/* Gives a region its place: `area` of a screen, in pixels, with a margin around the
 * characters. Text that it already holds stays, wrapped anew, the newest where there is
 * less room. Draws it. Without memory, or room for one character, columns is 0 from
 * then on and nothing is drawn. Task context. */
void text_place(struct text_region *region, struct screen *screen, struct rectangle area, int32_t margin_x,
                int32_t margin_y);

/* The same in text mode; `area` in characters. `memory` has `columns` of them a row. */
void text_place_characters(struct text_region *region, uint16_t *memory, uint32_t columns, struct rectangle area);
