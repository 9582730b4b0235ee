/* Chapter 22: how is a file on the host read and written?
 *
 * Each operation is a call of the service or a few; large reads and writes are one for each
 * MiB and go straight into the caller's pages. Answers that do not fit what was asked
 * (counts, lengths) are errors: FILE_INVALID. */
#include "drivers/guest/folders.h"
#include "drivers/guest/folders_wire.h"
#include "kernel/task.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/utf8.h"

enum {
    LIST_PAGES = 64, /* some 1,800 entries a call */
    LIST_BYTES = LIST_PAGES * PAGE_BYTES,
    NEW_FILE_MODE = 0644,
    TARGET_MOST = 1700, /* bytes of a link's target, beside its path in one call */
    TIME_ERROR = 2,     /* seconds: FAT keeps every other one */
};
#define SECOND 1000000000ll /* nanoseconds */

static uint32_t root_of(const struct file_system *system) { return (uint32_t)((const struct share *)system - shares); }

static size_t text_bytes(const char *text)
{
    size_t bytes = 0;
    while (text[bytes])
        bytes++;
    return bytes;
}

void folders_give_string(struct hgcm_call *call, const char *text)
{
    size_t bytes = text_bytes(text);
    struct folders_string *string = hgcm_give_buffer(call, sizeof *string + bytes + 1, HGCM_TO_HOST);
    if (!string)
        return;
    string->size = (uint16_t)(bytes + 1);
    string->length = (uint16_t)bytes;
    memcpy(string->text, text, bytes);
}

/* A call that begins with the share's root; NULL: no memory. */
static struct hgcm_call *begin(const struct file_system *system, enum folders_function function)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, function);
    if (call)
        hgcm_give_32(call, root_of(system));
    return call;
}

static int send(struct hgcm_call *call)
{
    return call->too_large ? FILE_NAME_TOO_LONG : minimum(hgcm_finish(call, WAIT_FOREVER), 0);
}

/* Sends a call from which nothing but the status is wanted. */
static int finish(struct hgcm_call *call)
{
    int status = send(call);
    hgcm_end(call);
    return status;
}

/* Our handles: the host's, and above it how often the machine had been restored then. After
 * a restore the host gives the same numbers to other files, so an older one is not sent. */

static uint64_t make_handle(uint64_t of_host, uint32_t restores) { return of_host | (uint64_t)restores << 32; }
static bool is_stale(uint64_t handle) { return handle >> 32 != folders_restores; }

static struct hgcm_call *begin_open(const struct file_system *system, enum folders_function function, uint64_t handle)
{
    struct hgcm_call *call = begin(system, function);
    if (call)
        hgcm_give_64(call, (uint32_t)handle);
    return call;
}

/* Sends a call about something that is open. Positive: as the service means it. */
static int send_open(struct hgcm_call *call, uint64_t handle)
{
    int status = is_stale(handle) ? FILE_BAD_HANDLE : hgcm_finish(call, WAIT_FOREVER);
    return is_stale(handle) ? FILE_BAD_HANDLE : status;
}

static int finish_open(struct hgcm_call *call, uint64_t handle)
{
    int status = send_open(call, handle);
    hgcm_end(call);
    return minimum(status, 0);
}

static enum file_kind kind_of(uint32_t mode)
{
    switch (mode & FOLDERS_KIND) {
    case FOLDERS_KIND_FILE:
        return FILE_PLAIN;
    case FOLDERS_KIND_FOLDER:
        return FILE_FOLDER;
    case FOLDERS_KIND_LINK:
        return FILE_LINK;
    default:
        return FILE_OTHER;
    }
}

static void read_object(const struct folders_object *object, struct file_attributes *attributes)
{
    *attributes = (struct file_attributes){
        .kind = kind_of(object->mode),
        .permissions = object->mode & FOLDERS_PERMISSIONS,
        .bytes = (uint64_t)maximum(object->bytes, 0),
        .modified = object->modified,
    };
}

/* Most of what is not there, or there already, the service calls a success without a handle. */
static int status_of_result(uint32_t result)
{
    switch (result) {
    case FOLDERS_NO_PATH:
        return FILE_PATH_NOT_FOUND;
    case FOLDERS_NO_FILE:
        return FILE_NOT_FOUND;
    case FOLDERS_FILE_EXISTS:
        return FILE_EXISTS;
    default:
        return FILE_ACCESS_DENIED;
    }
}

