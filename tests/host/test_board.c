/* Chapter 18: a board that says what is so, where there is room for it, and costs nothing when it is folded away. */
// sources: kernel/desktop/board.c drivers/guest/mouse/pointer_owner.c
// sources: drivers/guest/mouse/host_pointer.c kernel/time/wall_clock.c lib/date.c tests/host/fake/vmmdev_pointer.c
#include "kernel/desktop/pointer_zones.h"
#include "drivers/guest/mouse/pointer_owner.h"
#include "drivers/guest/screens/window_size.h"
#include "kernel/desktop/board.h"
#include "kernel/screen/font.h"
#include "lib/format.h"
#include "tests/host/fake/vmmdev_pointer.h"
#include "tests/host/screens.h"

enum { SECOND = 1000 * 1000 };

static int asked, value;

static bool tell_value(char *text, size_t size)
{
    asked++;
    format(text, size, "the value is %d", value);
    return value;
}

static bool tell_other(char *text, size_t size)
{
    format(text, size, "always the same");
    return true;
}

static struct board_row first = { "First", tell_value, NULL }, second = { "Second", tell_other, NULL };

static void start(size_t screens_at_all)
{
    boot_on_adapter(32 * MIB, screens_at_all);
    fake_pointer_plug(&host);
    pointer_owner_start();
    window_size_start();
    board_add(&first);
    board_add(&second);
    board_open();
    fake_vmmdev_wish(&host, 0, 800, 600); /* the fake adapter shows what it has set itself */
    machine_settle();
    fake_vmmdev_wish(&host, 0, WIDTH, HEIGHT);
    machine_pass(SECOND / 2);
}

/* What screen `number` shows at a cell, in any colours: recognised by the picture of the character. */
static char character_at(size_t number, uint32_t left, uint32_t top)
{
    uint32_t paper = fake_display_pixel(number, left, top + GLYPH_HEIGHT - 1); /* no character here reaches so low */
    for (char byte = ' '; byte <= '~'; byte++) {
        bool is_it = true;
        for (uint32_t i = 0; i < GLYPH_WIDTH * GLYPH_HEIGHT && is_it; i++) {
            bool set = font_glyph((unsigned char)byte)[i / GLYPH_WIDTH] & 0x80 >> i % GLYPH_WIDTH;
            is_it = (fake_display_pixel(number, left + i % GLYPH_WIDTH, top + i / GLYPH_WIDTH) != paper) == set;
        }
        if (is_it)
            return byte;
    }
    return '?';
}

/* A line of the screen, whose characters begin at (left, top), as far as `columns`. */
static const char *line_at(size_t number, uint32_t left, uint32_t top, uint32_t columns)
{
    static char text[200];
    for (uint32_t i = 0; i < columns; i++)
        text[i] = character_at(number, left + i * GLYPH_WIDTH, top);
    while (columns && text[columns - 1] == ' ')
        columns--;
    text[columns] = 0;
    return text;
}

enum { TITLE_LEFT = 16, TITLE_TOP = 12, ROWS_TOP = 36 };

static const char *title(size_t number) { return line_at(number, TITLE_LEFT, TITLE_TOP, 30); }
static const char *row(size_t number, uint32_t index)
{
    return line_at(number, TITLE_LEFT, ROWS_TOP + index * GLYPH_HEIGHT, 40);
}

/* A click of the left button at a pixel. */
static void click(int32_t x, int32_t y)
{
    int32_t at_x = x * 65535 / WIDTH + 32, at_y = y * 65535 / HEIGHT + 42;
    fake_vmmdev_mouse(&host, at_x, at_y, 0, 0, 1);
    machine_settle();
    fake_vmmdev_mouse(&host, at_x, at_y, 0, 0, 0);
    machine_settle();
    EXPECT(pointer.x, ==, x);
    EXPECT(pointer.y, ==, y);
}

TEST(each_row_says_its_name_whether_it_is_in_use_and_what_is_so)
{
    start(1);
    EXPECT_TEXT(title(0), "[-] What the host offers, and");
    EXPECT_TEXT(row(0, 0), "First           --  the value is 0");
    EXPECT_TEXT(row(0, 1), "Second          on  always the same");
    EXPECT(console.area.top, >, ROWS_TOP + 2 * GLYPH_HEIGHT);
}

