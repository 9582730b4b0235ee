/* Chapter 19: paths are clean before a file system sees them, and a mount that is gone is gone. */
// sources: kernel/files/files.c lib/format.c lib/utf8.c tests/host/fake/pages.c
#include "tests/host/test.h"
#include "kernel/files/files.h"

static char path[PATH_BYTES];

TEST(whatever_is_typed_becomes_a_clean_path)
{
    static const struct {
        const char *folder, *typed, *clean;
    } cases[] = {
        { "/", "", "/" },
        { "/", "a", "/a" },
        { "/a", "", "/a" },
        { "/a", "b", "/a/b" },
        { "/a/b", "/c", "/c" },
        { "/a", ".", "/a" },
        { "/a", "./b/.", "/a/b" },
        { "/a", "..", "/" },
        { "/a", "../..", "/" },
        { "/", "..", "/" },
        { "/a/b", "../c", "/a/c" },
        { "/a/b", "../../../../c/d/..", "/c" },
        { "/a", "b//c///d/", "/a/b/c/d" },
        { "/a", "//", "/" },
        { "/a", "...", "/a/..." },
        { "/a", "..b", "/a/..b" },
        { "/a", ".b", "/a/.b" },
        { "/a", "x/../y", "/a/y" },
        { "/\u00fc", "\u4e2d/..", "/\u00fc" },
        { "/a", "line\nbreak \"and\" 'quotes'", "/a/line\nbreak \"and\" 'quotes'" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        EXPECT(path_make(path, cases[i].folder, cases[i].typed), ==, FILE_OK);
        EXPECT_TEXT(path, cases[i].clean);
    }
}

static const char *repeated(char byte, size_t count)
{
    static char text[2 * PATH_BYTES];
    memset(text, byte, count);
    text[count] = 0;
    return text;
}

TEST(names_of_255_bytes_are_good_and_longer_ones_are_not)
{
    EXPECT(path_make(path, "/", repeated('n', 255)), ==, FILE_OK);
    EXPECT(strlen(path), ==, 256);
    EXPECT(path_make(path, "/", repeated('n', 256)), ==, FILE_NAME_TOO_LONG);
}

TEST(a_path_fills_its_buffer_and_no_more)
{
    char typed[PATH_BYTES + 2] = "";
    for (int i = 0; i < 2047; i++)
        strcat(typed, "/x");
    EXPECT(strlen(typed), ==, PATH_BYTES - 2);
    EXPECT(path_make(path, "/", typed), ==, FILE_OK);
    strcat(typed, "x");
    EXPECT(path_make(path, "/", typed), ==, FILE_OK);
    EXPECT(strlen(path), ==, PATH_BYTES - 1);
    strcat(typed, "x");
    EXPECT(path_make(path, "/", typed), ==, FILE_NAME_TOO_LONG);
    EXPECT(path_make(path, "/", repeated('/', 5000)), ==, FILE_OK);
    EXPECT_TEXT(path, "/");
}

TEST(what_is_not_utf_8_is_no_path)
{
    EXPECT(path_make(path, "/", "\xe4"), ==, FILE_NOT_UTF8);
    EXPECT(path_make(path, "/", "a/\xc0\xaf"), ==, FILE_NOT_UTF8); /* a slash in hiding */
}

TEST(the_last_part_is_the_name)
{
    EXPECT_TEXT(path_name("/a/b/c"), "c");
    EXPECT_TEXT(path_name("/a"), "a");
    EXPECT_TEXT(path_name("/"), "");
}

/* A file system that says what it was asked. */
static char asked[PATH_BYTES];
static int answer;

static int open_fake(struct file_system *system, const char *rest, enum file_mode mode, uint64_t *handle,
                     uint64_t *bytes)
{
    snprintf(asked, sizeof asked, "%s: open '%s' %d", system->name, rest, mode);
    *handle = 42;
    *bytes = 7;
    return answer;
}

static void close_fake(struct file_system *system, uint64_t handle)
{
    snprintf(asked, sizeof asked, "%s: close %d", system->name, (int)handle);
}

static int read_fake(struct file_system *system, uint64_t handle, uint64_t offset, void *buffer, size_t *bytes)
{
    (void)buffer;
    snprintf(asked, sizeof asked, "%s: read %d at %d, %d bytes", system->name, (int)handle, (int)offset, (int)*bytes);
    return answer;
}

static int look_fake(struct file_system *system, const char *rest, struct file_attributes *attributes)
{
    snprintf(asked, sizeof asked, "%s: look '%s'", system->name, rest);
    attributes->kind = FILE_PLAIN;
    return answer;
}

static int rename_fake(struct file_system *system, const char *from, const char *to)
{
    snprintf(asked, sizeof asked, "%s: rename '%s' '%s'", system->name, from, to);
    return answer;
}

static const struct file_operations fake = {
    .open = open_fake, .close = close_fake, .read = read_fake, .look = look_fake, .rename = rename_fake
};
static struct file_system one = { .name = "one", .operations = &fake };
static struct file_system two = { .name = "two words", .operations = &fake };

TEST(a_mount_answers_below_its_name)
{
    struct file_attributes attributes;
    EXPECT(file_mount(&one), ==, FILE_OK);
    EXPECT(file_mount(&two), ==, FILE_OK);
    EXPECT(file_look("/one", &attributes), ==, FILE_OK);
    EXPECT_TEXT(asked, "one: look ''");
    EXPECT(file_look("/two words/a/b", &attributes), ==, FILE_OK);
    EXPECT_TEXT(asked, "two words: look 'a/b'");
    answer = FILE_BUSY;
    EXPECT(file_look("/one/x", &attributes), ==, FILE_BUSY);
    EXPECT(file_look("/onea", &attributes), ==, FILE_NOT_FOUND);
    EXPECT(file_look("/on", &attributes), ==, FILE_NOT_FOUND);
    EXPECT(file_look("/", &attributes), ==, FILE_OK);
    EXPECT(attributes.kind, ==, FILE_FOLDER);
}

TEST(a_name_is_mounted_once_and_must_be_one)
{
    static const char *const names[] = { "", ".", "..", "a/b", "\xff" };
    struct file_system again = { .name = "one", .operations = &fake };
    EXPECT(file_mount(&one), ==, FILE_OK);
    EXPECT(file_mount(&again), ==, FILE_EXISTS);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        again.name = names[i];
        EXPECT(file_mount(&again), ==, FILE_INVALID_NAME);
    }
    again.name = repeated('n', 256);
    EXPECT(file_mount(&again), ==, FILE_NAME_TOO_LONG);
}

