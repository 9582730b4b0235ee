/* Chapters 19 and 22: commands on files of the host, which have more than one name, and are written to by others. */
// sources: kernel/shell/shell.c kernel/shell/words.c kernel/commands/file_commands.c kernel/commands/file_contents.c
// sources: kernel/files/file_identity.c kernel/files/sorted.c kernel/files/memory_files.c lib/date.c
#include "tests/host/folder_files.h"
#include "kernel/commands/file_commands.h"
#include "kernel/files/memory_files.h"
#include "kernel/shell/shell.h"
#include <sys/time.h>

enum { LENGTH = 100000 };

static char said[8192];
static uint8_t text[LENGTH];

uint64_t wall_clock_now(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
}

static void write_said(struct stream *stream, const char *bytes, size_t length)
{
    (void)stream;
    strncat(said, bytes, length);
}

static struct stream output = { NULL, write_said };

static void expect(const char *line, int status, const char *should_say)
{
    said[0] = 0;
    static const volatile bool never;
    int ended = shell_run(line, &output, &never);
    if (strcmp(said, should_say) != 0)
        fprintf(stderr, "of: %s\n", line);
    EXPECT_TEXT(said, should_say);
    EXPECT(ended, ==, status);
}

static bool is_there(const char *name) { return access(path_of(name), F_OK) == 0; }

/* Until new shares are mounted. */
static void settle(void)
{
    machine_settle();
    machine_pass(SERVICES_SECOND);
    machine_settle();
}

/* The folder of /s is also /u, its folder `in` is also /v; in it are files, and other names of them. */
static void start_with_names(void)
{
    start();
    file_commands_add();
    fake_folders_share_again("u", folder);
    mkdir(path_of("in"), 0777);
    char inner[300];
    snprintf(inner, sizeof inner, "%s/in", folder);
    fake_folders_share_again("v", inner);
    settle();
    pages_before = pages_allocated();
    fill(text, LENGTH);
    fake_folders_put(folder, "a", text, LENGTH);
    fake_folders_put(inner, "b", text, LENGTH);
    char old[4400];
    snprintf(old, sizeof old, "%s", path_of("a"));
    EXPECT(link(old, path_of("hard")) + symlink("a", path_of("link")) + symlink(".", path_of("here")), ==, 0);
}

static void expect_unharmed(void)
{
    fake_folders_expect(folder, "a", text, LENGTH);
    fake_folders_expect(folder, "in/b", text, LENGTH);
    end();
}

static const struct {
    const char *from, *to;
} one[] = { { "/s/a", "/s/link" },   { "/s/link", "/s/a" },  { "/s/a", "/s/hard" },  { "/s/hard", "/s/link" },
            { "/s/a", "/s/here/a" }, { "/s/a", "/u/a" },     { "/u/link", "/s/a" },  { "/s/hard", "/u/a" },
            { "/s/in/b", "/v/b" },   { "/v/b", "/u/in/b" },  { "/v/b", "/u/here/in/b" } };

static void expect_one_file(const char *command, const char *from, const char *to)
{
    char line[100], words[100];
    snprintf(line, sizeof line, "%s %s %s", command, from, to);
    snprintf(words, sizeof words, "%s: %s and %s: one file, as far as can be told\n", command, from, to);
    expect(line, COMMAND_FAILED, words);
}

TEST(a_file_is_not_copied_onto_itself_whatever_it_is_called)
{
    struct stat before, after;
    static const struct timespec times[] = { { 1700000000, 123456000 }, { 1700000000, 123456000 } };
    start_with_names();
    EXPECT(utimensat(AT_FDCWD, path_of("a"), times, 0), ==, 0);
    EXPECT(stat(path_of("a"), &before), ==, 0);
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        expect_one_file("cp", one[i].from, one[i].to);
    expect("cp /s/a /s/here", COMMAND_FAILED, "cp: /s/a and /s/here/a: one file, as far as can be told\n");
    EXPECT(stat(path_of("a"), &after), ==, 0);
    EXPECT(memcmp(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim), ==, 0);
    expect_unharmed();
}

