/* Chapter 17: screens that come, go, change their place, and do not fit. */
// sources: drivers/guest/screens/more_screens.c drivers/guest/screens/seamless.c
#include "drivers/guest/screens/window_size.h"
#include "drivers/display/display_screens.h"
#include "drivers/guest/screens/more_screens.h"
#include "tests/host/screens.h"

static const char *found;
static size_t monitors;

bool vbva_start(void)
{
    display.screens = monitors;
    return monitors > 1;
}

bool svga_screens_start(void) { return false; }

static void start_after(uint32_t memory_bytes, size_t count, void (*before)(void))
{
    monitors = count;
    boot_on_adapter(memory_bytes, 1);
    window_size_start();
    machine_settle();
    if (before)
        before();
    found = more_screens_start();
    machine_pass(MIB);
}

static void start(uint32_t memory_bytes, size_t count) { start_after(memory_bytes, count, NULL); }

static void hint(struct fake_hint hint)
{
    fake_vmmdev_hint(&host, hint);
    machine_settle();
}

static void wish(uint32_t screen, uint32_t width, uint32_t height)
{
    hint((struct fake_hint){ FAKE_HINT_SIZE, screen, 0, 0, width, height, 32 });
}

static void switch_off(uint32_t screen)
{
    hint((struct fake_hint){ FAKE_HINT_SIZE | FAKE_HINT_DISABLED, screen, 0, 0, WIDTH, HEIGHT, 32 });
}

static void place(uint32_t screen, int32_t left, int32_t top)
{
    hint((struct fake_hint){ FAKE_HINT_ORIGIN, screen, left, top, 0, 0, 0 });
}

/* The screens that are on, as "0: 1024x768 at 0,0; ". */
static const char *screen_list(void)
{
    static char text[512];
    size_t used = 0;
    text[0] = 0;
    for (const struct screen *screen = screens; screen; screen = screen->next) {
        EXPECT(fake_display.modes[screen->number].on, ==, true);
        EXPECT(fake_display.modes[screen->number].left, ==, screen->left);
        EXPECT(screen->held, ==, false);
        used += (size_t)sprintf(text + used, "%zu: %ux%u at %d,%d; ", screen->number, screen->back.width,
                                screen->back.height, screen->left, screen->top);
    }
    EXPECT_TEXT(fake_display.complaints, "");
    EXPECT_TEXT(host.complaints, "");
    EXPECT(screen_at(pointer.x, pointer.y) != NULL, ==, true);
    return text;
}

static bool shows_something(size_t number)
{
    for (uint32_t y = 16; y < 32; y++)
        for (uint32_t x = 16; x < 100; x++)
            if (fake_display_pixel(number, x, y) != fake_display_pixel(number, 0, 0))
                return true;
    return false;
}

TEST(all_screens_that_the_host_has_are_on)
{
    start(16 * MIB, 2);
    EXPECT_TEXT(found, "2 of 2 screens on, the desktop is 2048x768");
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 1024x768 at 1024,0; ");
    EXPECT(shows_something(1), ==, true);
    EXPECT(fake_display.updates[1], >, 0);
    EXPECT_TEXT(fake_log, "");
}

TEST(as_many_are_on_as_video_memory_holds)
{
    start(10 * MIB, 4);
    EXPECT_TEXT(found, "3 of 4 screens on, the desktop is 3072x768");
    EXPECT_TEXT(fake_log, ""); /* nobody asked for the fourth */
    wish(3, 640, 480);
    EXPECT_LOGGED("screen 3 cannot be 640x480 at 3072,0; left as it is\n");
    wish(0, 640, 480);
    wish(3, 640, 481);
    EXPECT_TEXT(screen_list(),
                "0: 640x480 at 0,0; 1: 1024x768 at 640,0; 2: 1024x768 at 1664,0; 3: 640x481 at 2688,0; ");
}

TEST(one_window_is_a_desktop_as_well)
{
    start(16 * MIB, 1);
    EXPECT_TEXT(found, "the host has one window for us");
    wish(0, 800, 600);
    EXPECT_TEXT(screen_list(), "0: 800x600 at 0,0; ");
}

