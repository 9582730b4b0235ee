/* Chapter 22: what a folder of the host holds, and names of every kind: listed, made, replaced, removed, linked. */
#include "tests/host/folder_files.h"

TEST(a_listing_has_the_attributes_and_asks_for_no_entry)
{
    start();
    static struct names names = { .most = 32 };
    fake_folders_put(folder, "file", "12345", 5);
    mkdir(path_of("folder"), 0750);
    EXPECT(symlink("file", path_of("link")), ==, 0);
    EXPECT(file_list("/s", keep, &names), ==, FILE_OK);
    EXPECT(names.count, ==, 3);
    uint32_t mode = host_profile->system->has_modes ? 0750 : 0777;
    EXPECT(find(&names, "file")->kind == FILE_PLAIN && find(&names, "file")->bytes == 5, ==, true);
    EXPECT(find(&names, "file")->modified, >, 1000000000ll * 1700000000);
    EXPECT(find(&names, "folder")->kind == FILE_FOLDER && find(&names, "folder")->permissions == mode, ==, true);
    EXPECT(find(&names, "link")->kind, ==, FILE_LINK);
    EXPECT(fake_folders.calls[FOLDERS_CREATE] == 1 && fake_folders.calls[FOLDERS_LIST] == 1, ==, true);
    end();
}

/* On one host: the files alone take seconds. */
TEST_ON(twenty_thousand_entries_are_listed_each_once, "7.2-linux")
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

static char longest[256];

/* Written, renamed, and the beginning of other names. */
static void keep_names(const char *const *names, size_t count)
{
    static struct names listed = { .most = 32 };
    start();
    memset(longest, 'n', 255);
    for (size_t i = 0; i <= count; i++) {
        char path[300], other[300];
        const char *name = i < count ? names[i] : longest;
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
    EXPECT(listed.count, ==, count + 1);
    for (size_t i = 0; i <= count; i++)
        EXPECT(find(&listed, i < count ? names[i] : longest) != NULL, ==, true);
    end();
}

TEST(names_of_every_kind)
{
    static const char *const names[] = {
        " with space", "'quotes'", "-n", "~", ".hidden", "a, b; c & d (e) [f] {g} %h% $i #j !k",
        "\xc3\x9f", "\xe6\xbc\xa2\xe5\xad\x97", "\xf0\x9f\x98\x80", "e\xcc\x81", "\x7f", "\xef\xbf\xbd",
    };
    keep_names(names, sizeof names / sizeof names[0]);
}

TEST_ON(names_that_windows_does_not_have, "!windows")
{
    static const char *const names[] = {
        " ", "with spaces ", "\"quotes\"", "a\nnew line", "\ttab", "back\\slash", "*?<>|:", "...", "ended.",
    };
    keep_names(names, sizeof names / sizeof names[0]);
}

TEST_ON(a_name_that_windows_does_not_have_cannot_be, "windows")
{
    static const char *const names[] = { "a\nnew line", "back\\slash", "a:stream", "pipe|", "*", "?", "<", ">", "\"" };
    struct file_attributes attributes;
    start();
    fake_folders_put(folder, "file", "12345", 5);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[32];
        snprintf(path, sizeof path, "/s/%s", names[i]);
        EXPECT(open_status(path, FILE_WRITE), ==, FILE_INVALID_NAME);
        EXPECT(file_look(path, &attributes), ==, FILE_INVALID_NAME);
        EXPECT(file_make_folder(path), ==, FILE_INVALID_NAME);
        EXPECT(file_rename("/s/file", path), ==, FILE_INVALID_NAME);
        EXPECT(file_remove(path), ==, FILE_INVALID_NAME);
    }
    fake_folders_expect(folder, "file", "12345", 5);
    end();
}

/* What is made is found, also under the name that was asked for; listed it is as it is. */
TEST_ON(windows_cuts_the_ends_of_names, "windows")
{
    static struct names listed = { .most = 32 };
    struct file_attributes attributes;
    start();
    EXPECT(open_status("/s/ended. .", FILE_WRITE), ==, FILE_OK);
    EXPECT(file_look("/s/ended.", &attributes), ==, FILE_OK);
    EXPECT(file_list("/s", keep, &listed), ==, FILE_OK);
    EXPECT(listed.count == 1 && find(&listed, "ended"), ==, true);
    end();
}