/* What ends in a slash was meant to be a folder. */
TEST(a_file_whose_name_was_typed_as_a_folders_is_left_alone)
{
    static const char *const lines[] = {
        "cp /s/a /s/in/b/",   "mv /s/a /s/in/b/",    "write /s/in/b/ x", "append /s/in/b// x",
        "cp /s/in/b/ /s/a",   "truncate /s/in/b/ 0", "rm /s/in/b/",      "rm /s/in/b/.",
    };
    char words[100];
    start_with_names();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        snprintf(words, sizeof words, "%.*s: /s/in/b: not a folder (-126)\n", (int)strcspn(lines[i], " "), lines[i]);
        expect(lines[i], COMMAND_FAILED, words);
    }
    expect("cp /s/a /s/new/", COMMAND_FAILED, "cp: /s/new: not a folder (-126)\n");
    EXPECT(is_there("new"), ==, false);
    expect("mkdir /s/folder/; mv /s/folder/ /s/other/; cp /s/link /s/other/; mv /s/other/link /s/here/", 0, "");
    EXPECT(is_there("link"), ==, true);
    expect_unharmed();
}

TEST(a_link_that_is_moved_onto_what_it_leads_to_does_not_replace_it)
{
    static struct memory_files files;
    start_with_names();
    expect("mv /s/link /s/a; mv /s/here/link /s/a", COMMAND_FAILED,
           "mv: /s/a: exists (-105)\nmv: /s/a: exists (-105)\n");
    expect_unharmed();
    EXPECT(memory_files_make(&files, "m", 20), ==, FILE_OK);
    EXPECT(file_mount(&files.system), ==, FILE_OK);
    expect("write /m/a text; ln -s a /m/link; mv /m/link /m/a", COMMAND_FAILED, "mv: /m/a: exists\n");
    expect("cat /m/a; mv /m/link /m/other; readlink /m/other", 0, "text\na\n");
}

TEST(what_is_moved_onto_itself_is_there_afterwards)
{
    start_with_names();
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        if (strncmp(one[i].from, one[i].to, 3) != 0 && strcmp(one[i].from, "/u/link") != 0)
            expect_one_file("mv", one[i].from, one[i].to);
    fake_folders.allows_links = true;
    expect("mv /u/link /s/a", COMMAND_FAILED, "mv: /s/a: exists (-105)\n");
    expect("mv /u/link /s/link", COMMAND_FAILED, "mv: /s/link: exists (-105)\n");
    expect("mv /s/a /u/link", COMMAND_FAILED, "mv: /u/link: exists (-105)\n");
    fake_folders_put(folder, "empty", "", 0);
    expect_one_file("mv", "/s/empty", "/u/empty");
    expect("mv /s/a /s/hard; mv /s/a /s/here/a", 0, ""); /* as its host has it: there is nothing to do */
    EXPECT(is_there("hard") && is_there("empty"), ==, true);
    expect("mv /s/in /s/in/deeper", COMMAND_FAILED, "mv: /s/in: this cannot be (-2)\n");
    expect("mv /s/in /s/here/in/deeper", COMMAND_FAILED, "mv: /s/in: this cannot be (-2)\n");
    expect("mv /s/in /u/in; mv /s/in /v", COMMAND_FAILED, "mv: /s/in: a folder (-127)\nmv: /s/in: a folder (-127)\n");
    expect_unharmed();
}

/* The folder of /s is also /r, where nothing can be written. */
static void share_to_read(void)
{
    fake_folders_share_again("r", folder);
    settle();
    for (size_t i = 0; i < FAKE_SHARES; i++)
        fake_folders.shares[i].read_only |= strcmp(fake_folders.shares[i].name, "r") == 0;
    pages_before = pages_allocated();
}