TEST(what_the_host_wished_before_we_drove_them_holds)
{
    void before(void)
    {
        wish(1, 800, 600);
        switch_off(2);
        place(3, -640, 0);
    }
    start_after(32 * MIB, 4, before);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 800x600 at 1024,0; 3: 1024x768 at 1824,0; ");
    EXPECT_TEXT(found, "3 of 4 screens on, the desktop is 2848x768"); /* 3 would have covered 0 */
}

TEST(a_wish_that_does_not_fit_leaves_the_first_screen_alone)
{
    void before(void) { wish(1, 4000, 4000); }
    start_after(16 * MIB, 2, before);
    EXPECT_TEXT(found, "1 of 2 screens on, the desktop is 1024x768");
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; ");
    EXPECT_TEXT(fake_log, "");
    wish(0, 640, 480);
    EXPECT_TEXT(screen_list(), "0: 640x480 at 0,0; ");
    wish(1, 800, 600);
    EXPECT_TEXT(screen_list(), "0: 640x480 at 0,0; 1: 800x600 at 640,0; ");
}

TEST(a_screen_goes_and_comes_again)
{
    start(16 * MIB, 2);
    size_t pages = fake_pages_now;
    for (int i = 0; i < 3; i++) {
        switch_off(1);
        EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; ");
        EXPECT(fake_display.modes[1].on, ==, false);
        wish(1, WIDTH, HEIGHT);
        EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 1024x768 at 1024,0; ");
        EXPECT(shows_something(1), ==, true);
    }
    EXPECT(fake_pages_now, ==, pages);
}

TEST(the_first_stays_whatever_the_host_says)
{
    start(16 * MIB, 2);
    switch_off(0);
    switch_off(1);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; ");
}

TEST(the_pointer_stays_on_a_screen)
{
    start(16 * MIB, 2);
    fake_vmmdev_mouse(&host, 60000, 60000, 0, 0, 0);
    machine_settle();
    EXPECT(screen_at(pointer.x, pointer.y)->number, ==, 1);
    switch_off(1);
    EXPECT(pointer.x >= 0 && pointer.x < WIDTH && pointer.y < HEIGHT, ==, true);
    screen_list();
}

TEST(those_without_a_place_follow_those_before_them)
{
    start(32 * MIB, 3);
    wish(0, 800, 600);
    EXPECT_TEXT(screen_list(), "0: 800x600 at 0,0; 1: 1024x768 at 800,0; 2: 1024x768 at 1824,0; ");
    switch_off(1);
    EXPECT_TEXT(screen_list(), "0: 800x600 at 0,0; 2: 1024x768 at 800,0; ");
}

TEST(the_host_puts_screens_where_it_likes)
{
    start(32 * MIB, 3);
    place(1, -1024, 100);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 1024,0; 1: 1024x768 at 0,100; 2: 1024x768 at 2048,0; ");
    place(2, 50000, -50000); /* far away: its own affair */
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 1024,50000; 1: 1024x768 at 0,50100; 2: 1024x768 at 51024,0; ");
    place(2, 0, HEIGHT); /* below */
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 1024,0; 1: 1024x768 at 0,100; 2: 1024x768 at 1024,768; ");
    place(0, 5000, 300); /* the others stay where they were put */
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 6024,200; 1: 1024x768 at 0,0; 2: 1024x768 at 1024,668; ");
    wish(1, 800, 600); /* a size without a place: where we like */
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 5000,0; 1: 800x600 at 6024,0; 2: 1024x768 at 0,468; ");
}

TEST(no_screen_covers_another)
{
    start(32 * MIB, 3);
    place(1, 0, 0);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 1024x768 at 1024,0; 2: 1024x768 at 2048,0; ");
    place(2, 1023, 767);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 1024x768 at 1024,0; 2: 1024x768 at 2048,0; ");
    place(2, INT32_MAX, INT32_MIN);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,65536; 1: 1024x768 at 1024,65536; 2: 1024x768 at 65536,0; ");
}

