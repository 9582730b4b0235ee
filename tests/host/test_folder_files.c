/* Chapter 22: files of the host, read and written, by a host with all its ways and by worse ones. */
// sources: drivers/guest/folders.c drivers/guest/folder_files.c drivers/guest/folder_paths.c kernel/files.c
// sources: drivers/guest/folder_calls.c
// sources: drivers/guest/hgcm.c drivers/guest/events.c drivers/guest/vmmdev.c kernel/leave.c lib/utf8.c
// sources: kernel/interrupts.c kernel/task.c kernel/task_switch.asm kernel/pages.c kernel/memory_map.c lib/format.c
// sources: tests/host/fake/services.c tests/host/fake/hgcm.c tests/host/fake/vmmdev.c tests/host/fake/machine.c
// sources: tests/host/fake/folders.c
#include "drivers/guest/folders.h"
#include "drivers/guest/folders_wire.h"
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

static void start(void)
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
static void end(void)
{
    EXPECT(fake_folders.open, ==, 0);
    EXPECT(pages_allocated(), ==, pages_before);
    EXPECT(fake_folders.shares[0].maps, ==, 1);
    EXPECT_TEXT(host.complaints, "");
}

static struct file opened(const char *path, enum file_mode mode)
{
    struct file file;
    EXPECT(file_open(&file, path, mode), ==, FILE_OK);
    return file;
}

static int open_status(const char *path, enum file_mode mode)
{
    struct file file;
    int status = file_open(&file, path, mode);
    if (status >= 0)
        file_close(&file);
    return status;
}

static void fill(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 8) + (i >> 16));
}