TEST(what_can_only_be_read_under_one_name_is_not_emptied_under_another)
{
    start_with_names();
    share_to_read();
    expect_one_file("cp", "/r/a", "/s/a");
    expect_one_file("mv", "/r/a", "/s/hard");
    expect("mv /r/a /v/copy", COMMAND_FAILED, "mv: /r/a: write-protected (-113)\n");
    fake_folders_expect(folder, "in/copy", text, LENGTH);
    expect_unharmed();
}

/* Other media may be mounted in a share, and then its host cannot rename. */
TEST(what_the_host_cannot_rename_is_copied_with_the_same_care)
{
    start_with_names();
    fake_folders.lies.refused[FOLDERS_RENAME] = FILE_OTHER_SYSTEM;
    expect_one_file("mv", "/s/a", "/s/hard");
    expect_one_file("mv", "/s/a", "/s/here/a");
    expect("cp /s/a /s/new; mv /s/new /s/in/new", 0, "");
    EXPECT(is_there("new") || !is_there("in/new"), ==, false);
    expect_unharmed();
}

TEST(to_a_host_that_ignores_case_two_cases_are_one_file)
{
    start_with_names();
    fake_folders.ignores_case = true;
    expect_one_file("cp", "/s/a", "/s/A");
    expect_one_file("mv", "/s/a", "/u/A");
    expect("mv /s/a /s/A", 0, ""); /* not nothing: it is spelt so from now on */
    EXPECT(is_there("A") && !is_there("a"), ==, true);
    expect("mv /s/A /s/a", 0, "");
    expect_unharmed();
}

TEST_ON(what_another_program_of_the_host_has_open_is_in_use, "windows")
{
    start_with_names();
    struct file file = opened("/s/a", FILE_READ);
    expect("rm /s/a", COMMAND_FAILED, "rm: /s/a: in use (-114)\n");
    expect("mv /s/a /s/new", COMMAND_FAILED, "mv: /s/a: in use (-114)\n");
    file_close(&file);
    expect_unharmed();
}

/* Nor does it help that its time may not be set: what cannot be told from the other is not emptied. */
TEST(where_times_cannot_be_set_what_looks_the_same_is_not_emptied)
{
    start_with_names();
    fake_folders.keeps_times = true;
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        expect_one_file("cp", one[i].from, one[i].to);
    expect_one_file("mv", "/s/a", "/u/a");
    expect("cp /s/a /s/new; mv /s/new /u/other", 0, "");
    fake_folders_expect(folder, "other", text, LENGTH);
    expect_unharmed();
}

TEST(files_that_look_the_same_are_two_all_the_same)
{
    static const struct timespec times[] = { { 1700000000, 0 }, { 1700000000, 0 } };
    start_with_names();
    fake_folders_put(folder, "one", "12345", 5);
    fake_folders_put(folder, "two", "abcde", 5);
    EXPECT(utimensat(AT_FDCWD, path_of("one"), times, 0) + utimensat(AT_FDCWD, path_of("two"), times, 0), ==, 0);
    expect("cp /s/one /s/two", 0, "");
    fake_folders_expect(folder, "two", "12345", 5);
    EXPECT(utimensat(AT_FDCWD, path_of("two"), times, 0), ==, 0);
    expect("mv /s/one /u/two", 0, "");
    EXPECT(is_there("one"), ==, false);
    expect("cp /s/a /u/two; cp /s/two /s/in; cp /s/in/two /s/link", 0, "");
    fake_folders_expect(folder, "two", text, LENGTH);
    expect_unharmed();
}

/* What somebody else does just when the guest is to write for the first time, or has written and looks what it is. */
static void (*meanwhile)(void);
static enum folders_function when;

static void look_at_call(struct fake_call *call)
{
    void (*now)(void) = meanwhile;
    if (!now || call->function != when || !fake_folders.calls[FOLDERS_WRITE])
        return;
    meanwhile = NULL;
    now();
}

static void add_a_line(void)
{
    FILE *file = fopen(path_of("log"), "a");
    fputs("late\n", file);
    fclose(file);
}

