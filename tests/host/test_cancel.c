/* Chapters 19 to 22: Ctrl-C while the host does not answer. The prompt comes back, and the late answer does no harm. */
// sources: drivers/guest/folders/folders.c drivers/guest/folders/folder_files.c drivers/guest/folders/folder_paths.c
// sources: kernel/files/files.c drivers/guest/folders/folder_calls.c kernel/shell/shell.c kernel/shell/words.c
// sources: kernel/commands/file_commands.c kernel/commands/file_contents.c kernel/files/file_identity.c
// sources: kernel/files/sorted.c kernel/files/memory_files.c lib/date.c drivers/guest/services/hgcm.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/commands/leave.c lib/utf8.c kernel/machine/interrupts.c
// sources: kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c kernel/memory/memory_map.c lib/format.c
// sources: tests/host/fake/services.c tests/host/fake/hgcm.c tests/host/fake/vmmdev.c tests/host/fake/machine.c
// sources: tests/host/fake/folders.c
#include "drivers/guest/folders/folders.h"
#include "drivers/guest/folders/folders_wire.h"
#include "kernel/commands/file_commands.h"
#include "kernel/files/memory_files.h"
#include "kernel/memory/pages.h"
#include "kernel/shell/shell.h"
#include "kernel/terminal/line.h"
#include "kernel/time/task.h"
#include "tests/host/fake/folders.h"
#include "tests/host/fake/services.h"
#include "tests/host/test.h"
#include <unistd.h>

enum { MIB = 1 << 20, RESTING = 8, RUNNING = -1 };

static const char *folder;
static struct memory_files files;
static struct call call;
static volatile bool cancelled;
static char said[4096];
static int ended, worker_count;
static size_t pages_before;

uint64_t wall_clock_now(void) { return 0; }

static void write_said(struct stream *stream, const char *text, size_t length)
{
    (void)stream;
    EXPECT(strlen(said) + length, <, sizeof said);
    strncat(said, text, length);
}

static void run_line(void *line)
{
    static struct stream output = { NULL, write_said };
    call.output = call.error = &output;
    call.cancelled = &cancelled;
    strcpy(call.folder, "/s");
    ended = shell_run_call(&call, line);
}

static void start(void)
{
    static uint8_t bytes[3 * MIB];
    services_start();
    fake_folders_start();
    folder = fake_folders_share("s", false);
    memset(bytes, 'x', sizeof bytes);
    fake_folders_put(folder, "file", bytes, sizeof bytes);
    folders_start();
    machine_pass(SERVICES_SECOND); /* now it waits for changes of the shares */
    EXPECT(memory_files_make(&files, "memory", 1024), ==, FILE_OK);
    file_mount(&files.system);
    file_commands_add();
    struct file_attributes attributes;
    for (int i = 0; i < RESTING; i++)
        file_look("/s/x", &attributes);
    pages_before = pages_allocated();
}

static void begin(const char *line)
{
    ended = RUNNING;
    services_task(run_line, (void *)(uintptr_t)line);
    worker_count++;
    machine_settle();
}

/* Starts a line whose calls of a function are not answered; then comes Ctrl-C. */
static void interrupt(const char *line, enum folders_function function)
{
    fake_folders.linger = function;
    begin(line);
    EXPECT(ended, ==, RUNNING);
    cancelled = true;
    machine_pass(2 * SERVICES_SECOND); /* one of them for CLOSE, which waits behind it */
    machine_settle();
    EXPECT(ended, ==, COMMAND_CANCELLED);
    cancelled = false;
}

/* The host wakes up, and all is well: nothing is open, and no page is missing. */
static void expect_all_well(void)
{
    size_t stacks = 5 * worker_count;
    fake_folders_go_on();
    machine_settle();
    EXPECT(fake_folders.open, ==, 0);
    EXPECT(pages_allocated(), ==, pages_before + stacks);
    EXPECT(hgcm_counts.left, ==, 0);
    said[0] = 0;
    static char line[] = "head file 0; ls";
    begin(line);
    EXPECT(ended, ==, 0);
    EXPECT(strstr(said, "file\n") != NULL, ==, true);
    EXPECT_TEXT(host.complaints, "");
    EXPECT_TEXT(fake_log, "");
}

TEST(a_folder_that_does_not_open)
{
    start();
    interrupt("ls", FOLDERS_CREATE);
    EXPECT_TEXT(said, "");
    expect_all_well();
}

TEST(a_listing_that_does_not_come)
{
    start();
    interrupt("ls -l", FOLDERS_LIST);
    EXPECT_TEXT(said, "");
    expect_all_well();
}

/* To look at it first is one CREATE, to open it another. */
static void wait_in_second_create(struct fake_call *seen)
{
    static int creates;
    if (seen->function == FOLDERS_CREATE && ++creates == 2)
        fake_folders.linger = FOLDERS_CREATE;
}

TEST(a_file_that_is_opened_too_late_is_closed)
{
    start();
    fake_folders.before = wait_in_second_create;
    interrupt("cat file", 0);
    EXPECT_TEXT(said, "");
    EXPECT(fake_folders.open, ==, 0);
    expect_all_well();
}

TEST(a_folder_that_is_made_too_late_is_closed)
{
    start();
    interrupt("mkdir new", FOLDERS_CREATE);
    expect_all_well();
    EXPECT(strstr(said, "new\n") != NULL, ==, true); /* it was made all the same */
}

