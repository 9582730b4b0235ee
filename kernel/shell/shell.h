/* Chapter 19: who answers what is typed?
 *
 * A command: a name, and a function that is given one struct call. It reads and writes
 * through it and knows no terminal, so that a test, or the host, can run it as well. */
#pragma once
#include "kernel/files/files.h"
#include "kernel/shell/words.h"
#include "kernel/terminal/line.h"

/* Where text comes from and goes to. */
struct stream {
    /* Waits for text and returns its bytes, up to `size`; 0: there will be no more. NULL: nothing to read. */
    size_t (*read)(struct stream *stream, char *text, size_t size);
    void (*write)(struct stream *stream, const char *text, size_t length);
};

/* How a command ends: 0, or one of these, or another number up to 255. */
enum command_status {
    COMMAND_FAILED = 1,
    COMMAND_MISUSED = 2,     /* as sh has it, like the two below */
    COMMAND_UNKNOWN = 127,
    COMMAND_CANCELLED = 130,
};

/* One command, while it runs. Large: whole pages, or static. */
struct call {
    int count; /* of arguments; the first is the command's name */
    char **arguments;
    struct stream *input, *output, *error; /* input may be NULL: nothing to read */
    const volatile bool *cancelled;        /* it should end soon; ask with call_cancelled */
    int last;                              /* status of the line before */
    char folder[PATH_BYTES];               /* where relative paths begin; clean and absolute */
    char path[PATH_BYTES], other[PATH_BYTES]; /* of its arguments; see command.paths */
    char third[PATH_BYTES];                   /* room for the command */
    /* The shell's own: */
    struct words words;
    char line[LINE_BYTES], text[2 * PATH_BYTES];
};

struct completion;

enum { COMMAND_ANY = WORDS_MOST };

/* Of which arguments the shell makes paths before it runs a command. */
enum command_paths {
    PATHS_NONE,
    PATHS_ONE,  /* of the first: call->path; where there is none, it is the folder where one is */
    PATHS_TWO,  /* of the second as well: call->other */
    PATHS_EACH, /* of each, one after another: it runs as often, and where one fails, the others do not */
};

/* The caller's, for ever. */
struct command {
    const char *name, *usage, *help; /* "cp", "FROM TO", "copies a file" */
    int least, most;                 /* arguments, without the name; else it is not run, and the usage is shown */
    enum command_paths paths;
    int (*run)(struct call *call); /* returns its status, or a negative one of files, for the shell to word: of path */
    /* Offers what argument number `argument` (from 1) may be. NULL: paths. */
    void (*complete)(struct completion *completion, int argument);
    struct command *next; /* in the order of their names */
};

extern struct command *commands;

/* Adds a table of commands, for good. */
void commands_add(struct command *table, size_t count);
struct command *command_find(const char *name);

/* Says that a word may be `text`, if it begins as what was typed; behind it comes `after`,
 * ' ' or '/'. For command.complete. */
void completion_offer(struct completion *completion, const char *text, char after);

/* Runs a line, one command or several, in /; all that they say goes to `output`. Once *cancelled
 * is true it ends soon. Returns the status of the last. Task context, may wait; several can run
 * at a time. */
int shell_run(const char *line, struct stream *output, const volatile bool *cancelled);

/* The same with streams, folder and `cancelled` as they are in `call`; the folder may change. */
int shell_run_call(struct call *call, const char *line);

/* Formats text to the call's output, or to its error with the command's name before it. */
void call_print(struct call *call, const char *pattern, ...) __attribute__((format(printf, 2, 3)));
void call_complain(struct call *call, const char *pattern, ...) __attribute__((format(printf, 2, 3)));

/* Complains about a path in the words of a file status, a negative one. Returns how the command ends then. For
 * another path than call->path; about that, the shell does. */
int call_fail(struct call *call, const char *path, int status);

/* Makes a path of what was typed, for whoever knows better than command.paths. False, and it was complained about:
 * there is none, or it is a file, and a folder was meant. */
bool call_path(struct call *call, char *path, const char *typed);

/* Between two pieces of work: lets other tasks run. True: the command should end. */
bool call_cancelled(struct call *call);
