/* Chapter 17: several screens of VMSVGA by commands, and a queue that is full, stopped, or full of nonsense. */
#include "tests/host/svga.h"

enum { QUEUE_MOST = 16384 - 1024 - 1 }; /* words that are in the queue at most */

static const struct display_mode TWO[] = { { true, 0, 0, 1024, 768 }, { true, 1024, 0, 640, 480 } };

static void expect_screens(const struct display_mode *modes, size_t count)
{
    EXPECT(display.set(modes, count, video), ==, true);
    for (size_t i = 0; i < FAKE_SVGA_SCREENS; i++) {
        if (i < count && modes[i].on)
            expect_screen(i, &modes[i], &video[i]);
        else
            EXPECT(fake_svga.screens[i].on, ==, false);
    }
    EXPECT_TEXT(fake_svga.complaints, "");
}

/* So far to the next pixel to look at, the last one included. */
static int32_t step(int32_t at, int32_t end)
{
    enum { USUALLY = 37 };
    return at + USUALLY < end || at + 1 == end ? USUALLY : end - 1 - at;
}

/* A change of this area is seen. */
static void expect_seen(size_t number, struct rectangle area)
{
    size_t first = fake_svga.update_count;
    display.update(number, area);
    fake_svga_pass_time();
    for (int32_t y = area.top; y < area.bottom; y += step(y, area.bottom))
        for (int32_t x = area.left; x < area.right; x += step(x, area.right))
            EXPECT(fake_svga_pixel_is_seen(number, x, y, first), ==, true);
    EXPECT_TEXT(fake_svga.complaints, "");
}

static void expect_all_seen(const struct display_mode *modes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int32_t width = (int32_t)modes[i].width, height = (int32_t)modes[i].height;
        expect_seen(i, (struct rectangle){ 0, 0, width, height });
        expect_seen(i, (struct rectangle){ width - 1, height - 1, width, height });
        expect_seen(i, (struct rectangle){ width / 2, 0, width / 2 + 1, height });
    }
}

TEST(more_monitors_than_we_drive_are_left_dark)
{
    find_screens(16 * MIB, 64);
    EXPECT(display.screens, ==, 4);
}

TEST(two_screens_show_black_and_see_every_change)
{
    find_screens(16 * MIB, 2);
    expect_screens(TWO, 2);
    expect_all_seen(TWO, 2);
}

TEST(screens_after_a_mode_by_registers)
{
    fake_svga_plug(16 * MIB, 2);
    EXPECT(svga_find(&fake_svga.pci), ==, true);
    expect_mode(1280, 800);
    EXPECT(svga_screens_start(), ==, true);
    expect_screens(TWO, 2);
    expect_screens(TWO, 1);
}

TEST(four_screens_in_every_direction)
{
    static const struct display_mode rows[] = { { true, 0, 0, 1280, 1024 }, { true, 1280, 0, 1280, 1024 },
                                                { true, 2560, 0, 1280, 1024 }, { true, 3840, 0, 1280, 1024 } };
    static const struct display_mode columns[] = { { true, 0, 0, 1280, 1024 }, { true, 0, 1024, 1280, 1024 },
                                                   { true, 0, 2048, 1280, 1024 }, { true, 0, 3072, 1280, 1024 } };
    static const struct display_mode grid[] = { { true, 800, 600, 800, 600 }, { true, 0, 600, 800, 600 },
                                                { true, 0, 0, 801, 599 }, { true, 801, 0, 641, 480 } };
    find_screens(32 * MIB, 4); /* sides up to 2816 */
    expect_screens(rows, 4);
    expect_all_seen(rows, 4);
    expect_screens(columns, 4);
    expect_all_seen(columns, 4);
    expect_screens(grid, 4);
    expect_all_seen(grid, 4);
}

