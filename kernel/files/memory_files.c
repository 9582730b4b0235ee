/* Chapter 19: where do files live that nobody keeps?
 *
 * In pages. Every file, folder and link has a page that says what it is; what is in a
 * file is one run of pages, which grows by moving into one of twice the size. No
 * operation waits, so none sees another in its middle; but whoever asked for a listing
 * may, in the middle of it, and then entries come and go. */
#include "kernel/files/memory_files.h"
#include "kernel/memory/pages.h"
#include "kernel/time/wall_clock.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/string.h"

enum { LINKS_MOST = 16, TARGET_BYTES = 2048 };

/* The page of a file, folder or link. */
struct memory_entry {
    char name[FILE_NAME_BYTES];
    struct file_attributes attributes;
    struct memory_entry *folder, *next; /* what it lies in; the next one there */
    struct memory_entry *first;         /* folder: what lies in it */
    uint8_t *content;                   /* file: so many pages; behind its end they are 0 */
    size_t pages;
    uint32_t opened;                    /* file: how often it is open */
    char target[TARGET_BYTES];          /* link */
};
_Static_assert(sizeof(struct memory_entry) <= PAGE_BYTES, "one page");

/* A listing, between two entries. */
struct memory_listing {
    struct memory_entry *next_entry;
    struct memory_listing *next;
};

static struct memory_files *files_of(struct file_system *system) { return (struct memory_files *)system; }

static int64_t now(void) { return (int64_t)wall_clock_now() * 1000; }

/* Pages, counted. */

static void *take_pages(struct memory_files *files, size_t count)
{
    void *pages = count <= files->pages_most - files->pages_used ? pages_allocate_zeroed(count, ZONE_ANY) : NULL;
    files->pages_used += pages ? count : 0;
    return pages;
}

static void give_pages(struct memory_files *files, void *pages, size_t count)
{
    if (!count)
        return;
    pages_free(pages, count);
    files->pages_used -= count;
}

/* Entries. */

static struct memory_entry *find_in(const struct memory_entry *folder, const char *name, size_t length)
{
    struct memory_entry *entry = folder->first;
    while (entry && (memcmp(entry->name, name, length) != 0 || entry->name[length]))
        entry = entry->next;
    return entry;
}

static void put_in(struct memory_entry *folder, struct memory_entry *entry, const char *name)
{
    memset(entry->name, 0, sizeof entry->name);
    memcpy(entry->name, name, string_length(name));
    struct memory_entry **last = &folder->first;
    while (*last)
        last = &(*last)->next;
    *last = entry;
    entry->folder = folder;
    entry->next = NULL;
    folder->attributes.modified = now();
}

static void take_out(struct memory_files *files, struct memory_entry *entry)
{
    for (struct memory_listing *listing = files->listings; listing; listing = listing->next)
        if (listing->next_entry == entry)
            listing->next_entry = entry->next;
    struct memory_entry **at = &entry->folder->first;
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    entry->folder->attributes.modified = now();
}

static void destroy(struct memory_files *files, struct memory_entry *entry)
{
    take_out(files, entry);
    give_pages(files, entry->content, entry->pages);
    give_pages(files, entry, 1);
}

/* Where a path leads. */
struct place {
    struct memory_entry *folder, *entry; /* entry: NULL, there is none yet */
    const char *name;                    /* the last part; "" of the top */
};

/* Puts into `path` where a link leads: its name is at `part`, and `rest` comes behind it.
 * False: out of this file system, or too far. Lexical, as path_make. */
static bool follow_link(struct file_system *system, char *path, char *part, const char *rest, const char *target)
{
    static char typed[PATH_BYTES], whole[PATH_BYTES];
    const char *inside;
    *part = 0; /* up to here lies the folder of the link */
    if (target[0] == '/')
        format(typed, sizeof typed, "%s/%s", target, rest);
    else
        format(typed, sizeof typed, "/%s/%s/%s/%s", system->name, path, target, rest);
    bool fits = string_length(typed) + 1 < sizeof typed;
    if (!fits || path_make(whole, "/", typed) < 0 || path_system(whole, &inside) != system)
        return false;
    memcpy(path, inside, string_length(inside) + 1);
    return true;
}

