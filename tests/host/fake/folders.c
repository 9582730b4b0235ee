/* Shared folders as VirtualBox 7.2 serves them. Numbers are its own. */
#define _GNU_SOURCE
#include "tests/host/fake/folders.h"
#include "lib/utf8.h"
#include "tests/host/fake/machine.h"
#include "tests/host/test.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { OBJECT = 92, PARAMETERS = 108, ENTRY = 126, VOLUME = 40, LIST_LEAST = 128 };
enum { /* status */
    BAD_HANDLE = -4,
    BUFFER_OVERFLOW = -41,
    CANCELLED = -70,
    NOT_THERE = -102,
    NO_PATH = -103,
    EXISTS = -105,
    PROTECTED = -113,
    NO_MORE_FILES = -201,
    WRONG_COUNT = -22415,
    LISTING_OVERFLOW = 41,
};
enum { NONE, RESULT_NO_PATH, RESULT_NO_FILE, RESULT_EXISTS, RESULT_CREATED, RESULT_REPLACED };
enum { LOOK = 1, FOLDER = 4, IF_OLD = 0xf0, FAIL_IF_OLD = 0x10, IF_NEW = 0xf00, TO_READ = 0x1000, TO_WRITE = 0x2000 };

struct fake_folders fake_folders;
static bool is_utf8, shows_links;

static int32_t status_of(int error)
{
    static const struct {
        int error;
        int32_t status;
    } table[] = {
        { EPERM, -38 },    { EACCES, -38 },   { ENOENT, -102 },   { ENOTDIR, -103 },      { EEXIST, -105 },
        { ENOTEMPTY, -125 }, { EISDIR, -127 }, { ENAMETOOLONG, -120 }, { ELOOP, -156 },   { ENOSPC, -152 },
        { EINVAL, -2 },    { EFBIG, -128 },   { EIO, -250 },      { EROFS, -113 },        { EMFILE, -106 },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].error == error)
            return table[i].status;
    return -225;
}

static int32_t outcome(int answer) { return answer < 0 ? status_of(errno) : 0; }

/* Parameters. */

/* kinds: 4 and 8 are numbers, p are bytes, d may be pages that nobody copies. */
static bool has_kinds(const struct fake_call *call, const char *kinds)
{
    if (call->count != strlen(kinds))
        return false;
    for (uint32_t i = 0; i < call->count; i++) {
        int kind = (int)call->parameters[i].kind;
        if (kinds[i] == '4' ? kind != FAKE_NUMBER_32
            : kinds[i] == '8' ? kind != FAKE_NUMBER_64
                              : kind != FAKE_BYTES && !(kinds[i] == 'd' && kind == FAKE_PAGES))
            return false;
    }
    return true;
}

static uint32_t get16(const uint8_t *bytes) { return bytes[0] | (uint32_t)bytes[1] << 8; }

