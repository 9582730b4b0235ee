/* Chapter 16: from the host's wish to the pixels, before adapters and memory that do not play along. */
#include "tests/host/desktop.h"

/* What the host runs on has no part in it, and it takes its time. */
TEST_ON(the_screen_gets_the_size_that_the_host_wishes, "linux")
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

/* The host counts from 0 to 65535 over the screens that it has when the hand moves. */
enum { HAND = 300 };
static int moves_after; /* accesses to VMMDev, until the hand moves there */

static void move_hand(void)
{
    int32_t width = fake_display.sets ? (int32_t)fake_display.modes[0].width : WIDTH;
    if (moves_after && !--moves_after)
        fake_vmmdev_mouse(&host, (HAND * INPUT_POSITION_MAX + width - 1) / width, 0, 0, 0, 0);
}

TEST(a_position_is_meant_for_the_screens_of_its_time)
{
    int orders = 0;
    start(16 * MIB);
    machine_between = move_hand;
    for (; !moves_after; orders++) {
        fake_vmmdev_mouse(&host, 0, 0, 0, 0, 0);
        machine_settle();
        moves_after = orders + 1;
        wish(orders % 2 ? 1600 : 800, 600);
        EXPECT(pointer.x, ==, moves_after ? 0 : HAND);
    }
    EXPECT(orders, >, 2);
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
    EXPECT(fake_log_count("\n"), ==, 1);
    wish(1280, 1024);
    wish(0xffffffff, 0xffffffff);
    expect_screen(WIDTH, HEIGHT);
    EXPECT(fake_log_count("\n"), ==, 3);
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
    fake_pages_most = fake_pages_now + 100;
    size_t pages = fake_pages_now;
    wish(1280, 1024);
    EXPECT_LOGGED("screen 0 cannot be 1280x1024");
    expect_screen(WIDTH, HEIGHT);
    EXPECT(fake_pages_now, ==, pages);
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

TEST(numbers_of_screens_that_nobody_has_are_left_out_and_said_once)
{
    start(16 * MIB);
    wish(800, 600);
    struct fake_hint far = { FAKE_HINT_SIZE, 0xfffffff0, 0, 0, 800, 600, 32 };
    fake_vmmdev_display.screens[5].newest = far;
    fake_vmmdev_display.screens[5].is_pending = true;
    fake_vmmdev_raise(&host, 4);
    for (uint32_t width = 800; width < 810; width++) {
        fake_vmmdev_wish(&host, DISPLAY_SCREENS, width, 600);
        machine_settle();
    }
    EXPECT_TEXT(fake_log, "    Display: the host wishes for screen 4; this kernel drives 4 at most\n");
    machine_settle();
    expect_screen(800, 600);
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

TEST(a_round_trip_costs_no_page)
{
    start(16 * MIB);
    wish(800, 600);
    size_t pages = fake_pages_now;
    for (uint32_t width = 100; width < 1600; width += 77)
        wish(width, width / 2);
    wish(100000, 100000);
    wish(800, 600);
    EXPECT(fake_pages_now, ==, pages);
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
    pages = fake_pages_now;
    wish(641, 480);
    wish(640, 480);
    EXPECT(fake_pages_now, ==, pages);
    expect_shown();
}