/* Finds a path; links on the way are followed, one at the end if `last_too`. FILE_OK also
 * where only the last part is missing. The place's name is good until the next find. */
static int find(struct file_system *system, const char *path, bool last_too, struct place *place)
{
    static char walked[PATH_BYTES];
    struct memory_entry *top = files_of(system)->top;
    int links = 0;
    memcpy(walked, path, string_length(path) + 1);
    *place = (struct place){ top, top, "" };
    for (char *part = walked, *rest; *part; part = rest) {
        size_t length = 0;
        while (part[length] && part[length] != '/')
            length++;
        rest = part + length + (part[length] == '/');
        if (place->entry->attributes.kind != FILE_FOLDER)
            return FILE_NOT_A_FOLDER;
        *place = (struct place){ place->entry, find_in(place->entry, part, length), part };
        if (!place->entry)
            return *rest ? FILE_PATH_NOT_FOUND : FILE_OK;
        if (place->entry->attributes.kind != FILE_LINK || (!*rest && !last_too))
            continue;
        if (++links > LINKS_MOST)
            return FILE_TOO_MANY_LINKS;
        if (!follow_link(system, walked, part, rest, place->entry->target))
            return FILE_PATH_NOT_FOUND;
        *place = (struct place){ top, top, "" };
        rest = walked;
    }
    return FILE_OK;
}

/* The same for what must be there. */
static int find_existing(struct file_system *system, const char *path, bool last_too, struct place *place)
{
    int status = find(system, path, last_too, place);
    return status < 0 || place->entry ? status : FILE_NOT_FOUND;
}

static int make_at(struct file_system *system, struct place *place, enum file_kind kind, uint32_t permissions)
{
    struct memory_entry *entry = take_pages(files_of(system), 1);
    if (!entry)
        return FILE_FULL;
    entry->attributes = (struct file_attributes){ .kind = kind, .permissions = permissions, .modified = now() };
    put_in(place->folder, entry, place->name);
    place->entry = entry;
    return FILE_OK;
}

static int make(struct file_system *system, const char *path, struct place *place, enum file_kind kind,
                uint32_t permissions)
{
    int status = find(system, path, false, place);
    if (status < 0)
        return status;
    return place->entry ? FILE_EXISTS : make_at(system, place, kind, permissions);
}

/* Contents. */

/* Gives a file room for so many bytes. */
static int grow(struct memory_files *files, struct memory_entry *entry, uint64_t bytes)
{
    if (bytes > (uint64_t)files->pages_most * PAGE_BYTES)
        return FILE_FULL;
    size_t least = pages_for(bytes), pages = maximum(least, 2 * entry->pages);
    if (least <= entry->pages)
        return FILE_OK;
    uint8_t *content = take_pages(files, pages);
    if (!content && (content = take_pages(files, least)))
        pages = least;
    if (!content)
        return FILE_FULL;
    if (entry->pages)
        memcpy(content, entry->content, entry->attributes.bytes);
    give_pages(files, entry->content, entry->pages);
    entry->content = content;
    entry->pages = pages;
    return FILE_OK;
}

static int set_size(struct memory_files *files, struct memory_entry *entry, uint64_t bytes)
{
    int status = grow(files, entry, bytes);
    if (status < 0)
        return status;
    if (bytes < entry->attributes.bytes) {
        size_t keep = pages_for(bytes);
        memset(entry->content + bytes, 0, keep * PAGE_BYTES - bytes); /* behind the end all is 0, for when it grows */
        give_pages(files, entry->content + keep * PAGE_BYTES, entry->pages - keep);
        entry->pages = keep;
    }
    entry->attributes.bytes = bytes;
    entry->attributes.modified = now();
    return FILE_OK;
}

static struct memory_entry *entry_of(uint64_t handle) { return (struct memory_entry *)(uintptr_t)handle; }

