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
#include "lib/number.h"
#include "lib/string.h"

enum {
    NANOSECONDS = 1000 * 1000 * 1000,
    ADDED_IN_A_ROW = 256, /* entries, before others may run */
};

/* Looking. */

/* The last two digits of a number. */
static void write_two(char *text, uint32_t number)
{
    text[0] = (char)('0' + number / 10 % 10);
    text[1] = (char)('0' + number % 10);
}

/* Not with `format`, which would read its pattern anew for each of thousands of files. */
static const char *write_time(char *text, size_t size, int64_t modified)
{
    uint64_t seconds = modified > 0 ? (uint64_t)modified / NANOSECONDS : 0;
    if (!seconds || seconds >= DATE_SECONDS_END)
        return format(text, size, "%16s", "-");
    struct date date = date_of(seconds);
    memcpy(text, "yyyy-mm-dd hh:mm", size);
    write_two(text, date.year / 100);
    write_two(text + 2, date.year);
    write_two(text + 5, date.month);
    write_two(text + 8, date.day);
    write_two(text + 11, date.hour);
    write_two(text + 14, date.minute);
    return text;
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

/* One line. `link` is the path of what is one, and NULL for all else. */
static void print_entry(struct call *call, const char *name, const struct file_attributes *attributes, const char *link,
                        bool in_full)
{
    char shown[FILE_NAME_BYTES], permissions[11], time[17];
    memcpy(shown, name, string_length(name) + 1);
    string_tame(shown, false);
    if (!in_full) {
        call_print(call, "%s\n", shown);
        return;
    }
    bool has_target = link && file_read_link(link, call->third, PATH_BYTES) >= 0;
    call_print(call, "%s %12lu %s %s%s%s\n", write_permissions(permissions, attributes), attributes->bytes,
               write_time(time, sizeof time, attributes->modified), shown, has_target ? " -> " : "",
               has_target ? string_tame(call->third, false) : "");
}

/* An entry of the folder call->path. With the name of a link, its path may be too long. */
static void show_entry(struct listing *listing, const char *name, const struct file_attributes *attributes)
{
    struct call *call = listing->call;
    bool is_link = listing->in_full && attributes->kind == FILE_LINK && path_make(call->other, call->path, name) >= 0;
    print_entry(call, name, attributes, is_link ? call->other : NULL, listing->in_full);
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
        return status;
    if (!file_is_folder(call->path)) {
        print_entry(call, path_name(call->path), &attributes, attributes.kind == FILE_LINK ? call->path : NULL,
                    listing.in_full);
        return 0;
    }
    status = file_list(call->path, list_entry, &listing);
    show_sorted(&listing);
    if (status > 0)
        call_complain(call, "%s: %d more, by names that are no UTF-8, or too long", call->path, status);
    return minimum(status, 0);
}

static int run_stat(struct call *call)
{
    static const char *const kinds[] = { "file", "folder", "link", "something else" };
    struct file_attributes attributes;
    char permissions[11], time[17];
    int status = file_look(call->path, &attributes);
    if (status < 0)
        return status;
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
    int status = file_read_link(call->path, call->third, PATH_BYTES);
    if (status < 0)
        return status;
    call_print(call, "%s\n", call->third);
    return 0;
}

/* Where one is. */

static int run_cd(struct call *call)
{
    const char *folder = call->count > 1 ? call->path : "/";
    struct file_attributes attributes;
    int status = file_look(folder, &attributes);
    if (status < 0)
        return status;
    if (!file_is_folder(folder))
        return FILE_NOT_A_FOLDER;
    memcpy(call->folder, folder, string_length(folder) + 1);
    return 0;
}

static int run_pwd(struct call *call)
{
    call_print(call, "%s\n", call->folder);
    return 0;
}

/* Changing. */

static int run_rm(struct call *call) { return file_remove(call->path); }
static int run_rmdir(struct call *call) { return file_remove_folder(call->path); }
static int run_mkdir(struct call *call) { return file_make_folder(call->path); }

static int run_ln(struct call *call)
{
    if (!string_is(call->arguments[1], "-s")) {
        call_complain(call, "only links by name: ln -s TARGET LINK");
        return COMMAND_MISUSED;
    }
    if (!call_path(call, call->path, call->arguments[3]))
        return COMMAND_FAILED;
    return file_make_link(call->path, call->arguments[2]);
}

/* Makes of call->other the path of what comes about: what goes to a folder keeps its name there. Not 0: there can be
 * nothing, and so the command ends. */
static int find_target(struct call *call)
{
    if (file_is_folder(call->other)) {
        int status = path_make(call->third, call->other, path_name(call->path));
        if (status < 0)
            return call_fail(call, call->other, status);
        memcpy(call->other, call->third, PATH_BYTES);
    } else if (path_wants_folder(call->arguments[2]) && !file_is_folder(call->path)) {
        return call_fail(call, call->other, FILE_NOT_A_FOLDER);
    }
    if (string_is(call->path, call->other)) {
        call_complain(call, "%s: onto itself", call->path);
        return COMMAND_FAILED;
    }
    return 0;
}

static int run_cp(struct call *call)
{
    int ends = find_target(call);
    return ends ? ends : file_contents_copy(call, call->path, call->other, false);
}

static int copy_link(struct call *call)
{
    int status = file_read_link(call->path, call->third, PATH_BYTES);
    if (status < 0)
        return status;
    status = file_make_link(call->other, call->third);
    return status < 0 ? call_fail(call, call->other, status) : 0;
}

/* To another file system. A link is moved, not what it leads to. None is replaced: what it leads to must not be
 * overwritten. */
static int copy_to_move(struct call *call, bool is_link)
{
    struct file_attributes to;
    if (file_look(call->other, &to) >= 0 && (is_link || to.kind == FILE_LINK))
        return call_fail(call, call->other, FILE_EXISTS);
    return is_link ? copy_link(call) : file_contents_copy(call, call->path, call->other, true);
}

/* No link replaces anything: that may be what it leads to, and nobody can tell whether two links are one, by two
 * names. */
static int run_mv(struct call *call)
{
    struct file_attributes from, to;
    int ends = find_target(call);
    if (ends)
        return ends;
    int status = file_look(call->path, &from);
    if (status < 0)
        return status;
    bool is_link = from.kind == FILE_LINK;
    if (is_link && file_look(call->other, &to) >= 0)
        return call_fail(call, call->other, FILE_EXISTS);
    status = file_rename(call->path, call->other);
    if (status != FILE_OTHER_SYSTEM)
        return status;
    ends = copy_to_move(call, is_link);
    return ends ? ends : file_remove(call->path);
}

static struct command table[] = {
    { "append", "FILE [TEXT...]", "adds a line, or what is typed up to Ctrl-D", 1, COMMAND_ANY, PATHS_ONE,
      file_contents_append, NULL, NULL },
    { "cat", "[FILE...]", "shows files, or what is typed", 0, COMMAND_ANY, PATHS_EACH, file_contents_cat, NULL, NULL },
    { "cd", "[FOLDER]", "goes to a folder", 0, 1, PATHS_ONE, run_cd, NULL, NULL },
    { "cp", "FROM TO", "copies a file", 2, 2, PATHS_TWO, run_cp, NULL, NULL },
    { "df", "", "tells what is mounted, and how much room is there", 0, 0, PATHS_NONE, run_df, NULL, NULL },
    { "head", "FILE [LINES]", "shows the first ten lines", 1, 2, PATHS_ONE, file_contents_head, NULL, NULL },
    { "ln", "-s TARGET LINK", "makes a link", 3, 3, PATHS_NONE, run_ln, NULL, NULL },
    { "ls", "[-l] [PATH]", "lists a folder", 0, 2, PATHS_NONE, run_ls, NULL, NULL },
    { "mkdir", "FOLDER...", "makes folders", 1, COMMAND_ANY, PATHS_EACH, run_mkdir, NULL, NULL },
    { "mv", "FROM TO", "moves or renames", 2, 2, PATHS_TWO, run_mv, NULL, NULL },
    { "pwd", "", "tells where one is", 0, 0, PATHS_NONE, run_pwd, NULL, NULL },
    { "readlink", "LINK", "tells where a link leads", 1, 1, PATHS_ONE, run_readlink, NULL, NULL },
    { "rm", "FILE...", "removes files and links", 1, COMMAND_ANY, PATHS_EACH, run_rm, NULL, NULL },
    { "rmdir", "FOLDER...", "removes empty folders", 1, COMMAND_ANY, PATHS_EACH, run_rmdir, NULL, NULL },
    { "stat", "PATH", "tells all about a file", 1, 1, PATHS_ONE, run_stat, NULL, NULL },
    { "sum", "FILE...", "tells CRC-32 and length", 1, COMMAND_ANY, PATHS_EACH, file_contents_sum, NULL, NULL },
    { "touch", "FILE...", "makes files, or makes them new", 1, COMMAND_ANY, PATHS_EACH, file_contents_touch, NULL,
      NULL },
    { "truncate", "FILE BYTES", "cuts a file, or lengthens it", 2, 2, PATHS_ONE, file_contents_truncate, NULL, NULL },
    { "write", "FILE [TEXT...]", "writes a line, or what is typed up to Ctrl-D", 1, COMMAND_ANY, PATHS_ONE,
      file_contents_write, NULL, NULL },
};

void file_commands_add(void) { commands_add(table, sizeof table / sizeof table[0]); }
