/* Chapter 22: show and watch, on a desktop of one screen. */
// sources: drivers/guest/folders/outside.c kernel/commands/show.c kernel/screen/picture.c kernel/shell/shell.c
// sources: kernel/shell/words.c kernel/files/files.c kernel/files/memory_files.c lib/format.c lib/utf8.c
// sources: tests/host/fake/arena.c
#include "drivers/guest/folders/folders.h"
#include "drivers/guest/folders/outside.h"
#include "kernel/desktop/board.h"
#include "kernel/desktop/desktop.h"
#include "kernel/files/memory_files.h"
#include "kernel/shell/shell.h"
#include "kernel/time/task.h"
#include "tests/host/fake/arena.h"
#include "tests/host/test.h"

enum { WIDTH = 100, HEIGHT = 300, CONSOLE = 12 * 16, GROUND = 0x777777 };

static char said[1 << 16];
static struct memory_files files;
static volatile bool cancelled;
static uint32_t back[WIDTH * HEIGHT];
static struct screen screen = { .back = { back, WIDTH, HEIGHT, WIDTH * 4 } };
static struct desktop_part *parts;
static struct rectangle claimed, room_left;
static size_t arrangements;
struct screen *screens = &screen;

static struct board_row *board_row;
void board_add(struct board_row *row) { board_row = row; }
const char *folders_start(void) { return "folders"; }
uint32_t screen_color(const struct screen *of, uint32_t rgb) { return of == &screen ? ~rgb : 0; }

void desktop_claim(const struct screen *of, struct rectangle area)
{
    EXPECT(of == &screen, ==, true);
    claimed = area;
}

void desktop_arrange(void)
{
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        back[i] = GROUND;
    claimed = (struct rectangle){ 0 };
    room_left = (struct rectangle){ 0, 0, WIDTH, HEIGHT };
    for (struct desktop_part *part = parts; part; part = part->next)
        part->place(&screen, &room_left);
    arrangements++;
}

void desktop_add(struct desktop_part *part)
{
    EXPECT(parts == NULL, ==, true); /* once */
    parts = part;
    desktop_arrange();
}

/* What others do while watch waits. */
static void (*meanwhile)(size_t look);
static size_t looks;

bool wait_until(bool (*condition)(void *), void *argument, uint64_t microseconds)
{
    EXPECT(microseconds, ==, 500000);
    meanwhile(++looks);
    EXPECT(looks, <, 20);
    return condition(argument);
}

static void write_said(struct stream *stream, const char *text, size_t length)
{
    (void)stream;
    strncat(said, text, length);
}

static struct stream output = { NULL, write_said }, input = { NULL, NULL };

static int run(const char *line, bool at_desk)
{
    static struct call call;
    said[0] = 0;
    call.input = at_desk ? &input : NULL;
    call.output = call.error = &output;
    call.cancelled = &cancelled;
    strcpy(call.folder, "/");
    return shell_run_call(&call, line);
}

static void put(const char *path, const void *bytes, size_t count)
{
    struct file file;
    EXPECT(file_open(&file, path, FILE_WRITE), ==, FILE_OK);
    EXPECT(file_write(&file, 0, bytes, &count), ==, FILE_OK);
    file_close(&file);
}

/* A picture of one colour, but for its first pixel, which is white. */
static void put_picture(uint32_t width, uint32_t height)
{
    static uint8_t bytes[8192];
    uint8_t head[] = { 'q', 'o', 'i', 'f', 0, 0, (uint8_t)(width >> 8), (uint8_t)width, 0, 0, (uint8_t)(height >> 8),
                       (uint8_t)height, 3, 0, 0xfe, 255, 255, 255, 0xfe, 1, 2, 3 };
    size_t count = sizeof head;
    memcpy(bytes, head, count);
    for (uint32_t left = width * height - 2; left; left -= left < 62 ? left : 62)
        bytes[count++] = 0xc0 | (uint8_t)((left < 62 ? left : 62) - 1);
    memcpy(bytes + count, (uint8_t[]){ 0, 0, 0, 0, 0, 0, 0, 1 }, 8);
    put("/m/p", bytes, count + 8);
}

static void start(void)
{
    EXPECT(memory_files_make(&files, "m", 1024), ==, FILE_OK);
    EXPECT(file_mount(&files.system), ==, FILE_OK);
    EXPECT_TEXT(outside_start(), "folders");
}

TEST(a_picture_has_a_place_above_the_console_until_it_is_taken_away)
{
    start();
    put_picture(20, 10);
    EXPECT(run("show m/p", false), ==, 0);
    EXPECT_TEXT(said, "");
    EXPECT(claimed.left == 0 && claimed.top == 0 && claimed.right == 20 && claimed.bottom == 10, ==, true);
    EXPECT(room_left.top == 10 && room_left.left == 0, ==, true);
    EXPECT(back[0], ==, (uint32_t)~0xffffff);
    EXPECT(back[1] == ~0x010203u && back[9 * WIDTH + 19] == ~0x010203u, ==, true);
    EXPECT(back[20] == GROUND && back[10 * WIDTH] == GROUND, ==, true);
    size_t with_one = pages_allocated() - files.pages_used;
    EXPECT(run("show m/p", false), ==, 0); /* in the place of the first */
    EXPECT(pages_allocated() - files.pages_used, ==, with_one);
    EXPECT(run("show", false), ==, 0);
    EXPECT(back[0] == GROUND && room_left.top == 0, ==, true);
    EXPECT(pages_allocated(), ==, files.pages_used);
}

