/* Chapter 14: whoever moves it, however fast: one pointer, drawn where it is, once. */
#include "tests/host/pointer.h"

TEST(it_begins_in_the_middle)
{
    EXPECT_TEXT(start(), "absolute, 1024x768");
    expect_at(512, 384);
    EXPECT(screen_overlay->visible, ==, true);
    EXPECT_TEXT(numbers(),
                " x  512  y  384   buttons -----  clicks 0  wheel 0 0   from nobody yet, drawn by the kernel");
}

TEST(without_a_host_it_is_relative)
{
    machine.without_device = true;
    EXPECT_TEXT(start(), "relative (PS/2), 1024x768");
    ps2_moves(10, -10, 0);
    expect_at(522, 374);
}

TEST(the_host_s_positions_are_pixels)
{
    static const int32_t places[][4] = {
        { 0x18cf, 0x2115, 99, 99 }, /* measured: pixel 100, 100, counted from 1, as VirtualBox sends it */
        { 0xffcf, 0xffbf, WIDTH - 1, HEIGHT - 1 }, /* 1024, 768 */
        { 65535, 65535, WIDTH - 1, HEIGHT - 1 },
        { 0, 65535, 0, HEIGHT - 1 },
        { 65535, 0, WIDTH - 1, 0 },
        { 1, 1, 0, 0 },
        { 0, 0, 0, 0 },
    };
    start();
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        host_moves(places[i][0], places[i][1], 0);
        expect_at(places[i][2], places[i][3]);
    }
}

TEST(the_whole_screen_is_shown_once_more_after_the_start)
{
    start();
    EXPECT(presents, ==, 0);
    machine_pass(10 * 1000000);
    EXPECT(presents, ==, 1);
    host_moves(1, 1, 0);
    machine_pass(10 * 1000000);
    EXPECT(presents, ==, 1);
}

TEST(who_moves_the_mouse_at_the_start_is_not_kept_waiting)
{
    start();
    host_moves(65535, 0, 0);
    expect_at(WIDTH - 1, 0);
    EXPECT(presents, ==, 0);
    machine_pass(10 * 1000000);
    EXPECT(presents, ==, 1);
}

TEST(the_pointer_follows_every_event_and_the_numbers_ten_times_a_second)
{
    start();
    machine_pass(10 * 1000000);
    status_rows = 0;
    for (int32_t i = 1; i <= 100; i++) {
        host_moves(200 * i, 0, 0);
        EXPECT(moves, ==, i);
        machine_pass(10 * 1000);
    }
    EXPECT(status_rows, >=, 8);
    EXPECT(status_rows, <=, 10);
    host_moves(65535, 65535, 0);
    EXPECT_TEXT(numbers(), " x 1023  y  767   buttons -----  clicks 0  wheel 0 0   from host, drawn by the kernel");
    status_rows = 0;
    machine_pass(10 * 1000000);
    EXPECT(status_rows, ==, 0);
}

TEST(every_pixel_can_be_pointed_at)
{
    start();
    for (int32_t pixel = 0; pixel < WIDTH; pixel++) {
        host_moves((pixel * 65535 + WIDTH - 1) / WIDTH, 5, 0);
        EXPECT(x, ==, pixel);
    }
}

TEST(positions_out_of_range_end_at_the_edge)
{
    start();
    host_moves(INT32_MAX, INT32_MIN, 0);
    expect_at(WIDTH - 1, 0);
    host_moves(-1, 70000, 0);
    expect_at(0, HEIGHT - 1);
}

TEST(steps_end_at_the_edge_and_come_back_at_once)
{
    machine.without_device = true;
    start();
    ps2_moves(INT32_MAX, INT32_MAX, 0);
    expect_at(WIDTH - 1, HEIGHT - 1);
    ps2_moves(-1, -1, 0);
    expect_at(WIDTH - 2, HEIGHT - 2);
    ps2_moves(INT32_MIN, INT32_MIN, 0);
    expect_at(0, 0);
    ps2_moves(3, 4, 0);
    expect_at(3, 4);
}

TEST(one_pointer_whoever_moves_it)
{
    start();
    host_moves(32768, 32768, 0);
    expect_at(512, 384);
    fake_vmmdev_integrate(&host, false);
    ps2_moves(20, 10, 0);
    expect_at(532, 394);
    EXPECT(strstr(numbers(), "from PS/2 mouse,") != NULL, ==, true);
    fake_vmmdev_integrate(&host, true);
    expect_at(512, 384); /* where the host's mouse still is */
    EXPECT(strstr(numbers(), "from host,") != NULL, ==, true);
    host_moves(0, 0, 0);
    expect_at(0, 0);
}

