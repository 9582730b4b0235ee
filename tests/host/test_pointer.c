/* Chapter 14: whoever moves it, however fast: one pointer, drawn where it is, once. */
// sources: kernel/pointer.c kernel/screen.c kernel/input.c lib/format.c lib/font.c
// sources: drivers/guest/mouse.c drivers/guest/events.c drivers/guest/vmmdev.c
// sources: kernel/interrupts.c kernel/task.c kernel/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "kernel/pointer.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/console.h"
#include "kernel/input.h"
#include "kernel/log.h"
#include "kernel/pages.h"
#include "tests/host/fake/machine.h"
#include "tests/host/test.h"

enum { WIDTH = 1024, HEIGHT = 768 };

void log_join(struct log_output *output) { (void)output; }

static uint32_t video[HEIGHT][WIDTH], back[HEIGHT][WIDTH];
static int presents; /* of the whole screen */
static int32_t x, y; /* where the pointer was drawn last, */
static int moves;    /* and at how many places before */

static void remember(size_t number, struct rectangle area)
{
    EXPECT(number, ==, 0);
    if (area.right - area.left == WIDTH && area.bottom - area.top == HEIGHT)
        presents++;
    moves += screen_overlay->left != x || screen_overlay->top != y;
    x = screen_overlay->left;
    y = screen_overlay->top;
}

static struct screen screen = {
    .video = { video[0], WIDTH, HEIGHT, sizeof video[0] },
    .back = { back[0], WIDTH, HEIGHT, sizeof back[0] },
    .red = { 16, 8 },
    .green = { 8, 8 },
    .blue = { 0, 8 },
    .update = remember,
};

void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    (void)count, (void)zone;
    return NULL;
}

void pages_free(void *start, size_t count) { (void)start, (void)count; }

struct text_region status_row;
static char status[128];
static int status_rows;

void text_set_row(struct text_region *region, uint32_t row, const char *text)
{
    EXPECT(region == &status_row && row == 0, ==, true);
    strcpy(status, text);
    status_rows++;
}

/* The status row, once it has followed. */
static const char *numbers(void)
{
    machine_pass(200 * 1000);
    return status;
}

static const char *start(void)
{
    screens = &screen;
    machine_start();
    vmmdev_start();
    events_start();
    const char *found = pointer_start();
    machine_settle();
    moves = 0;
    return found;
}

static void expect_at(int32_t should_be_x, int32_t should_be_y)
{
    machine_settle();
    EXPECT(x, ==, should_be_x);
    EXPECT(y, ==, should_be_y);
    EXPECT(video[y][x], ==, POINTER_DARK); /* the tip */
}

static void host_moves(int32_t to_x, int32_t to_y, uint32_t buttons)
{
    fake_vmmdev_mouse(&host, to_x, to_y, 0, 0, buttons);
    machine_settle();
}

static void ps2_moves(int32_t by_x, int32_t by_y, uint32_t buttons)
{
    input_put((struct input_event){
        .source = INPUT_PS2_MOUSE, .kind = INPUT_RELATIVE, .x = by_x, .y = by_y,
        .has_buttons = true, .buttons = buttons });
    machine_settle();
}

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
    start();
    host_moves(1, 1, 1);
    host_moves(2000, 1, 1);
    host_moves(2000, 1, 3);
    host_moves(2000, 1, 1);
    host_moves(2000, 1, 0);
    host_moves(2000, 1, 1);
    EXPECT_TEXT(numbers(), " x   31  y    0   buttons L----  clicks 3  wheel 0 0   from host, drawn by the kernel");
    host_moves(2000, 1, 31);
    EXPECT_TEXT(numbers(), " x   31  y    0   buttons LMR45  clicks 7  wheel 0 0   from host, drawn by the kernel");
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
    pointer_start();
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

static uint32_t random_number(void) { return (uint32_t)test_random() >> 8; }

static void lie_at_random(void)
{
    host.lies = (struct fake_vmmdev_lies){
        .silent = random_number() % 8 == 0,
        .no_event_port = random_number() % 16 == 0,
        .no_mouse_ex = random_number() % 8 == 0,
        .flag_stuck = random_number() % 8 == 0,
        .flag_dead = random_number() % 16 == 0,
        .never_dry = random_number() % 16 == 0,
        .noise = random_number() % 8 == 0,
        .foreign_events = random_number() % 8 == 0 ? random_number() : 0,
        .refused = random_number() % 8 == 0 ? (uint32_t)ALL_REQUESTS : random_number() % 256,
        .status = (int32_t)random_number() - 0x800000,
    };
    host.noise_state = random_number();
}

TEST(whatever_the_host_did_it_is_followed_when_it_is_honest_again)
{
    start();
    for (int i = 0; i < 300; i++) {
        lie_at_random();
        for (int k = 0; k < 10; k++) {
            fake_vmmdev_mouse(&host, (int32_t)random_number(), (int32_t)random_number(), (int32_t)random_number(), 0,
                              random_number());
            fake_vmmdev_raise(&host, random_number() & 0x7ff);
        }
        fake_vmmdev_integrate(&host, i % 7 != 0);
        machine_pass(20000);
        host.lies = (struct fake_vmmdev_lies){ 0 };
        fake_vmmdev_integrate(&host, true);
        machine_pass(20000);
        fake_vmmdev_mouse(&host, 65535 / 2 * (i % 2), i, 0, 0, 0);
        machine_pass(20000);
        expect_at(i % 2 * 511, i * HEIGHT / 65535);
    }
    EXPECT(fake_interrupts_off, ==, false);
}

/* In every process one start: with other numbers each time where it counts (tests/host/fuzz.py). */
TEST(a_host_that_lies_from_the_beginning_is_survived)
{
    screens = &screen;
    machine_start();
    lie_at_random();
    vmmdev_start();
    lie_at_random();
    events_start();
    lie_at_random();
    pointer_start();
    for (int i = 0; i < 100; i++) {
        lie_at_random();
        fake_vmmdev_mouse(&host, (int32_t)random_number(), (int32_t)random_number(), 0, 0, random_number());
        fake_vmmdev_raise(&host, random_number() & 0x7ff);
        ps2_moves(1, 1, random_number() & 0x1f);
        machine_pass(20000);
    }
    EXPECT(fake_interrupts_off, ==, false);
}

TEST(without_a_screen_nothing_is_drawn)
{
    machine_start();
    vmmdev_start();
    events_start();
    EXPECT_TEXT(pointer_start(), "absolute, but no screen to show it");
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
static const struct pointer_shape *chosen = &corners;
static void show_chosen(void) { pointer_draw(chosen); }

TEST(a_shape_points_with_its_hot_spot)
{
    start();
    pointer_show = show_chosen;
    host_moves(32768, 32768, 0); /* 512, 384 */
    EXPECT(video[383][510] == POINTER_DARK && video[383][512] == POINTER_DARK && video[384][511] == POINTER_LIGHT, ==,
           true);
    EXPECT(video[383][511] || video[384][510] || video[384][512], ==, false);
    host_moves(0, 0, 0); /* at the edge what points is there, though the picture is not */
    EXPECT(screen_overlay->left == -2 && screen_overlay->top == -1, ==, true);
    chosen = NULL;
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
    pointer_show = show_chosen;
    screen.update = expect_a_pointer;
    for (int i = 0; i < 4; i++) {
        chosen = i % 2 ? &corners : &pointer_arrow;
        pointer_refresh();
        machine_settle();
        EXPECT(screen_overlay->width, ==, chosen->width);
    }
}
