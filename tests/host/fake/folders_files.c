/* Files and folders that a guest opens: how, and what it does with them until it closes them. */
#define _GNU_SOURCE
#include "tests/host/fake/folders_part.h"
#include "lib/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PARAMETERS = 108, ENTRY = 126, VOLUME = 40, LIST_LEAST = 128 };
enum { NO_PATH = -103, NO_MORE_FILES = -201, LISTING_OVERFLOW = 41 }; /* status */
enum { NONE, RESULT_NO_PATH, RESULT_NO_FILE, RESULT_EXISTS, RESULT_CREATED, RESULT_REPLACED };
enum { LOOK = 1, FOLDER = 4, IF_OLD = 0xf0, FAIL_IF_OLD = 0x10, IF_NEW = 0xf00, TO_READ = 0x1000, TO_WRITE = 0x2000,
       TO_APPEND = 0x40000 };

static uint64_t new_handle(void)
{
    for (uint64_t i = 0; i < FAKE_FILES; i++)
        if (!fake_folders.files[i].used) {
            fake_folders.files[i].used = true;
            fake_folders.open++;
            return i + 1;
        }
    return UINT64_MAX;
}

static void forget(struct fake_open *open)
{
    if (open->folder)
        closedir(open->folder);
    else
        close(open->file);
    *open = (struct fake_open){ 0 };
    fake_folders.open--;
}

static int32_t find_handle(const struct fake_call *call, struct fake_open **open)
{
    uint64_t handle = call->parameters[1].number;
    if (!handle)
        return FAKE_ERROR_PARAMETER;
    *open = handle <= FAKE_FILES ? &fake_folders.files[handle - 1] : NULL;
    return *open && (*open)->used && (*open)->root == call->parameters[0].number ? 0 : BAD_HANDLE;
}

static int32_t find_open(const struct fake_call *call, struct fake_open **open)
{
    struct fake_share *share;
    int32_t status = find_handle(call, open);
    return status < 0 ? status : fake_find_share(call, &share);
}

void fake_folders_close_all(void)
{
    for (struct fake_open *open = fake_folders.files; open < fake_folders.files + FAKE_FILES; open++)
        if (open->used)
            forget(open);
}

static int32_t create_folder(const char *path, uint32_t flags, uint64_t *handle, uint32_t *result)
{
    if (!(flags & IF_NEW)) {
        if (mkdir(path, 0777) < 0) {
            *result = errno == EEXIST ? RESULT_EXISTS : NONE;
            if (errno != EEXIST || (flags & IF_OLD) == FAIL_IF_OLD)
                return fake_status_at(path, errno);
        } else
            *result = RESULT_CREATED;
    }
    DIR *folder = opendir(path);
    if (!folder) {
        *result = errno == ENOENT ? RESULT_NO_FILE : NONE;
        return errno == ENOTDIR ? -126 : fake_status_at(path, errno);
    }
    *handle = new_handle();
    fake_folders.files[*handle - 1].folder = folder;
    *result = *result ? *result : RESULT_EXISTS;
    return 0;
}

static uint32_t result_of(int32_t status)
{
    return status == NOT_THERE ? RESULT_NO_FILE
           : status == NO_PATH ? RESULT_NO_PATH
           : status == EXISTS  ? RESULT_EXISTS
                               : NONE;
}

/* Most of what goes wrong with a file is a success without a handle. */
static int32_t create_file(const char *path, uint32_t flags, uint32_t mode, uint64_t *handle, uint32_t *result)
{
    bool was_there = access(path, F_OK) == 0;
    int how = flags & TO_WRITE ? (flags & TO_READ ? O_RDWR : O_WRONLY) : O_RDONLY;
    how |= (flags & IF_NEW ? 0 : O_CREAT) | (flags & TO_APPEND ? O_APPEND : 0);
    how |= (flags & IF_OLD) == FAIL_IF_OLD ? O_EXCL : (flags & IF_OLD) ? O_TRUNC : 0;
    struct stat info;
    if (stat(path, &info) == 0 && S_ISFIFO(info.st_mode))
        fake_vmmdev_complain(&host, "%s is a pipe: the service waits in it for ever\n", path);
    int file = open(path, how | O_NONBLOCK | O_CLOEXEC, mode & 07777);
    if (file < 0) {
        int32_t status = fake_status_at(path, errno);
        *result = result_of(status);
        return *result ? 0 : status;
    }
    *handle = new_handle();
    fake_folders.files[*handle - 1].file = file;
    *result = !was_there ? RESULT_CREATED : how & O_TRUNC ? RESULT_REPLACED : RESULT_EXISTS;
    return 0;
}

