/* What a guest does to a path of a share without opening it: remove, rename, and links. */
#define _GNU_SOURCE
#include "tests/host/fake/folders_part.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int32_t remove_path(struct fake_call *call)
{
    char path[FAKE_PATH];
    struct stat info;
    if (!fake_parameters_are(call, "4p4"))
        return WRONG_COUNT;
    uint32_t flags = (uint32_t)call->parameters[2].number;
    int32_t status = fake_make_path(call, 1, path, true);
    if (status < 0 || flags & ~7u)
        return status < 0 ? status : -13;
    if (lstat(path, &info) < 0)
        return fake_status_at(path, errno);
    if (S_ISLNK(info.st_mode) && !(flags & 4))
        return FAKE_ERROR_DENIED;
    if (S_ISDIR(info.st_mode) != (flags & 2) / 2)
        return flags & 2 ? host_profile->system->unlinked_file : host_profile->system->unlinked_folder;
    if (!(flags & 2) && fake_is_locked(path))
        return SHARING_VIOLATION;
    return fake_outcome(flags & 2 ? rmdir(path) : unlink(path));
}

static int32_t rename_path(struct fake_call *call)
{
    char from[FAKE_PATH], to[FAKE_PATH];
    struct stat info;
    if (!fake_parameters_are(call, "4pp4"))
        return FAKE_ERROR_PARAMETER;
    uint32_t flags = (uint32_t)call->parameters[3].number;
    int32_t status = fake_make_path(call, 1, from, true);
    status = status < 0 ? status : fake_make_path(call, 2, to, true);
    if (status < 0)
        return status;
    if (lstat(from, &info) < 0)
        return fake_status_at(from, errno);
    if (S_ISDIR(info.st_mode) ? !(flags & 2) : !(flags & 1))
        return S_ISDIR(info.st_mode) ? -127 : -126;
    if (fake_is_locked(from))
        return S_ISDIR(info.st_mode) ? FAKE_ERROR_DENIED : SHARING_VIOLATION;
    if (strcmp(from, to) == 0) /* perhaps in another spelling */
        fake_make_new_path(call, 2, to);
    else if (lstat(to, &info) == 0 && !(flags & 4))
        return EXISTS;
    else if (lstat(to, &info) == 0 && S_ISDIR(info.st_mode))
        return host_profile->system->onto_folder;
    else if (fake_is_locked(to))
        return FAKE_ERROR_DENIED;
    return fake_outcome_at(to, rename(from, to));
}

static int32_t read_link(struct fake_call *call)
{
    char path[FAKE_PATH];
    if (!fake_parameters_are(call, "4pp"))
        return FAKE_ERROR_PARAMETER;
    int32_t status = fake_make_path(call, 1, path, false);
    if (status < 0)
        return status;
    struct fake_parameter *target = &call->parameters[2];
    ssize_t length = readlink(path, (char *)target->data, target->size - 1);
    if (length < 0)
        return errno == EINVAL ? -19 : fake_status_at(path, errno);
    target->data[length] = 0;
    for (char *at = (char *)target->data; host_profile->system->has_backslash && (at = strchr(at, '\\'));)
        *at = '/';
    if (fake_folders.lies.without_end)
        memset(target->data + length, 'x', target->size - (size_t)length);
    return 0;
}

static int32_t make_link(struct fake_call *call)
{
    char path[FAKE_PATH];
    struct stat info;
    if (!fake_parameters_are(call, "4ppp") || call->parameters[3].size != OBJECT)
        return FAKE_ERROR_PARAMETER;
    if (!fake_folders.allows_links)
        return PROTECTED;
    int32_t status = fake_make_path(call, 1, path, true);
    const char *target = fake_string(call, 2);
    if (status < 0 || !target)
        return status < 0 ? status : FAKE_ERROR_PARAMETER;
    if (host_profile->system->link_made)
        return host_profile->system->link_made;
    if (symlink(target, path) < 0 || lstat(path, &info) < 0)
        return fake_status_at(path, errno);
    fake_put_object(call->parameters[3].data, &info);
    return 0;
}

const struct fake_folders_function fake_folders_of_paths[] = {
    { 11, remove_path }, { 14, rename_path }, { 18, read_link }, { 19, make_link }, { 0, NULL },
};
