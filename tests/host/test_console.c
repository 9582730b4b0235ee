/* Chapter 7: text that wraps, scrolls, flows into another size, and panics. */
// sources: kernel/screen/screen.c kernel/screen/text.c kernel/screen/console.c kernel/core/log.c kernel/core/print.c
// sources: kernel/screen/font.c lib/format.c tests/host/fake/video.c lib/utf8.c
#include "tests/host/test.h"
#include "kernel/core/log.h"
#include "kernel/core/main.h"
#include "kernel/screen/console.h"
#include "kernel/screen/font.h"
#include "tests/host/fake/video.h"

static struct screen screen;
static struct text_region region = { .text = 0xffffff, .background = 0x000080 };

void boot_say(const char *text) { (void)text; }

/* A region of so many cells in the upper left corner of a screen that is a little larger. */
static void set_up(uint32_t columns, uint32_t rows)
{
    struct boot_framebuffer mode = fake_mode(columns * GLYPH_WIDTH + 11, rows * GLYPH_HEIGHT + 9, 4);
    EXPECT(screen_use_mode(&screen, &mode), ==, true);
    text_place(&region, &screen, (struct rectangle){ 0, 0, (int32_t)mode.width, (int32_t)mode.height }, 2, 1);
}

static void place_console(void)
{
    console_place(&screen, (struct rectangle){ 0, 0, (int32_t)screen.video.width, (int32_t)screen.video.height });
}

static void say(const char *text) { text_write(&region, text, strlen(text)); }

/* Whether a cell shows this character in these colours. */
static bool shows(const struct text_region *in, uint32_t row, uint32_t column, uint32_t character, uint32_t text,
                  uint32_t background)
{
    for (uint32_t i = 0; i < GLYPH_WIDTH * GLYPH_HEIGHT; i++) {
        uint32_t x = (uint32_t)in->left + column * GLYPH_WIDTH + i % GLYPH_WIDTH;
        uint32_t y = (uint32_t)in->top + row * GLYPH_HEIGHT + i / GLYPH_WIDTH;
        bool set = font_glyph(character)[i / GLYPH_WIDTH] & 0x80 >> i % GLYPH_WIDTH;
        if (fake_video_pixel(x, y) != (set ? text : background))
            return false;
    }
    return true;
}

/* The character that a cell shows; what has no picture of its own as U+FFFD, 0x7f: no character at all. */
static uint32_t recognise(const struct text_region *in, uint32_t row, uint32_t column)
{
    static const uint32_t others[] = { 0x20ac, 0xfffd };
    uint32_t text = screen_color(in->screen, in->text), background = screen_color(in->screen, in->background);
    for (uint32_t i = ' '; i < 0x102; i++) {
        uint32_t character = i < 0x100 ? i : others[i - 0x100];
        if ((character < 0x7f || character >= 0xa0) && shows(in, row, column, character, text, background))
            return character;
    }
    return 0x7f;
}

/* A row as the video memory shows it: recognised by its pixels, blanks at the end left out. */
static const char *seen(const struct text_region *in, uint32_t row)
{
    static char line[300 * UTF8_BYTES];
    size_t end = 0;
    for (uint32_t column = 0; column < in->columns; column++)
        end += utf8_write(line + end, recognise(in, row, column));
    line[end] = 0;
    while (end && line[end - 1] == ' ')
        line[--end] = 0;
    return line;
}

static void expect_rows(const char *const *rows)
{
    for (uint32_t row = 0; row < region.rows; row++)
        EXPECT_TEXT(seen(&region, row), *rows ? *rows++ : "");
    EXPECT(fake_video_padding_is_untouched(), ==, true);
}
#define EXPECT_ROWS(...) expect_rows((const char *const[]){ __VA_ARGS__, NULL })