TEST(a_screen_as_wide_as_the_maximum_is_seen_in_parts)
{
    static const struct display_mode modes[] = { { true, 0, 0, 64, 64 }, { true, 64, 0, 1024, 900 } };
    find_screens(4 * MIB, 2);
    EXPECT(display.side_maximum, ==, 1024);
    expect_screens(modes, 2);
    expect_all_seen(modes, 2);
}

TEST(a_screen_that_no_update_reaches_is_refused)
{
    find_screens(16 * MIB, 2); /* 2 * 2047 is the end */
    struct display_mode modes[] = { mode_at(0, 0, 800, 600), mode_at(3294, 0, 800, 600) };
    expect_screens(modes, 2);
    expect_all_seen(modes, 2);
    modes[1].left = 3295;
    expect_untried(modes, 2);
    modes[1] = mode_at(0, 3495, 800, 600);
    expect_untried(modes, 2);
    modes[1] = mode_at(-1, 0, 800, 600);
    expect_untried(modes, 2);
    modes[1] = mode_at(INT32_MAX, INT32_MIN, 800, 600);
    expect_untried(modes, 2);
}

TEST(screens_that_do_not_fit_together_are_not_tried)
{
    find_screens(4 * MIB, 3);
    struct display_mode modes[] = { mode_at(0, 0, 1024, 768), mode_at(1024, 0, 512, 512), mode_at(0, 768, 1, 1) };
    expect_screens(modes, 2); /* to the last byte */
    expect_untried(modes, 3);
    modes[1].on = false;
    expect_screens(modes, 3);
    expect_untried(modes, 4); /* more than there are */
    modes[0].on = false;
    expect_untried(modes, 3);
    expect_untried(NULL, 0);
    modes[0] = mode_at(0, 0, 0, 768);
    expect_untried(modes, 3);
    modes[0] = mode_at(0, 0, 100000, 1);
    expect_untried(modes, 3);
}

TEST(a_screen_does_not_begin_behind_the_end_of_memory)
{
    fake_svga_plug(4 * MIB, 2);
    fake_svga.claimed_bytes = 100; /* less than the page of the first */
    EXPECT(svga_find(&fake_svga.pci) && svga_screens_start(), ==, true);
    expect_untried((struct display_mode[]){ mode_at(0, 0, 1, 1), mode_at(1, 0, 1, 1) }, 2);
}

TEST(screens_that_cannot_be_mapped_are_not_set)
{
    find_screens(16 * MIB, 2);
    fake_map_fails = true;
    EXPECT(display.set(TWO, 2, video), ==, false);
    fake_map_fails = false;
    expect_screens(TWO, 2);
}

TEST(a_screen_that_stays_is_not_taken_away)
{
    find_screens(16 * MIB, 2);
    expect_screens(TWO, 2);
    unsigned int before = fake_svga.screens[0].taken_away;
    struct display_mode modes[] = { TWO[0], mode_at(1024, 0, 800, 600) };
    expect_screens(modes, 2);
    expect_screens(modes, 1);
    expect_screens(modes, 2);
    EXPECT(fake_svga.screens[0].taken_away, ==, before);
    size_t first = fake_svga.update_count;
    expect_screens(modes, 2);
    EXPECT(fake_svga_pixel_is_seen(1, 799, 599, first), ==, true); /* that it is black */
    modes[0].height = 600; /* the second moves in memory */
    expect_screens(modes, 2);
    EXPECT(fake_svga.screens[0].taken_away, ==, before + 1);
}

TEST(an_update_beyond_the_screen_is_clipped)
{
    find_screens(16 * MIB, 2);
    expect_screens(TWO, 2);
    display.update(1, (struct rectangle){ -5, -5, 100000, INT32_MAX });
    display.update(1, (struct rectangle){ 600, 600, 700, 700 });
    display.update(0, (struct rectangle){ 0, 0, 1, 1 }); /* traced */
    display.update(2, (struct rectangle){ 0, 0, 1, 1 });
    display.update(SIZE_MAX, (struct rectangle){ 0, 0, 1, 1 });
    size_t before = fake_svga.update_count;
    fake_svga_pass_time();
    EXPECT(fake_svga.update_count, ==, before + 1);
    EXPECT_TEXT(fake_svga.complaints, "");
}

