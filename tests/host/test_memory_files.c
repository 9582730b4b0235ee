/* Chapter 19: files in memory keep what is written, say what is wrong, and leave no page behind. */
// sources: kernel/files/memory_files.c kernel/files/files.c lib/format.c lib/utf8.c tests/host/fake/arena.c
#include "tests/host/test.h"
#include "kernel/files/memory_files.h"
#include "tests/host/fake/arena.h"

static struct memory_files files;

static void set_up(size_t pages)
{
    EXPECT(memory_files_make(&files, "m", pages), ==, FILE_OK);
    EXPECT(file_mount(&files.system), ==, FILE_OK);
}

static int put(const char *path, uint64_t offset, const char *text)
{
    struct file file;
    size_t bytes = strlen(text);
    int status = file_open(&file, path, FILE_CHANGE);
    if (status < 0)
        return status;
    status = file_write(&file, offset, text, &bytes);
    file_close(&file);
    return status;
}

static const char *get(const char *path)
{
    static char text[65536];
    struct file file;
    size_t bytes = sizeof text - 1;
    if (file_open(&file, path, FILE_READ) < 0)
        return "(cannot be opened)";
    EXPECT(file_read(&file, 0, text, &bytes), ==, FILE_OK);
    text[bytes] = 0;
    file_close(&file);
    return text;
}

static uint64_t size_of(const char *path)
{
    struct file_attributes attributes;
    EXPECT(file_look(path, &attributes), ==, FILE_OK);
    return attributes.bytes;
}

