/* Chapter 19: what does one do with files?
 *
 * One looks at them, moves them about, and takes them away. Whoever the file system belongs
 * to, the commands are the same. */
#include "kernel/commands/file_commands.h"
#include "kernel/commands/file_contents.h"
#include "kernel/files/sorted.h"
#include "kernel/shell/shell.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/string.h"

enum {
    NANOSECONDS = 1000 * 1000 * 1000,
    ADDED_IN_A_ROW = 256, /* entries, before others may run */
};

/* Ends a command: its path, or the reason why it has none. */
static int conclude(struct call *call, const char *path, int status)
{
    return status < 0 ? call_fail(call, path, status) : 0;
}

/* Looking. */

static const char *write_time(char *text, size_t size, int64_t modified)
{
    uint64_t seconds = modified > 0 ? (uint64_t)modified / NANOSECONDS : 0;
    if (!seconds || seconds >= DATE_SECONDS_END)
        return format(text, size, "%16s", "-");
    struct date date = date_of(seconds);
    return format(text, size, "%04u-%02u-%02u %02u:%02u", date.year, date.month, date.day, date.hour, date.minute);
}

static const char *write_permissions(char *text, const struct file_attributes *attributes)
{
    static const char kinds[] = { [FILE_PLAIN] = '-', [FILE_FOLDER] = 'd', [FILE_LINK] = 'l', [FILE_OTHER] = '?' };
    text[0] = kinds[attributes->kind];
    for (int i = 0; i < 9; i++)
        text[1 + i] = attributes->permissions & 0400u >> i ? "rwx"[i % 3] : '-';
    text[10] = 0;
    return text;
}

struct listing {
    struct call *call;
    bool in_full;
    bool is_unsorted; /* from now on, for there is no memory */
    size_t added;
    struct sorted sorted;
};

/* One line. The target of a link is looked for at call->other. */
static void print_entry(struct call *call, const char *name, const struct file_attributes *attributes, bool in_full)
{
    char shown[FILE_NAME_BYTES], permissions[11], time[17];
    string_tame(format(shown, sizeof shown, "%s", name), false);
    if (!in_full) {
        call_print(call, "%s\n", shown);
        return;
    }
    bool has_target = attributes->kind == FILE_LINK && file_read_link(call->other, call->third, PATH_BYTES) >= 0;
    call_print(call, "%s %12lu %s %s%s%s\n", write_permissions(permissions, attributes), attributes->bytes,
               write_time(time, sizeof time, attributes->modified), shown, has_target ? " -> " : "",
               has_target ? string_tame(call->third, false) : "");
}

/* An entry of the folder call->path. */
static void show_entry(struct listing *listing, const char *name, const struct file_attributes *attributes)
{
    struct call *call = listing->call;
    if (attributes->kind == FILE_LINK && listing->in_full && path_make(call->other, call->path, name) < 0)
        memcpy(call->other, "/", sizeof "/"); /* no link: with its name the path is too long */
    print_entry(call, name, attributes, listing->in_full);
}

static void show_sorted(struct listing *listing)
{
    const struct sorted_entry *entry = sorted_all(&listing->sorted);
    for (; entry && !call_cancelled(listing->call); entry = entry->next)
        show_entry(listing, entry->name, &entry->attributes);
    sorted_free(&listing->sorted);
}

static bool list_entry(void *argument, const char *name, const struct file_attributes *attributes)
{
    struct listing *listing = argument;
    if (!listing->is_unsorted && sorted_add(&listing->sorted, name, attributes))
        return ++listing->added % ADDED_IN_A_ROW || !call_cancelled(listing->call);
    if (!listing->is_unsorted) {
        show_sorted(listing);
        call_complain(listing->call, "no memory to sort the rest");
        listing->is_unsorted = true;
    }
    show_entry(listing, name, attributes);
    return !call_cancelled(listing->call);
}

static int run_ls(struct call *call)
{
    struct listing listing = { .call = call, .in_full = call->count > 1 && string_is(call->arguments[1], "-l") };
    int first = 1 + listing.in_full;
    if (call->count > first + 1) {
        call_complain(call, "one folder at a time");
        return COMMAND_MISUSED;
    }
    struct file_attributes attributes;
    if (!call_path(call, call->path, call->count > first ? call->arguments[first] : ""))
        return COMMAND_FAILED;
    int status = file_look(call->path, &attributes);
    if (status < 0)
        return call_fail(call, call->path, status);
    if (attributes.kind == FILE_FOLDER || (attributes.kind == FILE_LINK && file_is_folder(call->path))) {
        status = file_list(call->path, list_entry, &listing);
        show_sorted(&listing);
        if (status > 0)
            call_complain(call, "%s: %d more, by names that are no UTF-8, or too long", call->path, status);
        return *call->cancelled ? COMMAND_CANCELLED : conclude(call, call->path, status);
    }
    memcpy(call->other, call->path, PATH_BYTES);
    print_entry(call, path_name(call->path), &attributes, listing.in_full);
    return 0;
}