TEST(a_terminal_as_one_expects_it)
{
    static const struct {
        const char *said, *first, *second;
    } cases[] = {
        { "one\ntwo", "one", "two" },
        { "12345678901", "1234567890", "1" },   /* wraps */
        { "1234567890\nx", "1234567890", "x" }, /* a full row and its end are one row */
        { "1234567890\b\b!", "12345678!0", "" },
        { "long\rs", "song", "" },
        { "ab\b\b\b\bc", "cb", "" }, /* stops at the edge */
        { "a\tb", "a       b", "" },
        { "a\t\tb", "a        b", "" }, /* no further than the last column */
        { "tab\x01\x7f\xe4\x1b[", "tab\ufffd\ufffd\ufffd\ufffd[", "" },
        { "\u00e4\u00f6\u20ac\u4e2d\U0001f600.", "\u00e4\u00f6\u20ac\ufffd\ufffd.", "" },
        { "no\fyes", "yes", "" }, /* a new sheet */
        { "x\n\b\by", "x", "y" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        region = (struct text_region){ .text = 0xffffff, .background = 0x000080 };
        set_up(10, 3);
        say(cases[i].said);
        EXPECT_ROWS(cases[i].first, cases[i].second);
    }
}

TEST(scrolling_keeps_the_newest)
{
    set_up(10, 3);
    say("a\nb\nc\nd");
    EXPECT_ROWS("b", "c", "d");
    say("\n");
    EXPECT_ROWS("c", "d", "");
    say("e\n1234567890123\nf");
    EXPECT_ROWS("1234567890", "123", "f");
}

TEST(many_lines_in_one_write_end_as_many_writes_do)
{
    set_up(12, 5);
    char all[4000] = "", line[40];
    for (int i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "line %d%s\n", i, i % 7 == 0 ? " and more" : "");
        strcat(all, line);
    }
    say(all);
    EXPECT_ROWS("line 97", "line 98 and", "more", "line 99", "");
}

TEST(video_memory_is_not_read_to_scroll)
{
    set_up(10, 3);
    fake_video_watch(true);
    say("a\nb\nc\nd\ne\n");
    text_set_row(&region, 1, "row");
    fake_video_watch(false);
    EXPECT(fake_video_reads, ==, 0);
    EXPECT(fake_video_writes, >, 0);
    EXPECT_ROWS("d", "row");
}

TEST(one_character_costs_one_cell)
{
    set_up(40, 5);
    fake_video_set(0xee);
    say("x");
    uint32_t written = 0;
    for (uint32_t y = 0; y < screen.video.height; y++)
        for (uint32_t x = 0; x < screen.video.width; x++)
            written += fake_video_pixel(x, y) != 0xeeeeeeee;
    EXPECT(written, ==, GLYPH_WIDTH * GLYPH_HEIGHT);
}

static uint64_t presented; /* pixels */

static void count_presented(size_t number, struct rectangle area)
{
    (void)number;
    presented += (uint64_t)(area.right - area.left) * (uint64_t)(area.bottom - area.top);
}

TEST(fifteen_hundred_lines_cost_one_screen)
{
    char line[40];
    set_up(40, 5);
    screen.update = count_presented;
    presented = 0;
    for (int i = 0; i < 1500; i++) {
        snprintf(line, sizeof line, "name-%d\n", i);
        text_put(&region, line, strlen(line));
    }
    EXPECT(presented, ==, 0);
    EXPECT(text_is_old(&region), ==, true);
    text_show(&region);
    EXPECT(presented, ==, 40 * GLYPH_WIDTH * 5 * GLYPH_HEIGHT);
    EXPECT(text_is_old(&region), ==, false);
    EXPECT_ROWS("name-1496", "name-1497", "name-1498", "name-1499");
    text_show(&region);
    EXPECT(presented, ==, 40 * GLYPH_WIDTH * 5 * GLYPH_HEIGHT);
}

/* Whether the screen shows what the cells say, whatever was drawn when. */
static void expect_cells_are_shown(void)
{
    uint32_t text = screen_color(&screen, region.text), background = screen_color(&screen, region.background);
    for (uint32_t row = 0; row < region.rows; row++)
        for (uint32_t column = 0; column < region.columns; column++) {
            uint32_t from = (region.first + row) % region.rows * region.columns;
            uint32_t at = region.column < region.columns ? region.column : region.columns - 1;
            bool reverse = region.shows_cursor && row == region.row && column == at;
            EXPECT(shows(&region, row, column, region.cells[from + column] & 0x7fffffff,
                         reverse ? background : text, reverse ? text : background), ==, true);
        }
}

