/* Chapter 7: every printable character has a picture of its own. */
// sources: lib/font.c
#include "tests/host/test.h"
#include "lib/font.h"

TEST(printable_characters_differ_and_only_the_space_is_blank)
{
    static const uint8_t blank[GLYPH_HEIGHT];
    for (char a = ' '; a <= '~'; a++) {
        EXPECT(memcmp(font_glyph(a), blank, GLYPH_HEIGHT) == 0, ==, a == ' ');
        for (char b = ' '; b < a; b++)
            EXPECT(memcmp(font_glyph(a), font_glyph(b), GLYPH_HEIGHT), !=, 0);
    }
}

TEST(whatever_is_not_printable_is_a_question_mark)
{
    for (int byte = -128; byte < 128; byte++)
        if (byte < ' ' || byte > '~')
            EXPECT(font_glyph((char)byte), ==, font_glyph('?'));
}

TEST(rows_count_from_the_top_and_bits_from_the_left)
{
    const uint8_t *glyph = font_glyph('L'); /* a stem on the left, a foot below */
    EXPECT(glyph[4] & 0xf0, !=, 0);
    EXPECT(glyph[4] & 0x0f, ==, 0);
    EXPECT(glyph[11] & 0x0f, !=, 0);
}
