/* Chapter 19: how long is a text, and is it this one? Texts end in 0. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t text_length(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

/* < 0, 0, > 0: `left` comes before, is, comes behind `right`, by their bytes. */
static inline int text_compare(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return (uint8_t)*left - (uint8_t)*right;
}

static inline bool text_is(const char *left, const char *right) { return text_compare(left, right) == 0; }
