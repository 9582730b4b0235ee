/* Chapter 15: request 3, byte by byte, sent when something is new and at no other time. */
// sources: drivers/guest/mouse/host_pointer.c drivers/guest/events.c drivers/guest/vmmdev.c lib/format.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/vmmdev_pointer.c tests/host/fake/machine.c
#include "drivers/guest/mouse/host_pointer.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/vmmdev_pointer.h"
#include "tests/host/test.h"

void log_join(struct log_output *output) { (void)output; }

/* Nine wide: the second byte of the mask has seven bits that mean nothing. */
static const struct pointer_shape small = { "small", 9, 3, 8, 2,
                                            "#########"
                                            " ..  .. #"
                                            "#       #" };
static const struct pointer_shape dot = { "dot", 1, 1, 0, 0, "." };

static size_t started;

static void start(void)
{
    machine_start();
    fake_pointer_plug(&host);
    vmmdev_start();
    started = host.accesses;
}

static void expect_trace(const char *trace)
{
    EXPECT_TEXT(fake_vmmdev_trace(&host, started), trace);
    started = host.accesses;
    EXPECT_TEXT(host.complaints, "");
}

static void expect_host_shows(const struct pointer_shape *shape)
{
    EXPECT(!fake_pointer.hidden && fake_pointer.has_shape, ==, true);
    EXPECT((int32_t)fake_pointer.width == shape->width && (int32_t)fake_pointer.height == shape->height, ==, true);
    EXPECT((int32_t)fake_pointer.hot_x == shape->hot_x && (int32_t)fake_pointer.hot_y == shape->hot_y, ==, true);
    for (int32_t i = 0; i < shape->width * shape->height; i++) {
        char dot_ = shape->picture[i];
        EXPECT(fake_pointer.colors[i], ==, dot_ == '#' ? 0xff101418 : dot_ == '.' ? 0xffffffff : 0);
    }
}

TEST(a_shape_arrives_pixel_by_pixel)
{
    start();
    EXPECT(host_pointer_show(&small), ==, true);
    expect_trace("request 3, 160 bytes: 0\n"); /* 44, a mask of 6 padded to 8, 27 colours */
    expect_host_shows(&small);
    EXPECT(host_pointer_show(&dot), ==, true);
    expect_trace("request 3, 52 bytes: 0\n"); /* the smallest: larger than a request that only hides */
    expect_host_shows(&dot);
}

/* Peers resend it with each frame. */
TEST(what_the_host_has_is_not_sent_again)
{
    start();
    for (int i = 0; i < 100; i++)
        EXPECT(host_pointer_show(&small), ==, true);
    expect_trace("request 3, 160 bytes: 0\n");
    for (int i = 0; i < 100; i++)
        EXPECT(host_pointer_show(NULL), ==, true);
    expect_trace("request 3, 48 bytes: 0\n");
    EXPECT(fake_pointer.hidden, ==, true);
    EXPECT(host_pointer_show(&small), ==, true);
    expect_trace("request 3, 160 bytes: 0\n");
    EXPECT(host_pointer_requests, ==, 3);
}

TEST(what_the_host_has_forgotten_is_sent_again)
{
    start();
    host_pointer_show(&small);
    fake_pointer_restore(&host);
    host_pointer_forget();
    EXPECT(host_pointer_show(&small), ==, true);
    expect_trace("request 3, 160 bytes: 0\nrequest 3, 160 bytes: 0\n");
    expect_host_shows(&small);
}

TEST(a_host_that_refuses_is_asked_once)
{
    static const int32_t answers[] = { -12, -37, -2, INT32_MIN };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        start();
        host_pointer_forget();
        host.lies.refused = 3;
        host.lies.status = answers[i];
        for (int times = 0; times < 10; times++)
            EXPECT(host_pointer_show(times % 2 ? &small : &dot), ==, false);
        EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, 3), ==, 1);
        EXPECT(fake_pointer.shapes, ==, 0);
    }
    EXPECT_TEXT(fake_log, "    VMMDev: request 3: refused, status -12\n"); /* once, whatever else it says later */
}

TEST(another_host_after_a_refusal_is_asked_again)
{
    start();
    host.lies.refused = 3;
    host.lies.status = -12;
    EXPECT(host_pointer_show(&small), ==, false);
    host.lies.refused = 0;
    EXPECT(host_pointer_show(&small), ==, false);
    host_pointer_forget();
    EXPECT(host_pointer_show(&small), ==, true);
    expect_host_shows(&small);
}

TEST(the_largest_shape_fits)
{
    static char picture[POINTER_SIDE_MAXIMUM * POINTER_SIDE_MAXIMUM];
    for (size_t i = 0; i < sizeof picture; i++)
        picture[i] = "#. "[i % 3];
    static const struct pointer_shape largest = {
        "largest", POINTER_SIDE_MAXIMUM, POINTER_SIDE_MAXIMUM, 31, 31, picture
    };
    start();
    EXPECT(host_pointer_show(&largest), ==, true);
    expect_trace("request 3, 4268 bytes: 0\n");
    expect_host_shows(&largest);
}

TEST(noise_in_the_answer_changes_nothing)
{
    start();
    host.lies.noise = true;
    EXPECT(host_pointer_show(&small), ==, true);
    host.lies.noise = false;
    EXPECT(host_pointer_show(&dot), ==, true);
    expect_host_shows(&dot);
}
