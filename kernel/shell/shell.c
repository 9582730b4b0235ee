/* Chapter 19: who answers what is typed?
 *
 * The command whose name the first word is. Commands register themselves, so chapters add
 * theirs without a change here. */
#include "kernel/shell/shell.h"
#include "kernel/memory/pages.h"
#include "kernel/time/task.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/string.h"

struct command *commands;

void commands_add(struct command *table, size_t count)
{
    for (struct command *command = table; command < table + count; command++) {
        struct command **at = &commands;
        while (*at && string_compare((*at)->name, command->name) < 0)
            at = &(*at)->next;
        command->next = *at;
        *at = command;
    }
}

struct command *command_find(const char *name)
{
    struct command *command = commands;
    while (command && !string_is(command->name, name))
        command = command->next;
    return command;
}

/* What commands say. */

static void say(struct stream *stream, const char *text) { stream->write(stream, text, string_length(text)); }

void call_print(struct call *call, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    say(call->output, format_list(call->text, sizeof call->text, pattern, arguments));
    va_end(arguments);
}

void call_complain(struct call *call, const char *pattern, ...)
{
    say(call->error, call->arguments[0]);
    say(call->error, ": ");
    va_list arguments;
    va_start(arguments, pattern);
    say(call->error, string_tame(format_list(call->text, sizeof call->text, pattern, arguments), false));
    va_end(arguments);
    say(call->error, "\n");
}

int call_fail(struct call *call, const char *path, int status)
{
    char words[80];
    if (*call->cancelled && status == FILE_CANCELLED)
        return COMMAND_CANCELLED;
    call_complain(call, "%s: %s", path, file_words(words, sizeof words, path, status));
    return COMMAND_FAILED;
}

bool call_path(struct call *call, char *path, const char *typed)
{
    struct file_attributes attributes;
    int status = path_make(path, call->folder, typed);
    if (status < 0) {
        call_complain(call, "%.64s: %s", typed, file_words(path, PATH_BYTES, "/", status));
        return false;
    }
    bool is_file = path_wants_folder(typed) && file_look(path, &attributes) >= 0 && !file_is_folder(path);
    if (is_file)
        call_fail(call, path, FILE_NOT_A_FOLDER);
    return !is_file;
}

bool call_cancelled(struct call *call)
{
    wait_for(0);
    return *call->cancelled;
}

/* Running. */

/* Runs a command about argument `number`, or without it. */
static int run_about(struct call *call, const struct command *command, int number)
{
    const char *first = number < call->count ? call->arguments[number] : "";
    if (command->paths != PATHS_NONE && !call_path(call, call->path, first))
        return COMMAND_FAILED;
    if (command->paths == PATHS_TWO && !call_path(call, call->other, call->arguments[2]))
        return COMMAND_FAILED;
    int status = command->run(call);
    return status < 0 ? call_fail(call, call->path, status) : status;
}

static int run_command(struct call *call, const struct command *command)
{
    int status = run_about(call, command, 1);
    for (int number = 2; command->paths == PATHS_EACH && number < call->count && !call_cancelled(call); number++) {
        int next = run_about(call, command, number);
        status = next ? next : status;
    }
    return status;
}

static int run_words(struct call *call)
{
    call->count = call->words.count;
    call->arguments = call->words.word;
    struct command *command = command_find(call->arguments[0]);
    if (!command) {
        call_complain(call, "no such command; help lists them");
        return COMMAND_UNKNOWN;
    }
    if (call->count - 1 < command->least || call->count - 1 > command->most) {
        call_complain(call, "usage: %s %s", command->name, command->usage);
        return COMMAND_MISUSED;
    }
    struct task *task = task_current();
    const volatile bool *before = task->cancelled;
    task->cancelled = call->cancelled;
    int status = run_command(call, command);
    task->cancelled = before;
    return status;
}

static int misuse(struct call *call, const char *complaint)
{
    say(call->error, complaint);
    return COMMAND_MISUSED;
}

int shell_run_call(struct call *call, const char *line)
{
    size_t length = string_length(line);
    int status = 0;
    if (length >= LINE_BYTES)
        return misuse(call, "the line is too long\n");
    memcpy(call->line, line, length + 1);
    for (size_t at = 0, next = 1; next && !*call->cancelled; at = next) {
        next = words_split(&call->words, call->line, at);
        if (call->words.open)
            return misuse(call, "a quote is not closed\n");
        if (call->words.too_many)
            return misuse(call, "too many words\n");
        if (call->words.count)
            status = run_words(call);
    }
    return *call->cancelled ? COMMAND_CANCELLED : status;
}

int shell_run(const char *line, struct stream *output, const volatile bool *cancelled)
{
    size_t pages = pages_for(sizeof(struct call));
    struct call *call = pages_allocate(pages, ZONE_ANY);
    if (!call) {
        say(output, "no memory\n");
        return COMMAND_FAILED;
    }
    call->input = NULL;
    call->output = call->error = output;
    call->cancelled = cancelled;
    call->last = 0;
    memcpy(call->folder, "/", sizeof "/");
    int status = shell_run_call(call, line);
    pages_free(call, pages);
    return status;
}