/* A letter and its mark are one character or two. */
TEST_ON(to_macos_both_spellings_of_a_letter_are_one_name, "macos")
{
    static const char one[] = "/s/gr\xc3\xbcn", two[] = "/s/gru\xcc\x88n";
    static struct names listed = { .most = 32 };
    struct file_attributes attributes;
    start();
    EXPECT(open_status(one, FILE_WRITE), ==, FILE_OK);
    EXPECT(file_look(one, &attributes) == FILE_OK && file_look(two, &attributes) == FILE_OK, ==, true);
    EXPECT(file_list("/s", keep, &listed), ==, FILE_OK);
    EXPECT(listed.count, ==, 1);
    bool is_decomposed = host_profile->system->names == NAMES_DECOMPOSED;
    EXPECT(find(&listed, (is_decomposed ? two : one) + 3) != NULL, ==, true);
    EXPECT(file_rename(two, one), ==, FILE_OK);
    EXPECT(file_remove(two), ==, FILE_OK);
    end();
}

TEST(case_is_kept_and_perhaps_ignored)
{
    static struct names listed = { .most = 32 };
    struct file_attributes attributes;
    bool ignores_case = host_profile->system->ignores_case;
    start();
    EXPECT(file_make_folder("/s/Folder"), ==, FILE_OK);
    EXPECT(open_status("/s/Folder/Read Me", FILE_WRITE), ==, FILE_OK);
    EXPECT(file_look("/s/folder/READ ME", &attributes) == FILE_OK, ==, ignores_case);
    EXPECT(file_list("/s/Folder", keep, &listed), ==, FILE_OK);
    EXPECT(listed.count == 1 && find(&listed, "Read Me"), ==, true);
    EXPECT(file_rename("/s/Folder/Read Me", "/s/Folder/read me"), ==, FILE_OK);
    EXPECT(access(path_of("Folder/read me"), F_OK) == 0 && access(path_of("Folder/Read Me"), F_OK) < 0, ==, true);
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

/* The service leaves names that are no UTF-8 out and says nothing. */
TEST(a_folder_that_is_not_empty_although_nothing_is_listed_says_why)
{
    start();
    size_t count = 0;
    char words[80];
    mkdir(path_of("odd"), 0777);
    fake_folders_put(folder, "odd/K\xe4se", "", 0);
    EXPECT(file_list("/s/odd", count_entry, &count), ==, FILE_OK);
    EXPECT(count, ==, 0);
    EXPECT(file_remove_folder("/s/odd"), ==, FILE_UNLISTED);
    EXPECT_TEXT(file_words(words, sizeof words, "/s/odd", FILE_UNLISTED),
                "not empty: it holds names that are no UTF-8, or too long (-58)");
    fake_folders_put(folder, "odd/file", "", 0);
    EXPECT(file_remove_folder("/s/odd"), ==, FILE_FOLDER_NOT_EMPTY);
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
    EXPECT(file_rename("/s/b", "/s/f"), ==, host_profile->system->locks_open ? FILE_ACCESS_DENIED : FILE_EXISTS);
    EXPECT(file_rename("/s/f", "/s/g"), ==, FILE_EXISTS);
    EXPECT(file_rename("/s/f", "/s/h"), ==, FILE_OK);
    EXPECT(file_rename("/s/b", "/locked/b"), ==, FILE_OTHER_SYSTEM);
    EXPECT(symlink("b", path_of("link")), ==, 0);
    EXPECT(file_rename("/s/link", "/s/moved"), ==, FILE_OK);
    end();
}

TEST(what_separates_the_parts_of_a_link_is_the_host_s_business)
{
    char target[64];
    start();
    EXPECT(symlink("folder\\file", path_of("link")), ==, 0);
    EXPECT(file_read_link("/s/link", target, sizeof target), ==, FILE_OK);
    EXPECT_TEXT(target, host_profile->system->has_backslash ? "folder/file" : "folder\\file");
    end();
}

/* Unless the machine's owner has said so before it was started; and on Windows whoever started it must be somebody. */
TEST(links_are_not_made_where_the_host_does_not_allow_it)
{
    start();
    EXPECT(file_make_link("/s/link", "file"), ==, FILE_WRITE_PROTECTED);
    fake_folders.allows_links = true;
    EXPECT(file_make_link("/s/link", "file"), ==, host_profile->system->link_made);
    EXPECT(file_rename("/s/link", "/s/moved") == FILE_OK, ==, !host_profile->system->link_made);
    end();
}

TEST_ON(links_are_made_read_and_removed_as_links, "!windows")
{
    start();
    fake_folders.allows_links = true;
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
