/* Chapter 19: whatever is typed, the terminal shows the line that the kernel has. */
// sources: kernel/terminal/line.c lib/utf8.c
#include "tests/host/test.h"
#include "kernel/terminal/line.h"
#include "kernel/terminal/terminal.h"
#include "lib/utf8.h"

/* A terminal that knows rows, \n, \b and \f, and insists that nobody writes into its last column. */
static uint32_t row[80];
static size_t columns = 80, column, rows, written, clears;

size_t terminal_columns(void) { return columns; }

static void show_character(uint32_t character)
{
    if (character == '\n') {
        rows++;
        column = 0;
        memset(row, 0, sizeof row);
    } else if (character == '\f') {
        clears++;
        column = 0;
        memset(row, 0, sizeof row);
    } else if (character == '\b') {
        EXPECT(column, >, 0);
        column--;
    } else {
        EXPECT(character >= ' ' && character != 0x7f, ==, true);
        EXPECT(column, <, columns - 1);
        row[column++] = character;
    }
}

void terminal_write(const char *text, size_t length)
{
    written += length;
    while (length) {
        uint32_t character;
        size_t bytes = utf8_read(text, length, &character);
        EXPECT(bytes > 0 && character != UTF8_MISTAKE, ==, true); /* whole characters alone */
        show_character(character);
        text += bytes;
        length -= bytes;
    }
}

static const char *shown(void)
{
    static char text[80 * UTF8_BYTES + 1];
    size_t end = 0, last = columns;
    while (last && (row[last - 1] == 0 || row[last - 1] == ' '))
        last--;
    for (size_t i = 0; i < last; i++)
        end += utf8_write(text + end, row[i] ? row[i] : ' ');
    text[end] = 0;
    return text;
}

static enum line_event type(const char *text)
{
    enum line_event event = LINE_GOES_ON;
    while (*text && event == LINE_GOES_ON)
        event = line_type(*text++);
    return event;
}

/* The line with `|` where the cursor is. */
static const char *line(void)
{
    static char text[2 * LINE_BYTES + 8];
    snprintf(text, sizeof text, "%.*s|%s", (int)line_at, line_text, line_text + line_at);
    return text;
}

#define LEFT "\x1b[D"
#define RIGHT "\x1b[C"
#define WORD_LEFT "\x1b[1;5D"
#define WORD_RIGHT "\x1b[1;5C"
#define UP "\x1b[A"
#define DOWN "\x1b[B"