/* Up to 40 bytes of text, most of it plain. */
static const char *make_noise(void)
{
    static const char *const parts[] = { "a",  "b c", "plain", "\n",   "\n",     "\r",
                                         "\b", "\t",  "\xc3",  "\xa4", "\u20ac", "\f" };
    static char noise[48];
    noise[0] = 0;
    for (uint64_t left = test_random() % 8; left > 0; left--)
        strcat(noise, parts[test_random() % (sizeof parts / sizeof parts[0] - (test_random() % 16 != 0))]);
    return noise;
}

TEST(what_is_shown_late_ends_as_what_is_shown_byte_by_byte)
{
    static uint16_t memory[5 * 12];
    static struct text_region other = { .attribute = 7 };
    set_up(12, 5);
    text_place_characters(&other, memory, 12, (struct rectangle){ 0, 0, 12, 5 });
    for (int i = 0; i < 3000; i++) {
        const char *noise = make_noise();
        text_put(&region, noise, strlen(noise));
        for (size_t at = 0; noise[at]; at++)
            text_write(&other, noise + at, 1);
        if (test_random() % 8 == 0)
            text_show_cursor(&region, test_random() % 2);
        if (test_random() % 4)
            continue;
        text_show(&region);
        expect_cells_are_shown();
        for (size_t at = 0; at < 5 * 12; at++) {
            uint32_t cell = region.cells[(at + region.first * 12) % (5 * 12)] & 0x7fffffff;
            EXPECT(cell < 0x7f ? cell : memory[at] & 0xff, ==, memory[at] & 0xff);
        }
    }
}

static void log_now(void)
{
    static bool logging;
    if (logging || test_random() % 4)
        return;
    logging = fake_interrupts_off = true;
    const char *noise = make_noise();
    text_write(&region, noise, strlen(noise));
    fake_interrupts_off = logging = false;
}

TEST(a_handler_may_log_between_any_two_steps)
{
    set_up(12, 5);
    for (int i = 0; i < 1000; i++) {
        fake_interrupts_allowed = log_now;
        for (uint64_t puts = test_random() % 4; puts > 0; puts--) {
            const char *noise = make_noise();
            text_put(&region, noise, strlen(noise));
        }
        text_show(&region);
        fake_interrupts_allowed = NULL;
        expect_cells_are_shown();
    }
}

TEST(set_row_writes_from_the_first_cell_that_differs_to_the_last)
{
    set_up(20, 3);
    text_set_row(&region, 1, "x 100  y 200");
    fake_video_set(0xee);
    text_set_row(&region, 1, "x 101  y 300");
    for (uint32_t column = 0; column < region.columns; column++) {
        uint32_t x = 2 + column * GLYPH_WIDTH, y = 1 + GLYPH_HEIGHT;
        EXPECT(fake_video_pixel(x, y) != 0xeeeeeeee, ==, column >= 4 && column <= 9);
    }
    screen_present(&screen, (struct rectangle){ 0, 0, INT32_MAX, INT32_MAX });
    EXPECT_ROWS("", "x 101  y 300");
    text_set_row(&region, 1, "short");
    text_set_row(&region, 2, "much longer than the row has room for");
    text_set_row(&region, 3, "no such row");
    EXPECT_ROWS("", "short", "much longer than the");
}

TEST(screens_too_small_for_a_character_are_quiet)
{
    for (uint32_t width = 1; width < 40; width += 3)
        for (uint32_t height = 1; height < 70; height += 7) {
            struct boot_framebuffer mode = fake_mode(width, height, 4);
            EXPECT(screen_use_mode(&screen, &mode), ==, true);
            place_console();
            log_text("some text\nthat scrolls\n\n\n\t\b\n");
            text_set_row(&status_row, 0, "status");
            EXPECT(console.columns, ==, height >= 16 ? width / 8 : 0);
            EXPECT(status_row.rows, ==, width >= 8 && height >= 32);
            EXPECT(fake_video_padding_is_untouched(), ==, true);
        }
}

