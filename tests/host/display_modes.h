/* What the tests of display drivers share: modes, pictures, and what no adapter can show. */
#pragma once
#include "kernel/desktop/display.h"
#include "drivers/display/display_adapters.h"
#include "tests/host/test.h"

enum { MIB = 1 << 20 };

static struct boot_framebuffer video[DISPLAY_SCREENS];

static inline struct display_mode mode_at(int32_t left, int32_t top, uint32_t width, uint32_t height)
{
    return (struct display_mode){ true, left, top, width, height };
}

static inline bool set(uint32_t width, uint32_t height)
{
    struct display_mode mode = mode_at(0, 0, width, height);
    return display.set(&mode, 1, video);
}

static inline void expect_picture(const struct boot_framebuffer *is, const void *memory, uint32_t width,
                                  uint32_t height)
{
    EXPECT(is->present && !is->text_mode, ==, true);
    EXPECT(is->address, ==, (uintptr_t)memory);
    EXPECT(is->width, ==, width);
    EXPECT(is->height, ==, height);
    EXPECT(is->pitch, ==, width * 4);
    EXPECT(is->red.position == 16 && is->green.position == 8 && is->blue.position == 0, ==, true);
    EXPECT(is->red.bits == 8 && is->green.bits == 8 && is->blue.bits == 8, ==, true);
}

/* No port is touched: what is impossible is not tried. */
static inline void expect_untried(const struct display_mode *modes, size_t count)
{
    size_t before = fake_access_count;
    EXPECT(display.set(modes, count, video), ==, false);
    EXPECT(fake_access_count, ==, before);
}

static inline void expect_impossible(uint32_t width, uint32_t height)
{
    struct display_mode mode = mode_at(0, 0, width, height);
    expect_untried(&mode, 1);
}

/* What no adapter with a single screen can show. */
static inline void expect_nonsense_is_untried(void)
{
    expect_impossible(0, 0);
    expect_impossible(0, 480);
    expect_impossible(640, 0);
    expect_impossible(100000, 1);
    expect_impossible(1, 100000);
    expect_impossible(UINT32_MAX, UINT32_MAX);
    expect_untried(&(struct display_mode){ false, 0, 0, 640, 480 }, 1);
    expect_untried((struct display_mode[]){ mode_at(0, 0, 640, 480), mode_at(640, 0, 640, 480) }, 2);
    expect_untried(NULL, 0);
}
