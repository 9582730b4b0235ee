/* Chapter 19: quotes keep words together, and whatever a name is, it can be typed. */
// sources: kernel/shell/words.c lib/utf8.c
#include "tests/host/test.h"
#include "kernel/shell/words.h"
#include "lib/utf8.h"

static struct words words;
static char line[8192];

static void split(const char *text)
{
    strcpy(line, text);
    words_split(&words, line, 0);
}

static const char *joined(void)
{
    static char text[8192];
    text[0] = 0;
    for (int i = 0; i < words.count; i++)
        sprintf(text + strlen(text), "[%s]", words.word[i]);
    return text;
}

TEST(blanks_separate_and_quotes_keep_together)
{
    static const char *const cases[][2] = {
        { "", "" },
        { "   ", "" },
        { "a", "[a]" },
        { "  a  bc \t d ", "[a][bc][d]" },
        { "'a b' c", "[a b][c]" },
        { "\"a b\" c", "[a b][c]" },
        { "a\\ b c", "[a b][c]" },
        { "'' \"\"", "[][]" },
        { "a'b'\"c\"\\d", "[abcd]" },
        { "'a\"b' \"a'b\"", "[a\"b][a'b]" },
        { "'a\\b' \"a\\\"b\" \\\\", "[a\\b][a\"b][\\]" },
        { "a\\nb 'a\\nb'", "[a\nb][a\\nb]" },
        { "a\\;b 'c;d'", "[a;b][c;d]" },
        { "a;b", "[a]" },
        { "a\nb", "[a]" },
        { "a b \r", "[a][b]" },
        { "'a\nb' \"c\r\"", "[a\nb][c\r]" },
        { "\u00fc '\u4e2d \u6587'", "[\u00fc][\u4e2d \u6587]" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        split(cases[i][0]);
        EXPECT_TEXT(joined(), cases[i][1]);
        EXPECT(words.open, ==, false);
    }
}

TEST(commands_follow_each_other)
{
    strcpy(line, "a b;c ;\r\n ;d");
    static const char *const commands[] = { "[a][b]", "[c]", "", "", "[d]" };
    size_t at = 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        size_t next = words_split(&words, line, at);
        EXPECT_TEXT(joined(), commands[i]);
        EXPECT(next != 0, ==, i + 1 < sizeof commands / sizeof commands[0]);
        at = next;
    }
}

TEST(the_end_of_a_line_is_no_part_of_a_word)
{
    static const char *const ends[] = { "\n", "\r", "\r\n", " \r\n", "\n\n ", " \t" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        sprintf(line, "a 'b '%s", ends[i]);
        size_t next = words_split(&words, line, 0);
        EXPECT_TEXT(joined(), "[a][b ]");
        while (next) {
            next = words_split(&words, line, next);
            EXPECT(words.count, ==, 0);
        }
    }
}

TEST(what_is_open_is_noticed)
{
    static const char *const open[] = { "'a", "a \"", "a\\", "\"a\\", "'a\\'b'" };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        split(open[i]);
        EXPECT(words.open, ==, true);
    }
}

TEST(where_words_begin_and_whether_one_is_being_typed)
{
    split("ab 'c d' e");
    EXPECT(words.start[0], ==, 0);
    EXPECT(words.start[1], ==, 3);
    EXPECT(words.start[2], ==, 9);
    EXPECT(words.touched, ==, true);
    split("ab ");
    EXPECT(words.touched, ==, false);
    split("ab 'c ");
    EXPECT(words.touched, ==, true);
    strcpy(line, "ab; cd");
    EXPECT(words_split(&words, line, 0), ==, 3);
    EXPECT(words.touched, ==, false);
    EXPECT(words_split(&words, line, 3), ==, 0);
    EXPECT(words.start[0], ==, 4);
}

TEST(as_many_words_as_fit_and_no_more)
{
    char text[4 * WORDS_MOST] = "";
    for (int i = 0; i < WORDS_MOST; i++)
        strcat(text, "w ");
    split(text);
    EXPECT(words.count, ==, WORDS_MOST);
    EXPECT(words.too_many, ==, false);
    split(strcat(text, "w"));
    EXPECT(words.count, ==, WORDS_MOST);
    EXPECT(words.too_many, ==, true);
}

TEST(a_name_that_is_quoted_is_one_word_and_the_same)
{
    for (int round = 0; round < 20000; round++) {
        char name[256] = "", quoted[600];
        size_t length = 1 + test_random() % 254;
        for (size_t i = 0; i < length; i++)
            name[i] = test_random() % 3 ? " \t\n'\"\\;n"[test_random() % 8] : (char)(' ' + test_random() % 95);
        EXPECT(words_quote(quoted, sizeof quoted, name), ==, true);
        split(quoted);
        EXPECT(words.count, ==, 1);
        EXPECT(words.open, ==, false);
        EXPECT_TEXT(words.word[0], name);
    }
}

TEST(quoting_keeps_to_its_room)
{
    char *small = malloc(8);
    EXPECT(words_quote(small, 8, "1234567"), ==, true);
    EXPECT_TEXT(small, "1234567");
    EXPECT(words_quote(small, 8, "12345678"), ==, false);
    EXPECT(words_quote(small, 8, "    "), ==, false);
    EXPECT(words_quote(small, 8, "\x1b"), ==, false);
    free(small);
}

/* Any bytes: words lie in the line, end in 0, and do not overlap. */
TEST(noise_is_split_without_harm)
{
    for (int round = 0; round < 20000; round++) {
        size_t length = test_random() % 300;
        char *text = malloc(length + 1);
        for (size_t i = 0; i < length; i++)
            text[i] = test_random() % 2 ? " '\"\\;ab"[test_random() % 7] : (char)(1 + test_random() % 255);
        text[length] = 0;
        for (size_t at = 0, next = 1; next; at = next) {
            next = words_split(&words, text, at);
            const char *free_from = text + at;
            for (int i = 0; i < words.count; i++) {
                EXPECT(words.word[i] >= free_from, ==, true);
                free_from = words.word[i] + strlen(words.word[i]) + 1;
                EXPECT(free_from <= text + length + 1, ==, true);
            }
            EXPECT(next == 0 || next > at, ==, true);
        }
        free(text);
    }
}
