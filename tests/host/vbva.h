/* What the tests of further screens of VBoxVGA share: an adapter with monitors, and pixels that are drawn. */
// sources: drivers/display/display_vbva.c drivers/display/display_adapters.c kernel/desktop/display.c
// sources: drivers/display/display_vbe.c drivers/display/hgsmi.c tests/host/fake/vbe.c tests/host/fake/hgsmi.c
// sources: drivers/display/display_screens.c lib/memory.c
#pragma once
#include "drivers/display/display_screens.h"
#include "tests/host/display_modes.h"
#include "tests/host/fake/hgsmi.h"
#include "tests/host/fake/vbe.h"

enum { PAGE = 4096 };

bool svga_find(const struct pci_device *device)
{
    (void)device;
    return false;
}

static inline void plug(uint32_t memory_bytes, uint32_t monitors)
{
    fake_vbe_plug(memory_bytes);
    fake_hgsmi_plug(monitors);
    EXPECT(display_find(), ==, true);
}

static inline void start(uint32_t memory_bytes, uint32_t monitors)
{
    plug(memory_bytes, monitors);
    EXPECT(vbva_start(), ==, true);
    EXPECT_TEXT(fake_vbe.complaints, "");
}

static inline void show(const struct display_mode *modes, size_t count)
{
    memset(video, 0, sizeof video);
    EXPECT(display.set(modes, count, video), ==, true);
    EXPECT_TEXT(fake_vbe.complaints, "");
}

static inline void draw(size_t screen, struct rectangle area)
{
    for (int32_t y = area.top; y < area.bottom; y++)
        for (int32_t x = area.left; x < area.right; x++) {
            uint32_t pixel = (uint32_t)test_random();
            memcpy((uint8_t *)(uintptr_t)video[screen].address + y * (int32_t)video[screen].pitch + x * 4, &pixel, 4);
        }
}

static inline bool is_black(size_t screen)
{
    const uint8_t *bytes = (const uint8_t *)(uintptr_t)video[screen].address;
    for (uint32_t i = 0; i < video[screen].pitch * video[screen].height; i++)
        if (bytes[i])
            return false;
    return true;
}

static const struct display_mode two[] = { { true, 0, 0, 80, 60 }, { true, 80, 0, 64, 48 } };