static int32_t create(struct fake_call *call)
{
    char path[FAKE_PATH];
    struct stat info;
    if (!fake_parameters_are(call, "4pp") || call->parameters[2].size != PARAMETERS)
        return FAKE_ERROR_PARAMETER;
    uint8_t *parameters = call->parameters[2].data;
    uint32_t flags = fake_get(parameters, 12), result = NONE;
    uint64_t handle = UINT64_MAX;
    if (fake_get64(parameters, 0) != UINT64_MAX)
        fake_vmmdev_complain(&host, "CREATE without a preset handle: an old guest's\n");
    int32_t status = fake_make_path(call, 1, path, false);
    if (status < 0)
        return status;
    struct fake_share *share = fake_share_at(call->parameters[0].number);
    if (flags & LOOK) {
        status = fake_outcome_at(path, fake_shows_links(call) ? lstat(path, &info) : stat(path, &info));
        result = status ? result_of(status) : RESULT_EXISTS;
        status = result ? 0 : status;
    } else if (share->read_only && (!(flags & IF_NEW) || (flags & IF_OLD & ~FAIL_IF_OLD))) {
        status = PROTECTED;
    } else {
        uint32_t may = share->read_only ? flags & ~TO_WRITE : flags;
        bool is_folder = flags & FOLDER || (stat(path, &info) == 0 && S_ISDIR(info.st_mode));
        status = is_folder ? create_folder(path, may, &handle, &result)
                           : create_file(path, may, fake_get(parameters, 16 + 48), &handle, &result);
    }
    if (handle != UINT64_MAX) {
        struct fake_open *open = &fake_folders.files[handle - 1];
        open->root = (uint32_t)call->parameters[0].number;
        open->may_write = flags & TO_WRITE && !share->read_only;
        snprintf(open->path, sizeof open->path, "%s", path);
    }
    fake_put64(parameters, 0, handle);
    fake_put(parameters, 8, result);
    bool is_link_itself = fake_shows_links(call) && flags & LOOK;
    if (result >= RESULT_EXISTS && (is_link_itself ? lstat(path, &info) : stat(path, &info)) == 0)
        fake_put_object(parameters + 16, &info);
    return status;
}

/* Also in a share that is gone, and not mapped any more. */
static int32_t close_file(struct fake_call *call)
{
    struct fake_open *open;
    int32_t status = fake_parameters_are(call, "48") ? find_handle(call, &open) : FAKE_ERROR_PARAMETER;
    if (status < 0)
        return status;
    forget(open);
    return 0;
}

/* A count that stays as it was where data is copied on its way, and not appended: the trap of short writes. What is
 * appended goes to the end, whatever offset is given, and the new end is what comes back. */
static int32_t move(struct fake_call *call, bool is_write)
{
    struct fake_open *open;
    if (!fake_parameters_are(call, "4884d"))
        return WRONG_COUNT;
    struct fake_parameter *buffer = &call->parameters[4];
    uint64_t offset = call->parameters[2].number, count = call->parameters[3].number;
    bool is_direct = buffer->kind == FAKE_PAGES;
    int32_t status = find_open(call, &open);
    if (status < 0)
        return status;
    if (is_write && fake_share_at(call->parameters[0].number)->read_only)
        return PROTECTED;
    if (open->folder)
        return -127;
    if (is_write && !open->may_write)
        return FAKE_ERROR_DENIED;
    if (count > buffer->size)
        return is_direct ? FAKE_ERROR_RANGE : BAD_HANDLE;
    if (count > fake_folders.lies.short_by)
        count -= fake_folders.lies.short_by;
    bool is_too_much = host_profile->system->writes_all_or_none ? count > fake_folders.room : !fake_folders.room;
    if (is_write && count && is_too_much)
        return DISK_FULL;
    if (is_write && count > fake_folders.room)
        count = fake_folders.room;
    bool appends = is_write && fcntl(open->file, F_GETFL) & O_APPEND;
    ssize_t done = is_write ? pwrite(open->file, buffer->data, count, (off_t)offset)
                            : pread(open->file, buffer->data, count, (off_t)offset);
    if (done < 0)
        return fake_status(errno);
    if (is_write) {
        fake_folders.room -= (uint64_t)done;
        offset = appends ? (uint64_t)lseek(open->file, 0, SEEK_END) : offset + (uint64_t)done;
        call->parameters[2].number = fake_folders.lies.backwards ? offset - (uint64_t)done - 1 : offset;
    }
    if (!is_write)
        buffer->size = (uint32_t)done; /* what lies behind it in the guest's pages stays */
    if (!is_write || is_direct || appends)
        call->parameters[3].number = (uint64_t)done;
    call->parameters[3].number += fake_folders.lies.count_plus;
    call->parameters[2].number += is_write ? fake_folders.lies.count_plus : 0;
    return 0;
}

static size_t put_entry(uint8_t *at, const struct stat *info, const char *name)
{
    size_t length = strlen(name);
    fake_put_object(at, info);
    memset(at + OBJECT, 0, ENTRY - OBJECT);
    fake_put16(at, 122, (uint32_t)length + 1);
    fake_put16(at, 124, fake_folders.lies.name_claim ? fake_folders.lies.name_claim : (uint32_t)length);
    memcpy(at + ENTRY, name, length + 1);
    if (fake_folders.lies.without_end)
        at[ENTRY + length] = 'x';
    return ENTRY + length + 1;
}

