/* Chapter 19: the commands, from the line to what they say and do, without any host. */
#include "tests/host/commands.h"

TEST(files_are_written_read_and_removed)
{
    set_up();
    expect("write m/a hello  \"wide  world\"", 0, "");
    expect("cat m/a", 0, "hello wide  world\n");
    expect("append m/a more; cat m/a", 0, "hello wide  world\nmore\n");
    expect("write m/a; cat m/a m/a", 0, "");
    expect("append m/new 1; append m/new 2; cat m/new m/new", 0, "1\n2\n1\n2\n");
    expect("rm m/a m/new; ls m", 0, "");
}

TEST(folders_are_made_gone_to_and_listed)
{
    set_up();
    expect("ls", 0, "m\nn\n");
    expect("mkdir m/d m/d/e; cd m/d; pwd; ls; cd ..; pwd; cd; pwd", 0, "/m/d\ne\n/m\n/\n");
    expect("write m/d/f 12345; ln -s d/f m/l; ls -l m", 0,
           "drwxr-xr-x            0 2023-11-14 22:13 d\n"
           "lrwxrwxrwx            3 2023-11-14 22:13 l -> d/f\n");
    expect("ls -l m/l", 0, "lrwxrwxrwx            3 2023-11-14 22:13 l -> d/f\n");
    expect("ln -s d m/k; ls m/k; cd m/k; cat f", 0, "e\nf\n12345\n");
    expect("rmdir m/d/e; rm m/d/f; rmdir m/d; ls m/d", 1, "ls: /m/d: not found\n");
    expect("cd m/none", 1, "cd: /m/none: not found\n");
    expect("write m/x y; cd m/x", 1, "cd: /m/x: not a folder\n");
    expect("ls a b", 2, "ls: one folder at a time\n");
}

static int refuse_list(struct file_system *system, const char *path, file_entry *entry, void *argument)
{
    (void)system, (void)path, (void)entry, (void)argument;
    return FILE_ACCESS_DENIED;
}

TEST(a_folder_that_may_not_be_listed_is_a_folder_all_the_same)
{
    set_up();
    expect("mkdir m/closed; write m/closed/file 12345", 0, "");
    struct file_operations operations = *first.system.operations;
    operations.list = refuse_list;
    first.system.operations = &operations;
    expect("ls m/closed", 1, "ls: /m/closed: access denied\n");
    expect("cd m/closed; pwd; cat file", 0, "/m/closed\n12345\n");
}

TEST(a_folder_is_listed_by_the_bytes_of_its_names)
{
    set_up();
    expect("touch m/b m/a m/B m/ab m/a-b m/\u00e4 m/10 m/9; ls m", 0, "10\n9\nB\na\na-b\nab\nb\n\u00e4\n");
    expect("ls -l m/B; mkdir m/d; ln -s b m/aa; ls -l m/d", 0, "-rw-r--r--            0 2023-11-14 22:13 B\n");
    expect("rm m/aa; ln -s b m/aa; ls /m", 0, "10\n9\nB\na\na-b\naa\nab\nb\nd\n\u00e4\n");
}

/* A folder that lists itself, of any size. */
static size_t entries, next_entry;

static int list_many(struct file_system *system, const char *path, file_entry *entry, void *argument)
{
    (void)system, (void)path;
    for (size_t i = 0; i < entries; i++) {
        char name[FILE_NAME_BYTES];
        next_entry = (next_entry + 7919) % 20000; /* a prime: each comes once */
        memset(name, 'n', 200);
        snprintf(name + 200, sizeof name - 200, "%05zu", next_entry);
        if (!entry(argument, name, &(struct file_attributes){ .bytes = next_entry }))
            break;
    }
    return FILE_OK;
}

static int look_at_folder(struct file_system *system, const char *path, struct file_attributes *attributes)
{
    (void)system, (void)path;
    *attributes = (struct file_attributes){ .kind = FILE_FOLDER };
    return FILE_OK;
}

static uint64_t lines_said, lines_unsorted;

static void count_lines(struct stream *stream, const char *text, size_t length)
{
    static size_t last;
    (void)stream;
    if (length == 206) {
        size_t number = (size_t)atoi(text + 200);
        lines_unsorted += lines_said && number < last;
        last = number;
        lines_said++;
    } else {
        EXPECT(strlen(said) + length, <, sizeof said);
        strncat(said, text, length);
    }
}

