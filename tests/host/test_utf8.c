/* Chapter 7: each character has one way to be written, and whatever else comes is a mistake. */
// sources: lib/utf8.c
#include "tests/host/test.h"
#include "lib/utf8.h"

static bool is_character(uint32_t code) { return code < 0x110000 && (code < 0xd800 || code > 0xdfff); }

TEST(every_character_comes_back_as_it_was_written)
{
    for (uint32_t code = 0; code < 0x110000; code++) {
        char text[UTF8_BYTES];
        uint32_t back;
        if (!is_character(code))
            continue;
        size_t bytes = utf8_write(text, code);
        EXPECT(bytes, ==, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
        for (size_t part = 0; part < bytes; part++)
            EXPECT(utf8_read(text, part, &back), ==, 0);
        EXPECT(utf8_read(text, bytes, &back), ==, bytes);
        EXPECT(back, ==, code);
    }
}

/* What the standard's formula says, without its table: the shortest form of a character. */
static bool is_form(const uint8_t *text, size_t bytes, uint32_t *code)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    *code = bytes == 1 ? text[0] : text[0] & (0x7fu >> bytes);
    if (bytes == 1 ? text[0] >= 0x80 : (uint8_t)(text[0] | 0x7f >> bytes) != (uint8_t)(0xff00 >> bytes | 0x7f >> bytes))
        return false;
    for (size_t i = 1; i < bytes; i++) {
        if (text[i] >> 6 != 2)
            return false;
        *code = *code << 6 | (text[i] & 0x3f);
    }
    return is_character(*code) && *code >= least[bytes];
}

TEST(of_three_bytes_exactly_those_are_characters_that_should_be)
{
    for (uint32_t i = 0; i < 1 << 24; i++) {
        uint8_t text[] = { (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 0 };
        uint32_t code, is = 0;
        size_t bytes = 1;
        while (bytes <= 3 && !is_form(text, bytes, &code))
            bytes++;
        size_t said = utf8_read((char *)text, 3, &is);
        if (bytes <= 3) {
            EXPECT(said, ==, bytes);
            EXPECT(is, ==, code);
        } else {
            EXPECT(is, ==, UTF8_MISTAKE);
        }
    }
}

TEST(text_is_whole_characters_or_it_is_not)
{
    EXPECT(utf8_is_valid(""), ==, true);
    EXPECT(utf8_is_valid("a\u00e4\u20ac\ufffd\U0001f600"), ==, true);
    static const char *const broken[] = { "\xe4", "a\xc3",    "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                          "\xf8", "\xe2\x82 " };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        EXPECT(utf8_is_valid(broken[i]), ==, false);
}
