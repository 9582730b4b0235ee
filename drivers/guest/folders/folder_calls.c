/* Chapter 22: what have all calls about files of the host in common?
 *
 * They name the share, and most of them a path or a handle. */
#include "drivers/guest/folders/folder_calls.h"
#include "kernel/time/task.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/string.h"

enum {
    NEW_FILE_MODE = 0644,
    CLOSE_TIME = 1000 * 1000, /* microseconds */
};

static uint32_t root_of(const struct file_system *system) { return (uint32_t)((const struct share *)system - shares); }

void folders_give_string(struct hgcm_call *call, const char *text)
{
    size_t bytes = string_length(text);
    struct folders_string *string = hgcm_give_buffer(call, sizeof *string + bytes + 1, HGCM_TO_HOST);
    if (!string)
        return;
    string->size = (uint16_t)(bytes + 1);
    string->length = (uint16_t)bytes;
    memcpy(string->text, text, bytes);
}

static struct hgcm_call *begin(const struct hgcm_client *client, const struct file_system *system,
                               enum folders_function function)
{
    struct hgcm_call *call = hgcm_begin(client, function);
    hgcm_give_32(call, root_of(system));
    return call;
}

struct hgcm_call *folder_begin(const struct file_system *system, enum folders_function function)
{
    return begin(&folders_client, system, function);
}

int folder_send(struct hgcm_call *call)
{
    return call->refused == HGCM_TOO_LARGE ? FILE_NAME_TOO_LONG : minimum(hgcm_finish(call, WAIT_FOREVER), 0);
}

int folder_finish(struct hgcm_call *call)
{
    int status = folder_send(call);
    hgcm_end(call);
    return status;
}

/* Our handles: the host's, and above it how often the machine had been restored then. After
 * a restore the host gives the same numbers to other files, so an older one is not sent. */

static uint64_t make_handle(uint64_t of_host, uint32_t restores) { return of_host | (uint64_t)restores << 32; }
static bool is_stale(uint64_t handle) { return handle >> 32 != folders_restores; }

struct hgcm_call *folder_begin_open(const struct file_system *system, enum folders_function function, uint64_t handle)
{
    struct hgcm_call *call = folder_begin(system, function);
    hgcm_give_64(call, (uint32_t)handle);
    return call;
}

int folder_send_open(struct hgcm_call *call, uint64_t handle)
{
    int status = is_stale(handle) ? FILE_BAD_HANDLE : hgcm_finish(call, WAIT_FOREVER);
    return is_stale(handle) ? FILE_BAD_HANDLE : status;
}

int folder_finish_open(struct hgcm_call *call, uint64_t handle)
{
    int status = folder_send_open(call, handle);
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

void folder_read_object(const struct folders_object *object, struct file_attributes *attributes)
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

static int status_of_answer(const struct folders_create *answer, uint32_t flags)
{
    bool is_there = flags & FOLDERS_LOOK ? answer->result == FOLDERS_FILE_EXISTS : answer->handle != FOLDERS_NO_HANDLE;
    if (!is_there)
        return status_of_result(answer->result);
    return flags & FOLDERS_LOOK || answer->handle <= UINT32_MAX ? FILE_OK : FILE_INVALID;
}

/* What was opened after whoever wanted it had gone. */
static void close_unwanted(const struct hgcm_call *call, int32_t status)
{
    size_t bytes;
    const struct folders_create *answer = hgcm_data(call, 2, &bytes);
    struct share *share = &shares[(uint32_t)call->note];
    if (status >= 0 && answer->handle != FOLDERS_NO_HANDLE)
        folder_close(&share->system, make_handle(answer->handle, (uint32_t)(call->note >> 32)));
}

static int create(const struct hgcm_client *client, const struct file_system *system, const char *path, uint32_t flags,
                  uint64_t *handle, struct file_attributes *attributes)
{
    struct hgcm_call *call = begin(client, system, FOLDERS_CREATE);
    folders_give_string(call, path);
    struct folders_create *parameters = hgcm_give_buffer(call, sizeof *parameters, HGCM_BOTH);
    if (!parameters) {
        hgcm_end(call);
        return FILE_NAME_TOO_LONG;
    }
    *parameters = (struct folders_create){ FOLDERS_NO_HANDLE, 0, flags, { .mode = NEW_FILE_MODE, .more = 1 } };
    uint32_t restores = folders_restores;
    call->ended = flags & FOLDERS_LOOK ? NULL : close_unwanted;
    call->note = make_handle(root_of(system), restores);
    int status = folder_send(call);
    if (status == FILE_OK && restores != folders_restores)
        status = FILE_BAD_HANDLE; /* before the restore, or after it? */
    if (status == FILE_OK) {
        status = status_of_answer(parameters, flags);
        *handle = make_handle(parameters->handle, restores);
        folder_read_object(&parameters->object, attributes);
    }
    hgcm_end(call);
    return status;
}

/* A pipe or a device, perhaps behind a link: the host would wait in it, and with it the whole
 * service. What cannot be looked at is not opened. A status of files. */
static int refuse_special(const struct file_system *system, const char *path)
{
    struct file_attributes attributes;
    uint64_t none;
    uint32_t flags = FOLDERS_LOOK | FOLDERS_FAIL_IF_NEW;
    int status = create(&folders_client, system, path, flags, &none, &attributes);
    if (status == FILE_OK && attributes.kind == FILE_LINK)
        status = create(&folders_follower, system, path, flags, &none, &attributes);
    if (status == FILE_NOT_FOUND || status == FILE_PATH_NOT_FOUND)
        return FILE_OK; /* it is perhaps to be made */
    return status == FILE_OK && attributes.kind == FILE_OTHER ? FILE_NOT_SUPPORTED : status;
}

int folder_create(const struct file_system *system, const char *path, uint32_t flags, uint64_t *handle,
                  struct file_attributes *attributes)
{
    bool opens_file = !(flags & (FOLDERS_LOOK | FOLDERS_FOLDER));
    int status = opens_file ? refuse_special(system, path) : FILE_OK;
    return status < 0 ? status : create(&folders_client, system, path, flags, handle, attributes);
}

/* Ctrl-C is no reason to leave it open, and a service that hangs none to wait: what was
 * taken back is closed all the same, once the service comes to it. */
void folder_close(struct file_system *system, uint64_t handle)
{
    struct hgcm_call *call = folder_begin_open(system, FOLDERS_CLOSE, handle);
    call->cancelled = NULL;
    if (!is_stale(handle))
        hgcm_finish(call, CLOSE_TIME);
    hgcm_end(call);
}