TEST(what_is_written_can_be_read)
{
    set_up(100);
    EXPECT(put("/m/a", 0, "hello"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/a"), "hello");
    put("/m/a", 3, "p!");
    EXPECT_TEXT(get("/m/a"), "help!");
    put("/m/a", 5, " wanted");
    EXPECT_TEXT(get("/m/a"), "help! wanted");
    struct file file;
    EXPECT(file_open(&file, "/m/a", FILE_WRITE), ==, FILE_OK);
    EXPECT(file.bytes, ==, 0);
    file_close(&file);
    EXPECT(size_of("/m/a"), ==, 0);
}

TEST(a_gap_is_zeros_also_where_something_was)
{
    set_up(100);
    struct file file;
    static uint8_t text[20000], back[20000];
    size_t bytes = sizeof text;
    memset(text, 'x', sizeof text);
    EXPECT(file_open(&file, "/m/a", FILE_CHANGE), ==, FILE_OK);
    EXPECT(file_write(&file, 0, text, &bytes), ==, FILE_OK);
    EXPECT(file_resize(&file, 5000), ==, FILE_OK);
    EXPECT(file_resize(&file, 15000), ==, FILE_OK);
    bytes = 1;
    EXPECT(file_write(&file, 19999, "y", &bytes), ==, FILE_OK);
    bytes = sizeof back;
    EXPECT(file_read(&file, 0, back, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, 20000);
    for (size_t i = 0; i < sizeof back; i++)
        EXPECT(back[i], ==, i < 5000 ? 'x' : i == 19999 ? 'y' : 0);
    bytes = 10;
    EXPECT(file_read(&file, 20000, back, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, 0);
    bytes = 10;
    EXPECT(file_read(&file, UINT64_MAX, back, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, 0);
    bytes = 10;
    EXPECT(file_write(&file, UINT64_MAX - 5, back, &bytes), <, 0);
    file_close(&file);
}

/* Changes of random places and lengths, compared with an array. */
TEST(random_writes_and_cuts_are_as_in_an_array)
{
    enum { MOST = 40000 };
    static uint8_t model[MOST], back[MOST], text[MOST];
    size_t length = 0;
    struct file file;
    set_up(100);
    EXPECT(file_open(&file, "/m/a", FILE_CHANGE), ==, FILE_OK);
    for (int round = 0; round < 3000; round++) {
        size_t at = test_random() % MOST, bytes = test_random() % (test_random() % 2 ? 100 : MOST - at + 1);
        bytes = at + bytes > MOST ? MOST - at : bytes;
        if (test_random() % 4) {
            for (size_t i = 0; i < bytes; i++)
                model[at + i] = text[i] = (uint8_t)test_random();
            length = bytes && at + bytes > length ? at + bytes : length;
            EXPECT(file_write(&file, at, text, &bytes), ==, FILE_OK);
        } else {
            memset(model + at, 0, MOST - at);
            length = at;
            EXPECT(file_resize(&file, at), ==, FILE_OK);
        }
        bytes = MOST;
        EXPECT(file_read(&file, 0, back, &bytes), ==, FILE_OK);
        EXPECT(bytes, ==, length);
        EXPECT(memcmp(back, model, length), ==, 0);
    }
    file_close(&file);
}

TEST(what_is_appended_goes_behind_what_is_there_by_then)
{
    struct file file, other;
    size_t bytes = 1;
    set_up(100);
    EXPECT(file_open(&file, "/m/a", FILE_APPEND), ==, FILE_OK);
    EXPECT(file_open(&other, "/m/a", FILE_APPEND), ==, FILE_OK);
    EXPECT(file_write(&file, FILE_END, "1", &bytes), ==, FILE_OK);
    EXPECT(file_write(&other, FILE_END, "2", &bytes), ==, FILE_OK);
    EXPECT(file_write(&file, FILE_END, "3", &bytes), ==, FILE_OK);
    file_close(&file);
    file_close(&other);
    EXPECT_TEXT(get("/m/a"), "123");
}

TEST(what_is_wrong_has_a_name)
{
    set_up(100);
    struct file file;
    struct file_attributes attributes;
    char text[8];
    EXPECT(file_make_folder("/m/d"), ==, FILE_OK);
    EXPECT(put("/m/f", 0, "f"), ==, FILE_OK);
    EXPECT(put("/m/d/g", 0, "g"), ==, FILE_OK);
    EXPECT(file_open(&file, "/m/none", FILE_READ), ==, FILE_NOT_FOUND);
    EXPECT(file_open(&file, "/m/none/x", FILE_CHANGE), ==, FILE_PATH_NOT_FOUND);
    EXPECT(file_open(&file, "/m/f/x", FILE_CHANGE), ==, FILE_NOT_A_FOLDER);
    EXPECT(file_open(&file, "/m/d", FILE_READ), ==, FILE_IS_A_FOLDER);
    EXPECT(file_look("/m/d/none", &attributes), ==, FILE_NOT_FOUND);
    EXPECT(file_make_folder("/m/d"), ==, FILE_EXISTS);
    EXPECT(file_make_folder("/m/f"), ==, FILE_EXISTS);
    EXPECT(file_remove("/m/d"), ==, FILE_IS_A_FOLDER);
    EXPECT(file_remove("/m"), ==, FILE_IS_A_FOLDER);
    EXPECT(file_remove("/m/none"), ==, FILE_NOT_FOUND);
    EXPECT(file_remove_folder("/m/f"), ==, FILE_NOT_A_FOLDER);
    EXPECT(file_remove_folder("/m/d"), ==, FILE_FOLDER_NOT_EMPTY);
    EXPECT(file_read_link("/m/f", text, sizeof text), ==, FILE_NOT_A_LINK);
    EXPECT(file_make_link("/m/l", ""), ==, FILE_INVALID);
    EXPECT(file_is_folder("/m/f"), ==, false);
    EXPECT(file_is_folder("/m/d"), ==, true);
}

TEST(what_is_open_is_neither_removed_nor_emptied)
{
    set_up(100);
    struct file file, other;
    put("/m/a", 0, "a");
    put("/m/b", 0, "b");
    file_open(&file, "/m/a", FILE_READ);
    EXPECT(file_remove("/m/a"), ==, FILE_BUSY);
    EXPECT(file_rename("/m/b", "/m/a"), ==, FILE_BUSY);
    EXPECT(file_open(&other, "/m/a", FILE_WRITE), ==, FILE_BUSY);
    EXPECT(file_open(&other, "/m/a", FILE_CHANGE), ==, FILE_OK);
    EXPECT(file_resize(&other, 0), ==, FILE_BUSY);
    EXPECT(file_resize(&other, 2), ==, FILE_OK);
    file_close(&other);
    file_close(&file);
    EXPECT(file_rename("/m/b", "/m/a"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/a"), "b");
    EXPECT(file_remove("/m/a"), ==, FILE_OK);
}

TEST(renaming_moves_and_never_loses)
{
    set_up(100);
    put("/m/a", 0, "a");
    put("/m/b", 0, "b");
    file_make_folder("/m/d");
    file_make_folder("/m/d/e");
    EXPECT(file_rename("/m/a", "/m/d/a2"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/d/a2"), "a");
    EXPECT_TEXT(get("/m/a"), "(cannot be opened)");
    EXPECT(file_rename("/m/b", "/m/b"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/b"), "b");
    EXPECT(file_rename("/m/b", "/m/d/a2"), ==, FILE_OK); /* replaced */
    EXPECT_TEXT(get("/m/d/a2"), "b");
    EXPECT(file_rename("/m/d", "/m/d/e/d"), ==, FILE_INVALID); /* into itself */
    EXPECT(file_rename("/m/d/a2", "/m/d/e"), ==, FILE_EXISTS);
    EXPECT(file_rename("/m/d/e", "/m/d/a2"), ==, FILE_EXISTS);
    EXPECT(file_rename("/m/d", "/m/D"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/D/a2"), "b");
    EXPECT(file_rename("/m/none", "/m/x"), ==, FILE_NOT_FOUND);
    EXPECT(file_rename("/m/D", "/m/none/x"), ==, FILE_PATH_NOT_FOUND);
}

TEST(links_lead_where_they_say)
{
    set_up(100);
    char target[PATH_BYTES];
    struct file_attributes attributes;
    file_make_folder("/m/d");
    put("/m/d/f", 0, "f");
    EXPECT(file_make_link("/m/to f", "d/f"), ==, FILE_OK);
    EXPECT(file_make_link("/m/d/up", "../to f"), ==, FILE_OK);
    EXPECT(file_make_link("/m/whole", "/m/d"), ==, FILE_OK);
    EXPECT(file_make_link("/m/out", "/other/x"), ==, FILE_OK);
    EXPECT(file_make_link("/m/dangling", "new"), ==, FILE_OK);
    EXPECT(file_make_link("/m/loop", "loop"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/to f"), "f");
    EXPECT_TEXT(get("/m/d/up"), "f");
    EXPECT_TEXT(get("/m/whole/up"), "f");
    EXPECT_TEXT(get("/m/out"), "(cannot be opened)");
    EXPECT_TEXT(get("/m/loop"), "(cannot be opened)");
    EXPECT(file_is_folder("/m/whole"), ==, true);
    EXPECT(put("/m/dangling", 0, "n"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/new"), "n");
    EXPECT(file_look("/m/whole", &attributes), ==, FILE_OK);
    EXPECT(attributes.kind, ==, FILE_LINK);
    EXPECT(file_read_link("/m/d/up", target, sizeof target), ==, FILE_OK);
    EXPECT_TEXT(target, "../to f");
    EXPECT(file_read_link("/m/d/up", target, 7), ==, FILE_NAME_TOO_LONG);
    EXPECT(file_read_link("/m/d/up", target, 8), ==, FILE_OK);
    EXPECT(file_remove("/m/whole"), ==, FILE_OK);
    EXPECT_TEXT(get("/m/d/f"), "f");
    struct file file;
    EXPECT(file_open(&file, "/m/loop/x", FILE_READ), ==, FILE_TOO_MANY_LINKS);
}

TEST(full_is_an_error_and_removing_makes_room)
{
    set_up(10);
    struct file_volume volume;
    EXPECT(file_volume("/m", &volume), ==, FILE_OK);
    EXPECT(volume.bytes, ==, 10 * PAGE_BYTES);
    EXPECT(volume.available, ==, 9 * PAGE_BYTES);
    static char large[8 * PAGE_BYTES + 1];
    memset(large, 'x', 8 * PAGE_BYTES);
    EXPECT(put("/m/a", 0, large), ==, FILE_OK);
    EXPECT(put("/m/a", 8 * PAGE_BYTES, "y"), ==, FILE_FULL);
    EXPECT(put("/m/b", 0, ""), ==, FILE_FULL);
    EXPECT(size_of("/m/a"), ==, 8 * PAGE_BYTES);
    EXPECT(file_remove("/m/a"), ==, FILE_OK);
    EXPECT(put("/m/b", 0, "b"), ==, FILE_OK);
    arena_most = pages_allocated();
    EXPECT(put("/m/c", 0, "c"), ==, FILE_FULL);
    EXPECT_TEXT(get("/m/b"), "b");
}

TEST(times_are_those_of_the_last_change)
{
    struct file_attributes attributes;
    arena_time = 1000;
    set_up(100);
    put("/m/a", 0, "a");
    EXPECT(file_look("/m/a", &attributes), ==, FILE_OK);
    EXPECT(attributes.modified, ==, 1000000);
    EXPECT(file_set_time("/m/a", 5), ==, FILE_OK);
    EXPECT(file_look("/m/a", &attributes), ==, FILE_OK);
    EXPECT(attributes.modified, ==, 5);
}

static bool count_entry(void *count, const char *name, const struct file_attributes *attributes)
{
    (void)name, (void)attributes;
    return ++*(int *)count < 50;
}

TEST(a_listing_ends_when_it_is_enough)
{
    char path[16];
    int count = 0;
    set_up(200);
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "/m/%d", i);
        EXPECT(put(path, 0, ""), ==, FILE_OK);
    }
    EXPECT(file_list("/m", count_entry, &count), ==, FILE_OK);
    EXPECT(count, ==, 50);
}

static bool take_name(void *path, const char *name, const struct file_attributes *attributes)
{
    (void)attributes;
    strcat(strcat(path, "/"), name);
    return false;
}

static void remove_all_in(const char *folder)
{
    char path[PATH_BYTES];
    for (;;) {
        strcpy(path, folder);
        EXPECT(file_list(folder, take_name, path), ==, FILE_OK);
        if (strcmp(path, folder) == 0)
            return;
        if (file_remove(path) < 0) {
            remove_all_in(path);
            EXPECT(file_remove_folder(path), ==, FILE_OK);
        }
    }
}

/* Another task, while whoever lists waits: it does something to the folder, whenever an entry has come. */
struct others {
    char seen[1000];
    void (*act)(const char *name);
};

static bool others_act(void *argument, const char *name, const struct file_attributes *attributes)
{
    struct others *others = argument;
    others->act(name);
    strcat(strcat(others->seen, name), attributes->kind == FILE_FOLDER ? "/ " : " ");
    return strlen(others->seen) < 100; /* else it would never end */
}

static void expect_listed(void (*act)(const char *name), const char *names)
{
    struct others others = { .act = act };
    for (const char *name = "12345678"; *name; name++) {
        char path[] = { '/', 'm', '/', *name, 0 };
        EXPECT(put(path, 0, path), ==, FILE_OK);
    }
    EXPECT(file_list("/m", others_act, &others), ==, FILE_OK);
    EXPECT_TEXT(others.seen, names);
}

static void remove_it(const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/m/%s", name);
    EXPECT(file_remove(path), ==, FILE_OK);
}

static void remove_all(const char *name)
{
    char path[] = "/m/1";
    for (; *name == '1' && path[3] <= '8'; path[3]++)
        EXPECT(file_remove(path), ==, FILE_OK);
}

static void remove_the_next(const char *name)
{
    char path[] = { '/', 'm', '/', (char)(*name + 1), 0 };
    file_remove(path);
}

static void move_the_next(const char *name)
{
    char path[] = { '/', 'm', '/', (char)(*name + 1), 0 };
    if (*name == '1' || *name == '4')
        EXPECT(file_rename(path, *name == '1' ? "/m/d/moved" : "/m/8"), ==, FILE_OK);
}

static void list_and_remove(const char *name)
{
    struct others others = { .act = remove_it };
    if (*name == '3')
        EXPECT(file_list("/m", others_act, &others), ==, FILE_OK);
}

TEST(a_listing_goes_on_whatever_others_take_out_of_the_folder_meanwhile)
{
    set_up(100);
    size_t before = pages_allocated();
    expect_listed(remove_it, "1 2 3 4 5 6 7 8 ");
    EXPECT(pages_allocated(), ==, before);
    expect_listed(remove_all, "1 ");
    expect_listed(remove_the_next, "1 3 5 7 ");
    remove_all_in("/m");
    expect_listed(list_and_remove, "1 2 3 ");
    EXPECT(pages_allocated(), ==, before);
    EXPECT(file_make_folder("/m/d"), ==, FILE_OK);
    expect_listed(move_the_next, "d/ 1 3 4 6 7 8 ");
}

/* Whatever is done, when all is removed only the top is left. */
TEST(random_operations_leave_no_page)
{
    static const char *const names[] = { "/m/a", "/m/b", "/m/d", "/m/d/a", "/m/d/d", "/m/d/d/a", "/m/l", "/m/l/a" };
    enum { NAMES = sizeof names / sizeof names[0] };
    static char text[3 * PAGE_BYTES];
    set_up(30);
    size_t before = pages_allocated();
    for (int round = 0; round < 20000; round++) {
        const char *name = names[test_random() % NAMES], *other = names[test_random() % NAMES];
        size_t length = test_random() % (sizeof text - 1);
        memset(text, 't', length);
        text[length] = 0;
        switch (test_random() % 6) {
        case 0: put(name, test_random() % 10000, text); break;
        case 1: file_make_folder(name); break;
        case 2: file_remove(name); break;
        case 3: file_remove_folder(name); break;
        case 4: file_rename(name, other); break;
        case 5: file_make_link(name, strrchr(other, '/') + 1); break;
        }
        EXPECT(pages_allocated(), ==, files.pages_used);
    }
    remove_all_in("/m");
    EXPECT(pages_allocated(), ==, before);
}
