/* Chapter 7: every printable character has a picture of its own. */
// sources: kernel/screen/font.c
#include "tests/host/test.h"
#include "kernel/screen/font.h"

enum { EURO = 0x20ac, UNKNOWN = 0xfffd };

TEST(printable_characters_differ_and_only_the_space_is_blank)
{
    static const uint8_t blank[GLYPH_HEIGHT];
    for (uint32_t a = ' '; a <= '~'; a++) {
        EXPECT(memcmp(font_glyph(a), blank, GLYPH_HEIGHT) == 0, ==, a == ' ');
        for (uint32_t b = ' '; b < a; b++)
            EXPECT(memcmp(font_glyph(a), font_glyph(b), GLYPH_HEIGHT), !=, 0);
    }
}

TEST(letters_of_latin_1_and_the_euro_have_pictures_of_their_own)
{
    for (uint32_t a = 0xc0; a <= 0xff; a++) {
        for (uint32_t b = ' '; b < a; b++)
            EXPECT(memcmp(font_glyph(a), font_glyph(b), GLYPH_HEIGHT), !=, 0);
        EXPECT(memcmp(font_glyph(a), font_glyph(UNKNOWN), GLYPH_HEIGHT), !=, 0);
        EXPECT(memcmp(font_glyph(a), font_glyph(EURO), GLYPH_HEIGHT), !=, 0);
    }
}

TEST(whatever_has_no_picture_shows_as_one_that_says_so)
{
    static const uint32_t without[] = { 0,     '\n',   0x1f,   0x7f,   0x80,     0x9f,
                                        0x100, 0x20ab, 0x20ad, 0xffff, 0x10ffff, UINT32_MAX };
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        EXPECT(font_glyph(without[i]), ==, font_glyph(UNKNOWN));
}

TEST(rows_count_from_the_top_and_bits_from_the_left)
{
    const uint8_t *glyph = font_glyph('L'); /* a stem on the left, a foot below */
    EXPECT(glyph[4] & 0xf0, !=, 0);
    EXPECT(glyph[4] & 0x0f, ==, 0);
    EXPECT(glyph[11] & 0x0f, !=, 0);
}
