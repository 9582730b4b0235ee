/* Chapter 22: how is a file on the host read and written?
 *
 * A large read or write is a call for each MiB, straight into the caller's pages. Counts
 * that are more than was asked for are errors: FILE_INVALID. */
#include "drivers/guest/folders/folder_calls.h"
#include "lib/memory.h"
#include "lib/number.h"

static int open(struct file_system *system, const char *path, enum file_mode mode, uint64_t *handle, uint64_t *bytes)
{
    static const uint32_t flags[] = {
        [FILE_READ] = FOLDERS_TO_READ | FOLDERS_FAIL_IF_NEW,
        [FILE_WRITE] = FOLDERS_TO_READ | FOLDERS_TO_WRITE | FOLDERS_EMPTY_IF_OLD,
        [FILE_CHANGE] = FOLDERS_TO_READ | FOLDERS_TO_WRITE,
        [FILE_APPEND] = FOLDERS_TO_WRITE | FOLDERS_TO_APPEND,
    };
    struct file_attributes attributes;
    int status = folder_create(system, path, flags[mode], handle, &attributes);
    if (status < 0)
        return status;
    if (attributes.kind == FILE_FOLDER) { /* which the service opens all the same */
        folder_close(system, *handle);
        return FILE_IS_A_FOLDER;
    }
    *bytes = attributes.bytes;
    return FILE_OK;
}

/* READ or WRITE of at most one MiB. What fits into the call is copied, and the memory the caller's again whatever
 * becomes of the call. */
static int transfer(struct file_system *system, enum folders_function function, uint64_t handle, uint64_t offset,
                    void *buffer, size_t *bytes)
{
    bool is_read = function == FOLDERS_READ, appends = offset == FILE_END;
    size_t wanted = *bytes;
    *bytes = 0;
    struct hgcm_call *call = folder_begin_open(system, function, handle);
    hgcm_give_64(call, appends ? 0 : offset);
    hgcm_give_32(call, (uint32_t)wanted);
    void *copy = NULL;
    if (wanted > HGCM_DATA_BYTES)
        hgcm_lend_direct(call, buffer, wanted, is_read ? HGCM_FROM_HOST : HGCM_TO_HOST);
    else
        copy = hgcm_give_buffer(call, wanted, is_read ? HGCM_FROM_HOST : HGCM_TO_HOST);
    if (copy && !is_read)
        memcpy(copy, buffer, wanted);
    int status = minimum(folder_send_open(call, handle), 0);
    /* How much was written is told by the offset, and the count is true for some ways of lending alone; but behind what
     * was appended the offset is the file's end. */
    uint64_t done = is_read || appends ? hgcm_number_32(call, 3) : hgcm_number_64(call, 2) - offset;
    if (status == FILE_OK && done > wanted)
        status = FILE_INVALID;
    *bytes = status == FILE_OK ? done : 0;
    if (copy && is_read)
        memcpy(buffer, copy, *bytes);
    hgcm_end(call);
    return status;
}

/* All of it, a MiB at a time, until there is no more; and where the memory is not made of pages, which could be
 * the host's for a while, as much as a call has room for. What went well before an error counts. */
static int transfer_all(struct file_system *system, enum folders_function function, uint64_t handle, uint64_t offset,
                        void *buffer, size_t *bytes)
{
    size_t done = 0, some = 1, most = pages_hold(buffer) ? HGCM_DIRECT_BYTES : HGCM_DATA_BYTES;
    int status = FILE_OK;
    while (done < *bytes && some && status == FILE_OK) {
        some = minimum(*bytes - done, most);
        status = transfer(system, function, handle, offset, (uint8_t *)buffer + done, &some);
        done += some;
        offset += offset == FILE_END ? 0 : some;
    }
    *bytes = done;
    return done && status != FILE_CANCELLED ? FILE_OK : status;
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
    struct hgcm_call *call = folder_begin_open(system, FOLDERS_SET_SIZE, handle);
    hgcm_give_64(call, bytes);
    return folder_finish_open(call, handle);
}

static int look_open(struct file_system *system, uint64_t handle, struct file_attributes *attributes)
{
    struct hgcm_call *call = folder_begin_open(system, FOLDERS_INFORMATION, handle);
    hgcm_give_32(call, FOLDERS_GET_ATTRIBUTES);
    hgcm_give_32(call, sizeof(struct folders_object));
    const struct folders_object *object = hgcm_give_buffer(call, sizeof *object, HGCM_BOTH);
    int status = minimum(folder_send_open(call, handle), 0);
    folder_read_object(object, attributes);
    hgcm_end(call);
    return status;
}

const struct file_operations folder_operations = {
    .open = open,
    .close = folder_close,
    .read = read,
    .write = write,
    .resize = resize,
    .look_open = look_open,
    .list = folder_list,
    .look = folder_look,
    .remove = folder_remove,
    .remove_folder = folder_remove_folder,
    .rename = folder_rename,
    .make_folder = folder_make_folder,
    .set_time = folder_set_time,
    .make_link = folder_make_link,
    .read_link = folder_read_link,
    .volume = folder_volume,
};
