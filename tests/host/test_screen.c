/* Chapter 7: every pixel once, in its final colour, and nowhere else. */
// sources: kernel/screen/screen.c kernel/screen/text.c kernel/screen/console.c kernel/screen/font.c lib/format.c
// sources: tests/host/fake/video.c lib/utf8.c
#include "tests/host/test.h"
#include "kernel/screen/console.h"
#include "tests/host/fake/video.h"

enum { WIDTH = 67, HEIGHT = 41, SPRITE = 12, SPRITE_HIGH = 19 };

static struct screen screen;
static uint32_t keep[SPRITE * SPRITE_HIGH], ink[SPRITE * SPRITE_HIGH];
static struct overlay overlay = { keep, ink, SPRITE, SPRITE_HIGH, 0, 0, false };

static void set_up(uint32_t padding)
{
    struct boot_framebuffer mode = fake_mode(WIDTH, HEIGHT, padding);
    EXPECT(screen_use_mode(&screen, &mode), ==, true);
    for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
        screen.back.pixels[i] = 0x10000 + i;
    for (int i = 0; i < SPRITE * SPRITE_HIGH; i++) {
        keep[i] = i % 3 == 0 ? 0xffffffff : i % 3 == 1 ? 0 : 0xff00;
        ink[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? 0x101418 : 0xc00000 + (uint32_t)i;
    }
    screens = &screen;
    screen_overlay = &overlay;
}

static struct rectangle everything(void) { return (struct rectangle){ INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX }; }

/* What a person should see there: the model that every test compares with. */
static uint32_t model(int64_t x, int64_t y)
{
    int64_t in_x = x - overlay.left, in_y = y - overlay.top;
    uint32_t below = 0x10000 + (uint32_t)(y * WIDTH + x);
    if (!overlay.visible || in_x < 0 || in_x >= overlay.width || in_y < 0 || in_y >= overlay.height)
        return below;
    return (below & keep[in_y * overlay.width + in_x]) | ink[in_y * overlay.width + in_x];
}

static void expect_picture(void)
{
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++)
            EXPECT(fake_video_pixel(x, y), ==, model(x, y));
    EXPECT(fake_video_padding_is_untouched(), ==, true);
}

TEST(present_copies_all_at_any_pitch)
{
    for (uint32_t padding = 0; padding <= 100; padding += 20) {
        set_up(padding);
        EXPECT(screen_present(&screen, everything()), ==, WIDTH * HEIGHT);
        expect_picture();
    }
}

TEST(present_writes_its_rectangle_and_nothing_else)
{
    set_up(4);
    struct rectangle areas[] = { { 3, 5, 20, 40 },     { -5, -5, 1, 1 },
                                 { 66, 40, 100, 100 }, { 0, 0, 67, 1 },
                                 { 5, 5, 5, 9 },       { 9, 9, 5, 20 },
                                 { 70, 0, 90, 9 },     { 0, INT32_MIN, 3, INT32_MAX } };
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        fake_video_set(0xee);
        uint64_t written = screen_present(&screen, areas[i]), counted = 0;
        for (int32_t y = 0; y < HEIGHT; y++)
            for (int32_t x = 0; x < WIDTH; x++) {
                bool inside = x >= areas[i].left && x < areas[i].right && y >= areas[i].top && y < areas[i].bottom;
                EXPECT(fake_video_pixel(x, y), ==, inside ? model(x, y) : 0xeeeeeeee);
                counted += inside;
            }
        EXPECT(written, ==, counted);
        EXPECT(fake_video_padding_is_untouched(), ==, true);
    }
}

TEST(video_memory_is_never_read)
{
    set_up(4);
    fake_video_watch(true);
    screen_present(&screen, everything());
    screen_move_overlay(20, 10, true);
    screen_move_overlay(23, 8, true);
    screen_move_overlay(60, 35, true);
    fake_video_watch(false);
    EXPECT(fake_video_reads, ==, 0);
    EXPECT(fake_video_writes, >=, HEIGHT);
    expect_picture();
}

TEST(the_watch_notices_a_read)
{
    set_up(0);
    fake_video_watch(true);
    volatile uint32_t pixel = screen.video.pixels[7];
    fake_video_watch(false);
    (void)pixel;
    EXPECT(fake_video_reads, ==, 1);
}

