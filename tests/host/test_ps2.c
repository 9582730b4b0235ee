/* Chapter 11: a keyboard controller and its two devices are started, whatever is wrong, missing or comes later. */
// sources: drivers/ps2/ps2.c drivers/ps2/ps2_device.c drivers/ps2/ps2_keyboard.c drivers/ps2/ps2_mouse.c
// sources: kernel/desktop/input.c lib/format.c tests/host/fake/i8042.c
#include "tests/host/ps2.h"

TEST(the_sequence_is_the_one_of_the_manuals)
{
    fake_i8042_plug();
    start("keyboard, mouse with wheel and 5 buttons");
    EXPECT_TEXT(fake_i8042.commands,
                "c:ad c:a7 c:20 c:60 d:34 c:aa c:60 d:34 " /* both off, no interrupts, no translation; self test */
                "c:ab c:a9 c:ae c:a8 c:60 d:44 "           /* ports tested and on, translation on */
                "d:ff d:f4 "                               /* keyboard: reset, enable */
                "c:d4 d:ff "                               /* mouse: reset, three knocks, who are you */
                "c:d4 d:f3 c:d4 d:c8 c:d4 d:f3 c:d4 d:64 c:d4 d:f3 c:d4 d:50 "
                "c:d4 d:f3 c:d4 d:c8 c:d4 d:f3 c:d4 d:c8 c:d4 d:f3 c:d4 d:50 "
                "c:d4 d:f3 c:d4 d:c8 c:d4 d:f3 c:d4 d:50 c:d4 d:f3 c:d4 d:28 "
                "c:d4 d:f2 c:d4 d:f3 c:d4 d:64 c:d4 d:e8 c:d4 d:03 c:d4 d:f4 "
                "c:60 d:47"); /* interrupts on */
    EXPECT(fake_i8042.keyboard.reporting, ==, true);
    EXPECT(fake_i8042.mouse.reporting, ==, true);
    EXPECT(fake_i8042.mouse.tilts, ==, true);
    EXPECT_TEXT(fake_log, "");
    EXPECT_NOTHING();
}

TEST(without_a_controller_the_bus_is_empty)
{
    start("no keyboard controller");
    EXPECT(fake_access_count, ==, 1);
}

TEST(a_controller_that_acpi_denies_is_not_touched)
{
    fake_i8042_plug();
    acpi_machine.keyboard_controller = false;
    start("no keyboard controller");
    EXPECT(fake_access_count, ==, 0);
}

TEST(an_old_controller_has_one_port)
{
    fake_i8042_plug();
    fake_i8042.has_second_port = false;
    start("keyboard, no mouse");
    EXPECT_TEXT(fake_log, "");
    TYPE(0x1e);
    EXPECT_KEY(0x1e, true);
}

TEST(a_controller_that_fails_its_test_is_left_alone)
{
    fake_i8042_plug();
    fake_i8042.self_test = 0xfc;
    start("a keyboard controller that does not work");
}

TEST(a_controller_that_forgets_its_configuration_is_told_again)
{
    fake_i8042_plug();
    fake_i8042.forgets = true;
    start("keyboard, mouse with wheel and 5 buttons");
    EXPECT(fake_i8042.configuration, ==, 0x47);
}

TEST(a_broken_port_leaves_the_other_one)
{
    fake_i8042_plug();
    fake_i8042.first_test = 3;
    start("no keyboard, mouse with wheel and 5 buttons");
    EXPECT_TEXT(fake_log, "    PS/2: the first port fails its test with 3; left alone\n");
    EXPECT(fake_i8042.configuration & 0x33, ==, 0x12); /* first off, interrupt of the second */
    REPORT(0x08, 1, 0, 0);
    EXPECT_MOUSE(1, 0, 0, 0, 0);
}

TEST(a_broken_second_port_leaves_the_keyboard)
{
    fake_i8042_plug();
    fake_i8042.second_test = 1;
    start("keyboard, no mouse");
    EXPECT_LOGGED("PS/2: the second port fails its test with 1; left alone");
    EXPECT(fake_i8042.configuration & 0x33, ==, 0x21);
}

TEST(a_device_that_is_missing_is_not_waited_for_long)
{
    fake_i8042_plug();
    fake_i8042.mouse.plugged = false;
    start("keyboard, no mouse");
    TYPE(0x1e);
    EXPECT_KEY(0x1e, true);
}

TEST(a_device_that_is_deaf_is_not_waited_for_long)
{
    fake_i8042_plug();
    fake_i8042.keyboard.deaf = true;
    start("no keyboard, mouse with wheel and 5 buttons");
}

TEST(a_device_may_ask_again_three_times)
{
    fake_i8042_plug();
    fake_i8042.mouse.resends = 3;
    fake_i8042.keyboard.resends = 2;
    start("keyboard, mouse with wheel and 5 buttons");
}

TEST(every_byte_may_be_asked_for_again)
{
    fake_i8042_plug();
    fake_i8042.mouse.hard_of_hearing = true;
    start("keyboard, mouse with wheel and 5 buttons");
}

TEST(a_device_that_asks_again_forever_is_given_up)
{
    fake_i8042_plug();
    fake_i8042.mouse.resends = -1;
    start("keyboard, no mouse");
    EXPECT(strlen(fake_i8042.commands), <, 160);
}

