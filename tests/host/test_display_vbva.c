/* Chapter 17: further screens of VBoxVGA, judged by the windows that a person would see. */
#include "tests/host/vbva.h"

TEST(one_monitor_stays_with_chapter_16)
{
    plug(4 * MIB, 1);
    EXPECT(vbva_start(), ==, false);
    EXPECT(display.screens, ==, 1);
    EXPECT(display.set == vbe_set && !display.update, ==, true);
    EXPECT_TEXT(fake_vbe.complaints, "");
}

/* A page that is mapped for commands cannot be mapped for pixels: a mode that needs it must not be tried. */
TEST(one_monitor_has_all_of_memory_but_the_page_for_commands)
{
    plug(4 * MIB, 1);
    EXPECT(vbva_start(), ==, false);
    size_t before = fake_access_count;
    EXPECT(display.set(&(struct display_mode){ true, 0, 0, 1366, 767 }, 1, video), ==, false); /* 4190888 bytes */
    EXPECT(fake_access_count, ==, before);
    EXPECT(display.set(&(struct display_mode){ true, 0, 0, 1366, 766 }, 1, video), ==, true);
}

TEST(an_adapter_that_is_driven_otherwise_is_left_alone)
{
    plug(4 * MIB, 2);
    display.set = NULL;
    EXPECT(vbva_start(), ==, false);
    EXPECT(fake_hgsmi.commands, ==, 0);
}

TEST(an_adapter_without_the_channel_has_one_screen)
{
    plug(4 * MIB, 2);
    fake_vbe.without_hgsmi = true;
    EXPECT(vbva_start(), ==, false);
    EXPECT(display.screens, ==, 1);
}

TEST(an_adapter_that_answers_and_does_nothing_has_one_screen)
{
    plug(4 * MIB, 2);
    fake_hgsmi.svga = true; /* as VBoxSVGA and VMSVGA in VirtualBox 7.2.22 */
    EXPECT(vbva_start(), ==, false);
    EXPECT(display.screens == 1 && display.set == vbe_set, ==, true);
}

TEST(without_a_map_or_memory_there_is_one_screen)
{
    plug(4 * MIB, 2);
    fake_map_fails = true;
    EXPECT(vbva_start(), ==, false);
    fake_map_fails = false;
    display.memory_bytes = 0;
    EXPECT(vbva_start(), ==, false);
    EXPECT(fake_hgsmi.commands, ==, 0);
}

TEST(each_screen_has_its_own_black_part_of_memory)
{
    static const struct display_mode modes[] = {
        { true, 0, 0, 80, 60 }, { true, 80, 0, 801, 603 }, { true, 0, 60, 1, 1 }, { true, 0, 700, 33, 1000 }
    };
    start(4 * MIB, 4);
    EXPECT(display.screens, ==, 4);
    show(modes, 4);
    uint64_t end = (uintptr_t)fake_vbe.memory;
    for (size_t i = 0; i < 4; i++) {
        EXPECT(video[i].present, ==, true);
        EXPECT(video[i].width == modes[i].width && video[i].height == modes[i].height, ==, true);
        EXPECT(video[i].pitch, ==, modes[i].width * 4);
        EXPECT(video[i].address, >=, end);
        EXPECT(is_black(i), ==, true);
        end = video[i].address + video[i].pitch * video[i].height;
        EXPECT(fake_hgsmi.screens[i].disabled, ==, false);
    }
    EXPECT(end, <=, (uintptr_t)fake_vbe.memory + 4 * MIB - PAGE);
}

