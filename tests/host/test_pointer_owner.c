/* Chapter 15: one pointer, never two, never none, and the right one; from a fake host to the pixels. */
// sources: drivers/guest/mouse/pointer_owner.c kernel/desktop/pointer.c kernel/desktop/pointer_zones.c
// sources: kernel/screen/screen.c kernel/screen/text.c kernel/screen/console.c kernel/desktop/input.c
// sources: drivers/guest/mouse/host_pointer.c drivers/guest/mouse/mouse.c drivers/guest/mouse/mouse_integration.c
// sources: drivers/guest/events.c drivers/guest/vmmdev.c kernel/machine/interrupts.c kernel/time/task.c
// sources: kernel/time/task_switch.asm kernel/screen/font.c lib/format.c tests/host/fake/vmmdev.c
// sources: tests/host/fake/vmmdev_pointer.c tests/host/fake/machine.c lib/utf8.c
#include "kernel/desktop/pointer_zones.h"
#include "drivers/guest/events.h"
#include "drivers/guest/mouse/host_pointer.h"
#include "drivers/guest/mouse/mouse_integration.h"
#include "drivers/guest/mouse/pointer_owner.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/input.h"
#include "kernel/memory/pages.h"
#include "kernel/screen/console.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/screen.h"
#include "tests/host/fake/vmmdev_pointer.h"
#include "tests/host/ps2_beside.h"
#include "tests/host/test.h"

enum { WIDTH = 640, HEIGHT = 480, ON_STATUS = HEIGHT - 5, ON_CONSOLE = 100 };

static uint32_t video[HEIGHT][WIDTH], back[HEIGHT][WIDTH];
static struct screen screen = { SCREEN_OF(video, back) };
struct boot_information boot_information;

void log_join(struct log_output *output) { (void)output; }

void *pages_allocate_zeroed(size_t count, enum zone zone)
{
    return memset(pages_allocate(count, zone), 0, count * PAGE_BYTES);
}

void pages_free(void *start, size_t count)
{
    (void)count;
    free(start);
}

static const char *start_on(bool with_host)
{
    screens = &screen;
    machine.without_device = !with_host;
    machine_start();
    plug_ps2_mouse();
    fake_pointer_plug(&host);
    console_place(&screen, (struct rectangle){ 0, 0, WIDTH, HEIGHT });
    vmmdev_start();
    events_start();
    mouse_integration_start();
    const char *found = pointer_owner_start();
    machine_settle();
    return found;
}

static void start(void) { EXPECT_TEXT(start_on(true), "the host draws it while it sends positions, else the kernel"); }

/* Whether a shape's picture is in video memory, its hot spot at the pointer's place. */
static bool kernel_shows(const struct pointer_shape *shape)
{
    for (int32_t i = 0; i < shape->width * shape->height; i++) {
        int32_t x = pointer.x - shape->hot_x + i % shape->width, y = pointer.y - shape->hot_y + i / shape->width;
        bool seen = x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT;
        uint32_t wanted = shape->picture[i] == '#' ? POINTER_DARK : POINTER_LIGHT;
        if (seen && shape->picture[i] != ' ' && video[y][x] != wanted)
            return false;
    }
    return true;
}

/* Nothing in video memory but what the back buffer has. */
static bool kernel_shows_none(void)
{
    screen_present(&screen, (struct rectangle){ 0, 0, WIDTH, HEIGHT });
    return memcmp(video, back, sizeof video) == 0;
}

static bool host_shows(const struct pointer_shape *shape)
{
    bool same = (int32_t)fake_pointer.width == shape->width && (int32_t)fake_pointer.height == shape->height &&
                (int32_t)fake_pointer.hot_x == shape->hot_x && (int32_t)fake_pointer.hot_y == shape->hot_y;
    for (int32_t i = 0; same && i < shape->width * shape->height; i++)
        same = fake_pointer.colors[i] >> 24 == (shape->picture[i] == ' ' ? 0 : 0xff);
    return fake_pointer_look(&host) == POINTER_OF_GUEST && same;
}

static void expect_host_draws(const struct pointer_shape *shape)
{
    machine_settle();
    EXPECT(host_shows(shape), ==, true);
    EXPECT(kernel_shows_none(), ==, true);
    EXPECT_TEXT(pointer.drawn, "the host");
    EXPECT_TEXT(host.complaints, "");
}

static void expect_kernel_draws(const struct pointer_shape *shape)
{
    machine_settle();
    EXPECT(kernel_shows(shape), ==, true);
    EXPECT(fake_pointer_look(&host), !=, POINTER_OF_GUEST);
    EXPECT_TEXT(pointer.drawn, "the kernel");
    EXPECT_TEXT(host.complaints, "");
}