/* CREATE. *handle: nothing if only looked at. */
static int create(const struct file_system *system, const char *path, uint32_t flags, uint64_t *handle,
                  struct file_attributes *attributes)
{
    struct hgcm_call *call = begin(system, FOLDERS_CREATE);
    if (!call)
        return FILE_NO_MEMORY;
    folders_give_string(call, path);
    struct folders_create *parameters = hgcm_give_buffer(call, sizeof *parameters, HGCM_BOTH);
    if (parameters)
        *parameters = (struct folders_create){ FOLDERS_NO_HANDLE, 0, flags, { .mode = NEW_FILE_MODE, .more = 1 } };
    uint32_t restores = folders_restores;
    int status = send(call);
    if (status == FILE_OK && restores != folders_restores)
        status = FILE_BAD_HANDLE; /* before the restore, or after it? */
    if (status == FILE_OK) {
        bool is_there = flags & FOLDERS_LOOK ? parameters->result == FOLDERS_FILE_EXISTS
                                             : parameters->handle != FOLDERS_NO_HANDLE;
        status = !is_there                                                     ? status_of_result(parameters->result)
                 : !(flags & FOLDERS_LOOK) && parameters->handle > UINT32_MAX ? FILE_INVALID
                                                                               : FILE_OK;
        *handle = make_handle(parameters->handle, restores);
        read_object(&parameters->object, attributes);
    }
    hgcm_end(call);
    return status;
}

static void close(struct file_system *system, uint64_t handle)
{
    struct hgcm_call *call = begin_open(system, FOLDERS_CLOSE, handle);
    if (call)
        finish_open(call, handle);
}

static int open(struct file_system *system, const char *path, enum file_mode mode, uint64_t *handle, uint64_t *bytes)
{
    static const uint32_t flags[] = {
        [FILE_READ] = FOLDERS_TO_READ | FOLDERS_FAIL_IF_NEW,
        [FILE_WRITE] = FOLDERS_TO_READ | FOLDERS_TO_WRITE | FOLDERS_EMPTY_IF_OLD,
        [FILE_CHANGE] = FOLDERS_TO_READ | FOLDERS_TO_WRITE,
    };
    struct file_attributes attributes;
    int status = create(system, path, flags[mode], handle, &attributes);
    if (status < 0)
        return status;
    if (attributes.kind == FILE_FOLDER) { /* which the service opens all the same */
        close(system, *handle);
        return FILE_IS_A_FOLDER;
    }
    *bytes = attributes.bytes;
    return FILE_OK;
}

/* READ or WRITE of at most one MiB. */
static int transfer(struct file_system *system, enum folders_function function, uint64_t handle, uint64_t offset,
                    void *buffer, size_t *bytes)
{
    bool is_read = function == FOLDERS_READ;
    size_t wanted = *bytes;
    *bytes = 0;
    struct hgcm_call *call = begin_open(system, function, handle);
    if (!call)
        return FILE_NO_MEMORY;
    hgcm_give_64(call, offset);
    hgcm_give_32(call, (uint32_t)wanted);
    hgcm_lend_direct(call, buffer, wanted, is_read ? HGCM_FROM_HOST : HGCM_TO_HOST);
    int status = minimum(send_open(call, handle), 0);
    /* How much was written is told by the offset alone; not every way of lending gets a true count. */
    uint64_t done = is_read ? hgcm_number_32(call, 3) : hgcm_number_64(call, 2) - offset;
    hgcm_end(call);
    if (status == FILE_OK && done > wanted)
        return FILE_INVALID;
    *bytes = status == FILE_OK ? done : 0;
    return status;
}

/* All of it, a MiB at a time, until there is no more. What went well before an error counts. */
static int transfer_all(struct file_system *system, enum folders_function function, uint64_t handle, uint64_t offset,
                        void *buffer, size_t *bytes)
{
    size_t done = 0, some = 1;
    int status = FILE_OK;
    while (done < *bytes && some && status == FILE_OK) {
        some = minimum(*bytes - done, HGCM_DIRECT_BYTES);
        status = transfer(system, function, handle, offset + done, (uint8_t *)buffer + done, &some);
        done += some;
    }
    *bytes = done;
    return done ? FILE_OK : status;
}

static int read(struct file_system *system, uint64_t handle, uint64_t offset, void *buffer, size_t *bytes)
{
    return transfer_all(system, FOLDERS_READ, handle, offset, buffer, bytes);
}