static int run_stat(struct call *call)
{
    static const char *const kinds[] = { "file", "folder", "link", "something else" };
    struct file_attributes attributes;
    char permissions[11], time[17];
    if (!call_path(call, call->path, call->arguments[1]))
        return COMMAND_FAILED;
    int status = file_look(call->path, &attributes);
    if (status < 0)
        return call_fail(call, call->path, status);
    call_print(call, "%s: %s, %lu bytes, %s, %s\n", string_tame(call->path, false), kinds[attributes.kind],
               attributes.bytes, write_permissions(permissions, &attributes),
               write_time(time, sizeof time, attributes.modified));
    return 0;
}

static int run_df(struct call *call)
{
    call_print(call, "%-24s %-16s %14s %14s\n", "mount", "kind", "KiB", "available");
    uint32_t mounted = 0;
    for (struct file_system *system; (system = file_mounted_after(mounted));) {
        struct file_volume volume;
        const char *kind = system->kind; /* a share that goes makes room for another, while its host is asked */
        mounted = system->mounted;
        format(call->path, PATH_BYTES, "/%s", system->name);
        if (file_volume(call->path, &volume) >= 0)
            call_print(call, "%-24s %-16s %14lu %14lu%s\n", call->path, kind, volume.bytes / 1024,
                       volume.available / 1024, volume.read_only ? " read-only" : "");
        else
            call_print(call, "%-24s %-16s %14s %14s\n", call->path, kind, "?", "?");
    }
    return 0;
}

static int run_readlink(struct call *call)
{
    if (!call_path(call, call->path, call->arguments[1]))
        return COMMAND_FAILED;
    int status = file_read_link(call->path, call->third, PATH_BYTES);
    if (status < 0)
        return call_fail(call, call->path, status);
    call_print(call, "%s\n", call->third);
    return 0;
}

/* Where one is. */

static int run_cd(struct call *call)
{
    if (!call_path(call, call->path, call->count > 1 ? call->arguments[1] : "/"))
        return COMMAND_FAILED;
    struct file_attributes attributes;
    int status = file_look(call->path, &attributes);
    if (status >= 0 && attributes.kind != FILE_FOLDER && !file_is_folder(call->path))
        status = FILE_NOT_A_FOLDER;
    if (status < 0)
        return call_fail(call, call->path, status);
    memcpy(call->folder, call->path, PATH_BYTES);
    return 0;
}

static int run_pwd(struct call *call)
{
    call_print(call, "%s\n", call->folder);
    return 0;
}

/* Changing. Each argument on its own; what fails does not keep the others. */

static int for_each_path(struct call *call, int (*change)(const char *path))
{
    int ends = 0;
    for (int i = 1; i < call->count && ends != COMMAND_CANCELLED; i++) {
        int each = COMMAND_FAILED;
        if (call_path(call, call->path, call->arguments[i]))
            each = conclude(call, call->path, change(call->path));
        ends = each ? each : ends;
        if (call_cancelled(call))
            ends = COMMAND_CANCELLED;
    }
    return ends;
}

static int run_rm(struct call *call) { return for_each_path(call, file_remove); }
static int run_rmdir(struct call *call) { return for_each_path(call, file_remove_folder); }
static int run_mkdir(struct call *call) { return for_each_path(call, file_make_folder); }
static int run_touch(struct call *call) { return for_each_path(call, file_contents_touch); }

static int run_ln(struct call *call)
{
    if (!string_is(call->arguments[1], "-s")) {
        call_complain(call, "only links by name: ln -s TARGET LINK");
        return COMMAND_MISUSED;
    }
    if (!call_path(call, call->path, call->arguments[3]))
        return COMMAND_FAILED;
    return conclude(call, call->path, file_make_link(call->path, call->arguments[2]));
}