static void host_moves(int32_t x, int32_t y, uint32_t buttons)
{
    fake_vmmdev_mouse(&host, (x * 65535 + WIDTH - 1) / WIDTH, (y * 65535 + HEIGHT - 1) / HEIGHT, 0, 0, buttons);
    machine_settle();
}

static void ps2_moves(int32_t by_x, int32_t by_y)
{
    input_put((struct input_event){ .source = INPUT_PS2_MOUSE, .kind = INPUT_RELATIVE, .x = by_x, .y = by_y });
    machine_settle();
}

TEST(while_the_host_sends_positions_it_draws)
{
    start();
    expect_host_draws(&pointer_text);
    host_moves(9, 9, 0);
    host_moves(0, 0, 0); /* the corner is a place like any other */
    EXPECT(pointer.x == 0 && pointer.y == 0, ==, true);
    expect_host_draws(&pointer_text);
}

TEST(the_shape_follows_what_lies_under_it)
{
    start();
    host_moves(50, ON_CONSOLE, 0);
    expect_host_draws(&pointer_text);
    host_moves(50, ON_STATUS, 0);
    expect_host_draws(&pointer_arrow);
    host_moves(50, ON_CONSOLE, 0);
    expect_host_draws(&pointer_text);
}

TEST(a_thousand_motions_over_one_zone_send_nothing_and_draw_nothing)
{
    start();
    host_moves(50, ON_CONSOLE, 0);
    uint64_t before = host_pointer_requests;
    size_t exits = host.accesses;
    for (int32_t i = 0; i < 1000; i++)
        host_moves(i % WIDTH, ON_CONSOLE + i % 300, 0);
    EXPECT(host_pointer_requests, ==, before);
    EXPECT(host.accesses - exits, ==, 2000); /* an IN and an OUT each */
    expect_host_draws(&pointer_text);
}

TEST(without_integration_the_kernel_draws)
{
    start();
    host_moves(50, ON_CONSOLE, 0);
    for (int times = 0; times < 5; times++) {
        fake_vmmdev_integrate(&host, false);
        expect_kernel_draws(&pointer_text);
        ps2_moves(3, 5);
        expect_kernel_draws(&pointer_text);
        ps2_moves(0, HEIGHT);
        expect_kernel_draws(&pointer_arrow);
        ps2_moves(0, -200);
        fake_vmmdev_integrate(&host, true);
        expect_host_draws(&pointer_text);
    }
}

TEST(the_kernel_draws_at_every_edge)
{
    static const int32_t steps[][2] = { { -WIDTH, 0 }, { 0, -HEIGHT }, { WIDTH, 0 }, { 0, HEIGHT } };
    start();
    fake_vmmdev_integrate(&host, false);
    for (size_t i = 0; i < 4; i++) {
        ps2_moves(steps[i][0], steps[i][1]);
        expect_kernel_draws(pointer.y > HEIGHT - 24 ? &pointer_arrow : &pointer_text);
    }
    ps2_moves(-2 * WIDTH, -2 * HEIGHT);
    expect_kernel_draws(&pointer_text);
}

TEST(a_restored_machine_sends_its_shape_again)
{
    start();
    host_moves(50, ON_STATUS, 0);
    expect_host_draws(&pointer_arrow);
    fake_pointer_restore(&host);
    expect_host_draws(&pointer_arrow);
}

TEST(a_host_that_refuses_shapes_leaves_it_to_the_kernel)
{
    static const int32_t answers[] = { -12, -37 };
    start();
    host.lies.refused = 3;
    for (int i = 0; i < 2; i++) {
        host.lies.status = answers[i];
        host_pointer_forget();
        host_moves(40 + i, ON_STATUS, 0);
        EXPECT(kernel_shows(&pointer_arrow), ==, true);
        EXPECT_TEXT(pointer.drawn, "the kernel");
    }
    for (int i = 0; i < 50; i++)
        host_moves(i, ON_CONSOLE, 0);
    EXPECT(kernel_shows(&pointer_text), ==, true);
    EXPECT_TEXT(strstr(fake_log, "request 3"), "request 3: refused, status -12\n");
}

TEST(without_a_host_the_kernel_draws_all_shapes)
{
    EXPECT_TEXT(start_on(false), "the kernel draws it");
    EXPECT(kernel_shows(&pointer_text), ==, true);
    ps2_moves(0, HEIGHT);
    EXPECT(kernel_shows(&pointer_arrow), ==, true);
    EXPECT(fake_access_count, ==, 0);
}

TEST(without_a_screen_there_is_nothing_to_own)
{
    machine_start();
    fake_pointer_plug(&host);
    vmmdev_start();
    events_start();
    mouse_integration_start();
    EXPECT_TEXT(pointer_owner_start(), "nobody's: there is no screen");
    host_moves(5, 5, 1);
    EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, 3), ==, 0);
}

