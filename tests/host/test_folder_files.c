/* Chapter 22: files of the host, opened, read and written, by a host with all its ways. */
#include "tests/host/folder_files.h"

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
    EXPECT(open_status("/s/none/none", FILE_READ), ==, host_profile->system->no_folder); /* Unix makes no difference */
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

TEST(what_is_open_is_in_use_to_some_hosts)
{
    bool locks = host_profile->system->locks_open;
    start();
    fake_folders_put(folder, "other", "12345", 5);
    mkdir(path_of("folder"), 0777);
    struct file file = opened("/s/file", FILE_WRITE), inner = opened("/s/folder/inner", FILE_WRITE);
    EXPECT(file_rename("/s/other", "/s/file"), ==, locks ? FILE_ACCESS_DENIED : FILE_OK);
    EXPECT(file_rename("/s/folder", "/s/moved"), ==, locks ? FILE_ACCESS_DENIED : FILE_OK);
    EXPECT(file_rename("/s/file", "/s/away"), ==, locks ? FILE_SHARED : FILE_OK);
    EXPECT(file_remove(locks ? "/s/file" : "/s/away"), ==, locks ? FILE_SHARED : FILE_OK);
    file_close(&inner);
    file_close(&file);
    EXPECT(file_remove("/s/file"), ==, locks ? FILE_OK : FILE_NOT_FOUND);
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

TEST(nor_is_a_link_that_leads_to_a_pipe)
{
    start();
    EXPECT(mkfifo(path_of("pipe"), 0666), ==, 0);
    EXPECT(symlink("pipe", path_of("link")) + symlink("link", path_of("far")), ==, 0);
    EXPECT(symlink("/dev/zero", path_of("zero")) + symlink(".", path_of("here")), ==, 0);
    static const char *const paths[] = { "/s/link", "/s/far", "/s/zero", "/s/here/link", "/s/here/pipe" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        for (int mode = FILE_READ; mode <= FILE_CHANGE; mode++)
            EXPECT(open_status(paths[i], mode), ==, FILE_NOT_SUPPORTED);
        EXPECT(file_set_time(paths[i], 1), ==, FILE_NOT_SUPPORTED);
        EXPECT(file_list(paths[i], NULL, NULL), <, 0);
    }
    end();
}

TEST(a_link_to_a_file_is_opened_also_where_the_file_is_still_to_be_made)
{
    start();
    fake_folders_put(folder, "file", "12345", 5);
    EXPECT(symlink("file", path_of("link")) + symlink("none", path_of("dangling")), ==, 0);
    struct file file = opened("/s/link", FILE_READ);
    EXPECT(file.bytes, ==, 5);
    file_close(&file);
    EXPECT(open_status("/s/dangling", FILE_READ), ==, FILE_NOT_FOUND);
    EXPECT(open_status("/s/dangling", FILE_CHANGE), ==, FILE_OK);
    fake_folders_expect(folder, "none", "", 0);
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

TEST(times_are_set_or_it_is_said_that_they_are_not)
{
    start();
    struct file_attributes attributes;
    int64_t step = host_profile->system->time_step;
    fake_folders_put(folder, "file", "", 0);
    EXPECT(file_set_time("/s/file", 1234567890123456789), ==, FILE_OK);
    EXPECT(file_look("/s/file", &attributes), ==, FILE_OK);
    EXPECT(attributes.modified, ==, 1234567890123456789 / step * step);
    mkdir(path_of("folder"), 0777);
    EXPECT(file_set_time("/s/folder", 1234567890123456789), ==, FILE_OK);
    EXPECT(file_set_time("/s/none", 1), ==, FILE_NOT_FOUND);
    EXPECT(file_set_time("/s/file", -9000000000000000000), ==, FILE_ACCESS_DENIED); /* before this file system's time */
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
    size_t taken = host_profile->system->writes_all_or_none ? MIB : MIB + 1000; /* the second call as a whole */
    EXPECT(bytes, ==, taken);
    bytes = 1001;
    EXPECT(file_write(&file, taken, large, &bytes), ==, FILE_FULL);
    EXPECT(bytes, ==, 0);
    file_close(&file);
    fake_folders_expect(folder, "file", large, taken);
    end();
}
