/* What the service of shared folders says and is told: statuses, strings, and what it knows of a file. */
#include "tests/host/fake/folders_part.h"
#include "lib/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int32_t fake_status(int error)
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

int32_t fake_outcome(int answer) { return answer < 0 ? fake_status(errno) : 0; }

int32_t fake_status_at(const char *path, int error)
{
    char parent[FAKE_PATH];
    int32_t status = fake_status(error);
    snprintf(parent, sizeof parent, "%.*s", (int)(strrchr(path, '/') - path), path);
    return status == NOT_THERE && access(parent, F_OK) < 0 ? host_profile->system->no_folder : status;
}

int32_t fake_outcome_at(const char *path, int answer) { return answer < 0 ? fake_status_at(path, errno) : 0; }

const char *fake_string(const struct fake_call *call, uint32_t index)
{
    const struct fake_parameter *given = &call->parameters[index];
    if (given->size <= 4)
        return NULL;
    uint32_t size = fake_get16(given->data, 0), length = fake_get16(given->data, 2);
    const char *text = (const char *)given->data + 4;
    if (given->size < 4 + size || length >= size || strnlen(text, size) != length || !utf8_is_valid(text))
        return NULL;
    return text;
}

int32_t fake_put_string(struct fake_call *call, uint32_t index, const char *text)
{
    struct fake_parameter *given = &call->parameters[index];
    uint32_t size = given->size > 4 ? fake_get16(given->data, 0) : 0, length = (uint32_t)strlen(text);
    if (!size || given->size < 4 + size || fake_get16(given->data, 2) >= size)
        return FAKE_ERROR_PARAMETER;
    fake_put16(given->data, 2, fake_folders.lies.name_claim ? fake_folders.lies.name_claim : length);
    if (length >= size)
        return BUFFER_OVERFLOW;
    memcpy(given->data + 4, text, length + 1);
    if (fake_folders.lies.without_end)
        memset(given->data + 4 + length, 'x', size - length);
    return 0;
}

static int64_t nanoseconds(struct timespec time) { return time.tv_sec * 1000000000ll + time.tv_nsec; }

void fake_put_object(uint8_t *object, const struct stat *info)
{
    uint32_t kind = S_ISREG(info->st_mode) ? 8 : S_ISDIR(info->st_mode) ? 4 : S_ISLNK(info->st_mode) ? 10 : 1;
    memset(object, 0, OBJECT);
    fake_put64(object, 0, (uint64_t)info->st_size);
    fake_put64(object, 8, (uint64_t)info->st_blocks * 512);
    fake_put64(object, 16, (uint64_t)nanoseconds(info->st_atim));
    fake_put64(object, 24, (uint64_t)nanoseconds(info->st_mtim));
    fake_put64(object, 32, (uint64_t)nanoseconds(info->st_ctim));
    /* Runtime/common/fs: rtFsModeFromDos; vbsf.cpp adds 0111 */
    uint32_t permissions = host_profile->system->has_modes ? info->st_mode & 07777 : info->st_mode & 0200 ? 0777 : 0555;
    fake_put(object, 48, permissions | kind << 12 | 0x800000);
    fake_put(object, 52, 1);
}
