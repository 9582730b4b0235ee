/* Chapter 7: which characters are these bytes?
 *
 * The first byte of a character says how many follow; those begin with the bits 10. Of
 * several ways to write a character only the shortest is one, so that a `/` cannot hide. */
#include "lib/utf8.h"

enum { FOLLOWING = 0x80, FOLLOWING_MASK = 0xc0, FOLLOWING_BITS = 6 };

/* How a character begins: bytes `first` to `last`; of the byte behind it, what it may be. */
struct form {
    uint8_t first, last, second_first, second_last, bytes, bits;
};

/* Unicode 15, table 3-7, without its first row: one byte below 0x80. */
static const struct form forms[] = {
    { 0xc2, 0xdf, 0x80, 0xbf, 2, 0x1f }, { 0xe0, 0xe0, 0xa0, 0xbf, 3, 0x0f }, { 0xe1, 0xec, 0x80, 0xbf, 3, 0x0f },
    { 0xed, 0xed, 0x80, 0x9f, 3, 0x0f }, { 0xee, 0xef, 0x80, 0xbf, 3, 0x0f }, { 0xf0, 0xf0, 0x90, 0xbf, 4, 0x07 },
    { 0xf1, 0xf3, 0x80, 0xbf, 4, 0x07 }, { 0xf4, 0xf4, 0x80, 0x8f, 4, 0x07 },
};

static const struct form *find_form(uint8_t byte)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (byte >= forms[i].first && byte <= forms[i].last)
            return &forms[i];
    return NULL;
}

size_t utf8_read(const char *text, size_t length, uint32_t *character)
{
    *character = UTF8_MISTAKE;
    if (!length)
        return 0;
    if ((uint8_t)text[0] < FOLLOWING) {
        *character = (uint8_t)text[0];
        return 1;
    }
    const struct form *form = find_form((uint8_t)text[0]);
    if (!form)
        return 1;
    uint32_t value = (uint8_t)text[0] & form->bits;
    for (size_t i = 1; i < form->bytes; i++) {
        if (i == length)
            return 0;
        uint8_t byte = (uint8_t)text[i];
        if (i == 1 ? byte < form->second_first || byte > form->second_last : (byte & FOLLOWING_MASK) != FOLLOWING)
            return i;
        value = value << FOLLOWING_BITS | (byte & ~FOLLOWING_MASK);
    }
    *character = value;
    return form->bytes;
}

size_t utf8_write(char *text, uint32_t character)
{
    if (character < 0x80) {
        text[0] = (char)character;
        return 1;
    }
    size_t bytes = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = bytes - 1; i > 0; i--, character >>= FOLLOWING_BITS)
        text[i] = (char)(FOLLOWING | (character & ~FOLLOWING_MASK));
    text[0] = (char)(0xf00 >> bytes | character); /* as many ones as bytes, then a zero */
    return bytes;
}

bool utf8_is_valid(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    while (length > 0) {
        uint32_t character;
        size_t bytes = utf8_read(text, length, &character);
        if (character == UTF8_MISTAKE)
            return false;
        text += bytes;
        length -= bytes;
    }
    return true;
}