static void change_a_byte(void)
{
    int file = open(path_of("log"), O_WRONLY);
    EXPECT(pwrite(file, "L", 1, 0), ==, 1);
    close(file);
}

static void cut_it(void) { EXPECT(truncate(path_of("log"), MIB + 5), ==, 0); }
static void cut_the_copy(void) { EXPECT(truncate(path_of("in/log"), 5), ==, 0); }

static void start_with_log(enum folders_function function, void (*what)(void))
{
    static const struct timespec times[] = { { 1700000000, 0 }, { 1700000000, 0 } };
    start_with_names();
    fill(large, 3 * MIB);
    fake_folders_put(folder, "log", large, 3 * MIB);
    EXPECT(utimensat(AT_FDCWD, path_of("log"), times, 0), ==, 0);
    fake_folders.before = look_at_call;
    meanwhile = what;
    when = function;
}

static volatile bool is_cancelled;
static uint32_t asked_at; /* the question about an open file during which Ctrl-C is typed */

static void cancel_at_call(struct fake_call *call)
{
    is_cancelled |= call->function == FOLDERS_INFORMATION && fake_folders.calls[FOLDERS_INFORMATION] >= asked_at;
}

static void expect_time(const char *name, time_t seconds)
{
    struct stat status;
    EXPECT(stat(path_of(name), &status), ==, 0);
    EXPECT(status.st_mtime, ==, seconds);
}

TEST(whoever_is_cancelled_or_refused_leaves_the_time_of_a_file_as_it_was)
{
    static const struct timespec times[] = { { 1700000000, 0 }, { 1700000000, 0 } }, first[] = { { 0, 0 }, { 0, 0 } };
    start_with_names();
    fake_folders_put(folder, "same", text, LENGTH);
    EXPECT(utimensat(AT_FDCWD, path_of("a"), times, 0) + utimensat(AT_FDCWD, path_of("same"), times, 0), ==, 0);
    fake_folders.before = cancel_at_call;
    for (asked_at = 1; asked_at < 8; asked_at++) {
        is_cancelled = false;
        fake_folders.calls[FOLDERS_INFORMATION] = 0;
        EXPECT(shell_run("cp /s/a /s/same", &output, &is_cancelled), ==, COMMAND_CANCELLED);
        settle();
        expect_time("same", 1700000000);
    }
    fake_folders.before = NULL;
    EXPECT(utimensat(AT_FDCWD, path_of("a"), first, 0), ==, 0);
    expect_one_file("cp", "/s/a", "/s/hard");
    expect_time("a", 0);
    expect_unharmed();
}

TEST(what_was_written_to_while_it_was_copied_is_not_removed)
{
    start_with_log(FOLDERS_WRITE, add_a_line);
    expect("mv /s/log /v/log", COMMAND_FAILED, "mv: /s/log: changed while it was copied, and stays\n");
    EXPECT(is_there("log"), ==, true);
    meanwhile = change_a_byte;
    expect("mv /s/log /v/log", COMMAND_FAILED, "mv: /s/log: changed while it was copied, and stays\n");
    EXPECT(is_there("log"), ==, true);
    expect("mv /s/log /v/log", 0, "");
    EXPECT(is_there("log") || !is_there("in/log"), ==, false);
    expect_unharmed();
}

static void replace_it(void)
{
    char new[4400];
    fake_folders_put(folder, "new", "another\n", 8);
    snprintf(new, sizeof new, "%s", path_of("new"));
    EXPECT(rename(new, path_of("log")), ==, 0);
}

TEST(what_was_put_in_the_place_of_what_was_copied_is_not_removed)
{
    start_with_log(FOLDERS_WRITE, replace_it);
    expect("mv /s/log /v/log", COMMAND_FAILED, "mv: /s/log: changed while it was copied, and stays\n");
    fake_folders_expect(folder, "log", "another\n", 8);
    expect("mv /s/log /v/log", 0, "");
    fake_folders_expect(folder, "in/log", "another\n", 8);
    expect_unharmed();
}