TEST(a_place_that_was_refused_is_forgotten)
{
    start(7 * MIB, 2);
    hint((struct fake_hint){ FAKE_HINT_SIZE | FAKE_HINT_ORIGIN, 1, -2000, 0, 2000, 2000, 32 });
    EXPECT_LOGGED("screen 1 cannot be 2000x2000 at -2000,0; left as it is\n");
    wish(0, 800, 600);
    EXPECT_TEXT(screen_list(), "0: 800x600 at 0,0; 1: 1024x768 at 800,0; ");
}

TEST(an_adapter_that_fails_has_the_last_screens_again)
{
    start(16 * MIB, 2);
    fake_display.rounds_width = true;
    wish(1, 801, 600);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 1024x768 at 1024,0; ");
    EXPECT(shows_something(1), ==, true);
}

/* The first has its new picture already when memory ends at the second. */
TEST(memory_that_ends_half_way_leaves_all_screens_as_they_were)
{
    start(32 * MIB, 2);
    size_t pages = fake_pages_now;
    fake_pages_most = pages + 700; /* a screen of 800x600 is 469 */
    fake_interrupts_off = true;
    fake_vmmdev_wish(&host, 0, 800, 600);
    fake_vmmdev_wish(&host, 1, 801, 600);
    fake_interrupts_off = false;
    machine_settle();
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 1024x768 at 1024,0; ");
    EXPECT(fake_pages_now, ==, pages);
    EXPECT_LOGGED("screen 0 cannot be 800x600");
    EXPECT_LOGGED("screen 1 cannot be 801x600");
}

TEST(after_a_restore_everything_is_as_it_was)
{
    start(16 * MIB, 2);
    size_t sets = fake_display.sets;
    fake_vmmdev_restore(&host);
    machine_settle();
    EXPECT(fake_display.sets, ==, sets);
    EXPECT_TEXT(screen_list(), "0: 1024x768 at 0,0; 1: 1024x768 at 1024,0; ");
}

TEST(the_region_of_seamless_mode_follows_the_screens)
{
    start(16 * MIB, 2);
    EXPECT(fake_vmmdev_seamless(&host, 1), ==, true);
    machine_settle();
    EXPECT(fake_vmmdev_display.region_count, ==, 2);
    EXPECT(fake_vmmdev_display.region[0][2], ==, WIDTH);     /* the console, */
    EXPECT(fake_vmmdev_display.region[1][0], ==, WIDTH);     /* and what the second screen says of itself */
    EXPECT(fake_vmmdev_display.region[1][2], ==, 2 * WIDTH);
    size_t sent = fake_vmmdev_display.regions_sent;
    desktop_arrange();
    EXPECT(fake_vmmdev_display.regions_sent, ==, sent);
    switch_off(1);
    EXPECT(fake_vmmdev_display.regions_sent, ==, sent + 1);
    EXPECT(fake_vmmdev_display.region_count, ==, 1);
    EXPECT_TEXT(host.complaints, "");
}

TEST(without_screen_or_adapter_there_is_one_at_most)
{
    fake_display.unknown = true;
    start(16 * MIB, 2);
    EXPECT_TEXT(found, "one screen at most");
    EXPECT(fake_display.sets, ==, 0);
}

/* What the host runs on has no part in it, and it takes its time. */
TEST_ON(whatever_the_host_wishes_no_page_is_lost, "linux")
{
    start(12 * MIB, 4);
    for (int round = 0; round < 300; round++) {
        hint((struct fake_hint){ (uint32_t)test_random() & 0x3f, (uint32_t)test_random() % 5,
                                 (int32_t)test_random() % 5000, (int32_t)test_random() % 5000,
                                 (uint32_t)test_random() % 1500, (uint32_t)test_random() % 1200, 32 });
        screen_list();
    }
    size_t pages = 0; /* the screens that are off keep their text: the first round makes all equal */
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 1; i < 4; i++)
            switch_off(i);
        wish(0, 640, 480);
        EXPECT(round < 2 || fake_pages_now == pages, ==, true);
        pages = fake_pages_now;
        wish(0, 641, 480);
        for (uint32_t i = 1; i < 4; i++)
            wish(i, 320, 200);
    }
}
