/* What the tests of files in the host's folders share: a guest with two shares, a large piece of memory, and a list of
 * names. */
// sources: drivers/guest/folders/folders.c drivers/guest/folders/folder_files.c drivers/guest/folders/folder_paths.c
// sources: kernel/files/files.c drivers/guest/folders/folder_calls.c drivers/guest/services/hgcm.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/commands/leave.c lib/utf8.c kernel/machine/interrupts.c
// sources: kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c kernel/memory/memory_map.c lib/format.c
// sources: tests/host/fake/services.c tests/host/fake/hgcm.c tests/host/fake/vmmdev.c tests/host/fake/machine.c
// sources: tests/host/fake/folders.c
#pragma once
#include "drivers/guest/folders/folders.h"
#include "drivers/guest/folders/folders_wire.h"
#include "tests/host/fake/folders.h"
#include "tests/host/fake/services.h"
#include "tests/host/test.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1 << 20, RESTING = 8 };

static const char *folder, *locked; /* of this computer, shared as /s, and as /locked, to be read alone */
static size_t pages_before;
static uint8_t *large;              /* 4 MiB of memory */

static inline void start(void)
{
    services_start();
    fake_folders_start();
    folder = fake_folders_share("s", false);
    locked = fake_folders_share("locked", true);
    folders_start();
    machine_settle();
    large = pages_allocate(4 * MIB / PAGE_BYTES, ZONE_ANY);
    struct file_attributes attributes;
    for (int i = 0; i < RESTING; i++) /* so that the pages that rest are there */
        file_look("/s/x", &attributes);
    pages_before = pages_allocated();
    memset(fake_folders.calls, 0, sizeof fake_folders.calls);
}

/* No page, no handle is left behind, and the host has nothing to say. */
static inline void end(void)
{
    EXPECT(fake_folders.open, ==, 0);
    EXPECT(pages_allocated(), ==, pages_before);
    EXPECT(fake_folders.shares[0].maps, ==, 1);
    EXPECT_TEXT(host.complaints, "");
}

static inline struct file opened(const char *path, enum file_mode mode)
{
    struct file file;
    EXPECT(file_open(&file, path, mode), ==, FILE_OK);
    return file;
}

static inline int open_status(const char *path, enum file_mode mode)
{
    struct file file;
    int status = file_open(&file, path, mode);
    if (status >= 0)
        file_close(&file);
    return status;
}

static inline void fill(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 8) + (i >> 16));
}

static inline const char *path_of(const char *name)
{
    static char path[4400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

struct names {
    char name[32][FILE_NAME_BYTES];
    struct file_attributes attributes[32];
    size_t count, most;
};

static inline bool keep(void *argument, const char *name, const struct file_attributes *attributes)
{
    struct names *names = argument;
    EXPECT(names->count, <, 32);
    snprintf(names->name[names->count], FILE_NAME_BYTES, "%s", name);
    names->attributes[names->count++] = *attributes;
    return names->count < names->most;
}

static inline const struct file_attributes *find(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return &names->attributes[i];
    return NULL;
}

static inline bool count_entry(void *argument, const char *name, const struct file_attributes *attributes)
{
    (void)name, (void)attributes;
    ++*(size_t *)argument;
    return true;
}