static void list_so_many(size_t count)
{
    static const struct file_operations operations = { .list = list_many, .look = look_at_folder };
    static struct file_system many = { .name = "many", .kind = "many", .operations = &operations };
    static struct stream counting = { NULL, count_lines };
    set_up();
    file_mount(&many);
    entries = count;
    EXPECT(shell_run("ls many", &counting, &nobody_cancels), ==, 0);
    EXPECT(lines_said, ==, count);
    EXPECT(pages_allocated(), ==, first.pages_used + second.pages_used);
}

TEST(twenty_thousand_entries_are_sorted)
{
    list_so_many(20000);
    EXPECT(lines_unsorted, ==, 0);
    EXPECT_TEXT(said, "");
}

TEST(where_memory_does_not_suffice_the_rest_is_unsorted_and_there)
{
    arena_most = 100;
    list_so_many(20000);
    EXPECT(lines_unsorted, >, 0);
    EXPECT_TEXT(said, "ls: no memory to sort the rest\n");
}

static int list_what_can_be_named(struct file_system *system, const char *path, file_entry *entry, void *argument)
{
    static const struct file_attributes attributes = { .kind = FILE_PLAIN };
    (void)system, (void)path;
    entry(argument, "file", &attributes);
    return 2;
}

TEST(a_listing_says_how_many_names_it_cannot_say)
{
    static const struct file_operations operations = { .list = list_what_can_be_named, .look = look_at_folder };
    static struct file_system odd = { .name = "odd", .kind = "odd", .operations = &operations };
    set_up();
    file_mount(&odd);
    expect("ls odd", 0, "file\nls: /odd: 2 more, by names that are no UTF-8, or too long\n");
}

TEST(files_are_copied_and_moved_also_between_mounts)
{
    set_up();
    expect("write m/a text; cp m/a m/b; cp m/a n/c; cp m/a n; cat m/b n/c n/a", 0, "text\ntext\ntext\n");
    expect("mv m/a m/z; mv m/z n/y; ls m; ls n; cat n/y", 0, "b\na\nc\ny\ntext\n");
    expect("mv n/y n/c; ls n", 0, "a\nc\n");
    expect("mkdir m/d; mv m/b m/d; ls m/d; mv m/d m/e; ls m", 0, "b\ne\n");
    expect("mv m/e n", 1, "mv: /m/e: a folder\n");
    expect("cp n/c n/c", 1, "cp: /n/c: onto itself\n");
    expect("cp n/c n/../n/./c", 1, "cp: /n/c: onto itself\n");
    expect("cp m/e m/f", 1, "cp: /m/e: a folder\n");
    expect("cp m/none n/none; ls n", 0, "cp: /m/none: not found\na\nc\n");
    expect("ln -s c n/l; cp n/c n/l", 1, "cp: /n/c and /n/l: one file, as far as can be told\n");
    expect("cat n/c", 0, "text\n");
    expect("mv n/l m/l; readlink m/l; readlink n/l", 1, "c\nreadlink: /n/l: not found\n");
    expect("touch n/l; mv m/l n/l; mv n/c m/l", 1, "mv: /n/l: exists\nmv: /m/l: exists\n");
    expect("readlink m/l; cat n/c", 0, "c\ntext\n");
    expect("cp n/c /", 1, "cp: /c: not found\n");
    expect("mv m /x", 1, "mv: /m: in use\n");
}

TEST(large_files_arrive_whole_and_sums_are_crc_32)
{
    set_up();
    expect("write m/s 123456789; truncate m/s 9; sum m/s", 0, "cbf43926 9 /m/s\n"); /* the standard's own check */
    struct file file;
    static uint8_t text[5 * 1000 * 1000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7 + i / 1000);
    size_t bytes = sizeof text;
    EXPECT(file_open(&file, "/m/big", FILE_WRITE), ==, FILE_OK);
    EXPECT(file_write(&file, 0, text, &bytes), ==, FILE_OK);
    file_close(&file);
    uint64_t waits = arena_waits;
    expect("cp m/big n/big; rm m/big", 0, "");
    EXPECT(arena_waits - waits, >=, 5); /* others run in between */
    EXPECT(file_open(&file, "/n/big", FILE_READ), ==, FILE_OK);
    static uint8_t back[sizeof text + 1];
    bytes = sizeof back;
    EXPECT(file_read(&file, 0, back, &bytes), ==, FILE_OK);
    EXPECT(bytes, ==, sizeof text);
    EXPECT(memcmp(text, back, bytes), ==, 0);
    file_close(&file);
    expect("truncate n/big 100000; head n/big 0; sum n/big", 0, "8978260f 100000 /n/big\n");
    expect("truncate n/big x", 2, "truncate: x: not a number\n");
    expect("truncate n/big ''; head n/big \"\"", 2, "truncate: : not a number\nhead: : not a number\n");
    expect("sum n/big", 0, "8978260f 100000 /n/big\n");
}

