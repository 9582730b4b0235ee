/* What the tests of commands share: two file systems in memory, a stream that keeps what is said, and a terminal. */
// sources: kernel/shell/shell.c kernel/shell/words.c kernel/files/files.c kernel/files/memory_files.c
// sources: kernel/commands/file_commands.c kernel/commands/file_contents.c kernel/commands/builtins.c
// sources: kernel/terminal/keyboard.c kernel/terminal/keyboard_layouts.c kernel/terminal/line.c kernel/commands/leave.c
// sources: kernel/shell/complete.c lib/format.c lib/utf8.c lib/date.c tests/host/fake/arena.c kernel/files/sorted.c
// sources: kernel/files/file_identity.c
#pragma once
#include "kernel/shell/complete.h"
#include "kernel/commands/builtins.h"
#include "kernel/commands/file_commands.h"
#include "kernel/commands/leave.h"
#include "kernel/files/memory_files.h"
#include "kernel/terminal/terminal.h"
#include "tests/host/fake/arena.h"
#include "tests/host/test.h"

static char said[1 << 20], shown[1 << 16];
static struct memory_files first, second;

static void write_said(struct stream *stream, const char *text, size_t length)
{
    (void)stream;
    size_t used = strlen(said);
    EXPECT(used + length, <, sizeof said);
    memcpy(said + used, text, length);
    said[used + length] = 0;
}

static struct stream output = { NULL, write_said };

void terminal_write(const char *text, size_t length)
{
    size_t used = strlen(shown);
    EXPECT(used + length, <, sizeof shown);
    memcpy(shown + used, text, length);
    shown[used + length] = 0;
}

size_t terminal_columns(void) { return 80; }

static inline void set_up(void)
{
    arena_time = 1700000000ull * 1000000; /* 2023-11-14 22:13:20 */
    EXPECT(memory_files_make(&first, "m", 4096), ==, FILE_OK);
    EXPECT(memory_files_make(&second, "n", 4096), ==, FILE_OK);
    file_mount(&first.system);
    file_mount(&second.system);
    file_commands_add();
    builtins_add();
}

static const volatile bool nobody_cancels;

/* Runs a line in /; compares what it says, and how it ends. */
static inline void expect(const char *line, int status, const char *should_say)
{
    said[0] = 0;
    size_t before = pages_allocated() - first.pages_used - second.pages_used;
    int ended = shell_run(line, &output, &nobody_cancels);
    if (strcmp(said, should_say) != 0)
        fprintf(stderr, "of: %s\n", line);
    EXPECT_TEXT(said, should_say);
    EXPECT(ended, ==, status);
    EXPECT(pages_allocated() - first.pages_used - second.pages_used, ==, before);
}

/* A call that reads lines from somebody, and can be cancelled. */
static struct call call;
static volatile bool cancelled;

static size_t read_lines(struct stream *stream, char *text, size_t size)
{
    static int lines;
    (void)stream;
    EXPECT(size, >=, 8);
    memcpy(text, "a line\n", 7);
    return lines++ % 3 == 2 ? 0 : 7;
}

static inline void prepare_call(void)
{
    static struct stream both = { read_lines, write_said };
    call.input = call.output = call.error = &both;
    call.cancelled = &cancelled;
    strcpy(call.folder, "/");
    said[0] = 0;
}

/* A command of a later chapter. */
static int run_moon(struct call *moon)
{
    call_print(moon, "%d %s\n", moon->count, moon->arguments[1]);
    return 7;
}

static void complete_moon(struct completion *completion, int argument)
{
    completion_offer(completion, argument == 1 ? "full" : "half", ' ');
}

static struct command moon = { "moon", "PHASE", "shines", 1, 1, PATHS_NONE, run_moon, complete_moon, NULL };