TEST(what_a_file_system_cannot_do_is_said)
{
    file_mount(&one);
    EXPECT(file_make_folder("/one/x"), ==, FILE_NOT_SUPPORTED);
    struct file_volume volume;
    EXPECT(file_volume("/one", &volume), ==, FILE_NOT_SUPPORTED);
    EXPECT(file_volume("/none", &volume), ==, FILE_NOT_FOUND);
}

TEST(files_of_a_mount_that_is_gone_fail_even_when_it_comes_back)
{
    struct file file;
    char byte;
    size_t bytes = 1;
    file_mount(&one);
    EXPECT(file_open(&file, "/one/f", FILE_CHANGE), ==, FILE_OK);
    EXPECT_TEXT(asked, "one: open 'f' 2");
    EXPECT(file.bytes, ==, 7);
    EXPECT(file_read(&file, 5, &byte, &bytes), ==, FILE_OK);
    EXPECT_TEXT(asked, "one: read 42 at 5, 1 bytes");
    EXPECT(file_write(&file, 5, &byte, &bytes), ==, FILE_NOT_SUPPORTED);
    file_unmount(&one);
    asked[0] = 0;
    EXPECT(file_read(&file, 5, &byte, &bytes), ==, FILE_BAD_HANDLE);
    file_mount(&one);
    EXPECT(file_read(&file, 5, &byte, &bytes), ==, FILE_BAD_HANDLE);
    EXPECT(file_resize(&file, 5), ==, FILE_BAD_HANDLE);
    file_close(&file); /* or it would be open for ever */
    EXPECT_TEXT(asked, "one: close 42");
}

