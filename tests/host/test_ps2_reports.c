/* Chapter 11: the bytes of keyboard and mouse become events, and noise becomes nothing worse. */
// sources: drivers/ps2/ps2.c drivers/ps2/ps2_device.c drivers/ps2/ps2_keyboard.c drivers/ps2/ps2_mouse.c
// sources: kernel/desktop/input.c lib/format.c tests/host/fake/i8042.c
#include "tests/host/ps2.h"

/* Keys */

TEST(keys_go_down_and_up)
{
    start_whole();
    TYPE(0x1e, 0x9e, 0x2a, 0xaa);
    EXPECT_KEY(0x1e, true);
    EXPECT_KEY(0x1e, false);
    EXPECT_KEY(0x2a, true);
    EXPECT_KEY(0x2a, false);
    EXPECT_NOTHING();
}

TEST(a_prefix_belongs_to_one_key)
{
    start_whole();
    TYPE(0xe0, 0x48, 0xe0, 0xc8, 0x48);
    EXPECT_KEY(0xe048, true);
    EXPECT_KEY(0xe048, false);
    EXPECT_KEY(0x48, true);
}

TEST(print_screen_comes_without_its_invented_shift)
{
    start_whole();
    TYPE(0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa, 0x1e);
    EXPECT_KEY(0xe037, true);
    EXPECT_KEY(0xe037, false);
    EXPECT_KEY(0x1e, true);
}

TEST(the_pause_key_is_swallowed)
{
    start_whole();
    TYPE(0x1e, 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x9e);
    EXPECT_KEY(0x1e, true);
    EXPECT_KEY(0x1e, false);
    EXPECT_NOTHING();
}

TEST(remarks_of_the_keyboard_are_no_keys)
{
    start_whole();
    TYPE(0xfa, 0xfe, 0x00, 0xff, 0x1e);
    EXPECT_KEY(0x1e, true);
    EXPECT_NOTHING();
}

/* The mouse */

TEST(the_mouse_counts_upwards_and_the_screen_downwards)
{
    start_whole();
    REPORT(0x08, 5, 7, 0);
    EXPECT_MOUSE(5, -7, 0, 0, 0);
    REPORT(0x38, 0xfb, 0xf9, 0);
    EXPECT_MOUSE(-5, 7, 0, 0, 0);
    REPORT(0x38, 0x01, 0x00, 0); /* nine bits */
    EXPECT_MOUSE(-255, 256, 0, 0, 0);
    REPORT(0x08, 0xff, 0xff, 0);
    EXPECT_MOUSE(255, -255, 0, 0, 0);
}

TEST(an_overflow_drops_the_motion_and_keeps_the_buttons)
{
    start_whole();
    REPORT(0x49, 200, 3, 1);
    EXPECT_MOUSE(0, 0, BUTTON_LEFT, 1, 0);
    REPORT(0x8a, 3, 200, 0);
    EXPECT_MOUSE(0, 0, BUTTON_RIGHT, 0, 0);
}

TEST(buttons_have_the_numbers_of_the_queue)
{
    start_whole();
    REPORT(0x09, 0, 0, 0);
    EXPECT_MOUSE(0, 0, BUTTON_LEFT, 0, 0);
    REPORT(0x0a, 0, 0, 0);
    EXPECT_MOUSE(0, 0, BUTTON_RIGHT, 0, 0);
    REPORT(0x0c, 0, 0, 0);
    EXPECT_MOUSE(0, 0, BUTTON_MIDDLE, 0, 0);
    REPORT(0x08, 0, 0, 0x10);
    EXPECT_MOUSE(0, 0, BUTTON_BACK, 0, 0);
    REPORT(0x08, 0, 0, 0x20);
    EXPECT_MOUSE(0, 0, BUTTON_FORWARD, 0, 0);
}

TEST(the_wheels_of_a_mouse_with_five_buttons)
{
    start_whole();
    REPORT(0x08, 0, 0, 0x01);
    EXPECT_MOUSE(0, 0, 0, 1, 0); /* towards the user */
    REPORT(0x08, 0, 0, 0x0f);
    EXPECT_MOUSE(0, 0, 0, -1, 0);
    REPORT(0x08, 0, 0, 0x18);
    EXPECT_MOUSE(0, 0, BUTTON_BACK, -8, 0);
    REPORT(0x08, 0, 0, 0x80 | 20);
    EXPECT_MOUSE(0, 0, BUTTON_BACK, 20, 0); /* this form does not tell the fourth button */
    REPORT(0x08, 0, 0, 0x80 | (-20 & 0x3f));
    EXPECT_MOUSE(0, 0, BUTTON_BACK, -20, 0);
    REPORT(0x08, 0, 0, 0x40 | 1);
    EXPECT_MOUSE(0, 0, BUTTON_BACK, 0, -1); /* positive is to the left */
    REPORT(0x08, 0, 0, 0x40 | (-1 & 0x3f));
    EXPECT_MOUSE(0, 0, BUTTON_BACK, 0, 1);
    REPORT(0x08, 0, 0, 0);
    EXPECT_MOUSE(0, 0, 0, 0, 0);
}

