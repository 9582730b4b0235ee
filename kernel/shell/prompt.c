/* Chapter 19: how does a person speak with the kernel?
 *
 * By a prompt, a line, an answer, on the screen and the serial line at once. One
 * task reads and runs; whatever a command waits for, the rest of the kernel goes on. */
#include "kernel/shell/prompt.h"
#include "kernel/commands/builtins.h"
#include "kernel/commands/file_commands.h"
#include "kernel/core/main.h"
#include "kernel/core/print.h"
#include "kernel/files/memory_files.h"
#include "kernel/memory/boot_information.h"
#include "kernel/memory/pages.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/shell.h"
#include "kernel/terminal/keyboard.h"
#include "kernel/terminal/terminal.h"
#include "kernel/time/task.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/string.h"

enum {
    PROMPT_BYTES = 48,
    FOLDER_SHOWN = 28, /* bytes of a folder's name in the prompt */
    MEMORY_SHARE = 4,  /* files in memory may take one page in so many */
};

static struct call call; /* of the person at the keyboard */

/* Reading a line. */

static bool has_news(void *unused)
{
    (void)unused;
    return terminal_has_typed() || terminal_disturbed;
}

/* The line is in line_text afterwards. While a command reads, there is nothing to complete. */
static enum line_event read_line(const char *prompt, bool completes)
{
    enum line_event event = LINE_GOES_ON;
    terminal_disturbed = false;
    terminal_show_cursor(true);
    line_begin(prompt);
    while (event == LINE_GOES_ON) {
        char byte;
        wait_until(has_news, NULL, WAIT_FOREVER);
        if (terminal_disturbed) {
            terminal_disturbed = false;
            line_show();
        }
        while (event == LINE_GOES_ON && terminal_take(&byte)) {
            event = line_type(byte);
            if (event == LINE_COMPLETE) {
                event = LINE_GOES_ON;
                if (completes)
                    complete_word(&call);
            }
        }
    }
    terminal_show_cursor(false);
    return event;
}

/* The terminal, as a command sees it. */

static void write_stream(struct stream *stream, const char *text, size_t length)
{
    (void)stream;
    terminal_write(text, length);
}

/* A line at a time, with its end; a long one in pieces. */
static const char *rest; /* of the line; NULL: there is none */

static size_t read_stream(struct stream *stream, char *text, size_t size)
{
    (void)stream;
    size_t count = 0;
    if (!rest && read_line("", false) == LINE_DONE)
        rest = line_text;
    while (rest && count < size) {
        text[count++] = *rest ? *rest : '\n';
        rest = *rest ? rest + 1 : NULL;
    }
    return count;
}

/* Running it. */

/* The last part of where one is, and how the last command ended if it failed. */
static const char *make_prompt(void)
{
    static char prompt[PROMPT_BYTES];
    const char *folder = call.folder;
    size_t length = string_length(folder);
    size_t skip = length > FOLDER_SHOWN ? length - FOLDER_SHOWN : 0;
    while (skip && ((uint8_t)folder[skip] & 0xc0) == 0x80)
        skip++;
    prompt[0] = 0;
    if (call.last)
        format(prompt, sizeof prompt, "[%d] ", call.last);
    format_append(prompt, sizeof prompt, "%s%s> ", skip ? "..." : "", folder + skip);
    return string_tame(prompt, false);
}

static bool is_booted(void *unused)
{
    (void)unused;
    return boot_is_over;
}

static void run_prompt(void *unused)
{
    (void)unused;
    task_current()->cancelled = call.cancelled; /* Tab may have to wait for a host, too */
    wait_until(is_booted, NULL, WAIT_FOREVER);
    for (;;) {
        enum line_event event = read_line(make_prompt(), true);
        if (event == LINE_CANCELLED)
            terminal_interrupted = false;
        if (event != LINE_DONE)
            continue;
        line_remember(line_text);
        if (!*line_text)
            continue;
        rest = NULL; /* a command before may have left some */
        call.last = shell_run_call(&call, line_text);
        if (terminal_end_interruption())
            terminal_write("^C\n", 3);
    }
}

/* `keyboard=NAME` among the words of the command line. */
static void choose_layout(const char *line)
{
    static const char option[] = "keyboard=";
    for (; *line; line++) {
        size_t same = 0;
        while (option[same] && line[same] == option[same])
            same++;
        if (option[same] || (line != boot_information.command_line && line[-1] != ' '))
            continue;
        const struct keyboard_layout *layout = keyboard_find(line + same);
        if (layout)
            keyboard_layout = layout;
        else
            print("    Keyboard: no layout %.8s; it stays %s\n", line + same, keyboard_layout->name);
    }
}

const char *prompt_start(void)
{
    static struct task task;
    static struct memory_files files;
    static struct stream terminal = { read_stream, write_stream };
    static char found[64];
    call.input = call.output = call.error = &terminal;
    call.cancelled = &terminal_interrupted;
    memcpy(call.folder, "/", sizeof "/");
    if (memory_files_make(&files, "memory", pages_total() / MEMORY_SHARE) >= 0 && file_mount(&files.system) >= 0)
        memcpy(call.folder, "/memory", sizeof "/memory");
    file_commands_add();
    builtins_add();
    choose_layout(boot_information.command_line);
    bool has_serial = terminal_start();
    task_create(&task, "prompt", run_prompt, NULL);
    return format(found, sizeof found, "keyboard %s, %s, files in /memory", keyboard_layout->name,
                  has_serial ? "serial line" : "no serial line");
}