static const struct file_operations *plain;
static int reads;

static int count_read(struct file_system *system, uint64_t handle, uint64_t offset, void *buffer, size_t *bytes)
{
    reads++;
    return plain->read(system, handle, offset, buffer, bytes);
}

/* Each read may be a journey to the host. */
TEST(a_file_is_read_to_the_end_that_it_had_and_nobody_asks_for_more)
{
    static const char *sizes[] = { "", "six by", "a page" };
    set_up();
    struct file_operations counting = *first.system.operations;
    plain = first.system.operations;
    counting.read = count_read;
    first.system.operations = &counting;
    for (int i = 0; i < 3; i++) {
        struct file file;
        char page[PAGE_BYTES] = { 0 };
        size_t bytes = i == 2 ? sizeof page : strlen(sizes[i]);
        EXPECT(file_open(&file, "/m/a", FILE_WRITE), ==, FILE_OK);
        EXPECT(file_write(&file, 0, i == 2 ? page : sizes[i], &bytes), ==, FILE_OK);
        file_close(&file);
        reads = 0;
        expect("cp /m/a /n/b", 0, "");
        EXPECT(reads, ==, 1);
    }
}

TEST(a_full_mount_is_an_error)
{
    set_up();
    second.pages_most = 20;
    expect("truncate m/a 100000; cp m/a n/a", 1, "cp: /n/a: full; /n/a has the first 0 bytes of /m/a\n");
    expect("truncate n/b 1000000", 1, "truncate: /n/b: full\n");
    second.pages_most = second.pages_used;
    expect("mkdir n/d", 1, "mkdir: /n/d: full\n");
    arena_most = pages_allocated(); /* not even the shell has room */
    expect("pwd", 1, "no memory\n");
}

TEST(heads_end_after_their_lines)
{
    set_up();
    expect("write m/a 1; append m/a 2; append m/a 3; head m/a 2", 0, "1\n2\n");
    expect("head m/a", 0, "1\n2\n3\n");
    expect("head m/a 0", 0, "");
    expect("head m/a two", 2, "head: two: not a number\n");
    char line[64];
    for (int i = 0; i < 20; i++) {
        snprintf(line, sizeof line, "append m/b line %d", i);
        expect(line, 0, "");
    }
    expect("head m/b", 0,
           "line 0\nline 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\n");
}

TEST(links_and_times_are_told)
{
    set_up();
    expect("write m/a 1234; ln -s a m/l; readlink m/l", 0, "a\n");
    expect("readlink m/a", 1, "readlink: /m/a: not a link\n");
    expect("ln a b c", 2, "ln: only links by name: ln -s TARGET LINK\n");
    expect("stat m/a m/l", 2, "stat: usage: stat PATH\n");
    expect("stat m/a", 0, "/m/a: file, 5 bytes, -rw-r--r--, 2023-11-14 22:13\n");
    expect("stat m", 0, "/m: folder, 0 bytes, drwxr-xr-x, 2023-11-14 22:13\n");
    expect("stat /", 0, "/: folder, 0 bytes, dr-xr-xr-x,                -\n");
    arena_time += 86400ull * 1000000;
    expect("touch m/a m/b m; stat m/a; stat m/b", 0,
           "/m/a: file, 5 bytes, -rw-r--r--, 2023-11-15 22:13\n"
           "/m/b: file, 0 bytes, -rw-r--r--, 2023-11-15 22:13\n");
    expect("date", 0, "2023-11-15 22:13:20 UTC\n");
    arena_time = 0;
    expect("date", 1, "date: nobody has told the time\n");
    expect("df", 0,
           "mount                    kind                        KiB      available\n"
           "/m                       memory                    16384          16364\n"
           "/n                       memory                    16384          16380\n");
}