TEST(the_console_shows_what_was_said_before)
{
    struct boot_framebuffer mode = fake_mode(640, 480, 0);
    EXPECT(screen_use_mode(&screen, &mode), ==, true);
    log_text("early\n");
    place_console();
    log_text("late\n");
    EXPECT_TEXT(seen(&console, 0), "early");
    EXPECT_TEXT(seen(&console, 1), "late");
    text_set_row(&status_row, 0, "status");
    EXPECT_TEXT(seen(&status_row, 0), "status");
    EXPECT(fake_video_pixel(639, 479), ==, screen_color(&screen, status_row.background));
}

TEST(a_character_may_come_in_pieces)
{
    set_up(10, 3);
    const char *text = "z\u00fcnft\u20ac\U0001f600!";
    for (size_t i = 0; i < strlen(text); i++)
        text_write(&region, text + i, 1);
    EXPECT_ROWS("z\u00fcnft\u20ac\ufffd!");
    say("\xe2\x82"); /* and its end never comes */
    say("\rA");
    EXPECT_ROWS("A\u00fcnft\u20ac\ufffd!\ufffd");
    say("\f\xe2\x82");
    say("B");
    EXPECT_ROWS("\ufffdB");
}

static void show_cursor(bool shown)
{
    text_show_cursor(&region, shown);
    text_show(&region);
}

static void expect_cursor(uint32_t row, uint32_t column, uint32_t character)
{
    for (uint32_t each = 0; each < region.rows; each++)
        for (uint32_t at = 0; at < region.columns; at++)
            EXPECT(shows(&region, each, at, character, screen_color(&screen, region.background),
                         screen_color(&screen, region.text)), ==, each == row && at == column);
}

TEST(the_cursor_is_where_the_next_character_goes_and_nowhere_else)
{
    set_up(10, 3);
    say("ab");
    show_cursor(true);
    expect_cursor(0, 2, ' ');
    say("\b");
    expect_cursor(0, 1, 'b');
    say("\n\n\n\n");
    expect_cursor(2, 0, ' ');
    say("1234567890");
    expect_cursor(2, 9, '0');
    text_set_row(&region, 2, "abc");
    expect_cursor(2, 9, ' ');
    show_cursor(false);
    EXPECT_ROWS("", "", "abc");
    say("\fx");
    EXPECT_ROWS("x");
    show_cursor(true);
    say("\f");
    expect_cursor(0, 0, ' ');
}

static void change_mode(uint32_t width, uint32_t height)
{
    struct boot_framebuffer mode = fake_mode(width, height, 0);
    EXPECT(screen_use_mode(&screen, &mode), ==, true);
    text_place(&region, &screen, (struct rectangle){ 0, 0, (int32_t)width, (int32_t)height }, 0, 0);
}

TEST(text_flows_into_another_size_and_back)
{
    set_up(10, 6);
    say("a line that wraps\n1234567890\n\nend");
    EXPECT_ROWS("a line tha", "t wraps", "1234567890", "", "end");
    change_mode(10 * 8, 6 * 16);
    size_t pages = fake_pages_now;
    change_mode(20 * 8, 6 * 16);
    EXPECT_ROWS("a line that wraps", "1234567890", "", "end");
    say("!");
    change_mode(5 * 8, 8 * 16);
    EXPECT_ROWS("a lin", "e tha", "t wra", "ps", "12345", "67890", "", "end!");
    change_mode(5 * 8, 2 * 16);
    EXPECT_ROWS("", "end!");
    change_mode(10 * 8, 6 * 16);
    EXPECT_ROWS("", "end!");
    say("\b?");
    EXPECT_ROWS("", "end?");
    EXPECT(fake_pages_now, ==, pages);
}