TEST(screens_go_off_and_on)
{
    const struct display_mode modes[] = { two[0], { false, 0, 0, 0, 0 }, two[1] };
    start(4 * MIB, 3);
    show(two, 2);
    EXPECT(fake_hgsmi.screens[2].disabled && !fake_hgsmi.screens[1].disabled, ==, true);
    show(modes, 3);
    EXPECT(!fake_hgsmi.screens[2].disabled && fake_hgsmi.screens[1].disabled, ==, true);
    EXPECT(video[1].present, ==, false);
    display.update(1, (struct rectangle){ 0, 0, 1, 1 });
    draw(2, (struct rectangle){ 0, 0, 64, 48 });
    display.update(2, (struct rectangle){ 0, 0, 64, 48 });
    fake_hgsmi_tick();
    EXPECT(fake_hgsmi.screens[1].records, ==, 0);
    EXPECT(fake_window_is_true(2), ==, true);
    show(two, 1);
    EXPECT(fake_hgsmi.screens[2].disabled && fake_hgsmi.screens[1].disabled, ==, true);
    show(two, 2);
    draw(1, (struct rectangle){ 0, 0, 64, 48 });
    display.update(1, (struct rectangle){ 0, 0, 64, 48 });
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1), ==, true);
}

/* A person draws at the edge of one window: the others must not flicker. */
TEST(a_screen_that_stays_as_it_is_is_left_alone)
{
    struct display_mode modes[] = { two[0], two[1], { true, 144, 0, 30, 20 } };
    start(4 * MIB, 3);
    show(modes, 3);
    draw(0, (struct rectangle){ 0, 0, 80, 60 });
    draw(1, (struct rectangle){ 0, 0, 64, 48 });
    modes[2].width = 35;
    show(modes, 3);
    EXPECT(fake_vbe.modes_set, ==, 1);
    EXPECT(fake_hgsmi.screens[1].messages, ==, 2); /* off, on */
    EXPECT(fake_hgsmi.screens[2].messages, ==, 3);
    EXPECT(video[0].width == 80 && video[1].width == 64 && video[2].width == 35, ==, true);
    EXPECT(!is_black(0) && !is_black(1) && is_black(2), ==, true);
    modes[1].left = 1000; /* the same pixels at another place */
    show(modes, 3);
    EXPECT(fake_hgsmi.screens[1].left, ==, 1000);
    EXPECT(fake_hgsmi.screens[2].messages, ==, 3);
    modes[1].height = 600; /* the last one moves in memory */
    show(modes, 3);
    EXPECT(fake_vbe.modes_set, ==, 1);
    EXPECT(fake_hgsmi.screens[2].messages, ==, 4);
    modes[2].height = 21;
    show(modes, 3);
    EXPECT(fake_hgsmi.screens[2].messages, ==, 5);
    draw(2, (struct rectangle){ 0, 0, 35, 21 });
    display.update(2, (struct rectangle){ 0, 0, 35, 21 });
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1) && fake_window_is_true(2), ==, true);
}

TEST(after_a_failure_all_screens_are_told_again)
{
    struct display_mode modes[] = { two[0], two[1] };
    start(4 * MIB, 3);
    show(modes, 2);
    modes[0].width = 70;
    fake_vbe.refuses = true;
    EXPECT(display.set(modes, 2, video), ==, false);
    fake_vbe.refuses = false;
    size_t before = fake_hgsmi.screens[2].messages;
    show(two, 2);
    EXPECT(fake_vbe.modes_set, ==, 2);
    EXPECT(fake_hgsmi.screens[2].messages, ==, before + 1);
    EXPECT(is_black(0) && is_black(1) && fake_window_is_true(1), ==, true);
}

TEST(a_screen_without_a_map_is_a_failure)
{
    start(4 * MIB, 2);
    fake_map_fails = true;
    EXPECT(display.set(two, 2, video), ==, false);
    fake_map_fails = false;
    show(two, 2);
}

TEST(the_desktop_begins_where_the_first_screen_does)
{
    static const struct display_mode modes[] = { { true, 100, -50, 80, 60 }, { true, -100, 20, 64, 48 } };
    start(4 * MIB, 2);
    show(modes, 2);
    EXPECT(fake_hgsmi.screens[1].left, ==, -200);
    EXPECT(fake_hgsmi.screens[1].top, ==, 70);
    draw(1, (struct rectangle){ 63, 47, 64, 48 });
    display.update(1, (struct rectangle){ 63, 47, 64, 48 });
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1), ==, true);
}