TEST(the_overlay_is_clipped_at_every_edge)
{
    set_up(8);
    int32_t across[] = { INT32_MIN, -1000,          -SPRITE,   -SPRITE + 1, -1,   0,
                         30,        WIDTH - SPRITE, WIDTH - 1, WIDTH,       5000, INT32_MAX };
    int32_t down[] = {
        INT32_MIN, -1000, -SPRITE_HIGH, -SPRITE_HIGH + 1, -1, 0, 12, HEIGHT - 1, HEIGHT, 5000, INT32_MAX
    };
    screen_present(&screen, everything());
    for (size_t i = 0; i < sizeof across / sizeof across[0]; i++)
        for (size_t j = 0; j < sizeof down / sizeof down[0]; j++) {
            EXPECT(screen_move_overlay(across[i], down[j], true), <, 3 * SPRITE * SPRITE_HIGH);
            expect_picture();
        }
}

TEST(a_random_walk_leaves_no_trail_and_costs_less_than_three_sprites_a_move)
{
    set_up(12);
    screen_present(&screen, everything());
    srand(7);
    uint64_t pixels = 0, moves = 3000;
    for (uint64_t i = 0; i < moves; i++) {
        int32_t step = i % 10 ? 9 : 200;
        int32_t left = overlay.left + rand() % step - step / 2, top = overlay.top + rand() % step - step / 2;
        left = left < -20 ? -20 : left > WIDTH + 5 ? WIDTH + 5 : left;
        top = top < -20 ? -20 : top > HEIGHT + 5 ? HEIGHT + 5 : top;
        uint64_t written = screen_move_overlay(left, top, i % 17 != 0);
        EXPECT(written, <, 3 * SPRITE * SPRITE_HIGH);
        pixels += written;
        expect_picture();
    }
    EXPECT(pixels / moves, <, 2 * SPRITE * SPRITE_HIGH);
}

TEST(an_overlay_that_stays_costs_nothing)
{
    set_up(0);
    EXPECT(screen_move_overlay(3, 3, true), ==, SPRITE * SPRITE_HIGH);
    EXPECT(screen_move_overlay(3, 3, true), ==, 0);
    EXPECT(screen_move_overlay(4, 4, true), ==, (SPRITE + 1) * (SPRITE_HIGH + 1));
    EXPECT(screen_move_overlay(4, 4, false), ==, SPRITE * SPRITE_HIGH);
    EXPECT(screen_move_overlay(40, 4, false), ==, 0);
    screen_overlay = NULL;
    EXPECT(screen_move_overlay(9, 9, true), ==, 0);
}

TEST(another_overlay_takes_the_place_of_the_one_before)
{
    static uint32_t all[5 * 5], none[5 * 5];
    static struct overlay small = { none, all, 5, 5, 6, 7, true };
    for (int i = 0; i < 25; i++)
        all[i] = 0xabcdef;
    set_up(4);
    screen_move_overlay(5, 6, true);
    screen_present(&screen, everything());
    EXPECT(screen_set_overlay(&small), ==, SPRITE * SPRITE_HIGH); /* both lie there */
    overlay.visible = false;
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++)
            EXPECT(fake_video_pixel(x, y), ==, x >= 6 && x < 11 && y >= 7 && y < 12 ? 0xabcdef : model(x, y));
    EXPECT(screen_set_overlay(NULL), ==, 25);
    expect_picture();
    EXPECT(screen_set_overlay(NULL), ==, 0);
    static struct overlay far = { none, all, 5, 5, INT32_MAX, INT32_MIN, true };
    EXPECT(screen_set_overlay(&far), ==, 0);
    expect_picture();
}

/* A second screen to the right and a little lower, without video memory of a device. */
static uint32_t right_video[20][30], right_back[20][30];
static size_t updates;
static struct rectangle updated;

static void note_update(size_t number, struct rectangle area)
{
    EXPECT(number, ==, 7);
    updates++;
    updated = area;
}

static struct screen right = {
    .video = { right_video[0], 30, 20, sizeof right_video[0] },
    .back = { right_back[0], 30, 20, sizeof right_back[0] },
    .left = WIDTH,
    .top = 10,
    .number = 7,
    .update = note_update,
};

TEST(an_overlay_on_the_border_is_seen_on_both_screens)
{
    set_up(0);
    screen.next = &right;
    screen_present(&screen, everything());
    int32_t left = WIDTH - 5, top = 12;
    EXPECT(screen_move_overlay(left, top, true), ==,
           SPRITE * SPRITE_HIGH - 7 * 1); /* its last row is below the right one */
    expect_picture();
    EXPECT(updates, ==, 1);
    EXPECT(updated.left == 0 && updated.top == 2 && updated.right == 7 && updated.bottom == 20, ==, true);
    for (int32_t y = 0; y < 20; y++)
        for (int32_t x = 0; x < 30; x++) {
            bool covered = x < SPRITE - 5 && y >= 2;
            size_t in = (size_t)((y + 10 - top) * SPRITE + x + WIDTH - left);
            EXPECT(right_video[y][x], ==, covered ? ink[in] : 0);
        }
    screen_move_overlay(0, 0, true); /* and leaves no trail */
    expect_picture();
    for (int32_t y = 0; y < 20; y++)
        for (int32_t x = 0; x < 30; x++)
            EXPECT(right_video[y][x], ==, 0);
}