/* A place to click: four cells by two at the upper right. */
static struct text_region button = {
    .screen = &screen, .area = { 500, 40, 540, 80 }, .left = 504, .top = 44, .columns = 4, .rows = 2
};
static uint32_t clicked_column, clicked_row;
static int clicks;

static void note_click(uint32_t column, uint32_t row)
{
    clicked_column = column;
    clicked_row = row;
    clicks++;
}

static struct pointer_zone over_button = { &button, &pointer_hand, note_click, NULL };

TEST(a_zone_has_a_shape_and_takes_clicks_in_its_own_cells)
{
    static const int32_t places[][4] = { { 504, 44, 0, 0 }, { 500, 40, 0, 0 }, { 511, 59, 0, 0 }, { 512, 60, 1, 1 },
                                         { 539, 79, 3, 1 } };
    start();
    pointer_add_zone(&over_button); /* the newest lies on top: the console is there as well */
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        host_moves(places[i][0], places[i][1], 0);
        expect_host_draws(&pointer_hand);
        host_moves(places[i][0], places[i][1], BUTTON_LEFT);
        EXPECT(clicks, ==, i + 1);
        EXPECT(clicked_column == (uint32_t)places[i][2] && clicked_row == (uint32_t)places[i][3], ==, true);
        host_moves(places[i][0], places[i][1], BUTTON_RIGHT);
    }
    host_moves(540, 79, BUTTON_LEFT);
    host_moves(499, 40, 0);
    host_moves(499, 40, BUTTON_LEFT);
    EXPECT(clicks, ==, 5);
    expect_host_draws(&pointer_text);
}

TEST(a_zone_that_vanishes_leaves_no_hand)
{
    start();
    pointer_add_zone(&over_button);
    host_moves(510, 50, 0);
    expect_host_draws(&pointer_hand);
    button.columns = button.rows = 0;
    pointer_refresh();
    expect_host_draws(&pointer_text);
    host_moves(510, 50, BUTTON_LEFT);
    EXPECT(clicks, ==, 0);
    button.columns = 4;
    button.screen = NULL; /* its screen has gone */
    host_moves(511, 50, 0);
    host_moves(511, 50, BUTTON_LEFT);
    expect_host_draws(&pointer_text);
    EXPECT(clicks, ==, 0);
}

TEST(a_zone_on_a_screen_that_lies_elsewhere_is_found_there)
{
    start();
    static uint32_t more[100][200];
    static struct screen second = { .video = { more[0], 200, 100, sizeof more[0] },
                                    .back = { more[0], 200, 100, sizeof more[0] },
                                    .left = WIDTH };
    screen.next = &second;
    static struct text_region there = { .screen = &second, .area = { 0, 0, 200, 100 }, .columns = 25, .rows = 6 };
    static struct pointer_zone over_there = { &there, &pointer_hand, note_click, NULL };
    pointer_add_zone(&over_there);
    fake_vmmdev_mouse(&host, (WIDTH + 17) * 65535 / (WIDTH + 200) + 1, 33 * 65535 / HEIGHT + 1, 0, 0, BUTTON_LEFT);
    expect_host_draws(&pointer_hand);
    EXPECT(clicks == 1 && clicked_column == 2 && clicked_row == 2, ==, true);
}

static uint32_t random_number(void) { return (uint32_t)test_random() >> 8; }

/* Whatever it does meanwhile: when it is honest again, there is one pointer. */
TEST(a_host_that_lies_is_survived_and_one_pointer_remains)
{
    start();
    fake_pointer.sends_are_quiet = true;
    for (int i = 0; i < 300; i++) {
        host.lies = (struct fake_vmmdev_lies){ .silent = i % 3 == 0,
                                               .noise = i % 5 == 0,
                                               .refused = random_number() % 4 ? 3 : 1,
                                               .status = -(int32_t)(random_number() % 100) - 1,
                                               .foreign_events = random_number() & 0x211 };
        host.noise_state = random_number();
        fake_vmmdev_integrate(&host, random_number() % 2);
        host_moves((int32_t)random_number() % WIDTH, (int32_t)random_number() % HEIGHT, random_number() % 32);
        ps2_moves((int32_t)random_number() % 50 - 25, (int32_t)random_number() % 50 - 25);
        machine_pass(20000);
        host.lies = (struct fake_vmmdev_lies){ 0 };
        fake_pointer_restore(&host);
        fake_vmmdev_integrate(&host, i % 2);
        fake_vmmdev_raise(&host, 0x1);
        machine_pass(20000);
        EXPECT(kernel_shows_none(), ==, fake_pointer_look(&host) == POINTER_OF_GUEST);
        EXPECT(fake_pointer_look(&host), ==, i % 2 ? POINTER_OF_GUEST : POINTER_BLANK);
    }
    EXPECT(fake_interrupts_off, ==, false);
}