static void expect_link(const char *name, const char *should_lead)
{
    char target[100] = "";
    EXPECT(readlink(path_of(name), target, sizeof target - 1), >, 0);
    EXPECT_TEXT(target, should_lead);
}

static bool is_link(const char *name)
{
    struct stat info;
    return lstat(path_of(name), &info) == 0 && S_ISLNK(info.st_mode);
}

TEST_ON(a_link_that_is_moved_to_another_share_is_the_same_link_there, "!windows")
{
    static struct memory_files files;
    start_with_names();
    EXPECT(memory_files_make(&files, "m", 100), ==, FILE_OK);
    EXPECT(file_mount(&files.system), ==, FILE_OK);
    pages_before += files.pages_used;
    fake_folders.allows_links = true;
    EXPECT(symlink("not/there", path_of("dangling")) + symlink("/", path_of("root")), ==, 0);
    expect("mv /s/link /v; mv /s/dangling /v/far; mv /s/here /v/here; mv /s/root /v/root", 0, "");
    expect_link("in/link", "a");
    expect_link("in/far", "not/there");
    expect_link("in/here", ".");
    expect_link("in/root", "/");
    EXPECT(is_link("link") || is_link("dangling") || is_link("here") || is_link("root"), ==, false);
    expect("mv /v/link /m/link; readlink /m/link; mv /m/link /s/back", 0, "a\n");
    expect_link("back", "a");
    EXPECT(is_link("in/link") || files.pages_used != 1, ==, false);
    fake_folders.lies.refused[FOLDERS_RENAME] = FILE_OTHER_SYSTEM;
    expect("mv /s/back /s/in/link", 0, "");
    expect_link("in/link", "a");
    EXPECT(is_link("back"), ==, false);
    expect_unharmed();
}

TEST(a_link_that_cannot_be_made_again_stays)
{
    start_with_names();
    expect("mv /s/link /v/link", COMMAND_FAILED, "mv: /v/link: write-protected (-113)\n");
    fake_folders.allows_links = true;
    if (host_profile->system->link_made)
        expect("mv /s/link /v/link", COMMAND_FAILED, "mv: /v/link: not permitted to the host's user (-22410)\n");
    EXPECT(is_there("in/link"), ==, false);
    expect_link("link", "a");
    expect_unharmed();
}

TEST_ON(a_link_that_cannot_be_removed_stays, "!windows")
{
    start_with_names();
    share_to_read();
    fake_folders.allows_links = true;
    expect("mv /r/link /v/link", COMMAND_FAILED, "mv: /r/link: write-protected (-113)\n");
    expect_link("link", "a");
    expect_link("in/link", "a");
    expect_unharmed();
}

/* Where rename replaces the link, a copy would go where it leads. */
TEST(what_a_link_leads_to_is_not_overwritten_by_what_is_moved_to_the_link)
{
    start_with_names();
    expect("mv /v/b /s/link", COMMAND_FAILED, "mv: /s/link: exists (-105)\n");
    EXPECT(symlink("new", path_of("dangling")), ==, 0);
    expect("mv /v/b /s/dangling", COMMAND_FAILED, "mv: /s/dangling: exists (-105)\n");
    EXPECT(is_there("new"), ==, false);
    expect_link("link", "a");
    expect_unharmed();
}

TEST(what_ends_before_the_length_that_it_had_is_not_removed_and_that_is_said)
{
    start_with_log(FOLDERS_WRITE, cut_it);
    expect("mv /s/log /v/log", COMMAND_FAILED,
           "mv: /s/log: ends before its length (-110); /v/log has the first 1048581 bytes of /s/log\n");
    EXPECT(is_there("log"), ==, true);
    fake_folders_put(folder, "log", large, 3 * MIB);
    meanwhile = cut_it;
    expect("cp /s/log /v/log", COMMAND_FAILED,
           "cp: /s/log: ends before its length (-110); /v/log has the first 1048581 bytes of /s/log\n");
    expect_unharmed();
}

