/* Chapter 22: the host's folders are mounted as long as they are there. */
// sources: drivers/guest/folders/folders.c drivers/guest/folders/folder_files.c drivers/guest/folders/folder_paths.c
// sources: kernel/files/files.c drivers/guest/folders/folder_calls.c drivers/guest/services/hgcm.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/commands/leave.c lib/utf8.c kernel/machine/interrupts.c
// sources: kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c kernel/memory/memory_map.c lib/format.c
// sources: tests/host/fake/services.c tests/host/fake/hgcm.c tests/host/fake/vmmdev.c tests/host/fake/machine.c
// sources: tests/host/fake/folders.c
#include "drivers/guest/folders/folders.h"
#include "tests/host/fake/folders.h"
#include "tests/host/fake/services.h"
#include "tests/host/test.h"

enum { POLL = 5 * SERVICES_SECOND };

static const char *start(void)
{
    services_start();
    fake_folders_start();
    const char *found = folders_start();
    machine_settle();
    return found;
}

/* Time for the host's word, for a look, and for the next one. */
static void settle(void)
{
    machine_settle();
    machine_pass(SERVICES_SECOND);
    machine_settle();
}

static const struct share *mounted(const char *name)
{
    for (const struct file_system *system = file_systems; system; system = system->next)
        if (strcmp(system->name, name) == 0)
            return (const struct share *)system;
    return NULL;
}

static size_t mounts(void)
{
    size_t count = 0;
    for (const struct file_system *system = file_systems; system; system = system->next)
        count++;
    return count;
}

/* As often as the guest uses them. */
static int maps(void)
{
    int count = 0;
    for (size_t i = 0; i < FAKE_SHARES; i++)
        count += fake_folders.shares[i].maps;
    return count;
}

TEST(a_host_without_the_service_is_said)
{
    services_start();
    EXPECT_TEXT(folders_start(), "no such service, status -2900");
    EXPECT(mounts(), ==, 0);
}

TEST(what_the_host_shares_is_mounted_once)
{
    fake_folders_share("one", false);
    fake_folders_share("two", true);
    EXPECT_TEXT(start(), "the host's folders appear as /NAME");
    EXPECT(mounts(), ==, 2);
    EXPECT(mounted("one")->is_writable, ==, true);
    EXPECT(mounted("two")->is_writable, ==, false);
    EXPECT(maps(), ==, 2);
    EXPECT_TEXT(host.complaints, "");
}

TEST(what_the_host_shares_is_there_when_the_chapter_has_started)
{
    fake_folders_share("one", false);
    services_start();
    fake_folders_start();
    folders_start();
    EXPECT(mounts(), ==, 1);
}

TEST(shares_come_and_go_while_the_machine_runs)
{
    start();
    EXPECT(mounts(), ==, 0);
    for (int i = 0; i < 3; i++) {
        fake_folders_share("one", false);
        settle();
        EXPECT(mounts(), ==, 1);
        EXPECT(maps(), ==, 1);
        fake_folders_unshare("one");
        settle();
        EXPECT(mounts(), ==, 0);
        EXPECT(fake_folders.shares[0].is_listed, ==, false);
    }
}

TEST(what_is_shared_anew_under_its_old_name_is_the_new_folder)
{
    fake_folders_share("one", false);
    start();
    const struct share *before = mounted("one");
    fake_folders_unshare("one");
    fake_folders_share("one", true); /* before the guest has looked */
    settle();
    EXPECT(mounted("one") && mounted("one") != before, ==, true);
    EXPECT(mounted("one")->is_writable, ==, false);
    EXPECT(mounts(), ==, 1);
    EXPECT(maps(), ==, 1);
}