TEST(lines_end_as_their_last_command)
{
    set_up();
    expect("", 0, "");
    expect(";;", 0, "");
    expect("nonsense", 127, "nonsense: no such command; help lists them\n");
    expect("nonsense\r\n \r\n", 127, "nonsense: no such command; help lists them\n");
    expect("echo one\r\necho 'two\nthree'\n\n", 0, "one\ntwo\nthree\n");
    expect("nonsense; echo fine", 0, "nonsense: no such command; help lists them\nfine\n");
    expect("echo 'open", 2, "a quote is not closed\n");
    expect("rm", 2, "rm: usage: rm FILE...\n");
    expect("rm m/a; rm m/b", 1, "rm: /m/a: not found\nrm: /m/b: not found\n");
    expect("touch m/b; rm m/a m/b m/c; ls m", 0, "rm: /m/a: not found\nrm: /m/c: not found\n");
    expect("rm m/a \xff", 1, "rm: /m/a: not found\nrm: \xff: not UTF-8\n");
    char line[LINE_BYTES + 1];
    memset(line, 'x', LINE_BYTES);
    line[LINE_BYTES] = 0;
    expect(line, 2, "the line is too long\n");
    line[LINE_BYTES - 1] = 0;
    EXPECT(shell_run(line, &output, &nobody_cancels), ==, 127);
    for (size_t i = 0; i + 1 < LINE_BYTES; i += 2)
        line[i] = 'w', line[i + 1] = ' ';
    line[LINE_BYTES - 1] = 0;
    expect(line, 2, "too many words\n");
}

TEST(names_may_be_what_they_like)
{
    static const char *const names[] = { "two words", "it's", "\"quoted\"", "back\\slash", "semi;colon", "line\nbreak",
                                         "\u00e4\u00f6\u00fc \u4e2d\u6587 \U0001f600", "...", "-l", " ", "\t" };
    char line[4 * LINE_BYTES], quoted[600], long_name[FILE_NAME_BYTES];
    set_up();
    for (size_t i = 0; i <= sizeof names / sizeof names[0]; i++) {
        memset(long_name, '\'', 255);
        memcpy(long_name, "255 \u00fc", 6);
        long_name[255] = 0;
        const char *name = i < sizeof names / sizeof names[0] ? names[i] : long_name;
        EXPECT(words_quote(quoted, sizeof quoted, name), ==, true);
        snprintf(line, sizeof line, "write m/%s text; cp m/%s n/%s; mv n/%s n/x; cat n/x; rm m/%s n/x; ls m n/", quoted,
                 quoted, quoted, quoted, quoted);
        *strstr(line, "; ls m n/") = 0;
        expect(line, 0, "text\n");
        expect("ls m", 0, "");
    }
    /* Names do not steer terminals. */
    expect("touch 'm/line\\nbreak' m/line\\nbreak; ls m", 0, "line?break\nline\\nbreak\n");
    expect("touch 'n/\x1b[2J' n/\xc2\x9b[2J n/\u00e9; ls n", 0, "?[2J\n??[2J\n\u00e9\n");
    expect("ln -s '\x1b[2J\xc2\x9b\xc2\x9f\u00a0' n/link; ls -l n/link", 0,
           "lrwxrwxrwx           10 2023-11-14 22:13 link -> ?[2J????\u00a0\n");
    expect("stat 'n/\x1b[2J'; cat 'n/\a'", 1,
           "/n/?[2J: file, 0 bytes, -rw-r--r--, 2023-11-14 22:13\ncat: /n/?: not found\n");
}

/* A folder that is moved takes along what has no path any more. */
TEST(a_link_too_deep_to_be_looked_at_is_listed_without_a_target)
{
    char path[PATH_BYTES] = "/m", name[201], line[2 * LINE_BYTES];
    set_up();
    memset(name, 'f', 200);
    name[200] = 0;
    while (strlen(path) + 203 < PATH_BYTES) {
        snprintf(path + strlen(path), sizeof path - strlen(path), "/%s", name);
        snprintf(line, sizeof line, "mkdir %s", path);
        expect(line, 0, "");
    }
    snprintf(line, sizeof line, "mkdir m/x; ln -s one m/x/a; ln -s two m/x/%s", name);
    expect(line, 0, "");
    snprintf(line, sizeof line, "mv m/x %s", path + 1);
    expect(line, 0, "");
    snprintf(line, sizeof line, "ls -l %s/x", path + 1);
    said[0] = 0;
    EXPECT(shell_run(line, &output, &nobody_cancels), ==, 0);
    EXPECT(strstr(said, " a -> one\n") != NULL && !strstr(strstr(said, name), " -> "), ==, true);
}

TEST(what_is_typed_becomes_a_file)
{
    set_up();
    prepare_call();
    EXPECT(shell_run_call(&call, "write m/typed; append m/typed; cat; cd m"), ==, 0);
    EXPECT_TEXT(said, "a line\na line\n");
    EXPECT_TEXT(call.folder, "/m");
    expect("cat m/typed", 0, "a line\na line\na line\na line\n");
}

