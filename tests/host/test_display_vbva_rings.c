/* Chapter 17: how VBoxVGA's further windows hear of a change: by rings, which fill, wrap and get lost. */
#include "tests/host/vbva.h"

static struct rectangle some_area(size_t screen)
{
    int32_t left = (int32_t)(test_random() % video[screen].width);
    int32_t top = (int32_t)(test_random() % video[screen].height);
    return (struct rectangle){ left, top, left + 1 + (int32_t)(test_random() % (video[screen].width - (uint32_t)left)),
                               top + 1 + (int32_t)(test_random() % (video[screen].height - (uint32_t)top)) };
}

TEST(a_window_shows_what_was_drawn_once_it_is_told)
{
    start(4 * MIB, 2);
    show(two, 2);
    EXPECT(fake_window_is_true(1), ==, true);
    draw(1, (struct rectangle){ 10, 20, 30, 40 });
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1), ==, false);
    display.update(1, (struct rectangle){ 10, 20, 30, 40 });
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1), ==, true);
    EXPECT(fake_hgsmi.screens[1].records, ==, 1);
}

TEST(the_first_screen_needs_no_word)
{
    start(4 * MIB, 2);
    show(two, 2);
    size_t before = fake_access_count;
    display.update(0, (struct rectangle){ 0, 0, 80, 60 });
    EXPECT(fake_access_count, ==, before);
    EXPECT(fake_vbe.memory[4 * MIB - PAGE + 128 + 276], ==, 0); /* no record in what would be its ring */
    EXPECT(fake_hgsmi.screens[0].ring_on, ==, false);           /* one here would end the host's own tracking */
    EXPECT(fake_hgsmi.screens[0].messages, ==, 0);
}

TEST(a_change_costs_no_exit)
{
    start(4 * MIB, 2);
    show(two, 2);
    size_t before = fake_access_count;
    for (int i = 0; i < 63; i++)
        display.update(1, (struct rectangle){ i, 0, i + 1, 1 });
    EXPECT(fake_access_count, ==, before);
    fake_hgsmi_tick();
    EXPECT(fake_hgsmi.screens[1].records, ==, 63);
}

TEST(nothing_is_lost_wherever_the_ring_wraps)
{
    static const struct display_mode modes[] = {
        { true, 0, 0, 40, 30 }, { true, 40, 0, 41, 31 }, { true, -9, -31, 9, 31 }
    };
    start(4 * MIB, 3);
    show(modes, 3);
    for (int round = 0; round < 3000; round++) {
        for (size_t i = 1; i < 3; i++) {
            struct rectangle area = some_area(i);
            draw(i, area);
            display.update(i, area);
        }
        if (test_random() % 40 == 0) {
            fake_hgsmi_tick();
            EXPECT(fake_window_is_true(1) && fake_window_is_true(2), ==, true);
        }
    }
    fake_hgsmi_tick();
    EXPECT(fake_hgsmi.screens[1].records, ==, 3000);
    EXPECT(fake_hgsmi.screens[2].too_large, ==, 0);
    EXPECT_TEXT(fake_vbe.complaints, "");
}

TEST(a_full_ring_is_emptied_first)
{
    start(4 * MIB, 2);
    show(two, 2);
    for (int i = 0; i < 64 * 3; i++) {
        struct rectangle area = some_area(1);
        draw(1, area);
        display.update(1, area);
    }
    EXPECT(fake_hgsmi.flushes, ==, 3);
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1), ==, true);
    EXPECT(fake_hgsmi.screens[1].records, ==, 64 * 3);
}

TEST(a_host_that_never_looks_is_not_waited_for)
{
    start(4 * MIB, 2);
    show(two, 2);
    fake_hgsmi.never_empties = true;
    for (int i = 0; i < 1000; i++)
        display.update(1, (struct rectangle){ 0, 0, 1, 1 });
    fake_hgsmi.never_empties = false;
    fake_hgsmi_tick();
    EXPECT(fake_hgsmi.screens[1].records, ==, 63);
    EXPECT_TEXT(fake_vbe.complaints, "");
}

TEST(whatever_stands_in_a_ring_nothing_else_is_overwritten)
{
    start(4 * MIB, 2);
    show(two, 2);
    uint32_t ring = fake_hgsmi.screens[1].ring;
    for (int round = 0; round < 2000; round++) {
        for (int i = 0; i < 288; i++)
            fake_vbe.memory[ring + (uint32_t)i] = (uint8_t)test_random();
        display.update(1, some_area(1));
    }
    EXPECT(is_black(0) && is_black(1), ==, true);
    EXPECT(fake_vbe.memory[4 * MIB - 1], ==, 0xa5);
}

TEST(a_ring_that_the_host_has_left_gets_nothing)
{
    start(4 * MIB, 2);
    show(two, 2);
    uint32_t nothing = 0, ring = fake_hgsmi.screens[1].ring;
    memcpy(fake_vbe.memory + ring, &nothing, 4); /* what VirtualBox does when it turns VBVA off */
    display.update(1, (struct rectangle){ 0, 0, 1, 1 });
    memcpy(&nothing, fake_vbe.memory + ring + 276, 4);
    EXPECT(nothing, ==, 0);
}

TEST(rings_that_another_system_left_are_replaced)
{
    start(4 * MIB, 2);
    show(two, 2);
    display.update(1, (struct rectangle){ 0, 0, 64, 48 });
    EXPECT(fake_hgsmi.screens[1].ring_on, ==, true);
    EXPECT(display_find(), ==, true); /* the kernel begins again */
    EXPECT(vbva_start(), ==, true);
    show(two, 2);
    draw(1, (struct rectangle){ 0, 0, 64, 48 });
    display.update(1, (struct rectangle){ 0, 0, 64, 48 });
    fake_hgsmi_tick();
    EXPECT(fake_window_is_true(1), ==, true);
}

TEST(a_screen_without_a_ring_is_none)
{
    plug(4 * MIB, 2);
    fake_hgsmi.ring_result = -2;
    EXPECT(vbva_start(), ==, false);
    fake_hgsmi.ring_result = 0;
    fake_hgsmi.forgets_to_accept = true;
    EXPECT(vbva_start(), ==, false);
    EXPECT(display.screens == 1 && display.set == vbe_set, ==, true);
}

TEST(changes_may_be_told_in_a_handler)
{
    start(4 * MIB, 2);
    show(two, 2);
    fake_interrupts_off = true;
    for (int i = 0; i < 200; i++)
        display.update(1, (struct rectangle){ 0, 0, 64, 48 });
    EXPECT(fake_interrupts_off, ==, true);
    fake_interrupts_off = false;
    display.update(1, (struct rectangle){ 0, 0, 64, 48 });
    EXPECT(fake_interrupts_off, ==, false);
    EXPECT(fake_hgsmi.interrupts_were_on, ==, false);
}

TEST(a_screen_that_is_none_is_ignored)
{
    start(4 * MIB, 2);
    show(two, 2);
    display.update(2, (struct rectangle){ 0, 0, 1, 1 });
    display.update(SIZE_MAX, (struct rectangle){ 0, 0, 1, 1 });
    EXPECT_TEXT(fake_vbe.complaints, "");
}