static void put16(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

/* A string as the service demands it: {bytes with the 0, bytes without, text}. */
static const char *string_of(const struct fake_call *call, uint32_t index)
{
    const struct fake_parameter *given = &call->parameters[index];
    if (given->size <= 4)
        return NULL;
    uint32_t size = get16(given->data), length = get16(given->data + 2);
    const char *text = (const char *)given->data + 4;
    if (given->size < 4 + size || length >= size || strnlen(text, size) != length || !utf8_is_valid(text))
        return NULL;
    return text;
}

/* Fills one that the guest made room for. */
static int32_t put_string(struct fake_call *call, uint32_t index, const char *text)
{
    struct fake_parameter *given = &call->parameters[index];
    uint32_t size = given->size > 4 ? get16(given->data) : 0, length = (uint32_t)strlen(text);
    if (!size || given->size < 4 + size || get16(given->data + 2) >= size)
        return FAKE_ERROR_PARAMETER;
    put16(given->data + 2, fake_folders.lies.name_claim ? fake_folders.lies.name_claim : length);
    if (length >= size)
        return BUFFER_OVERFLOW;
    memcpy(given->data + 4, text, length + 1);
    if (fake_folders.lies.without_end)
        memset(given->data + 4 + length, 'x', size - length);
    return 0;
}

/* Shares. */

static struct fake_share *share_of(uint64_t root)
{
    return root < FAKE_SHARES && fake_folders.shares[root].is_listed ? &fake_folders.shares[root] : NULL;
}

/* One that the guest may use now. */
static int32_t find_share(const struct fake_call *call, struct fake_share **share)
{
    *share = share_of(call->parameters[0].number);
    if (!*share || !(*share)->maps)
        return BAD_HANDLE;
    return (*share)->is_removed ? FAKE_ERROR_DENIED : 0;
}

static void wake_waiters(void)
{
    struct fake_call *call;
    fake_folders.version++;
    while ((call = fake_hgcm_find(22))) {
        call->parameters[0].number = fake_folders.version;
        fake_hgcm_complete(&host, call, CANCELLED);
    }
}

static int32_t query_mappings(struct fake_call *call)
{
    if (!has_kinds(call, "44p"))
        return FAKE_ERROR_PARAMETER;
    is_utf8 |= call->parameters[0].number & 1;
    uint32_t most = (uint32_t)call->parameters[1].number, count = 0;
    if (most != call->parameters[2].size / 8)
        return FAKE_ERROR_PARAMETER;
    for (uint32_t root = 0; root < FAKE_SHARES; root++)
        if (share_of(root)) {
            if (count < most)
                fake_put64(call->parameters[2].data, 8 * count, 1 | (uint64_t)root << 32);
            count++;
        }
    call->parameters[1].number = count + fake_folders.lies.count_plus;
    return count > most ? 41 : 0;
}

static int32_t query_map_info(struct fake_call *call)
{
    if (!has_kinds(call, "4pp84"))
        return WRONG_COUNT;
    struct fake_share *share = share_of(call->parameters[0].number);
    if (!share)
        return NOT_THERE;
    int32_t status = put_string(call, 1, share->name);
    call->parameters[3].number = (share->read_only ? 0 : 1) | 4 | 8;
    call->parameters[4].number = fake_folders.version;
    return status < 0 ? status : put_string(call, 2, "");
}

static int32_t map(struct fake_call *call)
{
    if (!has_kinds(call, "p444"))
        return FAKE_ERROR_PARAMETER;
    const char *name = string_of(call, 0);
    if (!name || call->parameters[2].number != '/')
        return FAKE_ERROR_PARAMETER;
    for (uint32_t root = 0; root < FAKE_SHARES; root++) {
        struct fake_share *share = share_of(root);
        if (!share || share->is_removed || strcasecmp(share->name, name) != 0)
            continue;
        share->maps++;
        call->parameters[1].number = root;
        return 0;
    }
    return NOT_THERE;
}

static int32_t unmap(struct fake_call *call)
{
    struct fake_share *share = has_kinds(call, "4") ? share_of(call->parameters[0].number) : NULL;
    if (!share || !share->maps)
        return FAKE_ERROR_PARAMETER;
    share->maps--;
    if (!share->maps && share->is_removed)
        *share = (struct fake_share){ 0 };
    return 0;
}

/* Waits of 64 calls in the life of a machine; the host never counts down. */
static int32_t wait_for_change(struct fake_call *call)
{
    if (!has_kinds(call, "4"))
        return WRONG_COUNT;
    fake_folders.version += fake_folders.lies.restless;
    if (call->parameters[0].number != fake_folders.version) {
        call->parameters[0].number = fake_folders.version;
        return 0;
    }
    if (fake_folders.waits >= FAKE_WAITS)
        return FAKE_ERROR_FULL;
    fake_folders.waits++;
    return FAKE_LATER;
}

/* Files. */

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

static int32_t find_open(const struct fake_call *call, struct fake_open **open)
{
    struct fake_share *share;
    uint64_t handle = call->parameters[1].number;
    if (!handle)
        return FAKE_ERROR_PARAMETER;
    int32_t status = find_share(call, &share);
    *open = handle <= FAKE_FILES ? &fake_folders.files[handle - 1] : NULL;
    if (!*open || !(*open)->used || (*open)->root != call->parameters[0].number)
        return BAD_HANDLE;
    return status;
}

/* Where a path of the guest is on this computer. */
static int32_t make_path(const struct fake_call *call, uint32_t index, char *path, bool writes)
{
    struct fake_share *share;
    int32_t status = find_share(call, &share);
    const char *text = string_of(call, index);
    if (status < 0)
        return status;
    if (!is_utf8 || !text)
        return FAKE_ERROR_PARAMETER;
    if (strstr(text, "//") || strncmp(text, "../", 3) == 0 || strstr(text, "/../") || text[0] == '/')
        fake_vmmdev_complain(&host, "the path %s is not clean\n", text);
    snprintf(path, 4400, "%s/%s", share->folder, text);
    return writes && share->read_only ? PROTECTED : 0;
}

static int64_t nanoseconds(struct timespec time) { return time.tv_sec * 1000000000ll + time.tv_nsec; }

static void put_object(uint8_t *object, const struct stat *info)
{
    uint32_t kind = S_ISREG(info->st_mode) ? 8 : S_ISDIR(info->st_mode) ? 4 : S_ISLNK(info->st_mode) ? 10 : 1;
    memset(object, 0, OBJECT);
    fake_put64(object, 0, (uint64_t)info->st_size);
    fake_put64(object, 8, (uint64_t)info->st_blocks * 512);
    fake_put64(object, 16, (uint64_t)nanoseconds(info->st_atim));
    fake_put64(object, 24, (uint64_t)nanoseconds(info->st_mtim));
    fake_put64(object, 32, (uint64_t)nanoseconds(info->st_ctim));
    fake_put(object, 48, (info->st_mode & 07777) | kind << 12 | 0x800000);
    fake_put(object, 52, 1);
}

static int32_t create_folder(const char *path, uint32_t flags, uint64_t *handle, uint32_t *result)
{
    if (!(flags & IF_NEW)) {
        if (mkdir(path, 0777) < 0) {
            *result = errno == EEXIST ? RESULT_EXISTS : NONE;
            if (errno != EEXIST || (flags & IF_OLD) == FAIL_IF_OLD)
                return status_of(errno);
        } else
            *result = RESULT_CREATED;
    }
    DIR *folder = opendir(path);
    if (!folder) {
        *result = errno == ENOENT ? RESULT_NO_FILE : NONE;
        return errno == ENOTDIR ? -126 : status_of(errno);
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
    how |= flags & IF_NEW ? 0 : O_CREAT;
    how |= (flags & IF_OLD) == FAIL_IF_OLD ? O_EXCL : (flags & IF_OLD) ? O_TRUNC : 0;
    struct stat info;
    if (stat(path, &info) == 0 && S_ISFIFO(info.st_mode))
        fake_vmmdev_complain(&host, "%s is a pipe: the service waits in it for ever\n", path);
    int file = open(path, how | O_NONBLOCK | O_CLOEXEC, mode & 07777);
    if (file < 0) {
        int32_t status = status_of(errno);
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
    char path[4400];
    struct stat info;
    if (!has_kinds(call, "4pp") || call->parameters[2].size != PARAMETERS)
        return FAKE_ERROR_PARAMETER;
    uint8_t *parameters = call->parameters[2].data;
    uint32_t flags = fake_get(parameters, 12), result = NONE;
    uint64_t handle = UINT64_MAX;
    if (fake_get64(parameters, 0) != UINT64_MAX)
        fake_vmmdev_complain(&host, "CREATE without a preset handle: an old guest's\n");
    int32_t status = make_path(call, 1, path, false);
    if (status < 0)
        return status;
    struct fake_share *share = share_of(call->parameters[0].number);
    if (flags & LOOK) {
        status = outcome(shows_links ? lstat(path, &info) : stat(path, &info));
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
    if (result >= RESULT_EXISTS && (shows_links && flags & LOOK ? lstat(path, &info) : stat(path, &info)) == 0)
        put_object(parameters + 16, &info);
    return status;
}

static int32_t close_file(struct fake_call *call)
{
    struct fake_open *open;
    int32_t status = has_kinds(call, "48") ? find_open(call, &open) : FAKE_ERROR_PARAMETER;
    if (status < 0 && status != FAKE_ERROR_DENIED)
        return status;
    forget(open);
    return 0;
}

/* A count that stays as it was where data is copied on its way: the trap of short writes. */
static int32_t move(struct fake_call *call, bool is_write)
{
    struct fake_open *open;
    if (!has_kinds(call, "4884d"))
        return WRONG_COUNT;
    struct fake_parameter *buffer = &call->parameters[4];
    uint64_t offset = call->parameters[2].number, count = call->parameters[3].number;
    bool is_direct = buffer->kind == FAKE_PAGES;
    int32_t status = find_open(call, &open);
    if (status < 0)
        return status;
    if (is_write && share_of(call->parameters[0].number)->read_only)
        return PROTECTED;
    if (open->folder)
        return -127;
    if (is_write && !open->may_write)
        return FAKE_ERROR_DENIED;
    if (count > buffer->size)
        return is_direct ? FAKE_ERROR_RANGE : BAD_HANDLE;
    if (count > fake_folders.lies.short_by)
        count -= fake_folders.lies.short_by;
    if (is_write && count && !fake_folders.room)
        return -152;
    if (is_write && count > fake_folders.room)
        count = fake_folders.room;
    ssize_t done = is_write ? pwrite(open->file, buffer->data, count, (off_t)offset)
                            : pread(open->file, buffer->data, count, (off_t)offset);
    if (done < 0)
        return status_of(errno);
    if (is_write) {
        fake_folders.room -= (uint64_t)done;
        call->parameters[2].number = fake_folders.lies.backwards ? offset - 1 : offset + (uint64_t)done;
    }
    if (!is_write)
        buffer->size = (uint32_t)done; /* what lies behind it in the guest's pages stays */
    if (!is_write || is_direct)
        call->parameters[3].number = (uint64_t)done;
    call->parameters[3].number += fake_folders.lies.count_plus;
    call->parameters[2].number += is_write ? fake_folders.lies.count_plus : 0;
    return 0;
}

static size_t put_entry(uint8_t *at, const struct stat *info, const char *name)
{
    size_t length = strlen(name);
    put_object(at, info);
    memset(at + OBJECT, 0, ENTRY - OBJECT);
    put16(at + 122, (uint32_t)length + 1);
    put16(at + 124, fake_folders.lies.name_claim ? fake_folders.lies.name_claim : (uint32_t)length);
    memcpy(at + ENTRY, name, length + 1);
    if (fake_folders.lies.without_end)
        at[ENTRY + length] = 'x';
    return ENTRY + length + 1;
}

static int32_t list(struct fake_call *call)
{
    struct fake_open *open;
    if (!has_kinds(call, "4844pp44"))
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
            fstatat(dirfd(open->folder), entry->d_name, &info, shows_links ? AT_SYMLINK_NOFOLLOW : 0) < 0)
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
    int32_t status = find_share(call, &share);
    if (status < 0 || statvfs(share->folder, &info) < 0)
        return status < 0 ? status : status_of(errno);
    uint8_t *volume = call->parameters[4].data;
    memset(volume, 0, VOLUME);
    fake_put64(volume, 0, info.f_blocks * info.f_frsize);
    fake_put64(volume, 8, info.f_bavail * info.f_frsize);
    fake_put(volume, 28, 255);
    volume[34] = share->read_only;
    return 0;
}

/* Changes what is not 0. That it could not is not said, but seen in what comes back. */
static int32_t set_object(struct fake_call *call)
{
    struct fake_open *open;
    struct stat info;
    int32_t status = find_open(call, &open);
    if (status < 0)
        return status;
    if (share_of(call->parameters[0].number)->read_only)
        return PROTECTED;
    uint8_t *object = call->parameters[4].data;
    int64_t modified = (int64_t)fake_get64(object, 24);
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };
    if (modified)
        times[1] = (struct timespec){ modified / 1000000000, modified % 1000000000 };
    if (utimensat(AT_FDCWD, open->path, times, 0) < 0 || stat(open->path, &info) < 0)
        return stat(open->path, &info) < 0 ? status_of(errno) : 0;
    put_object(object, &info);
    return 0;
}

static int32_t inform(struct fake_call *call)
{
    if (!has_kinds(call, "4844p"))
        return FAKE_ERROR_PARAMETER;
    uint64_t flags = call->parameters[2].number, size = call->parameters[3].number;
    if (flags == 0x10)
        return size == VOLUME && call->parameters[4].size >= VOLUME ? tell_volume(call) : FAKE_ERROR_PARAMETER;
    return flags == 9 && size == OBJECT && call->parameters[4].size >= OBJECT ? set_object(call) : FAKE_ERROR_PARAMETER;
}

static int32_t remove_path(struct fake_call *call)
{
    char path[4400];
    struct stat info;
    if (!has_kinds(call, "4p4"))
        return WRONG_COUNT;
    uint32_t flags = (uint32_t)call->parameters[2].number;
    int32_t status = make_path(call, 1, path, true);
    if (status < 0 || flags & ~7u)
        return status < 0 ? status : -13;
    if (lstat(path, &info) < 0)
        return status_of(errno);
    if (S_ISLNK(info.st_mode) && !(flags & 4))
        return FAKE_ERROR_DENIED;
    return outcome(flags & 2 ? rmdir(path) : S_ISDIR(info.st_mode) ? (errno = EISDIR, -1) : unlink(path));
}

static int32_t rename_path(struct fake_call *call)
{
    char from[4400], to[4400];
    struct stat info;
    if (!has_kinds(call, "4pp4"))
        return FAKE_ERROR_PARAMETER;
    uint32_t flags = (uint32_t)call->parameters[3].number;
    int32_t status = make_path(call, 1, from, true);
    status = status < 0 ? status : make_path(call, 2, to, true);
    if (status < 0)
        return status;
    if (lstat(to, &info) == 0 && !(flags & 4))
        return EXISTS;
    if (lstat(from, &info) < 0)
        return status_of(errno);
    if (S_ISDIR(info.st_mode) ? !(flags & 2) : !(flags & 1))
        return S_ISDIR(info.st_mode) ? -127 : -126;
    return outcome(rename(from, to));
}

static int32_t read_link(struct fake_call *call)
{
    char path[4400];
    if (!has_kinds(call, "4pp"))
        return FAKE_ERROR_PARAMETER;
    int32_t status = make_path(call, 1, path, false);
    if (status < 0)
        return status;
    struct fake_parameter *target = &call->parameters[2];
    ssize_t length = readlink(path, (char *)target->data, target->size - 1);
    if (length < 0)
        return errno == EINVAL ? -19 : status_of(errno);
    target->data[length] = 0;
    if (fake_folders.lies.without_end)
        memset(target->data + length, 'x', target->size - (size_t)length);
    return 0;
}

static int32_t make_link(struct fake_call *call)
{
    char path[4400];
    struct stat info;
    if (!has_kinds(call, "4ppp") || call->parameters[3].size != OBJECT)
        return FAKE_ERROR_PARAMETER;
    int32_t status = make_path(call, 1, path, true);
    const char *target = string_of(call, 2);
    if (status < 0 || !target)
        return status < 0 ? status : FAKE_ERROR_PARAMETER;
    if (symlink(target, path) < 0 || lstat(path, &info) < 0)
        return status_of(errno);
    put_object(call->parameters[3].data, &info);
    return 0;
}

static int32_t set_size(struct fake_call *call)
{
    struct fake_open *open;
    int32_t status = has_kinds(call, "488") ? find_open(call, &open) : FAKE_ERROR_PARAMETER;
    if (status < 0)
        return status;
    if (share_of(call->parameters[0].number)->read_only)
        return PROTECTED;
    return open->folder ? -127 : outcome(ftruncate(open->file, (off_t)call->parameters[2].number));
}

static int32_t answer(struct fake_call *call)
{
    switch (call->function) {
    case 1:
        return query_mappings(call);
    case 3:
        return create(call);
    case 4:
        return close_file(call);
    case 5:
        return move(call, false);
    case 6:
        return move(call, true);
    case 8:
        return list(call);
    case 9:
        return inform(call);
    case 11:
        return remove_path(call);
    case 13:
        return unmap(call);
    case 14:
        return rename_path(call);
    case 16:
        is_utf8 = true;
        return 0;
    case 17:
        return map(call);
    case 18:
        return read_link(call);
    case 19:
        return make_link(call);
    case 20:
        shows_links = true;
        return 0;
    case 21:
        return query_map_info(call);
    case 22:
        return wait_for_change(call);
    case 24:
        return set_size(call);
    default:
        return FAKE_ERROR_UNKNOWN;
    }
}

static int32_t spoil(struct fake_call *call, int32_t status)
{
    for (uint32_t i = 0; i < call->count; i++) {
        struct fake_parameter *parameter = &call->parameters[i];
        if (test_random() % 4 == 0)
            parameter->number = test_random() >> test_random() % 64;
        for (uint64_t n = test_random() % 16; n && parameter->size; n--)
            parameter->data[test_random() % (parameter->size < 512 ? parameter->size : 512)] = (uint8_t)test_random();
    }
    return test_random() % 8 ? status : (int32_t)(test_random() % 512) - 256;
}

static int32_t serve(struct fake_call *call)
{
    if (call->function >= FAKE_FUNCTIONS)
        return FAKE_ERROR_UNKNOWN;
    fake_folders.calls[call->function]++;
    if (fake_folders.before)
        fake_folders.before(call);
    if (fake_folders.lies.refused[call->function])
        return fake_folders.lies.refused[call->function];
    if (fake_folders.linger == (int)call->function)
        return FAKE_LATER;
    int32_t status = answer(call);
    return fake_folders.lies.noise && status != FAKE_LATER ? spoil(call, status) : status;
}

void fake_folders_go_on(void)
{
    int function = fake_folders.linger;
    struct fake_call *call;
    fake_folders.linger = 0;
    while ((call = fake_hgcm_find((uint32_t)function)))
        fake_hgcm_complete(&host, call, answer(call));
}

/* Another process goes on with the machine: mappings are there, handles are not. */
static void restore(void)
{
    for (struct fake_open *open = fake_folders.files; open < fake_folders.files + FAKE_FILES; open++)
        if (open->used)
            forget(open);
    fake_folders.version++;
    fake_folders.waits = 0;
}

static void disconnect(uint32_t client)
{
    (void)client;
    for (struct fake_open *open = fake_folders.files; open < fake_folders.files + FAKE_FILES; open++)
        if (open->used)
            forget(open);
    for (uint32_t root = 0; root < FAKE_SHARES; root++)
        fake_folders.shares[root].maps = 0;
}

/* The host's side. */

static char made[FAKE_SHARES * 4][256];
static size_t made_count;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static void clean_up(void)
{
    while (made_count)
        nftw(made[--made_count], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fake_folders_share_again(const char *name, const char *folder)
{
    for (uint32_t root = 0; root < FAKE_SHARES; root++) {
        struct fake_share *share = &fake_folders.shares[root];
        if (share->is_listed)
            continue;
        *share = (struct fake_share){ .is_listed = true };
        snprintf(share->name, sizeof share->name, "%s", name);
        snprintf(share->folder, sizeof share->folder, "%s", folder);
        break;
    }
    wake_waiters();
}

const char *fake_folders_share(const char *name, bool read_only)
{
    char *folder = made[made_count++];
    strcpy(folder, "/tmp/folders-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL, ==, true);
    fake_folders_share_again(name, folder);
    for (uint32_t root = 0; root < FAKE_SHARES; root++)
        if (strcmp(fake_folders.shares[root].folder, folder) == 0)
            fake_folders.shares[root].read_only = read_only;
    return folder;
}

void fake_folders_unshare(const char *name)
{
    for (uint32_t root = 0; root < FAKE_SHARES; root++) {
        struct fake_share *share = share_of(root);
        if (!share || share->is_removed || strcmp(share->name, name) != 0)
            continue;
        share->is_removed = true;
        if (!share->maps)
            *share = (struct fake_share){ 0 };
    }
    wake_waiters();
}

void fake_folders_put(const char *folder, const char *name, const void *bytes, size_t count)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    EXPECT(file && fwrite(bytes, 1, count, file) == count, ==, true);
    fclose(file);
}

void fake_folders_expect(const char *folder, const char *name, const void *bytes, size_t count)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    EXPECT(file != NULL, ==, true);
    uint8_t *is = malloc(count + 1);
    EXPECT(fread(is, 1, count + 1, file), ==, count);
    EXPECT(memcmp(is, bytes, count), ==, 0);
    free(is);
    fclose(file);
}

void fake_folders_start(void)
{
    static struct fake_service service = {
        .name = "VBoxSharedFolders", .takes_pages = true, .disconnect = disconnect, .call = serve, .restore = restore
    };
    fake_folders.room = UINT64_MAX;
    atexit(clean_up);
    fake_hgcm_offer(&service);
}