/* What is cancelled ends soon, and says so by its status. */
static int cancel_at;

static void cancel_soon(struct stream *stream, const char *text, size_t length)
{
    write_said(stream, text, length);
    cancelled = --cancel_at <= 0;
}

TEST(a_command_that_is_cancelled_ends_soon)
{
    set_up();
    char line[32];
    for (int i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "touch m/%d", i);
        expect(line, 0, "");
    }
    static struct stream stream = { NULL, cancel_soon };
    prepare_call();
    call.output = &stream;
    cancel_at = 10;
    EXPECT(shell_run_call(&call, "ls m; ls m"), ==, COMMAND_CANCELLED);
    EXPECT_TEXT(said, "0\n1\n10\n11\n12\n13\n14\n15\n16\n17\n");
    cancelled = false;
    expect("truncate m/a 50000", 0, "");
    said[0] = 0;
    cancel_at = 3;
    EXPECT(shell_run_call(&call, "cat m/a"), ==, COMMAND_CANCELLED);
    cancelled = false;
    cancel_at = 2;
    EXPECT(shell_run_call(&call, "help"), ==, COMMAND_CANCELLED);
    cancelled = true;
    said[0] = 0;
    EXPECT(shell_run_call(&call, "rm m/a"), ==, COMMAND_CANCELLED);
    expect("sum m/a", 0, "16b7b325 50000 /m/a\n");
}

TEST(commands_register_themselves)
{
    set_up();
    commands_add(&moon, 1);
    for (struct command *each = commands; each->next; each = each->next)
        EXPECT(strcmp(each->name, each->next->name), <, 0);
    expect("moon full", 7, "2 full\n");
    expect("help moon", 0, "moon PHASE\n    shines\n");
    expect("help none", 1, "help: none: no such command\n");
}

TEST(small_commands)
{
    set_up();
    expect("echo", 0, "\n");
    expect("echo a 'b  c' \"d\"", 0, "a b  c d\n");
    expect("clear", 0, "\f");
    expect("layout", 0, "us, in use\nde\nfr\n");
    expect("layout fr; layout", 0, "us\nde\nfr, in use\n");
    expect("layout xx", 1, "layout: xx: no such layout\n");
    expect("status", 0, "0\n");
    prepare_call();
    call.last = 3;
    EXPECT(shell_run_call(&call, "status"), ==, 0);
    EXPECT_TEXT(said, "3\n");
    line_remember("one");
    line_remember("two");
    expect("history", 0, "one\ntwo\n");
    shell_run("mem", &output, &nobody_cancels);
    EXPECT(strstr(said, "65536 KiB, ") != NULL, ==, true);
}

static int left;
static void leave_first(void) { left = left * 10 + 1; }
static void leave_second(void) { left = left * 10 + 2; }

TEST(whoever_has_to_put_something_away_is_asked_once_before_the_reset)
{
    static struct leave_function one = { leave_first, NULL }, two = { leave_second, NULL };
    set_up();
    leave_add(&one);
    leave_add(&two);
    leave_all();
    EXPECT(left, ==, 21);
    leave_all();
    EXPECT(left, ==, 21);
}

/* Any line: it ends, and no page is lost. */
TEST(noise_is_answered_without_harm)
{
    static const char *const parts[] = { "ls",   "cat",      "cp",       "mv",    "rm",        "mkdir", "rmdir",
                                         "cd",   "write",    "append",   "ln -s", "touch",     "stat",  "sum",
                                         "head", "truncate", "readlink", "df",    "pwd",       "help",  "a",
                                         "m",    "n",        "m/a",      "n/a",   "m/d",       "m/d/a", "..",
                                         "/",    "m/l",      "-l",       "100",   "5000",      "'",     "\"",
                                         "\\",   ";",        "\u00e4",   "\xff",  "layout de", "echo" };
    static char line[LINE_BYTES];
    set_up();
    size_t top = pages_allocated();
    for (int round = 0; round < 3000; round++) {
        line[0] = 0;
        for (uint64_t i = test_random() % 12; i > 0; i--)
            strcat(strcat(line, parts[test_random() % (sizeof parts / sizeof parts[0])]), test_random() % 8 ? " " : "");
        said[0] = 0;
        int status = shell_run(line, &output, &nobody_cancels);
        EXPECT(status >= 0 && status < 256, ==, true);
        EXPECT(pages_allocated(), ==, first.pages_used + second.pages_used);
    }
    EXPECT(pages_allocated(), >=, top);
}
