/* Chapter 19: prompt, line, answer, and round again. */
// sources: kernel/shell/prompt.c kernel/commands/builtins.c kernel/shell/shell.c kernel/shell/words.c
// sources: kernel/files/files.c kernel/files/memory_files.c kernel/commands/file_commands.c
// sources: kernel/commands/file_contents.c kernel/terminal/keyboard.c kernel/terminal/keyboard_layouts.c
// sources: kernel/terminal/line.c kernel/commands/leave.c kernel/shell/complete.c lib/format.c lib/utf8.c lib/date.c
// sources: tests/host/fake/arena.c kernel/files/sorted.c kernel/files/file_identity.c
#include "tests/host/test.h"
#include "kernel/core/main.h"
#include "kernel/memory/boot_information.h"
#include "kernel/shell/prompt.h"
#include "kernel/terminal/keyboard.h"
#include "kernel/terminal/terminal.h"
#include "kernel/time/task.h"
#include <setjmp.h>

struct boot_information boot_information;
bool boot_is_over;
volatile bool terminal_interrupted, terminal_disturbed;

/* The task runs until it waits for something that does not come. */
static void (*run)(void *);
static jmp_buf nothing_comes;

void task_create(struct task *task, const char *name, void (*function)(void *), void *argument)
{
    (void)task, (void)name, (void)argument;
    run = function;
}

bool wait_until(bool (*condition)(void *), void *argument, uint64_t microseconds)
{
    EXPECT(microseconds, ==, WAIT_FOREVER);
    if (!condition(argument))
        longjmp(nothing_comes, 1);
    return true;
}

/* A terminal that keeps all that it was sent. Where PAUSE is typed, the log says something. */
enum { PAUSE = '@' };
static const char *coming = "";
static char shown[100000];
static bool cursor;

bool terminal_start(void) { return true; }
bool terminal_has_typed(void) { return *coming; }
size_t terminal_columns(void) { return 80; }
void terminal_show_cursor(bool is_shown) { cursor = is_shown; }

bool terminal_take(char *byte)
{
    bool pauses = *coming == PAUSE;
    if (pauses) {
        coming++;
        terminal_disturbed = true;
    }
    if (pauses || !*coming)
        return false;
    *byte = *coming++;
    terminal_interrupted |= *byte == 3;
    return true;
}

bool terminal_end_interruption(void)
{
    bool was = terminal_interrupted;
    terminal_interrupted = false;
    return was;
}

void terminal_write(const char *text, size_t length)
{
    size_t used = strlen(shown);
    EXPECT(used + length, <, sizeof shown);
    memcpy(shown + used, text, length);
    shown[used + length] = 0;
}

/* Goes round until all that is typed is answered; returns what was shown. */
static const char *type(const char *text)
{
    coming = text;
    shown[0] = 0;
    boot_is_over = true;
    if (!setjmp(nothing_comes))
        run(NULL);
    EXPECT(*coming, ==, 0);
    EXPECT(cursor, ==, true);
    return shown;
}

TEST(prompt_line_answer_and_round_again)
{
    EXPECT_TEXT(prompt_start(), "keyboard us, serial line, files in /memory");
    EXPECT_TEXT(type("echo hi\r"), "/memory> echo hi\nhi\n/memory> ");
    EXPECT_TEXT(type("\r"), "/memory> \n/memory> ");
    EXPECT_TEXT(type("nonsense\r"), "/memory> nonsense\nnonsense: no such command; help lists them\n[127] /memory> ");
    EXPECT_TEXT(type("abc\x03"), "[127] /memory> abc\n[127] /memory> ");
    EXPECT_TEXT(type("status\r"), "[127] /memory> status\n127\n/memory> ");
    EXPECT_TEXT(type("\x04"), "/memory> \n/memory> ");
}

TEST(no_prompt_before_the_boot_is_over)
{
    prompt_start();
    if (!setjmp(nothing_comes))
        run(NULL);
    EXPECT_TEXT(shown, "");
}

TEST(what_a_command_reads_is_typed_in_lines)
{
    prompt_start();
    EXPECT(strstr(type("cat\rone\rtwo\r\x04"), "one\none\ntwo\ntwo\n\n/memory> ") != NULL, ==, true);
    EXPECT(strstr(type("cat\rone\r\x03"), "[130] /memory> ") != NULL, ==, true);
    static char line[6000] = "write a\r";
    for (size_t i = strlen(line); i < 4000; i++)
        line[i] = 'x';
    strcat(line, "\r\x04sum a\r");
    char sum[64];
    snprintf(sum, sizeof sum, " %d /memory/a\n", 4000 - 8 + 1); /* long lines come in pieces, and whole */
    EXPECT(strstr(type(line), sum) != NULL, ==, true);
    /* Nothing is completed there, and nothing of the command is lost by trying. */
    type("write typed\rte\txt\r\x04");
    EXPECT(strstr(type("cat typed\r"), "text\n") != NULL, ==, true);
}

TEST(the_log_in_the_middle_of_a_line_is_followed_by_the_line)
{
    prompt_start();
    EXPECT_TEXT(type("ec@ho\r"), "/memory> ec/memory> echo\n\n/memory> ");
    EXPECT(terminal_disturbed, ==, false);
}

TEST(long_and_strange_folders_fit_the_prompt)
{
    prompt_start();
    type("mkdir aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00fc\u00fc\u00fc\u00fc\u00fc line\\nbreak\r");
    const char *said = type("cd a\t\r");
    EXPECT(strstr(said, "\n...aaaaaaaaaaaaaaaaaa\u00fc\u00fc\u00fc\u00fc\u00fc> ") != NULL, ==, true);
    EXPECT(strstr(type("cd ../line\\nbreak\r"), "\n/memory/line?break> ") != NULL, ==, true);
}

static void expect_layout(const char *line, const char *name)
{
    strcpy(boot_information.command_line, line);
    prompt_start();
    EXPECT_TEXT(keyboard_layout->name, name);
}

TEST(the_layout_is_a_word_of_the_command_line) { expect_layout("quiet keyboard=fr more", "fr"); }
TEST(the_first_word_is_one_too) { expect_layout("keyboard=de", "de"); }
TEST(the_last_layout_counts) { expect_layout("keyboard=de keyboard=fr", "fr"); }
TEST(part_of_a_word_is_no_layout) { expect_layout("xkeyboard=fr keyboard", "us"); }

TEST(a_layout_that_nobody_knows_is_said)
{
    expect_layout("keyboard=german", "us");
    EXPECT_LOGGED("Keyboard: no layout german; it stays us");
}