TEST(a_file_is_closed_once)
{
    struct file file;
    file_mount(&one);
    file_open(&file, "/one/f", FILE_READ);
    file_close(&file);
    EXPECT_TEXT(asked, "one: close 42");
    asked[0] = 0;
    file_close(&file);
    EXPECT_TEXT(asked, "");
}

TEST(mounts_themselves_are_neither_moved_nor_removed)
{
    file_mount(&one);
    file_mount(&two);
    EXPECT(file_rename("/one", "/one/x"), ==, FILE_BUSY);
    EXPECT(file_rename("/one/x", "/one"), ==, FILE_BUSY);
    EXPECT(file_remove_folder("/one"), ==, FILE_BUSY);
    EXPECT(file_remove_folder("/"), ==, FILE_BUSY);
    EXPECT(file_make_folder("/one"), ==, FILE_EXISTS);
    EXPECT(file_rename("/one/x", "/two words/x"), ==, FILE_OTHER_SYSTEM);
    EXPECT(file_rename("/one/x", "/none/x"), ==, FILE_OTHER_SYSTEM);
    EXPECT(file_rename("/none/x", "/none/y"), ==, FILE_NOT_FOUND);
    EXPECT(file_rename("/one/a", "/one/b/c"), ==, FILE_OK);
    EXPECT_TEXT(asked, "one: rename 'a' 'b/c'");
}

static bool add_name(void *text, const char *name, const struct file_attributes *attributes)
{
    EXPECT(attributes->kind, ==, FILE_FOLDER);
    strcat(strcat(text, name), ";");
    return strlen(text) < 12;
}

TEST(the_top_is_a_folder_of_mounts)
{
    char names[64] = "";
    struct file_system three = { .name = "three", .operations = &fake };
    file_mount(&one);
    file_mount(&two);
    file_mount(&three);
    EXPECT(file_list("/", add_name, names), ==, FILE_OK);
    EXPECT_TEXT(names, "one;two words;");
    file_unmount(&two);
    names[0] = 0;
    file_list("/", add_name, names);
    EXPECT_TEXT(names, "one;three;");
    EXPECT(file_is_folder("/"), ==, true);
    EXPECT(file_is_folder("/one"), ==, false); /* it cannot list */
    struct file file;
    EXPECT(file_open(&file, "/", FILE_READ), ==, FILE_IS_A_FOLDER);
}

/* Another task, while whoever lists waits: shares come and go, and a name lies where another lay. */
static char changing[] = "changing";
static struct file_system third = { .name = changing, .operations = &fake };

static bool remount(void *text, const char *name, const struct file_attributes *attributes)
{
    (void)attributes;
    if (strcmp(name, "changing") == 0) {
        strcpy(changing, "changed");
        file_unmount(&third);
        file_unmount(&one);
        file_unmount(&two);
        file_mount(&third);
        file_mount(&one);
    }
    strcat(strcat(text, name), ";");
    return strlen(text) < 100;
}

TEST(the_top_is_listed_whatever_comes_and_goes_meanwhile)
{
    char names[128] = "";
    file_mount(&third);
    file_mount(&one);
    file_mount(&two);
    EXPECT(file_list("/", remount, names), ==, FILE_OK);
    EXPECT_TEXT(names, "changing;changed;one;");
}

TEST(errors_are_words_and_the_number_is_the_host_s)
{
    char text[80];
    one.is_host = true;
    file_mount(&one);
    file_mount(&two);
    EXPECT_TEXT(file_words(text, sizeof text, "/two words/a", FILE_NOT_FOUND), "not found");
    EXPECT_TEXT(file_words(text, sizeof text, "/one/a", FILE_NOT_FOUND), "not found (-102)");
    EXPECT_TEXT(file_words(text, sizeof text, "/one/a", -250), "the medium fails (-250)");
    EXPECT_TEXT(file_words(text, sizeof text, "/one/a", -2904), "an error without a name (-2904)");
    EXPECT_TEXT(file_words(text, sizeof text, "/", FILE_BUSY), "in use");
}