/* A machine that goes on from a saved state cannot know which of both opened it. */
TEST(what_was_opened_before_a_restore_is_not_closed_behind_it)
{
    start();
    interrupt("ls", FOLDERS_CREATE);
    fake_hgcm_restore(&host);
    memset(fake_folders.calls, 0, sizeof fake_folders.calls);
    fake_folders_go_on();
    machine_settle();
    EXPECT(fake_folders.calls[FOLDERS_CLOSE], ==, 0);
    EXPECT(hgcm_counts.left, ==, 0);
}

TEST(a_read_is_left_alone_with_its_pages)
{
    start();
    interrupt("cat file", FOLDERS_READ);
    EXPECT_TEXT(said, "");
    EXPECT(hgcm_counts.left, ==, 1);
    /* Whoever takes all memory now keeps what he writes into it. */
    static uint8_t *pages[4096];
    size_t count = 0;
    while (count < 4096 && (pages[count] = pages_allocate(1, ZONE_ANY)))
        memset(pages[count++], 0x5a, PAGE_BYTES);
    EXPECT(count, <, 4096);
    fake_folders_go_on();
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < PAGE_BYTES; at++)
            EXPECT(pages[i][at], ==, 0x5a);
    while (count)
        pages_free(pages[--count], 1);
    machine_settle();
    expect_all_well();
}

/* Whatever is typed next, and whatever lies where the text lay: the host reads when it comes to the call. */
static void expect_written(const char *line, const char *text)
{
    start();
    interrupt(line, FOLDERS_WRITE);
    begin("help me to overwrite all that was typed before, and the stack it was on ...");
    fake_folders_go_on();
    machine_settle();
    fake_folders_expect(folder, "new", text, strlen(text));
    expect_all_well();
}

TEST(what_was_to_be_written_is_written) { expect_written("write new words", "words\n"); }

TEST(a_line_of_any_length_that_was_to_be_written_is_written_as_far_as_it_came)
{
    static char line[LINE_BYTES], text[HGCM_DATA_BYTES + 1];
    memset(text, 'w', sizeof text - 1);
    snprintf(line, sizeof line, "append new %s%s", text, "more");
    expect_written(line, text);
}

TEST(a_write_that_hangs_keeps_what_it_is_to_write)
{
    start();
    size_t before = pages_allocated();
    interrupt("cp file copy", FOLDERS_WRITE);
    EXPECT(pages_allocated(), >=, before + MIB / PAGE_BYTES); /* which the host reads when it comes to them */
    EXPECT_TEXT(said, "cp: cancelled; /s/copy has the first 0 bytes of /s/file\n");
    expect_all_well();
}

TEST(a_close_is_sent_and_not_waited_for)
{
    start();
    fake_folders.linger = FOLDERS_CLOSE;
    ended = RUNNING;
    services_task(run_line, (void *)(uintptr_t) "head file 0");
    machine_settle();
    cancelled = true;
    machine_pass(2 * SERVICES_SECOND);
    EXPECT(ended, ==, COMMAND_CANCELLED);
    cancelled = false;
    EXPECT(fake_folders.open, ==, 1);
    fake_folders_go_on();
    EXPECT(fake_folders.open, ==, 0);
}

TEST(what_is_cancelled_is_not_begun)
{
    start();
    cancelled = true;
    memset(fake_folders.calls, 0, sizeof fake_folders.calls);
    task_current()->cancelled = &cancelled;
    EXPECT(file_remove("/s/file"), ==, FILE_CANCELLED);
    EXPECT(fake_folders.calls[FOLDERS_CREATE] + fake_folders.calls[FOLDERS_REMOVE], ==, 0);
}

TEST(others_go_on)
{
    fake_folders.has_threads = true;
    start();
    fake_folders.linger = FOLDERS_READ;
    services_task(run_line, (void *)(uintptr_t) "cat file");
    machine_settle();
    struct file_attributes attributes;
    EXPECT(file_look("/s/file", &attributes), ==, FILE_OK);
    cancelled = true;
    EXPECT(file_look("/s/file", &attributes), ==, FILE_OK); /* it is not this task's Ctrl-C */
}

/* Copies that end early say which file failed, and how much of it there is. */

static void fail_second_read(struct fake_call *seen)
{
    static int reads;
    reads += seen->function == FOLDERS_READ;
    if (reads == 2)
        fake_folders.lies.refused[FOLDERS_READ] = -250;
}

TEST(a_copy_that_cannot_be_read_to_its_end)
{
    start();
    fake_folders.before = fail_second_read;
    run_line((void *)(uintptr_t) "cp file /memory/copy");
    EXPECT(ended, ==, COMMAND_FAILED);
    EXPECT_TEXT(said, "cp: /s/file: the medium fails (-250); "
                      "/memory/copy has the first 1048576 bytes of /s/file\n");
}

TEST(a_copy_that_has_no_room)
{
    start();
    fake_folders.room = MIB + 5;
    run_line((void *)(uintptr_t) "cp file copy");
    EXPECT(ended, ==, COMMAND_FAILED);
    bool is_part_taken = !host_profile->system->writes_all_or_none;
    EXPECT_TEXT(said, is_part_taken ? "cp: /s/copy: full (-152); /s/copy has the first 1048581 bytes of /s/file\n"
                                    : "cp: /s/copy: full (-152); /s/copy has the first 1048576 bytes of /s/file\n");
}
