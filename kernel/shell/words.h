/* Chapter 19: which words does a line consist of?
 *
 * Blanks separate words, `;` and the end of a line separate commands. 'as it is', "in one", and \ before any
 * character take away what it would mean; \n is a new line and \t a tab. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MOST = 128 };

struct words {
    char *word[WORDS_MOST];
    size_t start[WORDS_MOST]; /* where it begins in the line, quotes included */
    int count;
    bool too_many, open; /* open: a quote is not closed, or behind \ comes nothing */
    bool touched;        /* the line ends in a word, not behind one */
};

/* Splits the first command of the text `line + from`, in place. Returns where the next one
 * begins; 0: there is none. */
size_t words_split(struct words *words, char *line, size_t from);

/* Writes text so that it is one word when it is typed. False: no room, or control
 * characters that cannot be typed. */
bool words_quote(char *to, size_t size, const char *text);