TEST(a_mouse_with_a_wheel_has_eight_bits_for_it)
{
    fake_i8042_plug();
    fake_i8042.mouse.best_identity = 3;
    start("keyboard, mouse with wheel");
    REPORT(0x08, 1, 0, 100);
    EXPECT_MOUSE(1, 0, 0, 100, 0);
    REPORT(0x08, 1, 0, 0xff);
    EXPECT_MOUSE(1, 0, 0, -1, 0);
}

static void expect_plain_mouse(void)
{
    start("keyboard, mouse");
    REPORT(0x09, 1, 0, 0x08, 2, 0);
    EXPECT_MOUSE(1, 0, BUTTON_LEFT, 0, 0);
    EXPECT_MOUSE(2, 0, 0, 0, 0);
    EXPECT_NOTHING();
}

TEST(a_plain_mouse_sends_three_bytes)
{
    fake_i8042_plug();
    fake_i8042.mouse.best_identity = 0;
    expect_plain_mouse();
}

TEST(a_mouse_of_a_kind_nobody_knows_is_taken_for_a_plain_one)
{
    fake_i8042_plug();
    fake_i8042.mouse.odd_identity = 5;
    expect_plain_mouse();
}

TEST(bytes_without_a_beginning_are_skipped)
{
    start_whole();
    REPORT(0x01, 0x00, 0x08, 5, 6, 0);
    EXPECT_MOUSE(5, -6, 0, 0, 0);
    EXPECT_NOTHING();
}

TEST(a_pause_begins_a_new_packet)
{
    start_whole();
    REPORT(0x08, 5); /* and the rest is lost */
    fake_time += 200000;
    REPORT(0x08, 7, 0, 0);
    EXPECT_MOUSE(7, 0, 0, 0, 0);
    EXPECT_NOTHING();
}

TEST(a_damaged_byte_costs_one_packet_and_no_more)
{
    start_whole();
    fake_i8042.damage = 0x40;
    REPORT(0x08, 0, 1, 0);
    EXPECT_NOTHING();
    fake_time += 200000;
    REPORT(0x08, 7, 0, 0);
    EXPECT_MOUSE(7, 0, 0, 0, 0);
}

TEST(either_interrupt_brings_the_bytes_of_both)
{
    start_whole();
    fake_i8042.mouse.bytes[fake_i8042.mouse.first] = 0x08;
    fake_i8042.mouse.count = 1; /* arrives behind the key, before its handler is done */
    TYPE(0x1e);
    EXPECT_KEY(0x1e, true);
    REPORT(9, 0, 0);
    EXPECT_MOUSE(9, 0, 0, 0, 0);
}

/* Any bytes at all */

TEST(random_packets_add_up)
{
    start_whole();
    int64_t x = 0, y = 0, wheel = 0, is_x = 0, is_y = 0, is_wheel = 0;
    srand(4);
    for (int i = 0; i < 20000; i++) {
        int right = rand() % 511 - 255, up = rand() % 511 - 255, turn = rand() % 16 - 8;
        x += right, y -= up, wheel += turn;
        REPORT((uint8_t)(0x08 | (right < 0) << 4 | (up < 0) << 5), (uint8_t)right, (uint8_t)up, (uint8_t)turn & 0x0f);
        while (input_take(&event))
            is_x += event.x, is_y += event.y, is_wheel += event.wheel;
    }
    EXPECT(is_x, ==, x);
    EXPECT(is_y, ==, y);
    EXPECT(is_wheel, ==, wheel);
}

TEST(noise_hangs_nothing)
{
    start_whole();
    srand(5);
    for (int i = 0; i < 200000; i++) {
        uint8_t byte = (uint8_t)rand();
        if (fake_i8042.mouse.reporting && rand() % 2)
            fake_i8042_report(&byte, 1);
        else
            fake_i8042_type(&byte, 1);
        fake_i8042.damage = rand() % 50 ? 0 : 0x80;
        if (rand() % 200 == 0)
            fake_i8042_plug_in_mouse();
        while (input_take(&event))
            EXPECT(event.x >= -256 && event.x <= 255 && event.buttons < 32, ==, true);
    }
    fake_time += 200000;
    fake_i8042.damage = 0;
    fake_i8042_plug_in_mouse();
    while (input_take(&event))
        ;
    REPORT(0x08, 1, 2, 0x01);
    EXPECT_MOUSE(1, -2, 0, 1, 0);
}