TEST(a_press_is_a_click_and_holding_is_not)
{
    char expected[128];
    start();
    host_moves(1, 1, 1);
    host_moves(2000, 1, 1);
    host_moves(2000, 1, 3);
    host_moves(2000, 1, 1);
    host_moves(2000, 1, 0);
    host_moves(2000, 1, 1);
    const char *teller = host_profile->release->mouse & 0x100 ? "host" : "PS/2 mouse";
    const char *pattern = " x   31  y    0   buttons %s  clicks %d  wheel 0 0   from %s, drawn by the kernel";
    snprintf(expected, sizeof expected, pattern, "L----", 3, teller);
    EXPECT_TEXT(numbers(), expected);
    host_moves(2000, 1, 31);
    snprintf(expected, sizeof expected, pattern, "LMR45", 7, teller);
    EXPECT_TEXT(numbers(), expected);
}

TEST(turns_add_up)
{
    start();
    fake_vmmdev_mouse(&host, 1, 1, 1, 0, 0);
    fake_vmmdev_mouse(&host, 1, 1, 2, -1, 0);
    fake_vmmdev_mouse(&host, 1, 1, -5, 0, 0);
    machine_settle();
    EXPECT(strstr(numbers(), "wheel -2 1 ") != NULL, ==, true);
}

TEST(a_thousand_events_are_drawn_once)
{
    start();
    for (int i = 1; i <= 1000; i++)
        fake_vmmdev_mouse(&host, 65535 * i / 1000, 65535 - 65535 * i / 1000, 0, 0, 0);
    expect_at(WIDTH - 1, 0);
    EXPECT(moves, ==, 1);
}

TEST(clicks_within_a_burst_are_counted_though_drawn_once)
{
    start();
    for (int i = 1; i <= 1000; i++)
        fake_vmmdev_mouse(&host, 65 * i, 65 * i, 0, 0, i % 50 == 0);
    machine_settle();
    EXPECT(strstr(numbers(), "clicks 20 ") != NULL, ==, true);
    EXPECT(moves, ==, 1);
}

TEST(a_key_moves_nothing)
{
    start();
    host_moves(1000, 1000, 1);
    moves = 0;
    input_put((struct input_event){ .source = INPUT_KEYBOARD, .kind = INPUT_KEY, .key = 0x1e, .pressed = true });
    machine_settle();
    EXPECT(moves, ==, 0);
    EXPECT(strstr(numbers(), "buttons L----  clicks 1 ") != NULL, ==, true);
}

/* A host without request 223: positions from the host, buttons from the PS/2 mouse. */
TEST(with_an_old_host_one_can_drag)
{
    screens = &screen;
    machine_start();
    host.mouse &= ~0x100u;
    vmmdev_start();
    events_start();
    mouse_integration_start();
    machine_settle();
    host_moves(1000, 1000, 0);
    ps2_moves(0, 0, 1);
    for (int i = 0; i < 10; i++)
        host_moves(1000 + 1000 * i, 1000, 0);
    EXPECT(strstr(numbers(), "buttons L----  clicks 1 ") != NULL, ==, true);
    ps2_moves(0, 0, 3);
    EXPECT(strstr(numbers(), "buttons L-R--  clicks 2 ") != NULL, ==, true);
    ps2_moves(0, 0, 0);
    EXPECT(strstr(numbers(), "buttons -----  clicks 2 ") != NULL, ==, true);
}

TEST(a_button_that_changes_hands_is_not_held_for_ever)
{
    start();
    host_moves(1000, 1000, 1);
    fake_vmmdev_integrate(&host, false);
    ps2_moves(0, 0, 0); /* released while the host did not tell by request 223 */
    EXPECT(strstr(numbers(), "buttons -----  clicks 1 ") != NULL, ==, true);
}

TEST(a_button_is_not_pressed_by_integration_coming_back)
{
    start();
    host_moves(1000, 1000, 1);
    fake_vmmdev_integrate(&host, false);
    ps2_moves(0, 0, 0);
    fake_vmmdev_integrate(&host, true); /* the host still keeps the last absolute event, with its button */
    machine_settle();
    EXPECT(strstr(numbers(), "buttons -----  clicks 1 ") != NULL, ==, true);
}