TEST(what_was_not_written_whole_is_not_removed)
{
    start_with_log(FOLDERS_INFORMATION, cut_the_copy);
    expect("mv /s/log /v/log", COMMAND_FAILED, "mv: /s/log: changed while it was copied, and stays\n");
    fake_folders_expect(folder, "log", large, 3 * MIB);
    expect_unharmed();
}

/* Appending. */

TEST(a_line_is_appended_behind_what_the_host_has_added_since_the_file_was_opened)
{
    start_with_log(FOLDERS_WRITE, add_a_line);
    fake_folders_put(folder, "log", "first\n", 6);
    fake_folders.calls[FOLDERS_WRITE] = 0;
    expect("append /s/log 'a  line' of \"several words\"", 0, "");
    static const char whole[] = "first\nlate\na  line of several words\n";
    fake_folders_expect(folder, "log", whole, sizeof whole - 1);
    EXPECT(fake_folders.calls[FOLDERS_WRITE], ==, 1); /* so that nothing comes in between */
    expect("append /s/new 1; append /u/new 2; append /s/new", 0, "");
    fake_folders_expect(folder, "new", "1\n2\n", 4);
    expect_unharmed();
}

TEST(what_is_appended_is_counted_though_the_host_gives_another_offset)
{
    start_with_log(FOLDERS_WRITE, NULL);
    struct file file = opened("/s/log", FILE_APPEND);
    size_t bytes = MIB + 7; /* some of it directly, and some copied */
    memcpy(large + 3 * MIB - 7, "1234567", 7);
    EXPECT(file_write(&file, FILE_END, large + 2 * MIB, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, MIB + 7);
    fake_folders.lies.short_by = 3;
    bytes = 7;
    EXPECT(file_write(&file, FILE_END, large, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, 7);
    fake_folders.lies.short_by = 0;
    fake_folders.room = 5;
    bytes = 7;
    bool takes_part = !host_profile->system->writes_all_or_none;
    EXPECT(file_write(&file, FILE_END, large, &bytes), ==, takes_part ? FILE_OK : FILE_FULL);
    EXPECT(bytes, ==, takes_part ? 5 : 0);
    bytes = 6;
    EXPECT(file_write(&file, FILE_END, large, &bytes), ==, FILE_FULL);
    file_close(&file);
    struct stat info;
    EXPECT(stat(path_of("log"), &info) == 0 && info.st_size == 4 * MIB + (takes_part ? 19 : 14), ==, true);
    expect_unharmed();
}

/* Listing. */

enum { FILES = 600 };

static void name_file(char *path, size_t size, int number) { snprintf(path, size, "/m/%d", number); }

static void remove_some(void *unused)
{
    char path[32];
    (void)unused;
    for (int number = 1; number < FILES; number += 2) { /* the 256th of them, at which ls waits, for one */
        name_file(path, sizeof path, number);
        EXPECT(file_remove(path), ==, FILE_OK);
    }
}

TEST(a_folder_in_memory_is_listed_while_another_task_takes_files_out_of_it)
{
    static struct memory_files files;
    static char path[32];
    start_with_names();
    EXPECT(memory_files_make(&files, "m", FILES + 1), ==, FILE_OK);
    EXPECT(file_mount(&files.system), ==, FILE_OK);
    for (int number = 0; number < FILES; number++) {
        name_file(path, sizeof path, number);
        EXPECT(open_status(path, FILE_CHANGE), ==, FILE_OK);
    }
    services_task(remove_some, NULL);
    static const volatile bool never;
    said[0] = 0;
    EXPECT(shell_run("ls /m", &output, &never), ==, 0);
    machine_settle();
    for (int number = 0; number < FILES; number += 2) {
        snprintf(path, sizeof path, "%s%d\n", number ? "\n" : "", number);
        EXPECT(strstr(said, path) != NULL, ==, true);
    }
    EXPECT(files.pages_used, ==, 1 + FILES / 2);
}
