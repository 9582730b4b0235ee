/* Chapter 16: what stands on the desktop: text that flows, parts that share the room, and what they claim. */
#include "drivers/guest/screens/window_size.h"
#include "lib/number.h"
#include "tests/host/desktop.h"

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

TEST(what_nobody_claims_is_ground)
{
    enum { PART = 0x123456, GROUND = 0x12161c };
    void place(struct screen *screen, struct rectangle *room)
    {
        struct rectangle mine = { room->left + 10, room->top + 20, room->left + 30, room->top + 40 };
        surface_fill(&screen->back, *room, 0xffffff); /* left behind by somebody */
        surface_fill(&screen->back, mine, PART);
        desktop_claim(screen, mine);
        room->top += 100;
    }
    struct desktop_part part = { place, NULL };
    start(16 * MIB);
    desktop_add(&part);
    wish(640, 480);
    for (uint32_t y = 0; y < 100; y++)
        for (uint32_t x = 0; x < 640; x++)
            EXPECT(fake_display_pixel(0, x, y), ==, x >= 10 && x < 30 && y >= 20 && y < 40 ? PART : GROUND);
    expect_screen(640, 480);
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
    EXPECT_TEXT(window_size_start(), "no screen");
    static struct desktop_part top = { take_top, NULL };
    desktop_add(&top);
    EXPECT(places, ==, 0);
}