static int32_t list(struct fake_call *call)
{
    struct fake_open *open;
    if (!fake_parameters_are(call, "4844pp44"))
        return FAKE_ERROR_PARAMETER;
    int32_t status = find_open(call, &open);
    if (status < 0)
        return status;
    struct fake_parameter *buffer = &call->parameters[5];
    uint32_t size = (uint32_t)call->parameters[3].number, used = 0, count = 0;
    if (!open->folder || size < LIST_LEAST || size > buffer->size)
        return FAKE_ERROR_PARAMETER;
    if (call->parameters[6].number || call->parameters[4].size) /* in the middle; with a pattern */
        return FAKE_ERROR_PARAMETER;
    call->parameters[3].number = call->parameters[7].number = 0;
    for (;;) {
        struct dirent *entry = open->next ? open->next : readdir(open->folder);
        struct stat info;
        open->next = NULL;
        if (!entry)
            break;
        const char *name = fake_folders.lies.entry && entry->d_name[0] != '.' ? fake_folders.lies.entry : entry->d_name;
        if (!utf8_is_valid(entry->d_name) ||
            fstatat(dirfd(open->folder), entry->d_name, &info, fake_shows_links(call) ? AT_SYMLINK_NOFOLLOW : 0) < 0)
            continue;
        if (fake_folders.lies.no_room || ENTRY + strlen(name) + 1 > size - used) {
            open->next = entry;
            break;
        }
        used += (uint32_t)put_entry(buffer->data + used, &info, name);
        count++;
    }
    call->parameters[6].number = open->next || fake_folders.lies.endless;
    call->parameters[3].number = used + fake_folders.lies.count_plus;
    call->parameters[7].number = count + fake_folders.lies.count_plus;
    if (fake_folders.lies.endless)
        rewinddir(open->folder);
    return count ? 0 : open->next ? LISTING_OVERFLOW : NO_MORE_FILES;
}

static int32_t tell_volume(struct fake_call *call)
{
    struct fake_share *share;
    struct statvfs info;
    int32_t status = fake_find_share(call, &share);
    if (status < 0 || statvfs(share->folder, &info) < 0)
        return status < 0 ? status : fake_status(errno);
    uint8_t *volume = call->parameters[4].data;
    memset(volume, 0, VOLUME);
    fake_put64(volume, 0, info.f_blocks * info.f_frsize);
    fake_put64(volume, 8, info.f_bavail * info.f_frsize);
    fake_put(volume, 28, 255);
    volume[33] = !fake_folders.ignores_case;
    volume[34] = share->read_only;
    return 0;
}

/* Of what is open, though it has perhaps no name any more. */
static int32_t get_object(struct fake_call *call)
{
    struct fake_open *open;
    struct stat info;
    int32_t status = find_open(call, &open);
    if (status < 0)
        return status;
    if (fstat(open->folder ? dirfd(open->folder) : open->file, &info) < 0)
        return fake_status(errno);
    fake_put_object(call->parameters[4].data, &info);
    return 0;
}

/* Changes what is not 0, to the microsecond. That it could not is not said, but seen in what comes back. */
static int32_t set_object(struct fake_call *call)
{
    struct fake_open *open;
    int32_t status = find_open(call, &open);
    if (status < 0)
        return status;
    if (fake_share_at(call->parameters[0].number)->read_only)
        return PROTECTED;
    const uint8_t *object = call->parameters[4].data;
    int64_t modified = (int64_t)fake_get64(object, 24);
    int64_t step = host_profile->system->time_step;
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };
    if (modified)
        times[1] = (struct timespec){ modified / 1000000000, modified % 1000000000 / step * step };
    if (!fake_folders.keeps_times)
        futimens(open->folder ? dirfd(open->folder) : open->file, times);
    return get_object(call);
}

static int32_t inform(struct fake_call *call)
{
    if (!fake_parameters_are(call, "4844p"))
        return FAKE_ERROR_PARAMETER;
    uint64_t flags = call->parameters[2].number, size = call->parameters[3].number;
    if (flags == 0x10)
        return size == VOLUME && call->parameters[4].size >= VOLUME ? tell_volume(call) : FAKE_ERROR_PARAMETER;
    if (size != OBJECT || call->parameters[4].size < OBJECT)
        return FAKE_ERROR_PARAMETER;
    return flags == 8 ? get_object(call) : flags == 9 ? set_object(call) : FAKE_ERROR_PARAMETER;
}

static int32_t set_size(struct fake_call *call)
{
    struct fake_open *open;
    int32_t status = fake_parameters_are(call, "488") ? find_open(call, &open) : FAKE_ERROR_PARAMETER;
    if (status < 0)
        return status;
    if (fake_share_at(call->parameters[0].number)->read_only)
        return PROTECTED;
    return open->folder ? -127 : fake_outcome(ftruncate(open->file, (off_t)call->parameters[2].number));
}

static int32_t read_file(struct fake_call *call) { return move(call, false); }
static int32_t write_file(struct fake_call *call) { return move(call, true); }

const struct fake_folders_function fake_folders_of_files[] = {
    { 3, create }, { 4, close_file }, { 5, read_file }, { 6, write_file }, { 8, list }, { 9, inform }, { 24, set_size },
    { 0, NULL },
};