TEST(a_damaged_answer_is_asked_for_again)
{
    fake_i8042_plug();
    fake_i8042.damage = 0x80;
    start("keyboard, mouse with wheel and 5 buttons");
    EXPECT(strstr(fake_i8042.commands, "d:ff d:ff d:f4") != NULL, ==, true);
}

/* Every wait ends, also when the clock stands still. */
static void start_hopeless(uint64_t clock_step)
{
    fake_time_step = clock_step;
    EXPECT_TEXT(ps2_start(), "a keyboard controller that does not work");
}

TEST(a_controller_that_takes_nothing)
{
    fake_i8042_plug();
    fake_i8042.takes_nothing = true;
    start_hopeless(1);
    EXPECT(fake_time, <, 3000000);
}

TEST(a_controller_that_takes_nothing_while_the_clock_stands_still)
{
    fake_i8042_plug();
    fake_i8042.takes_nothing = true;
    start_hopeless(0);
}

TEST(a_controller_that_never_runs_dry)
{
    fake_i8042_plug();
    fake_i8042.never_empty = true;
    start_hopeless(0);
}

TEST(a_controller_that_says_nothing)
{
    fake_i8042_plug();
    fake_i8042.silent = true;
    start_hopeless(1);
}

TEST(a_controller_that_says_nothing_while_the_clock_stands_still)
{
    fake_i8042_plug();
    fake_i8042.silent = true;
    start_hopeless(0);
}

TEST(devices_that_say_nothing_while_the_clock_stands_still)
{
    fake_i8042_plug();
    fake_time_step = 0;
    fake_i8042.mouse.deaf = fake_i8042.keyboard.deaf = true;
    start("no keyboard, no mouse");
}

TEST(what_the_firmware_left_unread_is_read_away)
{
    fake_i8042_plug();
    fake_i8042.keyboard.bytes[0] = 0x1e;
    fake_i8042.keyboard.count = 1;
    fake_i8042.mouse.reporting = true;
    for (int i = 0; i < 40; i++)
        fake_i8042.mouse.bytes[i] = 0x55;
    fake_i8042.mouse.count = 40;
    start("keyboard, mouse with wheel and 5 buttons");
    EXPECT_NOTHING();
}

/* The line was raised when nobody listened; without a look at the end, no edge ever comes. */
static void press_a_key_in_time(void)
{
    if (!strstr(fake_i8042.commands, "d:f4 c:60")) /* the last thing the kernel configures */
        return;
    fake_i8042.keyboard.bytes[fake_i8042.keyboard.first] = 0x1e;
    fake_i8042.keyboard.count = 1;
    fake_time_passes = NULL;
}

TEST(a_key_pressed_before_interrupts_are_on_is_not_stuck)
{
    fake_i8042_plug();
    fake_time_passes = press_a_key_in_time;
    start("keyboard, mouse with wheel and 5 buttons");
    EXPECT_KEY(0x1e, true);
    TYPE(0x9e);
    EXPECT_KEY(0x1e, false);
}

/* Plugging in */

TEST(a_mouse_that_is_plugged_in_again_gets_its_wheel_back)
{
    start_whole();
    REPORT(0x09, 0, 0, 0);
    EXPECT_MOUSE(0, 0, BUTTON_LEFT, 0, 0);
    fake_i8042_plug_in_mouse();
    EXPECT_MOUSE(0, 0, 0, 0, 0); /* the button that is gone is not held for ever */
    EXPECT_TEXT(fake_log, "    PS/2: a mouse was plugged in\n");
    EXPECT(fake_i8042.mouse.identity, ==, 4);
    REPORT(0x08, 1, 2, 0x0f);
    EXPECT_MOUSE(1, -2, 0, -1, 0);
}

TEST(a_mouse_of_another_kind_is_understood_too)
{
    start_whole();
    REPORT(0x08, 0, 0, 0x10);
    EXPECT_MOUSE(0, 0, BUTTON_BACK, 0, 0);
    fake_i8042.mouse.best_identity = 0;
    fake_i8042_plug_in_mouse();
    EXPECT_MOUSE(0, 0, 0, 0, 0);
    REPORT(0x08, 1, 2, 0x08, 3, 4); /* a plain one: nothing in its packets lets go of the fourth button */
    EXPECT_MOUSE(1 + 3, -2 - 4, 0, 0, 0);
}

TEST(a_mouse_that_comes_after_the_boot_is_welcome)
{
    fake_i8042_plug();
    fake_i8042.mouse.plugged = false;
    start("keyboard, no mouse");
    fake_i8042_plug_in_mouse();
    REPORT(0x08, 1, 2, 0x01);
    EXPECT_MOUSE(1, -2, 0, 1, 0);
}

TEST(a_mouse_pulled_out_during_its_script_is_welcome_again)
{
    start_whole();
    fake_i8042.mouse.deaf = true;
    fake_i8042_plug_in_mouse(); /* and answers nothing */
    input_take(&event);
    fake_i8042.mouse.deaf = false;
    fake_i8042_plug_in_mouse();
    REPORT(0x08, 1, 2, 0x01);
    EXPECT_MOUSE(1, -2, 0, 1, 0);
}
