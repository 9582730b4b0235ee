/* Chapter 22: what is in the host's folders, and how is it changed?
 *
 * A listing brings the attributes of all entries with it, some 1,800 a call. What an
 * entry claims of itself must fit into what came, or the listing is an error: FILE_INVALID. */
#include "drivers/guest/folders/folder_calls.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/utf8.h"

enum {
    LIST_PAGES = 64, /* a buffer */
    LIST_BYTES = LIST_PAGES * PAGE_BYTES,
    TARGET_MOST = 1700, /* bytes of a link's target, beside its path in one call */
    TIME_ERROR = 2,     /* seconds: FAT keeps every other one */
};
#define SECOND 1000000000ll /* nanoseconds */

static bool is_dot(const char *name) { return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])); }

/* Whether a listed name can be part of a path here. Some hosts have longer ones. */
static bool is_name(const char *name)
{
    bool is_whole = *name && utf8_is_valid(name);
    while (*name && *name != '/')
        name++;
    return is_whole && !*name;
}

/* What becomes of a folder's entries. */
struct listing {
    file_entry *entry;
    void *argument;
    int left_out;
    bool more; /* the host has, and the caller wants */
};

/* Hands on the entries that `bytes` of a buffer hold. */
static int walk(const uint8_t *buffer, size_t bytes, uint32_t count, struct listing *listing)
{
    while (count--) {
        const struct folders_entry *next = (const struct folders_entry *)buffer;
        if (bytes < sizeof *next || next->size > bytes - sizeof *next || next->length >= next->size)
            return FILE_INVALID;
        char name[FILE_NAME_BYTES] = { 0 };
        struct file_attributes attributes;
        if (next->length < FILE_NAME_BYTES)
            memcpy(name, next->name, next->length);
        folder_read_object(&next->object, &attributes);
        buffer += sizeof *next + next->size;
        bytes -= sizeof *next + next->size;
        if (is_dot(name))
            continue;
        if (!is_name(name)) {
            listing->left_out++;
        } else if (!listing->entry(listing->argument, name, &attributes)) {
            listing->more = false;
            break;
        }
    }
    return FILE_OK;
}

/* One LIST. */
static int list_some(struct file_system *system, uint64_t handle, uint8_t *buffer, struct listing *listing)
{
    struct hgcm_call *call = folder_begin_open(system, FOLDERS_LIST, handle);
    hgcm_give_32(call, 0);
    hgcm_give_32(call, LIST_BYTES);
    hgcm_give_buffer(call, 0, HGCM_TO_HOST); /* a pattern: none */
    hgcm_lend(call, buffer, LIST_BYTES, HGCM_FROM_HOST);
    hgcm_give_32(call, 0);
    hgcm_give_32(call, 0);
    int status = folder_send_open(call, handle);
    uint32_t bytes = hgcm_number_32(call, 3), count = hgcm_number_32(call, 7);
    listing->more = status == FILE_OK && count && hgcm_number_32(call, 6);
    hgcm_end(call);
    if (status == FOLDERS_NO_MORE_FILES)
        return FILE_OK;
    if (status > FILE_OK || bytes > LIST_BYTES) /* FOLDERS_OVERFLOW: no name is so long */
        return FILE_INVALID;
    return status < 0 ? status : walk(buffer, bytes, count, listing);
}

int folder_list(struct file_system *system, const char *path, file_entry *entry, void *argument)
{
    struct file_attributes attributes;
    uint64_t handle;
    int status =
        folder_create(system, path, FOLDERS_FOLDER | FOLDERS_TO_READ | FOLDERS_FAIL_IF_NEW, &handle, &attributes);
    if (status < 0)
        return status;
    uint8_t *buffer = pages_allocate(LIST_PAGES, ZONE_ANY);
    struct listing listing = { entry, argument, 0, buffer };
    status = buffer ? FILE_OK : FILE_NO_MEMORY;
    while (listing.more && status == FILE_OK)
        status = list_some(system, handle, buffer, &listing);
    if (buffer)
        hgcm_free(buffer, LIST_PAGES);
    folder_close(system, handle);
    return status < 0 ? status : listing.left_out;
}

int folder_look(struct file_system *system, const char *path, struct file_attributes *attributes)
{
    uint64_t handle;
    return folder_create(system, path, FOLDERS_LOOK | FOLDERS_FAIL_IF_NEW, &handle, attributes);
}

static int remove_kind(struct file_system *system, const char *path, uint32_t kind)
{
    struct hgcm_call *call = folder_begin(system, FOLDERS_REMOVE);
    folders_give_string(call, path);
    hgcm_give_32(call, kind);
    return folder_finish(call);
}

int folder_remove(struct file_system *system, const char *path)
{
    struct file_attributes attributes;
    int status = folder_look(system, path, &attributes);
    if (status < 0)
        return status;
    if (attributes.kind == FILE_FOLDER)
        return FILE_IS_A_FOLDER;
    return remove_kind(system, path, FOLDERS_IS_FILE | (attributes.kind == FILE_LINK ? FOLDERS_IS_LINK : 0));
}