static int open_file(struct file_system *system, const char *path, enum file_mode mode, uint64_t *handle,
                     uint64_t *bytes)
{
    struct place place;
    int status = find(system, path, true, &place);
    if (status >= 0 && !place.entry)
        status = mode == FILE_READ ? FILE_NOT_FOUND : make_at(system, &place, FILE_PLAIN, 0644);
    if (status >= 0 && place.entry->attributes.kind == FILE_FOLDER)
        status = FILE_IS_A_FOLDER;
    if (status >= 0 && mode == FILE_WRITE)
        status = place.entry->opened ? FILE_BUSY : set_size(files_of(system), place.entry, 0);
    if (status < 0)
        return status;
    place.entry->opened++;
    *handle = (uintptr_t)place.entry;
    *bytes = place.entry->attributes.bytes;
    return FILE_OK;
}

static void close_file(struct file_system *system, uint64_t handle)
{
    (void)system;
    entry_of(handle)->opened--;
}

static int read_file(struct file_system *system, uint64_t handle, uint64_t offset, void *buffer, size_t *bytes)
{
    (void)system;
    const struct memory_entry *entry = entry_of(handle);
    uint64_t size = entry->attributes.bytes;
    *bytes = offset < size ? minimum(*bytes, size - offset) : 0;
    if (*bytes)
        memcpy(buffer, entry->content + offset, *bytes);
    return FILE_OK;
}

static int write_file(struct file_system *system, uint64_t handle, uint64_t offset, const void *buffer, size_t *bytes)
{
    struct memory_entry *entry = entry_of(handle);
    if (offset == FILE_END)
        offset = entry->attributes.bytes;
    if (offset > UINT64_MAX - *bytes)
        return FILE_TOO_BIG;
    if (*bytes && offset + *bytes > entry->attributes.bytes) {
        int status = set_size(files_of(system), entry, offset + *bytes);
        if (status < 0)
            return status;
    }
    if (*bytes)
        memcpy(entry->content + offset, buffer, *bytes);
    entry->attributes.modified = now();
    return FILE_OK;
}

static int resize_file(struct file_system *system, uint64_t handle, uint64_t bytes)
{
    struct memory_entry *entry = entry_of(handle);
    if (bytes < entry->attributes.bytes && entry->opened > 1)
        return FILE_BUSY;
    return set_size(files_of(system), entry, bytes);
}

static int look_at_open(struct file_system *system, uint64_t handle, struct file_attributes *attributes)
{
    (void)system;
    *attributes = entry_of(handle)->attributes;
    return FILE_OK;
}

/* The tree. */

/* Hands on what may be gone before whoever gets it has read it. */
static bool list_next(struct memory_listing *listing, file_entry *entry, void *argument)
{
    const struct memory_entry *now = listing->next_entry;
    char name[FILE_NAME_BYTES];
    struct file_attributes attributes = now->attributes;
    memcpy(name, now->name, sizeof name);
    listing->next_entry = now->next;
    return entry(argument, name, &attributes);
}

static int list_folder(struct file_system *system, const char *path, file_entry *entry, void *argument)
{
    struct place place;
    struct memory_listing **at = &files_of(system)->listings;
    int status = find_existing(system, path, true, &place);
    if (status < 0)
        return status;
    if (place.entry->attributes.kind != FILE_FOLDER)
        return FILE_NOT_A_FOLDER;
    struct memory_listing listing = { place.entry->first, *at };
    *at = &listing;
    while (listing.next_entry && list_next(&listing, entry, argument))
        ;
    while (*at != &listing)
        at = &(*at)->next;
    *at = listing.next;
    return FILE_OK;
}

static int look_at(struct file_system *system, const char *path, struct file_attributes *attributes)
{
    struct place place;
    int status = find_existing(system, path, false, &place);
    if (status >= 0)
        *attributes = place.entry->attributes;
    return status;
}

static int remove_file(struct file_system *system, const char *path)
{
    struct place place;
    int status = find_existing(system, path, false, &place);
    if (status < 0)
        return status;
    if (place.entry->attributes.kind == FILE_FOLDER)
        return FILE_IS_A_FOLDER;
    if (place.entry->opened)
        return FILE_BUSY;
    destroy(files_of(system), place.entry);
    return FILE_OK;
}