TEST(a_place_belongs_to_the_screen_that_shows_it)
{
    EXPECT(screen_at(0, 0) == NULL, ==, true);
    EXPECT(rectangle_is_empty(screen_bounds()), ==, true);
    set_up(0);
    screen.next = &right;
    EXPECT(screen_at(0, 0) == &screen && screen_at(WIDTH - 1, HEIGHT - 1) == &screen, ==, true);
    EXPECT(screen_at(WIDTH, 10) == &right && screen_at(WIDTH + 29, 29) == &right, ==, true);
    EXPECT(screen_at(WIDTH, 9) || screen_at(WIDTH + 30, 10) || screen_at(-1, 0) || screen_at(0, HEIGHT), ==, false);
    struct rectangle bounds = screen_bounds();
    EXPECT(bounds.left == 0 && bounds.top == 0 && bounds.right == WIDTH + 30 && bounds.bottom == HEIGHT, ==, true);
}

TEST(a_screen_that_is_off_shows_nothing_and_takes_no_room)
{
    set_up(0);
    size_t pages = fake_pages_now;
    screen.left = -500;
    screen.next = &right;
    screen_switch_off(&screen);
    EXPECT(fake_pages_now, <, pages);
    EXPECT(screen_present(&screen, everything()), ==, 0);
    EXPECT(screen_move_overlay(-490, 5, true), ==, 0);
    EXPECT(screen_at(-490, 5) == NULL, ==, true);
    EXPECT(screen_bounds().left, ==, WIDTH);
    screen_switch_off(&screen);
}

TEST(what_is_drawn_while_a_screen_is_held_is_shown_at_once)
{
    set_up(4);
    screen_present(&screen, everything());
    screen.held = true;
    surface_fill(&screen.back, (struct rectangle){ 0, 0, 9, 9 }, 0x123456);
    EXPECT(screen_present(&screen, everything()), ==, 0);
    expect_picture();
    screen_show(&screen);
    EXPECT(fake_video_pixel(8, 8), ==, 0x123456);
    EXPECT(screen_present(&screen, (struct rectangle){ 0, 0, 1, 1 }), ==, 1);
}

TEST(colours_find_their_fields)
{
    static const struct {
        struct color_field red, green, blue;
        uint32_t rgb, pixel;
    } cases[] = {
        { { 16, 8 }, { 8, 8 }, { 0, 8 }, 0x123456, 0x123456 },
        { { 0, 8 }, { 8, 8 }, { 16, 8 }, 0x123456, 0x563412 },
        { { 24, 8 }, { 16, 8 }, { 8, 8 }, 0xff8001, 0xff800100 },
        { { 20, 10 }, { 10, 10 }, { 0, 10 }, 0xffffff, 0x3fffffff },
        { { 20, 10 }, { 10, 10 }, { 0, 10 }, 0x800000, 514u << 20 },
        { { 11, 5 }, { 5, 6 }, { 0, 5 }, 0xff00ff, 0xf81f },
        { { 31, 1 }, { 1, 1 }, { 0, 1 }, 0xff00ff, 0x80000001 },
        { { 0, 32 }, { 0, 8 }, { 0, 8 }, 0xff0000, 0xffffffff },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct screen some = { .red = cases[i].red, .green = cases[i].green, .blue = cases[i].blue };
        EXPECT(screen_color(&some, cases[i].rgb), ==, cases[i].pixel);
    }
}

TEST(a_fill_is_clipped)
{
    set_up(0);
    uint32_t below = screen.back.pixels[3 * WIDTH];
    surface_fill(&screen.back, (struct rectangle){ -9, INT32_MIN, INT32_MAX, 3 }, 0xabcdef);
    for (uint32_t i = 0; i < 3 * WIDTH; i++)
        EXPECT(screen.back.pixels[i], ==, 0xabcdef);
    EXPECT(screen.back.pixels[3 * WIDTH], ==, below);
}

TEST(moving_up_keeps_to_its_area)
{
    set_up(0);
    surface_move_up(&screen.back, (struct rectangle){ 2, 4, 10, 999 }, 5);
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++) {
            bool moved = x >= 2 && x < 10 && y >= 4 && y < HEIGHT - 5;
            EXPECT(screen.back.pixels[y * WIDTH + x], ==, 0x10000 + (y + (moved ? 5 : 0)) * WIDTH + x);
        }
    surface_move_up(&screen.back, (struct rectangle){ 0, 0, WIDTH, HEIGHT }, INT32_MAX);
}

