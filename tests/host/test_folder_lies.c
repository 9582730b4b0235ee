/* Chapter 22: files of the host before hosts that go away in the middle, fail, and lie. */
#include "tests/host/folder_files.h"

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

/* A task writes, and the host takes its time. */
static void start_slow_write(void)
{
    start();
    fill(large, MIB);
    fake_folders.linger = FOLDERS_WRITE;
    services_task(write_large, NULL);
    pages_before = pages_allocated(); /* a task has pages of its own */
    machine_settle();
}

TEST(a_write_in_the_middle_of_which_the_machine_is_restored_ends_with_an_error)
{
    start_slow_write();
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
    fake_folders.has_threads = true;
    start_slow_write();
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
        bool is_dot = strcmp(odd[i], "..") == 0; /* which every folder has, and nobody misses */
        EXPECT(file_list("/s", count_entry, &count), ==, is_dot ? 0 : 1);
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

static void lose_service(struct fake_call *call)
{
    if (call->function == FOLDERS_WRITE && fake_folders.calls[FOLDERS_WRITE] == 2) /* this one is served still */
        fake_hgcm.clients[call->client].service = NULL;
}

TEST(a_service_that_is_lost_in_the_middle_has_what_it_took_and_every_call_says_so)
{
    start();
    fill(large, 4 * MIB);
    fake_folders.before = lose_service;
    struct file file = opened("/s/file", FILE_WRITE);
    size_t bytes = 4 * MIB;
    EXPECT(file_write(&file, 0, large, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, 2 * MIB);
    EXPECT(file_write(&file, bytes, large, &bytes), ==, HGCM_NOT_CONNECTED);
    file_close(&file);
    fake_folders_share("late", false);
    machine_pass(SERVICES_SECOND);
    EXPECT(open_status("/s/file", FILE_READ), ==, HGCM_NOT_CONNECTED);
    char words[80];
    EXPECT_TEXT(file_words(words, sizeof words, "/s/file", HGCM_NOT_CONNECTED), "the service is gone (-2905)");
    fake_folders_expect(folder, "file", large, 2 * MIB);
    EXPECT(pages_allocated(), ==, pages_before);
    EXPECT_TEXT(fake_log, "    VMMDev: request 63: refused, status -2905\n");
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
