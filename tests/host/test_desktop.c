/* Chapter 16: from the host's wish to the pixels, before adapters and memory that do not play along. */
// sources: kernel/desktop.c kernel/screen.c kernel/text.c kernel/console.c
// sources: lib/font.c lib/format.c lib/utf8.c
// sources: kernel/pointer.c kernel/input.c drivers/guest/mouse.c
// sources: drivers/guest/display_hints.c drivers/guest/events.c drivers/guest/vmmdev.c
// sources: kernel/interrupts.c kernel/task.c kernel/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/vmmdev_display.c
// sources: tests/host/fake/display.c tests/host/fake/machine.c
#include "kernel/desktop.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/console.h"
#include "kernel/log.h"
#include "kernel/pointer.h"
#include "lib/font.h"
#include "lib/number.h"
#include "tests/host/fake/display.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/vmmdev_display.h"
#include "tests/host/test.h"

enum { MIB = 1 << 20, WIDTH = 1024, HEIGHT = 768 };

struct boot_information boot_information;
static const char *found;

void log_join(struct log_output *output) { (void)output; }

/* The kernel with chapters 7 to 15 on an adapter; `before` acts before chapter 16 looks. */
static void start_after(uint32_t memory_bytes, void (*before)(void))
{
    fake_display_plug(memory_bytes, 1);
    boot_information.framebuffer = (struct boot_framebuffer){
        .present = true, .address = display.memory, .width = WIDTH, .height = HEIGHT, .pitch = WIDTH * 4,
        .red = { 16, 8 }, .green = { 8, 8 }, .blue = { 0, 8 },
    };
    screen_start();
    machine_start();
    fake_vmmdev_display_add(&host);
    vmmdev_start();
    events_start();
    pointer_start();
    if (before)
        before();
    found = desktop_start();
    machine_pass(MIB); /* a second; the screens are shown once more */
}

static void start(uint32_t memory_bytes) { start_after(memory_bytes, NULL); }

static void wish(uint32_t width, uint32_t height)
{
    fake_vmmdev_wish(&host, 0, width, height);
    machine_settle();
}

static void say(const char *text) { text_write(&console, text, strlen(text)); }