/* From and to, in call->path and call->other: what goes to a folder keeps its name there. */
static bool take_two_paths(struct call *call)
{
    if (!call_path(call, call->path, call->arguments[1]) || !call_path(call, call->other, call->arguments[2]))
        return false;
    if (file_is_folder(call->other)) {
        int status = path_make(call->third, call->other, path_name(call->path));
        if (status < 0) {
            call_fail(call, call->other, status);
            return false;
        }
        memcpy(call->other, call->third, PATH_BYTES);
    } else if (path_wants_folder(call->arguments[2]) && !file_is_folder(call->path)) {
        call_fail(call, call->other, FILE_NOT_A_FOLDER);
        return false;
    }
    if (string_is(call->path, call->other)) {
        call_complain(call, "%s: onto itself", call->path);
        return false;
    }
    return true;
}

static int run_cp(struct call *call) { return take_two_paths(call) ? file_contents_copy(call, false) : COMMAND_FAILED; }

static int copy_link(struct call *call)
{
    int status = file_read_link(call->path, call->third, PATH_BYTES);
    return status < 0 ? call_fail(call, call->path, status)
                      : conclude(call, call->other, file_make_link(call->other, call->third));
}

/* A link is moved, not what it leads to. None is replaced, nor replaces anything: nobody can tell whether two links
 * are one, by two names, and what a link leads to must not be overwritten. */
static int copy_to_move(struct call *call)
{
    struct file_attributes from, to;
    int status = file_look(call->path, &from);
    if (status < 0)
        return call_fail(call, call->path, status);
    if (file_look(call->other, &to) >= 0 && (from.kind == FILE_LINK || to.kind == FILE_LINK))
        return call_fail(call, call->other, FILE_EXISTS);
    return from.kind == FILE_LINK ? copy_link(call) : file_contents_copy(call, true);
}

/* What it replaces may be what it leads to. */
static bool is_link_onto_another(const struct call *call)
{
    struct file_attributes from, to;
    return file_look(call->path, &from) >= 0 && from.kind == FILE_LINK && file_look(call->other, &to) >= 0;
}

static int run_mv(struct call *call)
{
    if (!take_two_paths(call))
        return COMMAND_FAILED;
    if (is_link_onto_another(call))
        return call_fail(call, call->other, FILE_EXISTS);
    int status = file_rename(call->path, call->other);
    if (status != FILE_OTHER_SYSTEM)
        return conclude(call, call->path, status);
    int ends = copy_to_move(call);
    return ends ? ends : conclude(call, call->path, file_remove(call->path));
}

static struct command table[] = {
    { "append", "FILE [TEXT...]", "adds a line, or what is typed up to Ctrl-D", 1, COMMAND_ANY, file_contents_append, 0,
      0 },
    { "cat", "[FILE...]", "shows files, or what is typed", 0, COMMAND_ANY, file_contents_cat, 0, 0 },
    { "cd", "[FOLDER]", "goes to a folder", 0, 1, run_cd, 0, 0 },
    { "cp", "FROM TO", "copies a file", 2, 2, run_cp, 0, 0 },
    { "df", "", "tells what is mounted, and how much room is there", 0, 0, run_df, 0, 0 },
    { "head", "FILE [LINES]", "shows the first ten lines", 1, 2, file_contents_head, 0, 0 },
    { "ln", "-s TARGET LINK", "makes a link", 3, 3, run_ln, 0, 0 },
    { "ls", "[-l] [PATH]", "lists a folder", 0, 2, run_ls, 0, 0 },
    { "mkdir", "FOLDER...", "makes folders", 1, COMMAND_ANY, run_mkdir, 0, 0 },
    { "mv", "FROM TO", "moves or renames", 2, 2, run_mv, 0, 0 },
    { "pwd", "", "tells where one is", 0, 0, run_pwd, 0, 0 },
    { "readlink", "LINK", "tells where a link leads", 1, 1, run_readlink, 0, 0 },
    { "rm", "FILE...", "removes files and links", 1, COMMAND_ANY, run_rm, 0, 0 },
    { "rmdir", "FOLDER...", "removes empty folders", 1, COMMAND_ANY, run_rmdir, 0, 0 },
    { "stat", "PATH", "tells all about a file", 1, 1, run_stat, 0, 0 },
    { "sum", "FILE...", "tells CRC-32 and length", 1, COMMAND_ANY, file_contents_sum, 0, 0 },
    { "touch", "FILE...", "makes files, or makes them new", 1, COMMAND_ANY, run_touch, 0, 0 },
    { "truncate", "FILE BYTES", "cuts a file, or lengthens it", 2, 2, file_contents_truncate, 0, 0 },
    { "write", "FILE [TEXT...]", "writes a line, or what is typed up to Ctrl-D", 1, COMMAND_ANY, file_contents_write, 0,
      0 },
};

void file_commands_add(void)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        command_add(&table[i]);
}