TEST(the_queue_wraps_wherever_a_command_lies)
{
    find_screens(16 * MIB, 2);
    expect_screens(TWO, 2);
    for (int32_t i = 0; i < 4 * QUEUE_MOST / 5; i++) { /* five words each: the end is met at every word of one */
        size_t before = fake_svga.update_count = 0;
        display.update(1, (struct rectangle){ i % 640, i % 480, i % 640 + 1, i % 480 + 1 });
        fake_svga_pass_time();
        EXPECT(fake_svga_pixel_is_seen(1, i % 640, i % 480, before), ==, true);
    }
    EXPECT_TEXT(fake_svga.complaints, "");
}

TEST(a_full_queue_loses_what_is_new_and_never_looks_empty)
{
    find_screens(16 * MIB, 2);
    expect_screens(TWO, 2);
    size_t before = fake_svga.commands;
    for (int32_t i = 0; i < 5000; i++)
        display.update(1, (struct rectangle){ 0, 0, 1, 1 });
    fake_svga_pass_time();
    EXPECT(fake_svga.commands - before, ==, QUEUE_MOST / 5);
    expect_all_seen(TWO, 2);
}

TEST(a_host_that_takes_nothing_is_given_up)
{
    find_screens(16 * MIB, 2);
    fake_svga.takes_nothing = true;
    uint64_t start = fake_time;
    EXPECT(display.set(TWO, 2, video), ==, false);
    EXPECT(fake_time - start, <, 3 * 1000 * 1000);
    fake_svga.takes_nothing = false;
    expect_screens(TWO, 2); /* told again from the start */
    expect_all_seen(TWO, 2);
}

TEST(a_host_that_wakes_up_late_hears_all_that_counts)
{
    find_screens(16 * MIB, 3);
    struct display_mode modes[] = { TWO[0], TWO[1], mode_at(0, 768, 640, 480) };
    expect_screens(modes, 3);
    fake_svga.takes_nothing = true;
    EXPECT(display.set(TWO, 2, video), ==, false);
    fake_svga.takes_nothing = false;
    expect_screens(TWO, 2); /* the third screen is gone, although it was told so before */
}

TEST(nonsense_about_the_queue_is_survived)
{
    static const uint32_t stops[] = { 0, 4, 4092, 65536, 65540, 0x80000000, UINT32_MAX };
    find_screens(16 * MIB, 2);
    expect_screens(TWO, 2);
    uint32_t next = fake_svga.queue[2];
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        fake_svga.queue[3] = stops[i];
        display.update(1, (struct rectangle){ 0, 0, 1, 1 });
        EXPECT(fake_svga.queue[2], ==, next);
    }
    EXPECT(display.set(TWO, 1, video), ==, false);
    fake_svga.complaints[0] = 0; /* the queue was bad, but not by the guest's fault */
    expect_screens(TWO, 2); /* with one that was begun anew */
    fake_svga.lies_about_stop = true;
    EXPECT(display.set((struct display_mode[]){ TWO[0], TWO[0] }, 2, video), ==, false);
    fake_svga.lies_about_stop = false;
    fake_svga.complaints[0] = 0;
    expect_screens(TWO, 2);
}

TEST(updates_come_without_ports)
{
    find_screens(16 * MIB, 2);
    expect_screens(TWO, 2);
    size_t before = fake_access_count;
    expect_all_seen(TWO, 2);
    EXPECT(fake_access_count, ==, before);
}

TEST(screens_cost_two_port_accesses_once_they_are_set_up)
{
    find_screens(16 * MIB, 2);
    size_t before = fake_access_count;
    expect_screens(TWO, 2);
    EXPECT(fake_access_count - before, ==, 2);
}