TEST(when_the_host_lets_nobody_wait_it_is_asked_every_five_seconds)
{
    start();
    for (int i = 0; i < FAKE_WAITS + 4; i++) {
        fake_folders_share("one", false);
        settle();
        machine_pass(POLL);
        EXPECT(mounts(), ==, 1);
        fake_folders_unshare("one");
        settle();
        machine_pass(POLL);
        EXPECT(mounts(), ==, 0);
    }
    EXPECT(fake_folders.waits, ==, FAKE_WAITS);
    uint64_t before = fake_folders.calls[1];
    machine_pass(10 * POLL);
    EXPECT(fake_folders.calls[1] - before, >=, 9);
    EXPECT(fake_folders.calls[1] - before, <=, 11);
}

TEST(a_host_that_always_says_changed_does_not_keep_us_busy)
{
    start();
    fake_folders.lies.restless = true;
    fake_folders_share("one", false);
    machine_settle();
    uint64_t before = fake_folders.calls[1];
    for (int i = 0; i < 10; i++)
        machine_pass(SERVICES_SECOND / 10);
    EXPECT(fake_folders.calls[1] - before, >=, 1);
    EXPECT(fake_folders.calls[1] - before, <=, 12);
}

TEST(sixty_four_shares_are_mounted)
{
    for (int i = 0; i < FAKE_SHARES; i++) {
        char name[32];
        snprintf(name, sizeof name, "share %d", i);
        fake_folders_share_again(name, "/tmp");
    }
    start();
    EXPECT(mounts(), ==, FAKE_SHARES);
    EXPECT(maps(), ==, FAKE_SHARES);
    fake_folders_unshare("share 63");
    settle();
    EXPECT(mounts(), ==, FAKE_SHARES - 1);
    EXPECT(maps(), ==, FAKE_SHARES - 1);
}

TEST(a_count_of_shares_beyond_all_bounds_is_not_believed)
{
    fake_folders_share("one", false);
    fake_folders.lies.count_plus = 0xfffffff0;
    start();
    EXPECT(mounts(), ==, 1);
    EXPECT(maps(), ==, 1);
}

TEST(a_share_whose_name_cannot_be_a_mount_is_left_out_and_said_once)
{
    char name[300];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    fake_folders_share(name, false); /* the longest that can be */
    name[255] = 'n';
    name[256] = 0;
    fake_folders_share(name, false);
    fake_folders_share("a/b", false);
    fake_folders_share("..", false);
    fake_folders_share(" spaces, \"quotes\" and \xc3\xbc", false);
    start();
    EXPECT(mounts(), ==, 2);
    EXPECT(mounted(" spaces, \"quotes\" and \xc3\xbc") != NULL, ==, true);
    EXPECT(fake_log_count("left out"), ==, 3);
    EXPECT(maps(), ==, 2);
    for (int i = 0; i < 3; i++) {
        fake_folders_share_again("more", "/tmp");
        settle();
        fake_folders_unshare("more");
        settle();
    }
    EXPECT(fake_log_count("left out"), ==, 3);
}

TEST(a_share_may_be_wanted_at_a_place_with_a_long_name)
{
    fake_folders_share("one", false);
    memset(fake_folders.shares[0].mount_point, 'p', 3071);
    start();
    EXPECT(mounted("one") != NULL, ==, true);
    EXPECT_TEXT(fake_log, "");
    fake_folders_share("two", false);
    memset(fake_folders.shares[1].mount_point, 'p', 3072);
    settle();
    EXPECT(mounts(), ==, 1);
    EXPECT_TEXT(fake_log, "    Folders: name or mount point of host folder 1 cannot be one here; left out\n");
}

TEST(a_name_that_is_taken_is_left_out_until_it_is_free)
{
    static struct file_system memory = { .name = "memory", .operations = &folder_operations };
    EXPECT(file_mount(&memory), ==, FILE_OK);
    fake_folders_share("memory", false);
    start();
    EXPECT(mounted("memory") == (void *)&memory, ==, true);
    EXPECT_LOGGED("    Folders: there is a /memory already; the host's is left out\n");
    settle();
    fake_folders_share("other", false);
    settle();
    EXPECT(fake_log_count("left out"), ==, 1);
    file_unmount(&memory);
    fake_folders_unshare("other");
    settle();
    EXPECT(mounts(), ==, 1);
    EXPECT(mounted("memory")->is_writable, ==, true);
    EXPECT(maps(), ==, 1);
}