static int write(struct file_system *system, uint64_t handle, uint64_t offset, const void *buffer, size_t *bytes)
{
    size_t wanted = *bytes;
    int status = transfer_all(system, FOLDERS_WRITE, handle, offset, (void *)(uintptr_t)buffer, bytes);
    return status == FILE_OK && wanted && !*bytes ? FILE_FULL : status;
}

static int resize(struct file_system *system, uint64_t handle, uint64_t bytes)
{
    struct hgcm_call *call = begin_open(system, FOLDERS_SET_SIZE, handle);
    if (!call)
        return FILE_NO_MEMORY;
    hgcm_give_64(call, bytes);
    return finish_open(call, handle);
}

static bool is_dot(const char *name) { return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])); }

/* Whether a listed name can be part of a path here. Some hosts have longer ones. */
static bool is_name(const char *name)
{
    bool is_whole = *name && !is_dot(name) && utf8_is_valid(name);
    while (*name && *name != '/')
        name++;
    return is_whole && !*name;
}

/* Hands on the entries that `bytes` of a buffer hold. *more: false if the caller has had enough. */
static int walk(const uint8_t *buffer, size_t bytes, uint32_t count, file_entry *entry, void *argument, bool *more)
{
    while (count--) {
        const struct folders_entry *next = (const struct folders_entry *)buffer;
        if (bytes < sizeof *next || next->size > bytes - sizeof *next || next->length >= next->size)
            return FILE_INVALID;
        char name[FILE_NAME_BYTES] = { 0 };
        struct file_attributes attributes;
        if (next->length < FILE_NAME_BYTES)
            memcpy(name, next->name, next->length);
        read_object(&next->object, &attributes);
        buffer += sizeof *next + next->size;
        bytes -= sizeof *next + next->size;
        if (is_name(name) && !entry(argument, name, &attributes)) {
            *more = false;
            break;
        }
    }
    return FILE_OK;
}

/* One LIST. *more: there are others. */
static int list_some(struct file_system *system, uint64_t handle, uint8_t *buffer, file_entry *entry, void *argument,
                     bool *more)
{
    struct hgcm_call *call = begin_open(system, FOLDERS_LIST, handle);
    if (!call)
        return FILE_NO_MEMORY;
    hgcm_give_32(call, 0);
    hgcm_give_32(call, LIST_BYTES);
    hgcm_give_buffer(call, 0, HGCM_TO_HOST); /* a pattern: none */
    hgcm_lend(call, buffer, LIST_BYTES, HGCM_FROM_HOST);
    hgcm_give_32(call, 0);
    hgcm_give_32(call, 0);
    int status = send_open(call, handle);
    uint32_t bytes = hgcm_number_32(call, 3), count = hgcm_number_32(call, 7);
    *more = status == FILE_OK && count && hgcm_number_32(call, 6);
    hgcm_end(call);
    if (status == FOLDERS_NO_MORE_FILES)
        return FILE_OK;
    if (status > FILE_OK || bytes > LIST_BYTES) /* FOLDERS_OVERFLOW: no name is so long */
        return FILE_INVALID;
    return status < 0 ? status : walk(buffer, bytes, count, entry, argument, more);
}

static int list(struct file_system *system, const char *path, file_entry *entry, void *argument)
{
    struct file_attributes attributes;
    uint64_t handle;
    int status = create(system, path, FOLDERS_FOLDER | FOLDERS_TO_READ | FOLDERS_FAIL_IF_NEW, &handle, &attributes);
    if (status < 0)
        return status;
    uint8_t *buffer = pages_allocate(LIST_PAGES, ZONE_ANY);
    bool more = buffer;
    status = buffer ? FILE_OK : FILE_NO_MEMORY;
    while (more && status == FILE_OK)
        status = list_some(system, handle, buffer, entry, argument, &more);
    if (buffer)
        pages_free(buffer, LIST_PAGES);
    close(system, handle);
    return status;
}

static int look(struct file_system *system, const char *path, struct file_attributes *attributes)
{
    uint64_t handle;
    return create(system, path, FOLDERS_LOOK | FOLDERS_FAIL_IF_NEW, &handle, attributes);
}

static int remove_kind(struct file_system *system, const char *path, uint32_t kind)
{
    struct hgcm_call *call = begin(system, FOLDERS_REMOVE);
    if (!call)
        return FILE_NO_MEMORY;
    folders_give_string(call, path);
    hgcm_give_32(call, kind);
    return finish(call);
}

static int remove(struct file_system *system, const char *path)
{
    struct file_attributes attributes;
    int status = look(system, path, &attributes);
    if (status < 0)
        return status;
    if (attributes.kind == FILE_FOLDER)
        return FILE_IS_A_FOLDER;
    return remove_kind(system, path, FOLDERS_IS_FILE | (attributes.kind == FILE_LINK ? FOLDERS_IS_LINK : 0));
}

