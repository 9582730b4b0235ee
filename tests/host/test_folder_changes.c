/* Chapter 22: files that somebody on the host changes while they are open here: nothing old is read. */
#include "tests/host/folder_files.h"

static void expect_read(struct file *file, const char *text)
{
    size_t bytes = 100;
    memset(large, 0, bytes);
    EXPECT(file_read(file, 0, large, &bytes), ==, FILE_OK);
    EXPECT_TEXT((const char *)large, text);
    EXPECT(bytes, ==, strlen(text));
}

static uint64_t length_of_file(void)
{
    struct file_attributes attributes;
    EXPECT(file_look("/s/file", &attributes), ==, FILE_OK);
    return attributes.bytes;
}

/* As a backup that is put back: neither its length nor its time tells that it is another. */
TEST(what_the_host_writes_is_read_though_length_and_time_are_as_before)
{
    struct stat before;
    start();
    fake_folders_put(folder, "file", "12345", 5);
    EXPECT(stat(path_of("file"), &before), ==, 0);
    struct file file = opened("/s/file", FILE_READ);
    expect_read(&file, "12345");
    fake_folders_put(folder, "file", "abcde", 5);
    const struct timespec times[] = { before.st_atim, before.st_mtim };
    EXPECT(utimensat(AT_FDCWD, path_of("file"), times, 0), ==, 0);
    expect_read(&file, "abcde");
    file_close(&file);
    file = opened("/s/file", FILE_READ);
    expect_read(&file, "abcde");
    file_close(&file);
    end();
}

TEST(what_the_host_makes_longer_or_shorter_is_as_long_as_it_is)
{
    start();
    fake_folders_put(folder, "file", "12345", 5);
    struct file file = opened("/s/file", FILE_READ);
    expect_read(&file, "12345");
    fake_folders_put(folder, "file", "1234567890", 10);
    expect_read(&file, "1234567890");
    EXPECT(length_of_file(), ==, 10);
    fake_folders_put(folder, "file", "1", 1);
    expect_read(&file, "1");
    EXPECT(length_of_file(), ==, 1);
    file_close(&file);
    end();
}

/* Nothing that is written here waits in a cache. */
TEST(what_is_written_is_the_host_s_at_once)
{
    start();
    fake_folders_put(folder, "file", "12345", 5);
    struct file file = opened("/s/file", FILE_CHANGE);
    size_t bytes = 2;
    EXPECT(file_write(&file, 1, "xy", &bytes), ==, FILE_OK);
    fake_folders_expect(folder, "file", "1xy45", 5);
    file_close(&file);
    end();
}
