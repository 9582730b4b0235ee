/* Chapter 19: what is a file, wherever it lies?
 *
 * Whatever the mounted file system says it is. Here are only the table of mounts, the
 * grammar of paths, and the words for what can go wrong. */
#include "kernel/files/files.h"
#include "kernel/memory/pages.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/string.h"
#include "lib/utf8.h"

struct file_system *file_systems;
void (*file_free)(void *start, size_t count) = pages_free;

/* Mounts. */

static struct file_system *find_mount(const char *name, size_t length)
{
    struct file_system *system = file_systems;
    while (system && (string_length(system->name) != length || memcmp(system->name, name, length) != 0))
        system = system->next;
    return system;
}

int file_mount(struct file_system *system)
{
    static uint32_t mounts;
    size_t length = string_length(system->name);
    bool is_name = length && !string_is(system->name, ".") && !string_is(system->name, "..");
    for (size_t i = 0; i < length; i++)
        is_name &= system->name[i] != '/';
    if (!is_name || !utf8_is_valid(system->name))
        return FILE_INVALID_NAME;
    if (length >= FILE_NAME_BYTES)
        return FILE_NAME_TOO_LONG;
    if (find_mount(system->name, length))
        return FILE_EXISTS;
    struct file_system **last = &file_systems;
    while (*last)
        last = &(*last)->next;
    *last = system;
    system->next = NULL;
    system->mounted = ++mounts;
    return FILE_OK;
}

void file_unmount(struct file_system *system)
{
    for (struct file_system **at = &file_systems; *at; at = &(*at)->next)
        if (*at == system) {
            *at = system->next;
            system->mounted = 0;
            return;
        }
}

struct file_system *file_mounted_after(uint32_t mounted)
{
    struct file_system *system = file_systems;
    while (system && system->mounted <= mounted)
        system = system->next;
    return system;
}

/* The top, /: a file system that has nothing but the mounts, and that only mounting changes. */

static const struct file_attributes top_attributes = { .kind = FILE_FOLDER, .permissions = 0555 };

static int list_top(struct file_system *self, const char *path, file_entry *entry, void *argument)
{
    (void)self, (void)path;
    uint32_t mounted = 0;
    for (struct file_system *system; (system = file_mounted_after(mounted));) {
        char name[FILE_NAME_BYTES]; /* of its own: a share that goes makes room for another with another name */
        mounted = system->mounted;
        memcpy(name, system->name, string_length(system->name) + 1);
        if (!entry(argument, name, &top_attributes))
            break;
    }
    return FILE_OK;
}

static int look_at_top(struct file_system *self, const char *path, struct file_attributes *attributes)
{
    (void)self, (void)path;
    *attributes = top_attributes;
    return FILE_OK;
}

static const struct file_operations top_operations = { .list = list_top, .look = look_at_top };
static struct file_system top = { .name = "", .operations = &top_operations };

/* Paths. */

/* Takes the last part off. */
static size_t go_up(const char *path, size_t length)
{
    while (length && path[length - 1] != '/')
        length--;
    return length ? length - 1 : 0;
}

int path_make(char *path, const char *folder, const char *typed)
{
    size_t length = typed[0] == '/' ? 0 : string_length(folder);
    if (!utf8_is_valid(typed))
        return FILE_NOT_UTF8;
    if (length <= 1)
        length = 0; /* "/": parts bring their own */
    else
        memcpy(path, folder, length);
    while (*typed) {
        size_t part = 0;
        while (typed[part] && typed[part] != '/')
            part++;
        if (part == 2 && typed[0] == '.' && typed[1] == '.') {
            length = go_up(path, length);
        } else if (part && !(part == 1 && typed[0] == '.')) {
            if (part >= FILE_NAME_BYTES || length + 1 + part >= PATH_BYTES)
                return FILE_NAME_TOO_LONG;
            path[length++] = '/';
            memcpy(path + length, typed, part);
            length += part;
        }
        typed += part + (typed[part] == '/');
    }
    if (!length)
        path[length++] = '/';
    path[length] = 0;
    return FILE_OK;
}

bool path_wants_folder(const char *typed)
{
    const char *last = path_name(typed);
    return last != typed && (!*last || string_is(last, "."));
}

const char *path_name(const char *path)
{
    const char *name = path;
    for (; *path; path++)
        if (*path == '/')
            name = path + 1;
    return name;
}

struct file_system *path_system(const char *path, const char **rest)
{
    size_t length = 0;
    while (path[1 + length] && path[1 + length] != '/')
        length++;
    *rest = path + 1 + length + (path[1 + length] == '/');
    return length ? find_mount(path + 1, length) : &top;
}

/* Operations. */

