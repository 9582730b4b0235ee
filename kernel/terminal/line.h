/* Chapter 19: how is a line typed, mistakes included?
 *
 * Arrows, Home, End, Delete, Ctrl with the arrows (by words); as in every shell ^A ^E ^B ^F
 * ^D ^K ^U ^W ^L ^P ^N; the arrows up and down go through the lines of before. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { LINE_BYTES = 4096 }; /* with the 0 at its end */

enum line_event {
    LINE_GOES_ON,
    LINE_DONE,      /* Return */
    LINE_CANCELLED, /* Ctrl-C */
    LINE_ENDS,      /* Ctrl-D in an empty line: no more lines */
    LINE_COMPLETE,  /* Tab: line_replace may finish the word */
};

/* What has been typed, whole characters, and the byte that the cursor is before. To be read alone. */
extern char line_text[LINE_BYTES];
extern size_t line_at;

/* Begins an empty line. The prompt stays the caller's until the line ends. */
void line_begin(const char *prompt);

/* Takes one byte as a terminal sends it, and shows what it does. */
enum line_event line_type(char byte);

/* Puts text in the place of [from, line_at); the cursor is behind it then. Nothing changes
 * where there is no room. */
void line_replace(size_t from, const char *text);

/* Shows prompt and line anew, from the first column of the row that the terminal is in. */
void line_show(void);

/* Adds a line, shorter than LINE_BYTES, to the history, unless it is empty or the newest is the same. The oldest are
 * forgotten. */
void line_remember(const char *text);

/* A line of the history, 0 being the newest; NULL: no such. */
const char *line_remembered(size_t number);