static const char *path_of(const char *name)
{
    static char path[4400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Opening. */

TEST(a_file_is_opened_as_the_mode_says)
{
    start();
    fake_folders_put(folder, "old", "12345", 5);
    struct file file = opened("/s/old", FILE_READ);
    EXPECT(file.bytes, ==, 5);
    file_close(&file);
    file = opened("/s/old", FILE_CHANGE);
    EXPECT(file.bytes, ==, 5);
    file_close(&file);
    file = opened("/s/old", FILE_WRITE);
    EXPECT(file.bytes, ==, 0);
    file_close(&file);
    fake_folders_expect(folder, "old", "", 0);
    EXPECT(open_status("/s/none", FILE_READ), ==, FILE_NOT_FOUND);
    EXPECT(open_status("/s/none/none", FILE_READ), ==, FILE_NOT_FOUND); /* the host makes no difference */
    EXPECT(open_status("/s/old/none", FILE_READ), ==, FILE_PATH_NOT_FOUND);
    EXPECT(open_status("/s/new", FILE_CHANGE), ==, FILE_OK);
    EXPECT(open_status("/s/newer", FILE_WRITE), ==, FILE_OK);
    fake_folders_expect(folder, "new", "", 0);
    struct stat info;
    EXPECT(stat(path_of("newer"), &info) == 0 && (info.st_mode & 0700) == 0600, ==, true);
    end();
}

TEST(a_folder_is_not_a_file)
{
    start();
    mkdir(path_of("folder"), 0777);
    for (int mode = FILE_READ; mode <= FILE_CHANGE; mode++)
        EXPECT(open_status("/s/folder", mode), ==, FILE_IS_A_FOLDER);
    EXPECT(open_status("/s", FILE_READ), ==, FILE_IS_A_FOLDER);
    end();
}

TEST(a_pipe_is_not_opened_for_the_host_would_wait_in_it_for_ever)
{
    start();
    EXPECT(mkfifo(path_of("pipe"), 0666), ==, 0);
    for (int mode = FILE_READ; mode <= FILE_CHANGE; mode++)
        EXPECT(open_status("/s/pipe", mode), ==, FILE_NOT_SUPPORTED);
    end();
}

TEST(what_is_write_protected_can_be_read)
{
    start();
    fake_folders_put(locked, "file", "12345", 5);
    char text[8];
    size_t bytes = sizeof text;
    struct file file = opened("/locked/file", FILE_READ);
    EXPECT(file_read(&file, 0, text, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, 5);
    EXPECT(file_write(&file, 0, text, &bytes), ==, FILE_WRITE_PROTECTED);
    EXPECT(file_resize(&file, 0), ==, FILE_WRITE_PROTECTED);
    file_close(&file);
    EXPECT(open_status("/locked/file", FILE_WRITE), ==, FILE_WRITE_PROTECTED);
    EXPECT(open_status("/locked/file", FILE_CHANGE), ==, FILE_WRITE_PROTECTED);
    EXPECT(file_remove("/locked/file"), ==, FILE_WRITE_PROTECTED);
    EXPECT(file_rename("/locked/file", "/locked/other"), ==, FILE_WRITE_PROTECTED);
    EXPECT(file_make_folder("/locked/folder"), ==, FILE_WRITE_PROTECTED);
    EXPECT(file_set_time("/locked/file", 1), ==, FILE_WRITE_PROTECTED);
    EXPECT(file_make_link("/locked/link", "file"), ==, FILE_WRITE_PROTECTED);
    struct file_volume volume;
    EXPECT(file_volume("/locked", &volume), ==, FILE_OK);
    EXPECT(volume.read_only && volume.bytes >= volume.available && volume.bytes, ==, true);
    EXPECT(file_volume("/s", &volume) == FILE_OK && !volume.read_only, ==, true);
    fake_folders_expect(locked, "file", "12345", 5);
    end();
}

TEST(files_of_every_size_go_there_and_back)
{
    static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, MIB - 1, MIB, MIB + 1, 2 * MIB + 5000 };
    start();
    uint8_t *kept = malloc(3 * MIB);
    fill(kept, 3 * MIB);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t at = 0; at < 8; at += 7) { /* where the memory begins in its page */
            size_t bytes = sizes[i];
            struct file file = opened("/s/file", FILE_WRITE);
            memcpy(large + at, kept, bytes);
            EXPECT(file_write(&file, 0, large + at, &bytes), ==, FILE_OK);
            EXPECT(bytes, ==, sizes[i]);
            fake_folders_expect(folder, "file", kept, bytes);
            memset(large, 0xee, 4 * MIB);
            bytes = 3 * MIB;
            EXPECT(file_read(&file, 0, large + at, &bytes), ==, FILE_OK);
            EXPECT(bytes, ==, sizes[i]);
            EXPECT(memcmp(large + at, kept, bytes) == 0 && large[at + bytes] == 0xee, ==, true);
            file_close(&file);
        }
    free(kept);
    end();
}

TEST(a_mib_is_one_call_that_nobody_copies)
{
    start();
    fill(large, 4 * MIB);
    fake_folders_put(folder, "file", large, 4 * MIB);
    struct file file = opened("/s/file", FILE_CHANGE);
    size_t bytes = 4 * MIB;
    EXPECT(file_read(&file, 0, large, &bytes), ==, FILE_OK);
    EXPECT(fake_folders.calls[FOLDERS_READ], ==, 4);
    EXPECT(file_write(&file, 0, large, &bytes), ==, FILE_OK);
    EXPECT(fake_folders.calls[FOLDERS_WRITE], ==, 4);
    file_close(&file);
    EXPECT(fake_folders.calls[FOLDERS_CREATE] == 2 && fake_folders.calls[FOLDERS_CLOSE] == 1, ==, true);
    end();
}

TEST(behind_the_end_there_is_nothing_and_no_error)
{
    start();
    fake_folders_put(folder, "file", "12345", 5);
    struct file file = opened("/s/file", FILE_READ);
    for (uint64_t offset = 5; offset < 1ull << 62; offset <<= 3) {
        size_t bytes = 100;
        EXPECT(file_read(&file, offset, large, &bytes), ==, FILE_OK);
        EXPECT(bytes, ==, 0);
    }
    file_close(&file);
    end();
}

TEST(what_lies_beyond_four_gib_is_read_written_and_appended)
{
    start();
    const uint64_t five = 5ull << 30, four = 4ull << 30;
    struct file file = opened("/s/large", FILE_WRITE);
    EXPECT(file_resize(&file, five), ==, FILE_OK);
    size_t bytes = MIB;
    fill(large, MIB);
    EXPECT(file_write(&file, four - MIB / 2, large, &bytes), ==, FILE_OK); /* across */
    EXPECT(bytes, ==, MIB);
    EXPECT(file_write(&file, five, large, &bytes), ==, FILE_OK);
    file_close(&file);
    file = opened("/s/large", FILE_READ);
    EXPECT(file.bytes, ==, five + MIB);
    uint8_t *copy = large + 2 * MIB;
    EXPECT(file_read(&file, four - MIB / 2, copy, &bytes), ==, FILE_OK);
    EXPECT(bytes == MIB && memcmp(copy, large, MIB) == 0, ==, true);
    bytes = 2 * MIB;
    EXPECT(file_read(&file, five, copy, &bytes), ==, FILE_OK);
    EXPECT(bytes == MIB && memcmp(copy, large, MIB) == 0, ==, true);
    file_close(&file);
    struct file_attributes attributes;
    EXPECT(file_look("/s/large", &attributes) == FILE_OK && attributes.bytes == five + MIB, ==, true);
    end();
}

/* Less than was asked for. */

TEST(short_answers_are_followed_by_more_questions)
{
    start();
    fill(large, MIB);
    fake_folders_put(folder, "file", large, MIB);
    fake_folders.lies.short_by = 100000;
    struct file file = opened("/s/file", FILE_CHANGE);
    size_t bytes = 2 * MIB;
    EXPECT(file_read(&file, 0, large + MIB, &bytes), ==, FILE_OK);
    EXPECT(bytes == MIB && memcmp(large, large + MIB, MIB) == 0, ==, true);
    bytes = MIB;
    EXPECT(file_write(&file, 0, large, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, MIB);
    file_close(&file);
    fake_folders_expect(folder, "file", large, MIB);
    end();
}

TEST(a_full_medium_keeps_what_it_took_and_says_so)
{
    start();
    fill(large, 2 * MIB);
    fake_folders.room = MIB + 1000;
    struct file file = opened("/s/file", FILE_WRITE);
    size_t bytes = 2 * MIB;
    EXPECT(file_write(&file, 0, large, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, MIB + 1000);
    bytes = 10;
    EXPECT(file_write(&file, MIB + 1000, large, &bytes), ==, FILE_FULL);
    EXPECT(bytes, ==, 0);
    file_close(&file);
    fake_folders_expect(folder, "file", large, MIB + 1000);
    end();
}

/* Folders. */

struct names {
    char name[32][FILE_NAME_BYTES];
    struct file_attributes attributes[32];
    size_t count, most;
};

static bool keep(void *argument, const char *name, const struct file_attributes *attributes)
{
    struct names *names = argument;
    EXPECT(names->count, <, 32);
    snprintf(names->name[names->count], FILE_NAME_BYTES, "%s", name);
    names->attributes[names->count++] = *attributes;
    return names->count < names->most;
}

static const struct file_attributes *find(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return &names->attributes[i];
    return NULL;
}

TEST(a_listing_has_the_attributes_and_asks_for_no_entry)
{
    start();
    static struct names names = { .most = 32 };
    fake_folders_put(folder, "file", "12345", 5);
    mkdir(path_of("folder"), 0750);
    EXPECT(symlink("file", path_of("link")), ==, 0);
    EXPECT(file_list("/s", keep, &names), ==, FILE_OK);
    EXPECT(names.count, ==, 3);
    EXPECT(find(&names, "file")->kind == FILE_PLAIN && find(&names, "file")->bytes == 5, ==, true);
    EXPECT(find(&names, "file")->modified, >, 1000000000ll * 1700000000);
    EXPECT(find(&names, "folder")->kind == FILE_FOLDER && find(&names, "folder")->permissions == 0750, ==, true);
    EXPECT(find(&names, "link")->kind, ==, FILE_LINK);
    EXPECT(fake_folders.calls[FOLDERS_CREATE] == 1 && fake_folders.calls[FOLDERS_LIST] == 1, ==, true);
    end();
}

static bool count_entry(void *argument, const char *name, const struct file_attributes *attributes)
{
    (void)name, (void)attributes;
    ++*(size_t *)argument;
    return true;
}

TEST(twenty_thousand_entries_are_listed_each_once)
{
    start();
    char name[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "a file number %d", i);
        int file = creat(path_of(name), 0644);
        EXPECT(file, >=, 0);
        close(file);
    }
    size_t count = 0;
    EXPECT(file_list("/s", count_entry, &count), ==, FILE_OK);
    EXPECT(count, ==, 20000);
    EXPECT(fake_folders.calls[FOLDERS_LIST], <=, 20);
    EXPECT(fake_folders.calls[FOLDERS_CREATE], ==, 1);
    end();
}

TEST(who_has_enough_gets_no_more)
{
    start();
    static struct names names = { .most = 1 };
    fake_folders_put(folder, "a", "", 0);
    fake_folders_put(folder, "b", "", 0);
    fake_folders.lies.endless = true;
    EXPECT(file_list("/s", keep, &names), ==, FILE_OK);
    EXPECT(names.count, ==, 1);
    EXPECT(file_is_folder("/s"), ==, true);
    EXPECT(file_is_folder("/s/a"), ==, false);
    end();
}

TEST(what_cannot_be_listed_says_why)
{
    start();
    size_t count = 0;
    fake_folders_put(folder, "file", "", 0);
    EXPECT(file_list("/s/file", count_entry, &count), ==, FILE_NOT_A_FOLDER);
    EXPECT(file_list("/s/none", count_entry, &count), ==, FILE_NOT_FOUND);
    EXPECT(count, ==, 0);
    mkdir(path_of("empty"), 0777);
    EXPECT(file_list("/s/empty", count_entry, &count), ==, FILE_OK);
    EXPECT(count, ==, 0);
    end();
}

TEST(names_of_every_kind)
{
    static const char *const names[] = {
        " ", "with spaces ", "\"quotes\" and 'others'", "a\nnew line", "\ttab", "back\\slash", "*?<>|:", "-n", "~",
        "...", ".hidden",
        "gr\xc3\xbc\xc3\x9f", "\xe6\xbc\xa2\xe5\xad\x97", "\xf0\x9f\x98\x80", "e\xcc\x81", "\x7f", "\xef\xbf\xbd",
    };
    enum { COUNT = sizeof names / sizeof names[0] };
    static char longest[256];
    static struct names listed = { .most = 32 };
    start();
    memset(longest, 'n', 255);
    for (size_t i = 0; i <= COUNT; i++) {
        char path[300], other[300];
        const char *name = i < COUNT ? names[i] : longest;
        snprintf(path, sizeof path, "/s/%s", name);
        size_t bytes = strlen(name);
        struct file file = opened(path, FILE_WRITE);
        EXPECT(file_write(&file, 0, name, &bytes), ==, FILE_OK);
        file_close(&file);
        fake_folders_expect(folder, name, name, bytes);
        EXPECT(file_rename(path, "/s/between"), ==, FILE_OK);
        EXPECT(file_rename("/s/between", path), ==, FILE_OK);
        struct file_attributes attributes;
        EXPECT(file_look(path, &attributes) == FILE_OK && attributes.bytes == bytes, ==, true);
        snprintf(other, sizeof other, "/s/%.200s+", name);
        EXPECT(file_make_folder(other), ==, FILE_OK);
        EXPECT(file_remove_folder(other), ==, FILE_OK);
    }
    EXPECT(file_list("/s", keep, &listed), ==, FILE_OK);
    EXPECT(listed.count, ==, COUNT + 1);
    for (size_t i = 0; i <= COUNT; i++)
        EXPECT(find(&listed, i < COUNT ? names[i] : longest) != NULL, ==, true);
    end();
}

TEST(a_path_that_fits_into_no_call_is_too_long)
{
    start();
    static char path[PATH_BYTES] = "/s", other[PATH_BYTES], target[PATH_BYTES];
    for (size_t i = 2; i < PATH_BYTES - 1; i++)
        path[i] = i % 100 == 2 ? '/' : 'p';
    memcpy(other, path, PATH_BYTES);
    struct file_attributes attributes;
    size_t count = 0;
    EXPECT(file_look(path, &attributes), ==, FILE_NAME_TOO_LONG);
    EXPECT(open_status(path, FILE_READ), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_list(path, count_entry, &count), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_remove(path), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_remove_folder(path), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_make_folder(path), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_set_time(path, 1), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_make_link(path, "x"), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_read_link(path, target, sizeof target), ==, FILE_NAME_TOO_LONG);
    fake_folders_put(folder, "file", "", 0);
    EXPECT(file_rename("/s/file", other), ==, FILE_NAME_TOO_LONG);
    memset(target, 't', PATH_BYTES - 1);
    EXPECT(file_make_link("/s/link", target), ==, FILE_NAME_TOO_LONG);
    end();
}

TEST(folders_are_made_and_removed)
{
    start();
    EXPECT(file_make_folder("/s/new"), ==, FILE_OK);
    EXPECT(file_make_folder("/s/new"), ==, FILE_EXISTS);
    EXPECT(file_make_folder("/s/none/new"), <, 0);
    fake_folders_put(folder, "new/file", "", 0);
    EXPECT(file_remove_folder("/s/new"), ==, FILE_FOLDER_NOT_EMPTY);
    EXPECT(file_remove("/s/new"), ==, FILE_IS_A_FOLDER);
    EXPECT(file_remove("/s/new/file"), ==, FILE_OK);
    EXPECT(file_remove("/s/new/file"), ==, FILE_NOT_FOUND);
    EXPECT(file_remove_folder("/s/new"), ==, FILE_OK);
    EXPECT(file_remove_folder("/s/new"), ==, FILE_NOT_FOUND);
    EXPECT(file_make_folder("/s"), ==, FILE_EXISTS);
    EXPECT(file_remove_folder("/s"), ==, FILE_BUSY);
    end();
}

TEST(a_file_replaces_another_and_no_folder)
{
    start();
    fake_folders_put(folder, "a", "1", 1);
    fake_folders_put(folder, "b", "2", 1);
    mkdir(path_of("f"), 0777);
    mkdir(path_of("g"), 0777);
    EXPECT(file_rename("/s/a", "/s/b"), ==, FILE_OK);
    fake_folders_expect(folder, "b", "1", 1);
    EXPECT(file_rename("/s/a", "/s/b"), ==, FILE_NOT_FOUND);
    EXPECT(file_rename("/s/b", "/s/f"), ==, FILE_EXISTS);
    EXPECT(file_rename("/s/f", "/s/g"), ==, FILE_EXISTS);
    EXPECT(file_rename("/s/f", "/s/h"), ==, FILE_OK);
    EXPECT(file_rename("/s/b", "/locked/b"), ==, FILE_OTHER_SYSTEM);
    EXPECT(symlink("b", path_of("link")), ==, 0);
    EXPECT(file_rename("/s/link", "/s/moved"), ==, FILE_OK);
    end();
}

TEST(links_are_made_read_and_removed_as_links)
{
    start();
    char target[64];
    fake_folders_put(folder, "file", "12345", 5);
    EXPECT(file_make_link("/s/link", "file"), ==, FILE_OK);
    EXPECT(file_make_link("/s/link", "file"), ==, FILE_EXISTS);
    EXPECT(file_read_link("/s/link", target, sizeof target), ==, FILE_OK);
    EXPECT_TEXT(target, "file");
    EXPECT(file_read_link("/s/link", target, 4), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_read_link("/s/file", target, sizeof target), ==, FILE_NOT_A_LINK);
    struct file_attributes attributes;
    EXPECT(file_look("/s/link", &attributes) == FILE_OK && attributes.kind == FILE_LINK, ==, true);
    struct file file = opened("/s/link", FILE_READ);
    EXPECT(file.bytes, ==, 5);
    file_close(&file);
    EXPECT(file_remove("/s/link"), ==, FILE_OK);
    fake_folders_expect(folder, "file", "12345", 5);
    fake_folders.lies.without_end = true;
    EXPECT(file_make_link("/s/link", "file"), ==, FILE_OK);
    EXPECT(file_read_link("/s/link", target, sizeof target), ==, FILE_NAME_TOO_LONG);
    end();
}

TEST(times_are_set_or_it_is_said_that_they_are_not)
{
    start();
    struct file_attributes attributes;
    fake_folders_put(folder, "file", "", 0);
    EXPECT(file_set_time("/s/file", 1234567890123456789), ==, FILE_OK);
    EXPECT(file_look("/s/file", &attributes) == FILE_OK && attributes.modified == 1234567890123456789, ==, true);
    mkdir(path_of("folder"), 0777);
    EXPECT(file_set_time("/s/folder", 1234567890123456789), ==, FILE_OK);
    EXPECT(file_set_time("/s/none", 1), ==, FILE_NOT_FOUND);
    EXPECT(file_set_time("/s/file", -9000000000000000000), ==, FILE_ACCESS_DENIED); /* before this file system's time */
    end();
}

/* In the middle. */

static void remove_in_the_middle(struct fake_call *call)
{
    if (call->function == FOLDERS_READ && fake_folders.calls[FOLDERS_READ] == 2)
        unlink(path_of("file"));
    if (call->function == FOLDERS_WRITE && fake_folders.calls[FOLDERS_WRITE] == 2)
        fake_folders_unshare("s");
}

TEST(a_file_that_is_deleted_while_it_is_read_is_read_to_its_end)
{
    start();
    fill(large, 2 * MIB);
    fake_folders_put(folder, "file", large, 2 * MIB);
    fake_folders.before = remove_in_the_middle;
    struct file file = opened("/s/file", FILE_READ);
    size_t bytes = 2 * MIB;
    EXPECT(file_read(&file, 0, large + 2 * MIB, &bytes), ==, FILE_OK);
    EXPECT(bytes == 2 * MIB && memcmp(large, large + 2 * MIB, bytes) == 0, ==, true);
    file_close(&file);
    end();
}

TEST(a_share_that_goes_while_it_is_written_keeps_what_was_written)
{
    start();
    fill(large, 3 * MIB);
    fake_folders.before = remove_in_the_middle;
    struct file file = opened("/s/file", FILE_WRITE);
    size_t bytes = 3 * MIB;
    EXPECT(file_write(&file, 0, large, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, MIB);
    machine_pass(SERVICES_SECOND);
    bytes = MIB;
    EXPECT(file_write(&file, MIB, large, &bytes), ==, FILE_BAD_HANDLE);
    file_close(&file);
    fake_folders_expect(folder, "file", large, MIB);
    EXPECT(open_status("/s/file", FILE_READ), ==, FILE_NOT_FOUND);
}

static struct {
    int status;
    size_t bytes;
    bool done;
} copy;

static void write_large(void *unused)
{
    (void)unused;
    struct file file = opened("/s/file", FILE_WRITE);
    copy.bytes = MIB;
    copy.status = file_write(&file, 0, large, &copy.bytes);
    file_close(&file);
    copy.done = true;
}

TEST(a_write_in_the_middle_of_which_the_machine_is_restored_ends_with_an_error)
{
    start();
    fill(large, MIB);
    fake_folders.linger = FOLDERS_WRITE;
    services_task(write_large, NULL);
    pages_before = pages_allocated(); /* a task has pages of its own */
    machine_settle();
    fake_hgcm_restore(&host); /* the write is sent again, with a handle that the new host does not know */
    machine_settle();
    fake_folders_go_on();
    machine_settle();
    EXPECT(copy.done, ==, true);
    EXPECT(copy.status == FILE_BAD_HANDLE && !copy.bytes, ==, true);
    EXPECT(open_status("/s/file", FILE_READ), ==, FILE_OK);
    end();
}

TEST(a_slow_call_holds_up_no_other)
{
    start();
    fill(large, MIB);
    fake_folders.linger = FOLDERS_WRITE;
    services_task(write_large, NULL);
    pages_before = pages_allocated(); /* a task has pages of its own */
    machine_settle();
    EXPECT(copy.done, ==, false);
    fake_folders_put(folder, "other", "12345", 5);
    struct file file = opened("/s/other", FILE_READ);
    EXPECT(file.bytes, ==, 5);
    file_close(&file);
    fake_folders_go_on();
    machine_settle();
    EXPECT(copy.done && copy.status == FILE_OK && copy.bytes == MIB, ==, true);
    fake_folders_expect(folder, "file", large, MIB);
    end();
}

/* Hosts that fail, and hosts that lie. */

TEST(an_error_of_the_host_is_told_as_it_is)
{
    start();
    size_t bytes = 8, count = 0;
    struct file_attributes attributes;
    struct file_volume volume;
    char target[8];
    fake_folders_put(folder, "file", "12345", 5);
    struct file file = opened("/s/file", FILE_CHANGE);
    for (int function = 0; function < FAKE_FUNCTIONS; function++)
        fake_folders.lies.refused[function] = -250;
    fake_folders.lies.refused[FOLDERS_CLOSE] = 0;
    EXPECT(file_read(&file, 0, large, &bytes), ==, -250);
    bytes = 8;
    EXPECT(file_write(&file, 0, large, &bytes), ==, -250);
    EXPECT(bytes, ==, 0);
    EXPECT(file_resize(&file, 1), ==, -250);
    EXPECT(open_status("/s/file", FILE_READ), ==, -250);
    EXPECT(file_look("/s/file", &attributes), ==, -250);
    EXPECT(file_list("/s", count_entry, &count), ==, -250);
    EXPECT(file_remove("/s/file"), ==, -250);
    EXPECT(file_remove_folder("/s/file"), ==, -250);
    EXPECT(file_rename("/s/file", "/s/other"), ==, -250);
    EXPECT(file_make_folder("/s/new"), ==, -250);
    EXPECT(file_set_time("/s/file", 1), ==, -250);
    EXPECT(file_make_link("/s/l", "t"), ==, -250);
    EXPECT(file_read_link("/s/l", target, sizeof target), ==, -250);
    EXPECT(file_volume("/s", &volume), ==, -250);
    fake_folders.lies.refused[FOLDERS_CREATE] = 0;
    EXPECT(file_list("/s", count_entry, &count), ==, -250);
    EXPECT(file_set_time("/s/file", 1), ==, -250);
    file_close(&file);
    fake_folders_expect(folder, "file", "12345", 5);
    end();
}

TEST(counts_that_do_not_fit_are_errors)
{
    start();
    fill(large, MIB);
    fake_folders_put(folder, "file", large, MIB);
    struct file file = opened("/s/file", FILE_CHANGE);
    for (int kind = 0; kind < 3; kind++) {
        fake_folders.lies.count_plus = kind == 0 ? 1 : kind == 1 ? 0x7fffffff : 0;
        fake_folders.lies.backwards = kind == 2;
        size_t bytes = MIB;
        if (kind < 2)
            EXPECT(file_read(&file, 0, large, &bytes), ==, FILE_INVALID);
        bytes = MIB;
        EXPECT(file_write(&file, 0, large, &bytes), ==, FILE_INVALID);
        size_t count = 0;
        if (kind < 2)
            EXPECT(file_list("/s", count_entry, &count), ==, FILE_INVALID);
    }
    file_close(&file);
    end();
}

TEST(names_that_do_not_fit_are_errors_or_left_out)
{
    start();
    static char longest[600];
    size_t count = 0;
    fake_folders_put(folder, "file", "", 0);
    fake_folders.lies.name_claim = 0xffff;
    EXPECT(file_list("/s", count_entry, &count), ==, FILE_INVALID);
    fake_folders.lies.name_claim = 300;
    EXPECT(file_list("/s", count_entry, &count), ==, FILE_INVALID);
    fake_folders.lies.name_claim = 0;
    memset(longest, 'n', 255);
    fake_folders.lies.entry = longest;
    EXPECT(file_list("/s", count_entry, &count), ==, FILE_OK);
    EXPECT(count, ==, 1);
    longest[255] = 'n'; /* as on other hosts: 255 characters of several bytes each */
    static const char *const odd[] = { longest, "", "a/b", "../..", "\xff\xfe", "\xc0\xaf", ".." };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        count = 0;
        fake_folders.lies.entry = odd[i];
        EXPECT(file_list("/s", count_entry, &count), ==, FILE_OK);
        EXPECT(count, ==, 0);
    }
    fake_folders.lies.entry = NULL;
    fake_folders.lies.without_end = true;
    static struct names names = { .most = 32 };
    EXPECT(file_list("/s", keep, &names), ==, FILE_OK);
    EXPECT_TEXT(names.name[0], "file");
    fake_folders.lies.no_room = true;
    EXPECT(file_list("/s", count_entry, &count), ==, FILE_INVALID);
    end();
}

TEST(without_memory_there_is_one_error_and_nothing_is_left)
{
    start();
    size_t bytes = 4, count = 0;
    struct file_attributes attributes;
    fake_folders_put(folder, "file", "12345", 5);
    struct file file = opened("/s/file", FILE_CHANGE);
    void *taken[8192];
    size_t number = 0;
    while ((taken[number] = pages_allocate(1, ZONE_ANY)))
        number++;
    EXPECT(file_read(&file, 0, large, &bytes) == FILE_NO_MEMORY && !bytes, ==, true);
    bytes = 4;
    EXPECT(file_write(&file, 0, large, &bytes), ==, FILE_NO_MEMORY);
    EXPECT(file_look("/s/file", &attributes), ==, FILE_NO_MEMORY);
    EXPECT(file_list("/s", count_entry, &count), ==, FILE_NO_MEMORY);
    pages_free(taken[--number], 1);
    pages_free(taken[--number], 1);
    EXPECT(file_list("/s", count_entry, &count), ==, FILE_NO_MEMORY); /* a call, but no buffer */
    EXPECT(fake_folders.open, <=, 2);
    while (number)
        pages_free(taken[--number], 1);
    file_close(&file);
    end();
}

TEST(when_the_service_is_gone_everything_says_so)
{
    start();
    size_t bytes = 4;
    fake_folders_put(folder, "file", "12345", 5);
    struct file file = opened("/s/file", FILE_READ);
    hgcm_disconnect(&folders_client);
    EXPECT(file_read(&file, 0, large, &bytes), ==, HGCM_NOT_CONNECTED);
    EXPECT(open_status("/s/file", FILE_READ), ==, HGCM_NOT_CONNECTED);
    file_close(&file);
    EXPECT(fake_folders.open, ==, 0);
}

static bool look_at_entry(void *argument, const char *name, const struct file_attributes *attributes)
{
    (void)argument, (void)attributes;
    EXPECT(strlen(name) > 0 && strlen(name) < FILE_NAME_BYTES && !strchr(name, '/'), ==, true);
    return true;
}

TEST(noise_in_the_answers_is_survived)
{
    start();
    char target[300];
    struct file_attributes attributes;
    struct file_volume volume;
    for (int i = 0; i < 20; i++)
        fake_folders_put(folder, (char[]){ (char)('a' + i), 0 }, "12345", 5);
    EXPECT(symlink("a", path_of("link")), ==, 0);
    for (int round = 0; round < 3000; round++) {
        struct file file;
        size_t bytes = test_random() % 10000;
        uint64_t offset = test_random() >> test_random() % 64;
        fake_folders.lies.noise = true;
        if (file_open(&file, "/s/a", FILE_CHANGE) >= 0) {
            size_t asked = bytes;
            file_read(&file, offset >> 1, large, &bytes);
            EXPECT(bytes, <=, asked);
            bytes = 5;
            file_write(&file, 0, "12345", &bytes);
            EXPECT(bytes, <=, 5);
            file_close(&file);
        }
        file_list("/s", look_at_entry, NULL);
        file_look("/s/b", &attributes);
        file_volume("/s", &volume);
        target[sizeof target - 1] = 'e';
        if (file_read_link("/s/link", target, sizeof target - 1) >= 0)
            EXPECT(strlen(target), <, sizeof target - 1);
        file_set_time("/s/b", (int64_t)test_random());
        fake_folders.lies.noise = false;
        if (fake_folders.open > FAKE_FILES / 2) /* handles that the noise hid from us */
            fake_hgcm_restore(&host);
    }
    EXPECT(pages_allocated(), ==, pages_before);
}
