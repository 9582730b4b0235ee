/* What the tests of the VMSVGA driver share: an adapter that was found, and a look at the host's windows. */
// sources: drivers/display/display_svga.c drivers/display/display_svga_screens.c drivers/display/display_screens.c
// sources: kernel/desktop/display.c tests/host/fake/svga.c
#pragma once
#include "drivers/display/display_screens.h"
#include "tests/host/display_modes.h"
#include "tests/host/fake/svga.h"

struct rectangle rectangle_intersect(struct rectangle a, struct rectangle b)
{
    return (struct rectangle){ a.left > b.left ? a.left : b.left, a.top > b.top ? a.top : b.top,
                               a.right < b.right ? a.right : b.right, a.bottom < b.bottom ? a.bottom : b.bottom };
}

static inline void find(uint32_t memory_bytes)
{
    fake_svga_plug(memory_bytes, 1);
    EXPECT(svga_find(&fake_svga.pci), ==, true);
}

static inline void find_screens(uint32_t memory_bytes, uint32_t monitors)
{
    fake_svga_plug(memory_bytes, monitors);
    EXPECT(svga_find(&fake_svga.pci) && svga_screens_start(), ==, true);
}

/* The window shows what the guest was told, and every pixel is black and in its place. */
static inline void expect_screen(size_t number, const struct display_mode *mode, const struct boot_framebuffer *is)
{
    const struct fake_svga_screen *screen = &fake_svga.screens[number];
    expect_picture(is, fake_svga.memory + screen->offset, mode->width, mode->height);
    EXPECT(is->address % 4096, ==, 0);
    EXPECT(screen->on, ==, true);
    EXPECT(screen->left, ==, mode->left);
    EXPECT(screen->top, ==, mode->top);
    EXPECT(screen->width, ==, is->width);
    EXPECT(screen->height, ==, is->height);
    EXPECT(screen->pitch, ==, is->pitch);
    for (size_t i = 0; i < (size_t)is->pitch * is->height; i++)
        EXPECT(((uint8_t *)is->address)[i], ==, 0);
}

static inline void expect_mode(uint32_t width, uint32_t height)
{
    struct display_mode mode = mode_at(0, 0, width, height);
    EXPECT(set(width, height), ==, true);
    fake_svga_pass_time();
    expect_screen(0, &mode, &video[0]);
    EXPECT(fake_svga_pixel_is_seen(0, (int32_t)width - 1, (int32_t)height - 1, 0), ==, true);
    EXPECT_TEXT(fake_svga.complaints, "");
}