TEST(what_no_record_can_name_is_not_tried)
{
    start(16 * MIB, 2);
    struct display_mode modes[] = { { true, 0, 0, 80, 60 }, { true, 32767 - 64, 0, 64, 48 } };
    show(modes, 2);
    modes[1].left++;
    expect_untried(modes, 2);
    modes[1].left = -32768;
    show(modes, 2);
    modes[1].left--;
    expect_untried(modes, 2);
    modes[1] = (struct display_mode){ true, 0, INT32_MIN, 64, 48 };
    expect_untried(modes, 2);
    modes[0].left = INT32_MAX; /* a difference of 1, were it of 32 bits */
    modes[1] = (struct display_mode){ true, INT32_MIN, 0, 64, 48 };
    expect_untried(modes, 2);
}

TEST(what_cannot_be_is_not_tried)
{
    start(4 * MIB, 2);
    show(two, 2);
    struct display_mode modes[] = { two[0], two[1], two[1] };
    expect_untried(modes, 0);
    expect_untried(modes, 3);
    modes[0].on = false;
    expect_untried(modes, 2);
    modes[0] = two[0];
    modes[1].width = 0;
    expect_untried(modes, 2);
    modes[1].width = 100000;
    expect_untried(modes, 2);
    modes[1] = (struct display_mode){ true, 80, 0, 16384, 16384 };
    expect_untried(modes, 2);
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1), ==, true);
}

TEST(screens_take_all_of_memory_but_the_last_page)
{
    start(4 * MIB, 2);
    struct display_mode modes[] = { { true, 0, 0, 512, 1024 }, { true, 512, 0, 1024, 511 } };
    show(modes, 2);
    modes[1].height++;
    expect_untried(modes, 2);
    modes[0] = (struct display_mode){ true, 0, 0, 1024, 1023 };
    show(modes, 1);
    modes[0].height++; /* it would lie over the rings */
    expect_untried(modes, 1);
}

TEST(rows_of_the_first_screen_that_reach_into_the_next_are_refused)
{
    start(4 * MIB, 2);
    fake_vbe.row_pixels = 1024;
    EXPECT(display.set(two, 2, video), ==, false);
}

TEST(a_refusal_of_the_first_screen_is_a_refusal)
{
    start(4 * MIB, 2);
    fake_vbe.refuses = true;
    EXPECT(display.set(two, 2, video), ==, false);
}

TEST(more_monitors_than_we_drive_stay_dark)
{
    plug(4 * MIB, 6);
    for (size_t i = 1; i < 6; i++)
        fake_hgsmi.screens[i].disabled = false; /* left by a system before a reset */
    EXPECT(vbva_start(), ==, true);
    EXPECT(display.screens, ==, 4);
    for (size_t i = 1; i < 6; i++)
        EXPECT(fake_hgsmi.screens[i].disabled, ==, true);
    show(two, 2);
    EXPECT(fake_hgsmi.screens[2].disabled && fake_hgsmi.screens[5].disabled, ==, true);
}

TEST(a_number_of_monitors_that_cannot_be_is_bounded)
{
    plug(4 * MIB, 0);
    EXPECT(vbva_start(), ==, false);
    fake_hgsmi.monitors = UINT32_MAX;
    size_t before = fake_hgsmi.commands;
    EXPECT(vbva_start(), ==, true);
    EXPECT(display.screens, ==, 4);
    EXPECT(fake_hgsmi.commands - before, <, 100);
}

TEST(noise_for_answers_ends_in_some_number_of_screens)
{
    plug(4 * MIB, 4);
    fake_hgsmi.noise = true;
    for (int round = 0; round < 500; round++) {
        EXPECT(display_find(), ==, true);
        bool more = vbva_start();
        EXPECT(display.screens, >=, 1);
        EXPECT(display.screens, <=, 4);
        if (more && display.set(two, 2, video))
            display.update(1, (struct rectangle){ 0, 0, 64, 48 });
    }
}