/* What the path's file system answers. */
#define ASK(path, operation, ...)                                                                                      \
    ({                                                                                                                 \
        const char *rest_;                                                                                             \
        struct file_system *system_ = path_system(path, &rest_);                                                       \
        !system_                          ? FILE_NOT_FOUND                                                             \
        : !system_->operations->operation ? FILE_NOT_SUPPORTED                                                         \
                                          : system_->operations->operation(system_, rest_, ##__VA_ARGS__);             \
    })

/* Where a file system is mounted, / included: not its to make, to take away or to move, and a folder. */
static bool is_mount(const char *path)
{
    const char *rest;
    return path_system(path, &rest) && !*rest;
}

int file_open(struct file *file, const char *path, enum file_mode mode)
{
    const char *rest;
    file->system = path_system(path, &rest);
    file->mounted = file->system ? file->system->mounted : 0;
    return is_mount(path) ? FILE_IS_A_FOLDER : ASK(path, open, mode, &file->handle, &file->bytes);
}

/* The same about a file that was opened, and whose file system may be gone. */
static bool is_open(const struct file *file) { return file->mounted && file->mounted == file->system->mounted; }

#define ASK_OPEN(file, operation, ...)                                                                                 \
    (!is_open(file)                           ? FILE_BAD_HANDLE                                                        \
     : !(file)->system->operations->operation ? FILE_NOT_SUPPORTED                                                     \
                                              : (file)->system->operations->operation((file)->system, (file)->handle,  \
                                                                                      __VA_ARGS__))

void file_close(struct file *file)
{
    if (file->mounted && file->system->operations->close)
        file->system->operations->close(file->system, file->handle);
    file->mounted = 0;
}

int file_read(struct file *file, uint64_t offset, void *buffer, size_t *bytes)
{
    return ASK_OPEN(file, read, offset, buffer, bytes);
}

int file_write(struct file *file, uint64_t offset, const void *buffer, size_t *bytes)
{
    return ASK_OPEN(file, write, offset, buffer, bytes);
}

int file_resize(struct file *file, uint64_t bytes) { return ASK_OPEN(file, resize, bytes); }

int file_look_open(struct file *file, struct file_attributes *attributes)
{
    return ASK_OPEN(file, look_open, attributes);
}

int file_list(const char *path, file_entry *entry, void *argument) { return ASK(path, list, entry, argument); }

int file_look(const char *path, struct file_attributes *attributes) { return ASK(path, look, attributes); }

int file_remove(const char *path) { return is_mount(path) ? FILE_IS_A_FOLDER : ASK(path, remove); }

int file_remove_folder(const char *path) { return is_mount(path) ? FILE_BUSY : ASK(path, remove_folder); }

int file_rename(const char *from, const char *to)
{
    const char *rest, *new;
    if (is_mount(from) || is_mount(to))
        return FILE_BUSY;
    if (path_system(from, &rest) != path_system(to, &new))
        return FILE_OTHER_SYSTEM;
    return ASK(from, rename, new);
}

int file_make_folder(const char *path) { return is_mount(path) ? FILE_EXISTS : ASK(path, make_folder); }

int file_set_time(const char *path, int64_t modified) { return ASK(path, set_time, modified); }

int file_make_link(const char *path, const char *target)
{
    return is_mount(path) ? FILE_EXISTS : ASK(path, make_link, target);
}

int file_read_link(const char *path, char *target, size_t size) { return ASK(path, read_link, target, size); }

int file_volume(const char *path, struct file_volume *volume)
{
    const char *rest;
    struct file_system *system = path_system(path, &rest);
    if (!system)
        return FILE_NOT_FOUND;
    return system->operations->volume ? system->operations->volume(system, volume) : FILE_NOT_SUPPORTED;
}

static bool stop(void *unused, const char *name, const struct file_attributes *attributes)
{
    (void)unused, (void)name, (void)attributes;
    return false;
}

bool file_is_folder(const char *path)
{
    struct file_attributes attributes;
    return file_look(path, &attributes) >= 0 && (attributes.kind == FILE_FOLDER || file_list(path, stop, NULL) >= 0);
}

/* Words. */

static const struct {
    int status;
    const char *words;
} words[] = {
#define STATUS_WORDS(name, number, words) { name, words },
    FILE_STATUSES(STATUS_WORDS)
#undef STATUS_WORDS
};

const char *file_words(char *text, size_t size, const char *path, int status)
{
    const char *rest, *found = NULL;
    struct file_system *system = path_system(path, &rest);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        found = words[i].status == status ? words[i].words : found;
    if (!found)
        return format(text, size, "an error without a name (%d)", status);
    return format(text, size, system && system->is_host ? "%s (%d)" : "%s", found, status);
}
