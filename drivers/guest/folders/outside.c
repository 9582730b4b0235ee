/* Chapter 22: how does one watch a file that somebody else is writing?
 *
 * No host tells of changes of files. So it is asked, twice a second, how large the file is and
 * how old; when that is something else, the file is read. */
#include "drivers/guest/folders/outside.h"
#include "drivers/guest/folders/folders.h"
#include "kernel/commands/show.h"
#include "kernel/desktop/board.h"
#include "kernel/memory/pages.h"
#include "kernel/shell/shell.h"
#include "kernel/time/task.h"
#include "lib/format.h"

enum {
    LOOK_INTERVAL = 500 * 1000, /* microseconds */
    WATCHED_BYTES = PAGE_BYTES, /* of the file's end */
};

/* Shows the end of an open file, from the beginning of a line unless a single one fills it, on an empty terminal. A
 * status of files. */
static int show_end(struct call *call, struct file *file, char *text)
{
    uint64_t offset = file->bytes > WATCHED_BYTES ? file->bytes - WATCHED_BYTES : 0;
    size_t bytes = WATCHED_BYTES, from = 0;
    int status = file_read(file, offset, text, &bytes);
    if (status < 0)
        return status;
    while (offset && from < bytes && text[from++] != '\n')
        ;
    from = from < bytes ? from : 0;
    call_print(call, "\f");
    call->output->write(call->output, text + from, bytes - from);
    return FILE_OK;
}

static int show_new(struct call *call)
{
    struct file file;
    int status = file_open(&file, call->path, FILE_READ);
    if (status < 0)
        return status;
    char *text = pages_allocate(pages_for(WATCHED_BYTES), ZONE_ANY);
    status = text ? show_end(call, &file, text) : FILE_NO_MEMORY;
    if (text)
        file_free(text, pages_for(WATCHED_BYTES));
    file_close(&file);
    return status;
}

static bool is_cancelled(void *call) { return *((struct call *)call)->cancelled; }

/* Until Ctrl-C. A file that is not there may come. */
static void watch(struct call *call)
{
    struct file_attributes now, before = { 0 };
    int last = 1; /* no status */
    do {
        int status = file_look(call->path, &now);
        bool is_new = status >= 0 && (last != FILE_OK || now.modified != before.modified || now.bytes != before.bytes);
        if (is_new)
            status = show_new(call);
        if (status < 0 && status != last)
            call_fail(call, call->path, status);
        last = status < 0 ? status : FILE_OK;
        before = now;
    } while (!wait_until(is_cancelled, call, LOOK_INTERVAL));
}

static int watch_run(struct call *call)
{
    if (!call->input) {
        call_complain(call, "only at the desk, where Ctrl-C ends it");
        return COMMAND_FAILED;
    }
    watch(call);
    return COMMAND_CANCELLED;
}

static bool tell_folders(char *text, size_t size)
{
    const char *separator = "";
    text[0] = 0;
    for (const struct file_system *system = file_systems; system; system = system->next)
        if (system->is_host) {
            format_append(text, size, "%s/%s", separator, system->name);
            separator = ", ";
        }
    if (!text[0])
        format(text, size, "the host shares none");
    return *separator;
}

const char *outside_start(void)
{
    static struct board_row row = { "Shared folders", tell_folders, NULL };
    static struct command table[] = {
        { "show", "[FILE]", "shows a QOI picture, or none", 0, 1, PATHS_ONE, show_run, NULL, NULL },
        { "watch", "FILE", "shows a text file and its changes", 1, 1, PATHS_ONE, watch_run, NULL, NULL },
    };
    commands_add(table, sizeof table / sizeof table[0]);
    board_add(&row);
    return folders_start();
}
