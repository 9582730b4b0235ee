/* Chapter 14: a pointer on no screen, on one that shrinks, on two; and its shapes. */
#include "kernel/desktop/pointer_zones.h"
#include "tests/host/pointer.h"

TEST(without_a_screen_nothing_is_drawn)
{
    machine_start();
    vmmdev_start();
    events_start();
    EXPECT_TEXT(mouse_integration_start(), "absolute, but no screen to show it");
    for (int i = 0; i < 100; i++)
        host_moves(i, i, i % 2);
    EXPECT(input_waiting(), ==, false);
    EXPECT(moves, ==, 0);
}

TEST(the_screen_may_shrink_under_the_pointer)
{
    start();
    host_moves(65535, 65535, 0);
    screen.video.width = screen.back.width = 640;
    screen.video.height = screen.back.height = 480;
    pointer_refresh();
    expect_at(639, 479);
}

static uint32_t right_video[480][640];
static struct screen right = {
    .video = { right_video[0], 640, 480, sizeof right_video[0] },
    .back = { right_video[0], 640, 480, sizeof right_video[0] },
    .left = WIDTH,
    .top = 100,
};

static void start_with_two_screens(void)
{
    screen.next = &right;
    start();
}

TEST(the_host_s_positions_span_all_screens)
{
    start_with_two_screens();
    host_moves(65535, 32768, 0);
    EXPECT(screen_overlay->left, ==, WIDTH + 640 - 1);
    EXPECT(screen_overlay->top, ==, 384);
    host_moves(0, 0, 0);
    EXPECT(screen_overlay->left == 0 && screen_overlay->top == 0, ==, true);
}

TEST(where_no_screen_shows_it_the_pointer_stays_on_the_one_it_is_on)
{
    start_with_two_screens();
    host_moves(65535, 65535, 0); /* right of the first screen, below the second */
    EXPECT(screen_overlay->left == WIDTH - 1 && screen_overlay->top == HEIGHT - 1, ==, true);
    host_moves(60000, 20000, 0);
    EXPECT(screen_overlay->left, >, WIDTH);
    host_moves(60000, 0, 0); /* above it */
    EXPECT(screen_overlay->left > WIDTH && screen_overlay->top == 100, ==, true);
    fake_vmmdev_integrate(&host, false);
    ps2_moves(-2000, 0, 0); /* a step over the edge: to the other screen's edge or beyond it */
    EXPECT(screen_overlay->top, ==, 100);
    ps2_moves(-300, 0, 0);
    EXPECT(screen_at(screen_overlay->left, screen_overlay->top) == &screen, ==, true);
}

TEST(a_screen_that_goes_takes_no_pointer_along)
{
    start_with_two_screens();
    host_moves(65535, 32768, 0);
    EXPECT(screen_overlay->left, >=, WIDTH);
    screen.next = NULL;
    pointer_refresh();
    machine_settle();
    EXPECT(screen_overlay->left == WIDTH - 1 && screen_overlay->top == 384, ==, true);
}

static const struct pointer_shape corners = { "corners", 3, 2, 2, 1, "# #"
                                                                      " . " };
static struct text_region everywhere = { .screen = &screen, .area = { 0, 0, WIDTH, HEIGHT }, .columns = 1 };
static struct pointer_zone zone = { &everywhere, &corners, NULL, NULL };
static int times_asked;

static bool draw_elsewhere(const struct pointer_shape *shape)
{
    times_asked++;
    return shape == &corners;
}

TEST(a_shape_points_with_its_hot_spot)
{
    start();
    pointer_add_zone(&zone);
    host_moves(32768, 32768, 0); /* 512, 384 */
    EXPECT(video[383][510] == POINTER_DARK && video[383][512] == POINTER_DARK && video[384][511] == POINTER_LIGHT, ==,
           true);
    EXPECT(video[383][511] || video[384][510] || video[384][512], ==, false);
    host_moves(0, 0, 0); /* at the edge what points is there, though the picture is not */
    EXPECT(screen_overlay->left == -2 && screen_overlay->top == -1, ==, true);
    pointer_cursor = draw_elsewhere;
    pointer_refresh();
    machine_settle();
    EXPECT(screen_overlay->visible, ==, false);
    for (int32_t row = 0; row < HEIGHT; row++)
        for (int32_t column = 0; column < WIDTH; column++)
            EXPECT(video[row][column], ==, 0);
}

/* Every present is looked at while the shape changes: there is a pointer in each. */
static void expect_a_pointer(size_t number, struct rectangle area)
{
    (void)number, (void)area;
    EXPECT(screen_overlay && screen_overlay->visible, ==, true);
    EXPECT(video[384][511] != 0 || video[384][512] != 0, ==, true);
}

TEST(there_is_a_pointer_at_every_moment_of_a_change_of_shape)
{
    start();
    pointer_add_zone(&zone);
    screen.update = expect_a_pointer;
    for (int i = 0; i < 4; i++) {
        zone.shape = i % 2 ? &corners : &pointer_arrow;
        pointer_refresh();
        machine_settle();
        EXPECT(screen_overlay->width, ==, zone.shape->width);
    }
}

TEST(who_else_draws_it_is_asked_when_the_shape_changes_and_after_a_refresh)
{
    start();
    pointer_cursor = draw_elsewhere;
    pointer_add_zone(&zone);
    machine_settle();
    EXPECT(screen_overlay->visible, ==, false);
    EXPECT_TEXT(pointer.drawn, "the host");
    for (int i = 0; i < 50; i++)
        host_moves(100 * i, 100 * i, 0);
    EXPECT(times_asked, ==, 1);
    zone.shape = &pointer_arrow;
    host_moves(7, 7, 0);
    EXPECT(times_asked, ==, 2);
    EXPECT(screen_overlay->visible, ==, true);
    EXPECT_TEXT(pointer.drawn, "the kernel");
    pointer_refresh();
    machine_settle();
    EXPECT(times_asked, ==, 3);
}