TEST(a_glyph_that_does_not_fit_is_not_drawn)
{
    set_up(0);
    int32_t places[][2] = { { -1, 0 },          { 0, -1 },        { WIDTH - 7, 0 },
                            { 0, HEIGHT - 15 }, { INT32_MAX, 0 }, { 0, INT32_MIN } };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        surface_draw_glyph(&screen.back, places[i][0], places[i][1], 'W', 1, 2);
    for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
        EXPECT(screen.back.pixels[i], ==, 0x10000 + i);
    surface_draw_glyph(&screen.back, WIDTH - 8, HEIGHT - 16, 'W', 1, 2);
    EXPECT(screen.back.pixels[WIDTH * HEIGHT - 1], ==, 2);
}

static void expect_refused(struct boot_framebuffer mode)
{
    struct screen before = screen;
    EXPECT(screen_use_mode(&screen, &mode), ==, false);
    EXPECT(memcmp(&before, &screen, sizeof screen), ==, 0);
}

TEST(modes_that_are_no_picture_are_refused)
{
    set_up(0);
    struct boot_framebuffer good = fake_mode(WIDTH, HEIGHT, 0), bad;
    bad = good, bad.width = 0, expect_refused(bad);
    bad = good, bad.height = 0, expect_refused(bad);
    bad = good, bad.width = 16385, bad.pitch = 4 * 16385, expect_refused(bad);
    bad = good, bad.height = 16385, expect_refused(bad);
    bad = good, bad.width = 0x40000001, bad.pitch = 4, expect_refused(bad);
    bad = good, bad.pitch = WIDTH * 4 - 4, expect_refused(bad);
    bad = good, bad.pitch = WIDTH * 4 + 1, expect_refused(bad);
    bad = good, bad.pitch = 0xfffffffc, expect_refused(bad);
    bad = good, bad.address = 0, expect_refused(bad);
    bad = good, bad.address += 2, expect_refused(bad);
    bad = good, bad.address = UINT64_MAX - 4095, expect_refused(bad);
    bad = good, bad.present = false, expect_refused(bad);
    bad = good, bad.red = (struct color_field){ 25, 8 }, expect_refused(bad); /* leaves the pixel */
    bad = good, bad.green = (struct color_field){ 200, 100 }, expect_refused(bad);
    bad = good, bad.blue = (struct color_field){ 0, 0 }, expect_refused(bad); /* is none */
    EXPECT_LOGGED("67x41, 269 bytes a row");
}

TEST(without_memory_or_map_the_screen_stays_as_it_was)
{
    set_up(0);
    struct boot_framebuffer good = fake_mode(WIDTH + 1, HEIGHT, 0);
    fake_pages_most = 0;
    expect_refused(good);
    fake_pages_most = SIZE_MAX;
    fake_map_none = true;
    expect_refused(good);
}

TEST(a_new_mode_gives_the_old_back_buffer_back)
{
    set_up(0);
    size_t pages = fake_pages_now;
    struct boot_framebuffer other = fake_mode(WIDTH, 2 * HEIGHT, 0), mode = fake_mode(WIDTH, HEIGHT, 0);
    EXPECT(screen_use_mode(&screen, &other), ==, true);
    EXPECT(screen_use_mode(&screen, &mode), ==, true);
    EXPECT(fake_pages_now, ==, pages);
}

TEST(a_mode_of_the_same_size_keeps_the_picture)
{
    set_up(0);
    size_t pages = fake_pages_now;
    screen.back.pixels[0] = 0x123456;
    struct boot_framebuffer mode = fake_mode(WIDTH, HEIGHT, 64);
    EXPECT(screen_use_mode(&screen, &mode), ==, true);
    EXPECT(fake_pages_now, ==, pages);
    EXPECT(screen.back.pixels[0], ==, 0x123456);
}

TEST(the_chapter_says_what_it_found)
{
    EXPECT_TEXT(screen_start(), "no framebuffer: text goes to the serial port alone");
    EXPECT(screens == NULL, ==, true);
    EXPECT(console.columns, ==, 0);
    text_write(&console, "nobody hears this\n", 18);
    text_set_row(&status_row, 0, "nor this");
    boot_information.framebuffer = fake_mode(1024, 768, 0);
    EXPECT_TEXT(screen_start(), "1024x768, 32 bits, write-combining");
    EXPECT(screens != NULL, ==, true);
    EXPECT(console.columns, ==, 126);
    EXPECT_LOGGED("[an output joins the log]");
}