TEST(a_picture_that_is_too_large_is_shown_smaller)
{
    static const struct {
        uint32_t width, height, shown_width, shown_height;
    } sizes[] = {
        { 100, 108, 100, 108 }, { 101, 10, 50, 5 }, { 10, 109, 5, 54 }, { 1000, 4, 100, 1 }, { 1, 1000, 1, 100 },
    };
    start();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        put_picture(sizes[i].width, sizes[i].height);
        EXPECT(run("show m/p", false), ==, 0);
        EXPECT(claimed.right, ==, sizes[i].shown_width);
        EXPECT(claimed.bottom, ==, sizes[i].shown_height);
        EXPECT(room_left.bottom - room_left.top, >=, CONSOLE);
        EXPECT(back[0], ==, (uint32_t)~0xffffff);
    }
    screen.back.height = CONSOLE; /* no room at all */
    put_picture(5, 5);
    EXPECT(run("show m/p", false), ==, 0);
}

TEST(what_cannot_be_shown_says_why_and_leaves_what_is_shown)
{
    start();
    put_picture(20, 10);
    EXPECT(run("show m/p", false), ==, 0);
    size_t before = arrangements, pages = pages_allocated() - files.pages_used;
    EXPECT(run("show m/none", false), ==, 1);
    EXPECT_TEXT(said, "show: /m/none: not found\n");
    EXPECT(run("show m", false), ==, 1);
    EXPECT_TEXT(said, "show: /m: a folder\n");
    put("/m/text", "This is no picture, but long enough.", 36);
    EXPECT(run("show m/text", false), ==, 1);
    EXPECT_TEXT(said, "show: /m/text: not a QOI picture\n");
    put("/m/empty", "", 0);
    EXPECT(run("show m/empty", false), ==, 1);
    put_picture(600, 500);
    arena_most = pages_allocated() + 200;
    EXPECT(run("show m/p", false), ==, 1);
    EXPECT_TEXT(said, "show: /m/p: no memory for its pixels\n");
    arena_most = pages_allocated();
    EXPECT(run("show m/p", false), ==, 1);
    EXPECT_TEXT(said, "show: /m/p: no memory\n");
    arena_most = ARENA_PAGES;
    screens = NULL;
    EXPECT(run("show m/p", false), ==, 1);
    EXPECT_TEXT(said, "show: there is no screen\n");
    EXPECT(arrangements, ==, before);
    EXPECT(pages_allocated() - files.pages_used, ==, pages);
}

static void change(size_t look)
{
    static char text[6000];
    struct file_attributes attributes;
    switch (look) {
    case 2: /* another text of the same length, another time */
        arena_time += 1000000;
        put("/m/w", "two\n", 4);
        break;
    case 4:
        EXPECT(file_remove("/m/w"), ==, FILE_OK);
        break;
    case 7:
        put("/m/w", "three\n", 6);
        break;
    case 9: /* more than is shown: from the beginning of a line */
        memset(text, 'x', sizeof text);
        text[5000] = '\n';
        put("/m/w", text, sizeof text);
        break;
    case 11:
        EXPECT(file_look("/m/w", &attributes), ==, FILE_OK);
        cancelled = true;
    }
}

TEST(a_file_is_shown_anew_whenever_it_changes)
{
    start();
    meanwhile = change;
    arena_time = 1000000;
    put("/m/w", "one\n", 4);
    size_t before = pages_allocated() - files.pages_used;
    EXPECT(run("watch m/w", true), ==, COMMAND_CANCELLED);
    char expected[2000] = "\fone\n\ftwo\nwatch: /m/w: not found\n\fthree\n\f";
    memset(expected + strlen(expected), 'x', 999);
    EXPECT_TEXT(said, expected);
    EXPECT(looks, ==, 11);
    EXPECT(pages_allocated() - files.pages_used, ==, before);
}

static void put_a_long_line(size_t look)
{
    static char text[5000];
    cancelled = look == 3;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = look == 2 ? '\n' : 'y'; /* whether it has ended or not */
    arena_time += 1000000;
    put("/m/w", text, sizeof text);
}

TEST(of_a_line_that_is_longer_than_what_is_shown_the_end_is_shown)
{
    start();
    meanwhile = put_a_long_line;
    put_a_long_line(0);
    EXPECT(run("watch m/w", true), ==, COMMAND_CANCELLED);
    EXPECT(strlen(said), ==, 3 * (1 + 4096));
    EXPECT(said[1] == 'x' && said[2 * 4097 - 1] == 'y' && said[3 * 4097 - 1] == '\n', ==, true);
}

TEST(watching_is_for_somebody_who_can_end_it)
{
    start();
    EXPECT(run("watch m/w", false), ==, 1);
    EXPECT_TEXT(said, "watch: only at the desk, where Ctrl-C ends it\n");
}

TEST(the_board_names_the_shares)
{
    static struct file_system one = { .name = "one", .is_host = true }, two = { .name = "two", .is_host = true };
    char text[160];
    start();
    EXPECT(board_row->tell(text, sizeof text), ==, false);
    EXPECT_TEXT(text, "the host shares none");
    file_mount(&one);
    file_mount(&two);
    EXPECT(board_row->tell(text, sizeof text), ==, true);
    EXPECT_TEXT(text, "/one, /two");
}
