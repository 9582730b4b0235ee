/* Chapter 19: how long is a text, is it this one, and can it be shown? Texts end in 0. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t string_length(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

/* < 0, 0, > 0: `left` comes before, is, comes behind `right`, by their bytes. */
static inline int string_compare(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return (uint8_t)*left - (uint8_t)*right;
}

static inline bool string_is(const char *left, const char *right) { return string_compare(left, right) == 0; }

/* Control characters are for terminals, not for readers: each of their bytes becomes `?`, also where a character of two
 * bytes is one (U+0080 to U+009F). Ends of lines and tabs stay if it `has_lines`. Valid UTF-8; returns `text`. */
static inline char *string_tame(char *text, bool has_lines)
{
    for (uint8_t *at = (uint8_t *)text; *at; at++) {
        bool stays = has_lines && (*at == '\n' || *at == '\t');
        bool has_two = *at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        if (has_two)
            at[1] = '?';
        if (has_two || (*at < ' ' && !stays) || *at == 0x7f)
            *at = '?';
    }
    return text;
}