static int remove_folder(struct file_system *system, const char *path)
{
    struct place place;
    int status = find_existing(system, path, false, &place);
    if (status < 0)
        return status;
    if (place.entry->attributes.kind != FILE_FOLDER)
        return FILE_NOT_A_FOLDER;
    if (place.entry->first)
        return FILE_FOLDER_NOT_EMPTY;
    destroy(files_of(system), place.entry);
    return FILE_OK;
}

static bool lies_in(const struct memory_entry *entry, const struct memory_entry *folder)
{
    while (entry && entry != folder)
        entry = entry->folder;
    return entry;
}

static int rename_entry(struct file_system *system, const char *from, const char *to)
{
    struct place old, new = { 0 };
    int status = find_existing(system, from, false, &old);
    struct memory_entry *entry = old.entry; /* `old` ends with the next find */
    if (status >= 0)
        status = find(system, to, false, &new);
    if (status < 0 || new.entry == entry)
        return status;
    if (lies_in(new.folder, entry))
        return FILE_INVALID;
    if (new.entry) {
        if (new.entry->attributes.kind == FILE_FOLDER || entry->attributes.kind == FILE_FOLDER)
            return FILE_EXISTS;
        if (new.entry->opened)
            return FILE_BUSY;
        destroy(files_of(system), new.entry);
    }
    take_out(files_of(system), entry);
    put_in(new.folder, entry, new.name);
    return FILE_OK;
}

static int make_folder(struct file_system *system, const char *path)
{
    struct place place;
    return make(system, path, &place, FILE_FOLDER, 0755);
}

static int set_time(struct file_system *system, const char *path, int64_t modified)
{
    struct place place;
    int status = find_existing(system, path, true, &place);
    if (status >= 0)
        place.entry->attributes.modified = modified;
    return status;
}

static int make_link(struct file_system *system, const char *path, const char *target)
{
    struct place place;
    size_t length = string_length(target);
    if (!length)
        return FILE_INVALID;
    if (length >= TARGET_BYTES)
        return FILE_NAME_TOO_LONG;
    int status = make(system, path, &place, FILE_LINK, 0777);
    if (status < 0)
        return status;
    memcpy(place.entry->target, target, length);
    place.entry->attributes.bytes = length;
    return FILE_OK;
}

static int read_link(struct file_system *system, const char *path, char *target, size_t size)
{
    struct place place;
    int status = find_existing(system, path, false, &place);
    if (status < 0)
        return status;
    if (place.entry->attributes.kind != FILE_LINK)
        return FILE_NOT_A_LINK;
    if (place.entry->attributes.bytes >= size)
        return FILE_NAME_TOO_LONG;
    memcpy(target, place.entry->target, place.entry->attributes.bytes + 1);
    return FILE_OK;
}

static int tell_volume(struct file_system *system, struct file_volume *volume)
{
    const struct memory_files *files = files_of(system);
    volume->bytes = (uint64_t)files->pages_most * PAGE_BYTES;
    volume->available = (uint64_t)(files->pages_most - files->pages_used) * PAGE_BYTES;
    volume->read_only = false;
    return FILE_OK;
}

static const struct file_operations operations = {
    .open = open_file,
    .close = close_file,
    .read = read_file,
    .write = write_file,
    .resize = resize_file,
    .look_open = look_at_open,
    .list = list_folder,
    .look = look_at,
    .remove = remove_file,
    .remove_folder = remove_folder,
    .rename = rename_entry,
    .make_folder = make_folder,
    .set_time = set_time,
    .make_link = make_link,
    .read_link = read_link,
    .volume = tell_volume,
};

int memory_files_make(struct memory_files *files, const char *name, size_t pages_most)
{
    *files = (struct memory_files){
        .system = { .name = name, .kind = "memory", .operations = &operations },
        .pages_most = pages_most,
    };
    files->top = take_pages(files, 1);
    if (!files->top)
        return FILE_NO_MEMORY;
    files->top->attributes = (struct file_attributes){ .kind = FILE_FOLDER, .permissions = 0755, .modified = now() };
    return FILE_OK;
}