TEST(a_file_is_closed_though_its_share_is_gone)
{
    const char *folder = fake_folders_share("one", false);
    fake_folders_put(folder, "file", "old", 3);
    start();
    struct file file;
    char text[8];
    size_t bytes = sizeof text;
    EXPECT(file_open(&file, "/one/file", FILE_READ), ==, FILE_OK);
    fake_folders_unshare("one");
    settle();
    EXPECT(mounts() + maps(), ==, 0);
    EXPECT(file_read(&file, 0, text, &bytes), ==, FILE_BAD_HANDLE);
    EXPECT(fake_folders.open, ==, 1);
    file_close(&file);
    EXPECT(fake_folders.open, ==, 0);
}

TEST(a_host_that_fails_to_answer_takes_no_share_away)
{
    fake_folders_share("one", false);
    start();
    for (int function = 1; function <= 21; function += function == 1 ? 16 : 4) { /* 1, 17, 21 */
        memset(&fake_folders.lies, 0, sizeof fake_folders.lies);
        fake_folders.lies.refused[function] = -8;
        fake_folders_share_again("other", "/tmp");
        settle();
        EXPECT(mounted("one") != NULL, ==, true);
        memset(&fake_folders.lies, 0, sizeof fake_folders.lies);
        fake_folders_unshare("other");
        settle();
        EXPECT(mounts(), ==, 1);
        EXPECT(maps(), ==, 1);
    }
}

TEST(names_that_lie_about_their_length_are_left_out)
{
    fake_folders_share("one", false);
    fake_folders.lies.name_claim = 0xffff;
    start();
    EXPECT(mounts(), ==, 0);
    EXPECT(maps(), ==, 0);
}

TEST(after_a_restore_shares_are_there_and_what_was_open_is_not)
{
    const char *folder = fake_folders_share("one", false);
    fake_folders_put(folder, "file", "old", 3);
    fake_folders_put(folder, "other", "new", 3);
    start();
    struct file file, other;
    char text[8];
    size_t bytes = sizeof text;
    EXPECT(file_open(&file, "/one/file", FILE_CHANGE), ==, FILE_OK);
    fake_hgcm_restore(&host);
    EXPECT(file_open(&other, "/one/other", FILE_CHANGE), ==, FILE_OK); /* the host calls it what it called the first */
    EXPECT(file_read(&file, 0, text, &bytes), ==, FILE_BAD_HANDLE);
    bytes = 3;
    EXPECT(file_write(&file, 0, "bad", &bytes), ==, FILE_BAD_HANDLE);
    EXPECT(file_resize(&file, 0), ==, FILE_BAD_HANDLE);
    file_close(&file);
    bytes = sizeof text;
    EXPECT(file_read(&other, 0, text, &bytes), ==, FILE_OK);
    EXPECT(bytes == 3 && memcmp(text, "new", 3) == 0, ==, true);
    file_close(&other);
    EXPECT(fake_folders.open, ==, 0);
    settle();
    fake_folders_share("two", false);
    settle();
    EXPECT(mounts(), ==, 2);
}

TEST(looking_leaves_no_page_behind)
{
    start();
    for (int i = 0; i < 8; i++)
        fake_folders_share_again((char[]){ (char)('a' + i), 0 }, "/tmp");
    settle();
    size_t before = pages_allocated();
    for (int i = 0; i < 8; i++) {
        fake_folders_unshare((char[]){ (char)('a' + i), 0 });
        settle();
    }
    EXPECT(mounts(), ==, 0);
    EXPECT(maps(), ==, 0);
    EXPECT(pages_allocated(), ==, before);
    EXPECT_TEXT(host.complaints, "");
}