TEST(what_has_changed_is_shown_within_a_second)
{
    start(1);
    value = 7;
    machine_pass(SECOND + SECOND / 10);
    EXPECT_TEXT(row(0, 0), "First           on  the value is 7");
    asked = 0;
    machine_pass(10 * SECOND);
    EXPECT(asked, >=, 9);
    EXPECT(asked, <=, 11);
}

TEST(a_click_on_the_title_folds_it_away_and_opens_it_again)
{
    start(1);
    int32_t console_top = console.area.top;
    click(200, 20);
    EXPECT_TEXT(title(0), "[+] What the host offers, and");
    EXPECT(console.area.top, <, ROWS_TOP + GLYPH_HEIGHT);
    asked = 0;
    machine_pass(60ull * SECOND);
    EXPECT(asked, ==, 0); /* it asks nobody, and nothing else happens either */
    value = 3;
    click(200, 20);
    EXPECT_TEXT(row(0, 0), "First           on  the value is 3");
    EXPECT(console.area.top, ==, console_top);
}

TEST(a_click_beside_the_title_does_nothing)
{
    start(1);
    click(200, 60);
    click(200, 600);
    click(2, 2);
    EXPECT(board_is_open, ==, true);
}

TEST(the_title_has_a_hand_the_console_a_text_pointer)
{
    start(1);
    click(200, 600);
    EXPECT(fake_pointer.width, ==, pointer_text.width);
    fake_vmmdev_mouse(&host, 200 * 65535 / WIDTH + 32, 20 * 65535 / HEIGHT + 42, 0, 0, 0);
    machine_settle();
    EXPECT(fake_pointer.width, ==, pointer_hand.width);
}

TEST(a_row_that_is_added_later_stands_below)
{
    static struct board_row third = { "Third", tell_other, NULL };
    start(1);
    board_add(&third);
    EXPECT_TEXT(row(0, 2), "Third           on  always the same");
}

TEST(as_many_rows_as_the_kernel_has_fit_the_smallest_screen_that_it_boots_with)
{
    static struct board_row more[13];
    start(1);
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        more[i] = (struct board_row){ "More", tell_other, NULL };
        board_add(&more[i]);
    }
    fake_vmmdev_wish(&host, 0, 640, 400);
    machine_settle();
    EXPECT_TEXT(row(0, 0), "First           --  the value is 0");
    EXPECT_TEXT(row(0, 14), "More            on  always the same");
    EXPECT(console.rows, >=, 4);
}

TEST(where_there_is_no_room_the_console_has_it_all)
{
    start(1);
    fake_vmmdev_wish(&host, 0, 470, 700);
    machine_settle();
    EXPECT(console.area.top, ==, 0);
    asked = 0;
    machine_pass(5 * SECOND);
    EXPECT(asked, ==, 0);
    fake_vmmdev_wish(&host, 0, 800, 180);
    machine_settle();
    EXPECT(console.area.top, ==, 0);
    fake_vmmdev_wish(&host, 0, 800, 600);
    machine_settle();
    EXPECT_TEXT(row(0, 1), "Second          on  always the same");
}

TEST(with_a_second_screen_it_stands_there)
{
    start(2);
    struct display_mode modes[DISPLAY_SCREENS] = { { true, 0, 0, WIDTH, HEIGHT }, { true, WIDTH, 0, 800, 600 } };
    EXPECT(desktop_use(modes), ==, true);
    EXPECT(console.area.top, ==, 0);
    EXPECT_TEXT(title(1), "[-] What the host offers, and");
    EXPECT_TEXT(row(1, 1), "Second          on  always the same");
    modes[1].on = false;
    EXPECT(desktop_use(modes), ==, true);
    EXPECT_TEXT(row(0, 1), "Second          on  always the same");
    EXPECT(console.area.top, >, ROWS_TOP + 2 * GLYPH_HEIGHT);
}

TEST(folding_and_unfolding_loses_no_memory)
{
    start(1);
    size_t pages = fake_pages_now;
    for (int i = 0; i < 10; i++)
        click(200, 20);
    EXPECT(fake_pages_now, ==, pages);
}