TEST(keys_do_what_they_do_in_every_shell)
{
    static const char *const cases[][2] = {
        { "abc", "abc|" },
        { "abc" LEFT "x", "abx|c" },
        { "abc" LEFT LEFT LEFT LEFT "x", "x|abc" },
        { "abc" LEFT RIGHT RIGHT "x", "abcx|" },
        { "abc\x7f", "ab|" },
        { "abc\b", "ab|" },
        { "abc" LEFT LEFT "\x7f", "|bc" },
        { "abc" LEFT LEFT "\x7f\x7f\x7f", "|bc" },
        { "abc" LEFT LEFT "\x1b[3~", "a|c" },
        { "abc" LEFT LEFT "\x04", "a|c" },
        { "abc\x1b[3~", "abc|" },
        { "abc\x1b[Hx", "x|abc" },
        { "abc\x1bOHx\x1bOFy", "xabcy|" },
        { "abc\x1b[1~x\x1b[4~y", "xabcy|" },
        { "abc\x1b[7~x\x1b[8~y", "xabcy|" },
        { "abc\x01x\x05y", "xabcy|" },
        { "abc\x02\x02x\x06y", "axb" "y|c" },
        { "one two  three" WORD_LEFT, "one two  |three" },
        { "one two  three" WORD_LEFT WORD_LEFT, "one |two  three" },
        { "one two  three\x01" WORD_RIGHT, "one| two  three" },
        { "one two  three\x01" WORD_RIGHT WORD_RIGHT WORD_RIGHT, "one two  three|" },
        { "one two  \x17", "one |" },
        { "one two" LEFT "\x17", "one |o" },
        { "one two" LEFT LEFT "\x0b", "one t|" },
        { "one two" LEFT LEFT "\x15", "|wo" },
        { "a\x1b" "b", "ab|" },                  /* Escape alone is nothing */
        { "a\x1b[99;99;99;99Zb", "ab|" },        /* sequences that mean nothing here */
        { "a\x1b[12345678901234567890~b", "ab|" },
        { "a\x1b[\x01" "b", "b|a" },             /* a sequence that breaks off */
        { "a\x07\x0e\x1d\x1f" "b", "ab|" },
        { "\u00e4\u20ac\U0001f600" LEFT LEFT "x", "\u00e4x|\u20ac\U0001f600" },
        { "\u00e4\u20ac\U0001f600\x7f\x7f", "\u00e4|" },
        { "\u00e4\u20ac" LEFT LEFT "\x1b[3~", "|\u20ac" },
        { "a\xc3" "b\xa4\xff\xc3\xa4", "ab\u00e4|" }, /* what is no UTF-8 is left out */
        { "a\xc2\x85\xc2\x9b" "b", "ab|" },          /* control characters of another kind */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(row, 0, sizeof row);
        column = 0;
        line_begin("> ");
        EXPECT(type(cases[i][0]), ==, LINE_GOES_ON);
        EXPECT_TEXT(line(), cases[i][1]);
        char should_show[LINE_BYTES + 8];
        snprintf(should_show, sizeof should_show, "> %s", line_text);
        for (size_t end = strlen(should_show); should_show[end - 1] == ' '; end--)
            should_show[end - 1] = 0;
        EXPECT_TEXT(shown(), should_show);
    }
}

TEST(how_lines_end)
{
    line_begin("");
    EXPECT(type("abc" LEFT "\r"), ==, LINE_DONE);
    EXPECT_TEXT(line_text, "abc");
    EXPECT(rows, ==, 1);
    line_begin("");
    EXPECT(type("\n"), ==, LINE_GOES_ON); /* the second half of the Return before */
    EXPECT(type("x\n"), ==, LINE_DONE);
    line_begin("");
    EXPECT(type("\n"), ==, LINE_DONE); /* a Return of its own */
    line_begin("");
    EXPECT(type("abc\x03"), ==, LINE_CANCELLED);
    line_begin("");
    EXPECT(type("\x04"), ==, LINE_ENDS);
    line_begin("");
    EXPECT(type("a\x04"), ==, LINE_GOES_ON);
    EXPECT(type("\t"), ==, LINE_COMPLETE);
}

TEST(one_character_typed_is_one_character_sent)
{
    line_begin("> ");
    type("some words");
    written = 0;
    type("x");
    EXPECT(written, ==, 1);
    type("\x7f");
    EXPECT(written, ==, 1 + 3); /* back, blank, back */
}

TEST(a_long_line_is_seen_through_a_window)
{
    line_begin("/memory> ");
    for (int i = 0; i < LINE_BYTES + 100; i++)
        line_type((char)('a' + i % 26));
    EXPECT(strlen(line_text), ==, LINE_BYTES - 1);
    EXPECT(strncmp(shown(), "/memory> ", 9), ==, 0);
    type("\x01");
    EXPECT(strncmp(shown(), "/memory> abcdefghijklmnopqrstuvwxyz", 30), ==, 0);
    EXPECT(column, ==, 9);
    EXPECT(type("\r"), ==, LINE_DONE);
    EXPECT(rows, ==, 1);
}

TEST(lines_of_before_come_back_and_the_new_one_waits)
{
    line_remember("one");
    line_remember("two");
    line_remember("two");
    line_remember("");
    line_remember("three");
    line_begin("");
    type("new" LEFT UP);
    EXPECT_TEXT(line(), "three|");
    type(UP);
    EXPECT_TEXT(line(), "two|");
    type(UP UP UP);
    EXPECT_TEXT(line(), "one|");
    type(DOWN DOWN);
    EXPECT_TEXT(line(), "three|");
    type(DOWN);
    EXPECT_TEXT(line(), "new|");
    type(DOWN);
    EXPECT_TEXT(line(), "new|");
    type("\x10!" UP);
    EXPECT_TEXT(line(), "two|");
    EXPECT(line_remembered(3) == NULL, ==, true);
}