static int remove_folder(struct file_system *system, const char *path)
{
    return remove_kind(system, path, FOLDERS_IS_FOLDER);
}

static int rename(struct file_system *system, const char *from, const char *to)
{
    struct file_attributes attributes;
    int status = look(system, from, &attributes);
    if (status < 0)
        return status;
    struct hgcm_call *call = begin(system, FOLDERS_RENAME);
    if (!call)
        return FILE_NO_MEMORY;
    folders_give_string(call, from);
    folders_give_string(call, to);
    hgcm_give_32(call, attributes.kind == FILE_FOLDER ? FOLDERS_IS_FOLDER : FOLDERS_IS_FILE | FOLDERS_REPLACE);
    status = finish(call);
    return status == FILE_IS_A_FOLDER ? FILE_EXISTS : status;
}

static int make_folder(struct file_system *system, const char *path)
{
    struct file_attributes attributes;
    uint64_t handle;
    int status = create(system, path, FOLDERS_FOLDER | FOLDERS_FAIL_IF_OLD | FOLDERS_TO_READ | FOLDERS_TO_WRITE,
                        &handle, &attributes);
    if (status == FILE_OK)
        close(system, handle);
    return status;
}

/* That it could not, the service does not say; but what it is now, it does. */
static int put_time(struct file_system *system, uint64_t handle, int64_t modified)
{
    struct hgcm_call *call = begin_open(system, FOLDERS_INFORMATION, handle);
    if (!call)
        return FILE_NO_MEMORY;
    hgcm_give_32(call, FOLDERS_SET_ATTRIBUTES);
    hgcm_give_32(call, sizeof(struct folders_object));
    struct folders_object *object = hgcm_give_buffer(call, sizeof *object, HGCM_BOTH);
    *object = (struct folders_object){ .modified = modified, .more = 1 }; /* what is 0 stays */
    int status = minimum(send_open(call, handle), 0);
    int64_t seconds = object->modified / SECOND - modified / SECOND;
    hgcm_end(call);
    return status == FILE_OK && (seconds > TIME_ERROR || seconds < -TIME_ERROR) ? FILE_ACCESS_DENIED : status;
}

static int set_time(struct file_system *system, const char *path, int64_t modified)
{
    struct file_attributes attributes;
    uint64_t handle;
    int status = create(system, path, FOLDERS_TO_READ | FOLDERS_TO_CHANGE_ATTRIBUTES | FOLDERS_FAIL_IF_NEW, &handle,
                        &attributes);
    if (status < 0)
        return status;
    status = put_time(system, handle, modified);
    close(system, handle);
    return status;
}

static int make_link(struct file_system *system, const char *path, const char *target)
{
    struct hgcm_call *call = begin(system, FOLDERS_MAKE_LINK);
    if (!call)
        return FILE_NO_MEMORY;
    folders_give_string(call, path);
    folders_give_string(call, target);
    hgcm_give_buffer(call, sizeof(struct folders_object), HGCM_FROM_HOST);
    return finish(call);
}

static int read_link(struct file_system *system, const char *path, char *target, size_t size)
{
    struct hgcm_call *call = begin(system, FOLDERS_READ_LINK);
    if (!call)
        return FILE_NO_MEMORY;
    folders_give_string(call, path);
    hgcm_give_buffer(call, TARGET_MOST, HGCM_FROM_HOST);
    int status = send(call);
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

static int volume(struct file_system *system, struct file_volume *volume)
{
    struct hgcm_call *call = begin(system, FOLDERS_INFORMATION);
    if (!call)
        return FILE_NO_MEMORY;
    hgcm_give_64(call, 0);
    hgcm_give_32(call, FOLDERS_GET_VOLUME);
    hgcm_give_32(call, sizeof(struct folders_volume));
    const struct folders_volume *answer = hgcm_give_buffer(call, sizeof *answer, HGCM_BOTH);
    int status = send(call);
    *volume = (struct file_volume){ (uint64_t)answer->bytes, (uint64_t)answer->available,
                                    answer->is_read_only || !((struct share *)system)->is_writable };
    hgcm_end(call);
    return status;
}

const struct file_operations folder_operations = {
    open,   close,  read,        write,     resize,   list,      look,   remove, remove_folder,
    rename, make_folder, set_time, make_link, read_link, volume,
};