static size_t count_in_log(const char *part)
{
    size_t count = 0;
    for (const char *at = fake_log; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

/* Every pixel of the screens that are on is what its back buffer and the pointer say. */
static void expect_shown(void)
{
    for (struct screen *screen = screens; screen; screen = screen->next) {
        EXPECT(screen->held, ==, false);
        for (uint32_t y = 0; y < screen->back.height; y++)
            for (uint32_t x = 0; x < screen->back.width; x++) {
                uint32_t pixel = screen->back.pixels[y * screen->back.width + x];
                int32_t over_x = (int32_t)x + screen->left - screen_overlay->left;
                int32_t over_y = (int32_t)y + screen->top - screen_overlay->top;
                if (screen_overlay->visible && over_x >= 0 && over_x < screen_overlay->width && over_y >= 0 &&
                    over_y < screen_overlay->height) {
                    size_t at = (size_t)(over_y * screen_overlay->width + over_x);
                    pixel = (pixel & screen_overlay->keep[at]) | screen_overlay->ink[at];
                }
                if (fake_display_pixel(screen->number, x, y) != pixel)
                    EXPECT(fake_display_pixel(screen->number, x, y), ==, pixel);
            }
    }
    EXPECT_TEXT(fake_display.complaints, "");
    EXPECT_TEXT(host.complaints, "");
}

static void expect_screen(uint32_t width, uint32_t height)
{
    EXPECT(screens->back.width, ==, width);
    EXPECT(screens->back.height, ==, height);
    if (fake_display.sets) /* else it is GRUB's */
        EXPECT(fake_display.modes[0].width == width && fake_display.modes[0].height == height, ==, true);
    EXPECT(desktop_modes[0].width == width && desktop_modes[0].height == height && desktop_modes[0].on, ==, true);
    EXPECT(pointer.x >= 0 && pointer.x < (int32_t)width && pointer.y >= 0 && pointer.y < (int32_t)height, ==, true);
    expect_shown();
}

static bool row_says(uint32_t row, const char *text)
{
    for (uint32_t column = 0; text[column]; column++)
        if (column == console.columns || (char)console.cells[row * console.columns + column] != text[column])
            return false;
    return true;
}

static bool console_says(const char *text)
{
    for (uint32_t row = 0; row < console.rows; row++)
        if (row_says(row, text))
            return true;
    return false;
}

TEST(the_screen_gets_the_size_that_the_host_wishes)
{
    static const uint32_t sides[][2] = { { 1280, 800 }, { 1366, 768 }, { 801, 603 }, { 640, 480 }, { 1, 1 }, { 3, 700 },
                                         { 1000, 2 },   { 2048, 2048 } };
    start(16 * MIB);
    EXPECT_TEXT(found, "Fake adapter, 16 MiB, 1024x768");
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        wish(sides[i][0], sides[i][1]);
        expect_screen(sides[i][0], sides[i][1]);
    }
    EXPECT_TEXT(fake_log, "");
}

TEST(rows_may_be_longer_in_video_memory)
{
    start(16 * MIB);
    fake_display.padding = 60;
    wish(801, 603);
    expect_screen(801, 603);
}

TEST(a_wish_that_waits_at_boot_is_fulfilled_at_boot)
{
    void hint(void) { fake_vmmdev_wish(&host, 0, 1280, 800); }
    start_after(16 * MIB, hint);
    EXPECT_TEXT(found, "Fake adapter, 16 MiB, 1280x800");
    expect_screen(1280, 800);
}

TEST(a_side_of_zero_stays_as_it_is)
{
    start(16 * MIB);
    wish(0, 600);
    expect_screen(1024, 600);
    wish(800, 0);
    expect_screen(800, 600);
    size_t sets = fake_display.sets;
    wish(0, 0);
    EXPECT(fake_display.sets, ==, sets);
    expect_screen(800, 600);
}

TEST(what_is_refused_changes_nothing_and_is_said_once)
{
    start(4 * MIB);
    say("still here\n");
    wish(100000, 1);
    expect_screen(WIDTH, HEIGHT);
    EXPECT(console_says("still here"), ==, true);
    EXPECT_TEXT(fake_log, "    Display: screen 0 cannot be 100000x1 at 0,0; left as it is\n");
    for (int i = 0; i < 5; i++) {
        fake_vmmdev_raise(&host, 4); /* without a new hint */
        fake_vmmdev_display.screens[0].is_pending = true;
        machine_settle();
    }
    EXPECT(count_in_log("\n"), ==, 1);
    wish(1280, 1024);
    wish(0xffffffff, 0xffffffff);
    expect_screen(WIDTH, HEIGHT);
    EXPECT(count_in_log("\n"), ==, 3);
    wish(800, 600);
    expect_screen(800, 600);
}

TEST(an_adapter_that_fails_in_silence_gets_the_last_mode_again)
{
    start(16 * MIB);
    wish(800, 600);
    fake_display.works_until = fake_display.sets;
    wish(900, 600);
    EXPECT_LOGGED("screen 0 cannot be 900x600");
    EXPECT_LOGGED("the last mode does not come back either\n");
    fake_display.works_until = 0;
    wish(900, 601);
    expect_screen(900, 601);
}

TEST(an_adapter_that_sets_another_size_is_no_use)
{
    start(16 * MIB);
    fake_display.rounds_width = true;
    wish(801, 603);
    EXPECT_LOGGED("screen 0 cannot be 801x603");
    expect_screen(WIDTH, HEIGHT);
    wish(808, 603);
    expect_screen(808, 603);
}

TEST(a_back_buffer_that_memory_does_not_hold_changes_nothing)
{
    start(16 * MIB);
    fake_display_pages_maximum = fake_display_pages + 100;
    size_t pages = fake_display_pages;
    wish(1280, 1024);
    EXPECT_LOGGED("screen 0 cannot be 1280x1024");
    expect_screen(WIDTH, HEIGHT);
    EXPECT(fake_display_pages, ==, pages);
    wish(320, 200);
    expect_screen(320, 200);
}

TEST(of_several_wishes_in_one_event_the_last_is_set_alone)
{
    start(16 * MIB);
    size_t sets = fake_display.sets;
    fake_interrupts_off = true;
    for (uint32_t width = 800; width <= 900; width++)
        fake_vmmdev_wish(&host, 0, width, 600);
    fake_interrupts_off = false;
    machine_settle();
    EXPECT(fake_display.sets, ==, sets + 1);
    expect_screen(900, 600);
}

/* Chapter 17 is not there yet: its wishes are kept for it, and this screen does not blink. */
TEST(wishes_for_screens_that_nobody_drives_yet_are_kept)
{
    start(16 * MIB);
    size_t sets = fake_display.sets;
    fake_vmmdev_wish(&host, 1, 800, 600);
    fake_vmmdev_hint(&host, (struct fake_hint){ FAKE_HINT_SIZE | FAKE_HINT_DISABLED, 2, 0, 0, 640, 480, 32 });
    machine_settle();
    EXPECT(fake_display.sets, ==, sets);
    EXPECT(desktop_modes[1].on && desktop_modes[1].width == 800, ==, true);
    EXPECT(!desktop_modes[2].on && desktop_modes[2].width == 640, ==, true);
    wish(100000, 1); /* a refusal does not take them */
    EXPECT(desktop_modes[1].width, ==, 800);
    expect_screen(WIDTH, HEIGHT);
}

TEST(numbers_of_screens_that_nobody_has_are_left_out)
{
    start(16 * MIB);
    wish(800, 600);
    struct fake_hint far = { FAKE_HINT_SIZE, 0xfffffff0, 0, 0, 800, 600, 32 };
    fake_vmmdev_display.screens[5].newest = far;
    fake_vmmdev_display.screens[5].is_pending = true;
    fake_vmmdev_raise(&host, 4);
    fake_vmmdev_wish(&host, DISPLAY_SCREENS, 800, 600);
    machine_settle();
    expect_screen(800, 600);
    EXPECT_TEXT(fake_log, "");
}

TEST(the_first_screen_is_never_off)
{
    start(16 * MIB);
    fake_vmmdev_hint(&host, (struct fake_hint){ FAKE_HINT_SIZE | FAKE_HINT_DISABLED, 0, 0, 0, 800, 600, 32 });
    machine_settle();
    expect_screen(800, 600);
}

TEST(the_desktop_begins_at_its_only_screen_wherever_the_host_puts_it)
{
    start(16 * MIB);
    static const int32_t far[] = { 300, -200, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < 4; i++) {
        fake_vmmdev_hint(&host, (struct fake_hint){ FAKE_HINT_ORIGIN, 0, far[i], far[3 - i], 0, 0, 0 });
        machine_settle();
        EXPECT(screens->left == 0 && screens->top == 0, ==, true);
        EXPECT(fake_display.sets, ==, 0);
    }
    wish(800, 600);
    expect_screen(800, 600);
}

TEST(the_text_flows_into_the_new_size)
{
    start(16 * MIB);
    const char *line = "The quick brown fox jumps over the lazy dog, again and again, until it is tired of it.";
    say(line);
    say("\nlast\n");
    wish(400, 600);
    EXPECT(console_says("The quick brown fox jumps over the lazy dog"), ==, true);
    EXPECT(console_says(line), ==, false);
    EXPECT(console_says("last"), ==, true);
    wish(WIDTH, HEIGHT);
    EXPECT(console_says(line), ==, true);
    EXPECT(console_says("last"), ==, true);
    expect_screen(WIDTH, HEIGHT);
}

/* What is written while modes change goes to the back buffer alone: video memory has another form then. */
TEST(nothing_is_presented_while_modes_change)
{
    void log_in_between(void)
    {
        say("in between\n");
        for (uint32_t i = 0; i < 4096; i++)
            EXPECT(screens->held, ==, true);
    }
    start(16 * MIB);
    fake_display.during_set = log_in_between;
    wish(640, 480);
    fake_display.during_set = NULL;
    EXPECT(console_says("in between"), ==, true);
    expect_screen(640, 480);
}

static size_t places;
static struct rectangle rooms[8];
static size_t room_count;

static void take_top(struct screen *screen, struct rectangle *room)
{
    EXPECT(screen->held, ==, true);
    places++;
    if (room_count < 8)
        rooms[room_count++] = *room;
    struct rectangle mine = *room;
    mine.bottom = room->top = minimum(room->bottom, room->top + 100);
    surface_fill(&screen->back, mine, 0x123456);
    desktop_claim(screen, mine);
}

static void take_left(struct screen *screen, struct rectangle *room)
{
    room_count = 0;
    struct rectangle mine = *room;
    mine.right = room->left = minimum(room->right, room->left + 50);
    desktop_claim(screen, mine);
    desktop_claim(screen, (struct rectangle){ 5, 5, 5, 9 }); /* nothing */
}

TEST(parts_share_the_screen_and_the_console_gets_the_rest)
{
    static struct desktop_part top = { take_top, NULL }, left = { take_left, NULL };
    start(16 * MIB);
    desktop_add(&top);
    EXPECT(places, ==, 1);
    desktop_add(&left);
    EXPECT(rooms[0].left, ==, 50); /* the newest takes first */
    EXPECT(console.area.left == 50 && console.area.top == 100, ==, true);
    EXPECT(status_row.area.bottom, ==, HEIGHT);
    EXPECT(desktop_window_count, ==, 3);
    EXPECT(desktop_windows[2].left == 50 && desktop_windows[2].top == 100 && desktop_windows[2].right == WIDTH, ==,
           true);
    wish(640, 480);
    EXPECT(console.area.right, ==, 640);
    EXPECT(desktop_window_count, ==, 3);
    EXPECT(fake_display_pixel(0, 60, 99), ==, 0x123456);
    expect_screen(640, 480);
    wish(40, 90); /* no room for the console */
    expect_screen(40, 90);
    EXPECT(desktop_window_count, ==, 1);
    wish(640, 480);
    say("back\n");
    EXPECT(console_says("back"), ==, true);
}

TEST(claims_come_to_an_end)
{
    start(16 * MIB);
    for (int i = 0; i < 100; i++)
        desktop_claim(screens, (struct rectangle){ 0, 0, 1, 1 });
    EXPECT(desktop_window_count, ==, DESKTOP_WINDOWS);
}

TEST(whoever_waits_for_the_arrangement_is_called_when_it_is_done)
{
    static size_t calls;
    void arranged(void)
    {
        calls++;
        EXPECT(screens->held, ==, false);
        EXPECT(desktop_window_count, ==, 1);
    }
    start(16 * MIB);
    desktop_arranged = arranged;
    wish(640, 480);
    EXPECT(calls, ==, 1);
}

TEST(a_round_trip_costs_no_page)
{
    start(16 * MIB);
    wish(800, 600);
    size_t pages = fake_display_pages;
    for (uint32_t width = 100; width < 1600; width += 77)
        wish(width, width / 2);
    wish(100000, 100000);
    wish(800, 600);
    EXPECT(fake_display_pages, ==, pages);
}

TEST(an_unknown_adapter_keeps_its_mode)
{
    fake_display.unknown = true;
    start(16 * MIB);
    EXPECT_TEXT(found, "an adapter that we do not know: the mode stays");
    wish(800, 600);
    EXPECT(fake_display.sets, ==, 0);
    EXPECT(host.capabilities, ==, 0);
    static struct desktop_part top = { take_top, NULL };
    desktop_add(&top); /* parts find their place all the same */
    EXPECT(console.area.top, ==, 100);
}

TEST(without_a_screen_there_is_nothing_to_do)
{
    fake_display_plug(16 * MIB, 1);
    EXPECT_TEXT(desktop_start(), "no screen");
    static struct desktop_part top = { take_top, NULL };
    desktop_add(&top);
    EXPECT(places, ==, 0);
}

TEST(whatever_the_host_wishes_the_screen_is_whole)
{
    start(8 * MIB);
    static const uint32_t odd[] = { 0, 1, 7, 33, 100000, 0x80000000, 0xffffffff };
    size_t pages = 0;
    for (int round = 0; round < 400; round++) {
        struct fake_hint hint = { (uint32_t)test_random() & 0x3f,
                                  (uint32_t)test_random() % 6,
                                  (int32_t)test_random(),
                                  (int32_t)test_random(),
                                  (uint32_t)test_random() % 2000,
                                  (uint32_t)test_random() % 1500,
                                  32 };
        if (test_random() % 4 == 0)
            hint.width = odd[test_random() % 7];
        fake_vmmdev_hint(&host, hint);
        machine_settle();
        EXPECT(screens->back.width == desktop_modes[0].width && screens->back.height == desktop_modes[0].height, ==,
               true);
        EXPECT_TEXT(fake_display.complaints, "");
    }
    wish(640, 480);
    pages = fake_display_pages;
    wish(641, 480);
    wish(640, 480);
    EXPECT(fake_display_pages, ==, pages);
    expect_shown();
}