TEST(the_history_forgets_the_oldest)
{
    char text[LINE_BYTES];
    for (int i = 0; i < 10000; i++) {
        memset(text, 'x', sizeof text);
        text[test_random() % 200] = 0;
        snprintf(text + strlen(text), 16, "%d", i);
        line_remember(text);
        EXPECT_TEXT(line_remembered(0), text);
    }
    memset(text, 'y', sizeof text);
    text[LINE_BYTES - 1] = 0;
    for (int i = 0; i < 10; i++) {
        text[0] = (char)('a' + i);
        line_remember(text);
    }
    size_t count = 0;
    while (line_remembered(count))
        count++;
    EXPECT(count, ==, 63);
    for (size_t i = 0; i < 10; i++)
        EXPECT(line_remembered(i)[0], ==, 'j' - (int)i);
}

TEST(a_word_can_be_replaced_and_room_is_kept)
{
    line_begin("");
    type("cat my fi here\x1b[1;5D" LEFT);
    EXPECT_TEXT(line(), "cat my fi| here");
    line_replace(4, "my\\ file ");
    EXPECT_TEXT(line(), "cat my\\ file | here");
    EXPECT_TEXT(shown(), "cat my\\ file  here");
    type("\r");
    line_begin("");
    for (int i = 0; i < LINE_BYTES; i++)
        line_type('x');
    line_replace(line_at, "y");
    EXPECT(strlen(line_text), ==, LINE_BYTES - 1);
    line_replace(line_at - 1, "y");
    EXPECT(line_text[LINE_BYTES - 2], ==, 'y');
}

TEST(control_l_begins_a_new_sheet)
{
    line_begin("> ");
    type("abc\x0c");
    EXPECT(clears, ==, 1);
    EXPECT_TEXT(shown(), "> abc");
}

TEST(narrow_terminals_are_not_written_beyond)
{
    for (columns = 1; columns < 30; columns++) {
        if (columns == 1)
            continue; /* no room for anything */
        memset(row, 0, sizeof row);
        column = 0;
        line_begin("a long prompt> ");
        type("abcdefghijklmnopqrstuvwxyz" LEFT LEFT LEFT "\x01\x05\r");
    }
}

/* Hostile bytes: the line stays whole, and the terminal shows it. */
TEST(noise_leaves_a_line_that_is_shown_as_it_is)
{
    static const char *const keys[] = { LEFT, RIGHT, WORD_LEFT, WORD_RIGHT, UP, DOWN, "\x1b[3~", "\x0b", "\x15", "\x17",
                                        "\x0c", "\u00e4", "\U0001f600", "word ", "\x1b", "\x1b[", "\t" };
    for (int round = 0; round < 300; round++) {
        columns = 2 + test_random() % 79;
        memset(row, 0, sizeof row);
        column = 0;
        line_begin("pr\u00f6mpt> ");
        for (int i = 0; i < 200; i++) {
            enum line_event event;
            if (test_random() % 2)
                event = type(keys[test_random() % (sizeof keys / sizeof keys[0])]);
            else
                event = line_type((char)test_random());
            size_t length = strlen(line_text);
            EXPECT(length < LINE_BYTES && line_at <= length, ==, true);
            EXPECT(utf8_is_valid(line_text), ==, true);
            if (event == LINE_DONE || event == LINE_CANCELLED || event == LINE_ENDS) {
                line_remember(line_text);
                line_begin("pr\u00f6mpt> ");
            }
        }
        char before[512];
        strcpy(before, shown());
        size_t at = column;
        terminal_write("\n", 1);
        line_show(); /* from nothing it looks the same */
        EXPECT_TEXT(shown(), before);
        EXPECT(column, ==, at);
    }
}
