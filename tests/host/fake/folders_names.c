/* Which names does a host's file system have, and which of them are one? */
#define _GNU_SOURCE
#include "tests/host/fake/folders_part.h"
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

/* Letters with their marks, and the two characters that they are to HFS+, and may be to APFS. Those that tests need. */
static const struct {
    const char *one, *two;
} letters[] = {
    { "\xc3\xa4", "a\xcc\x88" }, { "\xc3\xb6", "o\xcc\x88" }, { "\xc3\xbc", "u\xcc\x88" }, { "\xc3\xa9", "e\xcc\x81" },
};

static void decompose(char *to, const char *name)
{
    for (*to = 0; *name;) {
        size_t i = 0;
        while (i < sizeof letters / sizeof letters[0] && strncmp(name, letters[i].one, 2) != 0)
            i++;
        if (i < sizeof letters / sizeof letters[0]) {
            to = stpcpy(to, letters[i].two);
            name += 2;
        } else {
            *to++ = *name++;
            *to = 0;
        }
    }
}

static bool are_one(const char *first, const char *second)
{
    char one[FAKE_PATH], two[FAKE_PATH];
    bool is_any = host_profile->system->names != NAMES_AS_GIVEN;
    is_any ? decompose(one, first) : (void)strcpy(one, first);
    is_any ? decompose(two, second) : (void)strcpy(two, second);
    return fake_folders.ignores_case ? strcasecmp(one, two) == 0 : strcmp(one, two) == 0;
}

/* Whether a folder has an entry that this name means; if so it becomes that entry's own. */
static bool find_entry(const char *path, char *name)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool is_found = false;
    while (folder && !is_found && (entry = readdir(folder)))
        if ((is_found = are_one(entry->d_name, name)))
            strcpy(name, entry->d_name);
    if (folder)
        closedir(folder);
    return is_found;
}

static bool is_possible(const char *part)
{
    const char *forbidden = host_profile->system->forbidden;
    for (; *part; part++)
        if (forbidden && ((unsigned char)*part < ' ' || strchr(forbidden, *part)))
            return false;
    return true;
}

static void cut(char *part)
{
    size_t length = strlen(part);
    while (host_profile->system->cuts_names && length && strchr(" .", part[length - 1]))
        part[--length] = 0;
}

/* False: the host has no such names. */
static bool append_part(char *path, char *part, bool is_new)
{
    char whole[2 * FAKE_PATH];
    struct stat info;
    if (!is_possible(part))
        return false;
    cut(part);
    snprintf(whole, sizeof whole, "%s/%s", path, part);
    bool is_known = (!is_new && lstat(whole, &info) == 0) || (!is_new && find_entry(path, part));
    size_t length = strlen(path);
    path[length++] = '/';
    if (!is_known && host_profile->system->names == NAMES_DECOMPOSED)
        decompose(path + length, part);
    else
        strcpy(path + length, part);
    return true;
}

static int32_t make_path(const struct fake_call *call, uint32_t index, char *path, bool is_new)
{
    struct fake_share *share;
    int32_t status = fake_find_share(call, &share);
    const char *text = fake_string(call, index);
    if (status < 0)
        return share && share->is_removed ? GONE : status; /* mappings.cpp, vbsfMappingsQueryHostRootEx */
    if (!(fake_folders.is_utf8 >> call->client & 1) || !text)
        return FAKE_ERROR_PARAMETER;
    if (strchr(text, '/') && !(fake_folders.has_mapped >> call->client & 1))
        return BAD_NAME; /* nobody has said that a / is between parts */
    if (strstr(text, "//") || strncmp(text, "../", 3) == 0 || strstr(text, "/../") || text[0] == '/')
        fake_vmmdev_complain(&host, "the path %s is not clean\n", text);
    strcpy(path, share->folder);
    do {
        char part[FAKE_PATH];
        size_t length = strcspn(text, "/");
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        text += length + (text[length] == '/');
        if (strlen(path) + 2 * length + 2 > FAKE_PATH || !append_part(path, part, is_new && !*text))
            return BAD_NAME;
    } while (*text);
    return 0;
}

int32_t fake_make_path(const struct fake_call *call, uint32_t index, char *path, bool writes)
{
    int32_t status = make_path(call, index, path, false);
    return status == 0 && writes && fake_share_at(call->parameters[0].number)->read_only ? PROTECTED : status;
}

int32_t fake_make_new_path(const struct fake_call *call, uint32_t index, char *path)
{
    return make_path(call, index, path, true);
}

bool fake_is_locked(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < FAKE_FILES && host_profile->system->locks_open; i++) {
        const struct fake_open *open = &fake_folders.files[i];
        bool is_it = strncmp(open->path, path, length) == 0 && (!open->path[length] || open->path[length] == '/');
        if (open->used && !open->folder && is_it)
            return true;
    }
    return false;
}