static bool note_entry(void *is_there, const char *name, const struct file_attributes *attributes)
{
    (void)name, (void)attributes;
    return !(*(bool *)is_there = true);
}

/* The service lists no names that are no UTF-8, and says nothing; nor can we take them away. */
int folder_remove_folder(struct file_system *system, const char *path)
{
    bool is_there = false;
    int status = remove_kind(system, path, FOLDERS_IS_FOLDER);
    if (status == FILE_FOLDER_NOT_EMPTY && folder_list(system, path, note_entry, &is_there) >= 0 && !is_there)
        return FILE_UNLISTED;
    return status;
}

int folder_rename(struct file_system *system, const char *from, const char *to)
{
    struct file_attributes attributes;
    int status = folder_look(system, from, &attributes);
    if (status < 0)
        return status;
    struct hgcm_call *call = folder_begin(system, FOLDERS_RENAME);
    folders_give_string(call, from);
    folders_give_string(call, to);
    hgcm_give_32(call, attributes.kind == FILE_FOLDER ? FOLDERS_IS_FOLDER : FOLDERS_IS_FILE | FOLDERS_REPLACE);
    return folder_finish(call);
}

int folder_make_folder(struct file_system *system, const char *path)
{
    struct file_attributes attributes;
    uint64_t handle;
    int status = folder_create(system, path, FOLDERS_FOLDER | FOLDERS_FAIL_IF_OLD | FOLDERS_TO_READ | FOLDERS_TO_WRITE,
                        &handle, &attributes);
    if (status == FILE_OK)
        folder_close(system, handle);
    return minimum(status, 0);
}

/* That it could not, the service does not say; but what it is now, it does. */
static int put_time(struct file_system *system, uint64_t handle, int64_t modified)
{
    struct hgcm_call *call = folder_begin_open(system, FOLDERS_INFORMATION, handle);
    hgcm_give_32(call, FOLDERS_SET_ATTRIBUTES);
    hgcm_give_32(call, sizeof(struct folders_object));
    struct folders_object *object = hgcm_give_buffer(call, sizeof *object, HGCM_BOTH);
    *object = (struct folders_object){ .modified = modified ? modified : 1, .more = 1 }; /* what is 0 stays */
    int status = minimum(folder_send_open(call, handle), 0);
    int64_t seconds = object->modified / SECOND - modified / SECOND;
    hgcm_end(call);
    return status == FILE_OK && (seconds > TIME_ERROR || seconds < -TIME_ERROR) ? FILE_ACCESS_DENIED : status;
}

int folder_set_time(struct file_system *system, const char *path, int64_t modified)
{
    struct file_attributes attributes;
    uint64_t handle;
    uint32_t flags = FOLDERS_TO_READ | FOLDERS_TO_CHANGE_ATTRIBUTES | FOLDERS_FAIL_IF_NEW;
    int status = folder_create(system, path, flags, &handle, &attributes);
    if (status < 0)
        return status;
    status = put_time(system, handle, modified);
    folder_close(system, handle);
    return status;
}

int folder_make_link(struct file_system *system, const char *path, const char *target)
{
    struct hgcm_call *call = folder_begin(system, FOLDERS_MAKE_LINK);
    folders_give_string(call, path);
    folders_give_string(call, target);
    hgcm_give_buffer(call, sizeof(struct folders_object), HGCM_FROM_HOST);
    return folder_finish(call);
}

int folder_read_link(struct file_system *system, const char *path, char *target, size_t size)
{
    struct hgcm_call *call = folder_begin(system, FOLDERS_READ_LINK);
    folders_give_string(call, path);
    hgcm_give_buffer(call, TARGET_MOST, HGCM_FROM_HOST);
    int status = folder_send(call);
    size_t bytes;
    const char *text = hgcm_data(call, 2, &bytes);
    size_t length = 0;
    while (length < bytes && text[length])
        length++;
    if (status == FILE_OK && length >= size)
        status = FILE_NAME_TOO_LONG;
    if (status == FILE_OK) {
        memcpy(target, text, length);
        target[length] = 0;
    }
    hgcm_end(call);
    return status;
}

int folder_volume(struct file_system *system, struct file_volume *volume)
{
    struct hgcm_call *call = folder_begin(system, FOLDERS_INFORMATION);
    hgcm_give_64(call, 0);
    hgcm_give_32(call, FOLDERS_GET_VOLUME);
    hgcm_give_32(call, sizeof(struct folders_volume));
    const struct folders_volume *answer = hgcm_give_buffer(call, sizeof *answer, HGCM_BOTH);
    int status = folder_send(call);
    *volume = (struct file_volume){ (uint64_t)answer->bytes, (uint64_t)answer->available,
                                    answer->is_read_only || !((struct share *)system)->is_writable };
    hgcm_end(call);
    return status;
}