TEST(without_memory_for_cells_a_region_is_silent)
{
    set_up(10, 3);
    say("text");
    fake_pages_most = 0;
    text_place(&region, &screen, (struct rectangle){ 0, 0, 80, 48 }, 0, 0);
    EXPECT(region.columns, ==, 0);
    say("more\n");
    text_set_row(&region, 0, "row");
}

TEST(a_panic_is_red_on_top_and_the_console_stays)
{
    struct boot_framebuffer mode = fake_mode(640, 480, 0);
    EXPECT(screen_use_mode(&screen, &mode), ==, true);
    place_console();
    log_text("0\n1\n2\n3\n4\n5\n6");
    /* Nobody can read its picture. */
    static struct overlay broken = { (const uint32_t *)8, (const uint32_t *)8, 12, 19, 0, 0, true };
    screen_overlay = &broken;
    console.cells = (uint32_t *)16;
    log_panic();
    log_text("Panic: it broke\n");
    log_text("kernel/core/main.c:1\n");
    static uint32_t cells[48 * 160];
    struct text_region panic = {
        .screen = &screen, .columns = 80, .rows = 30, .text = 0xffffff, .background = 0xa3262f, .cells = cells
    };
    EXPECT_TEXT(seen(&panic, 0), " Panic: it broke");
    EXPECT_TEXT(seen(&panic, 1), " kernel/core/main.c:1");
    EXPECT_TEXT(seen(&console, 6), "6");
    for (int i = 0; i < 1000; i++)
        log_text("a line longer than the screen is wide, so that it has to wrap, which takes two rows of eighty\t\b\n");
    EXPECT_TEXT(seen(&panic, 0), " Panic: it broke"); /* the first lines stay */
}

TEST(in_text_mode_characters_and_attributes_are_written)
{
    static uint16_t memory[25 * 80 + 1];
    memory[25 * 80] = 0x1234;
    boot_information.framebuffer = (struct boot_framebuffer){
        .text_mode = true, .address = (uintptr_t)memory, .width = 80, .height = 25, .pitch = 160
    };
    log_text("early\n");
    EXPECT_TEXT(screen_start(), "80x25 characters: no pictures");
    EXPECT(screens == NULL, ==, true);
    for (int i = 0; i < 30; i++)
        log_text("line\n");
    log_text("l\u00e4st\u20ac");
    text_set_row(&status_row, 0, "status");
    text_show_cursor(&console, true);
    text_show(&console);
    EXPECT(memory[23 * 80], ==, 0x0700 | 'l');
    EXPECT(memory[23 * 80 + 1], ==, 0x0700 | 0x84); /* code page 437 */
    EXPECT(memory[23 * 80 + 4], ==, 0x0700 | '?');
    EXPECT(memory[23 * 80 + 5], ==, 0x7000 | ' ');
    EXPECT(memory[23 * 80 + 6], ==, 0x0700 | ' ');
    EXPECT(memory[24 * 80], ==, 0x3000 | 's');
    EXPECT(memory[25 * 80], ==, 0x1234);
    log_panic();
    log_text("Panic");
    EXPECT(memory[0], ==, 0x4f00 | ' ');
    EXPECT(memory[1], ==, 0x4f00 | 'P');
}

static void expect_no_text_mode(struct boot_framebuffer mode)
{
    boot_information.framebuffer = mode;
    EXPECT_TEXT(screen_start(), "no framebuffer: text goes to the serial port alone");
}

TEST(text_modes_that_are_none_are_refused)
{
    static uint16_t memory[25 * 80];
    struct boot_framebuffer good = { .text_mode = true,
                                     .address = (uintptr_t)memory,
                                     .width = 80,
                                     .height = 25,
                                     .pitch = 160 },
                            bad;
    bad = good, bad.width = 0;
    expect_no_text_mode(bad);
    bad = good, bad.pitch = 158;
    expect_no_text_mode(bad);
    bad = good, bad.height = 70000;
    expect_no_text_mode(bad);
    bad = good, bad.address = 0;
    expect_no_text_mode(bad);
}
