/* What the tests of chapter 16 share: a desktop on one screen, wishes of the host, and a look at every pixel. */
#pragma once
#include "drivers/guest/screens/window_size.h"
#include "tests/host/screens.h"

static const char *found;

/* The kernel with chapters 7 to 15 on an adapter; `before` acts before chapter 16 looks. */
static inline void start_after(uint32_t memory_bytes, void (*before)(void))
{
    boot_on_adapter(memory_bytes, 1);
    if (before)
        before();
    found = window_size_start();
    machine_pass(MIB); /* a second; the screens are shown once more */
}

static inline void start(uint32_t memory_bytes) { start_after(memory_bytes, NULL); }

static inline void wish(uint32_t width, uint32_t height)
{
    fake_vmmdev_wish(&host, 0, width, height);
    machine_settle();
}

static inline void say(const char *text) { text_write(&console, text, strlen(text)); }

/* Every pixel of the screens that are on is what its back buffer and the pointer say. */
static inline void expect_shown(void)
{
    for (struct screen *screen = screens; screen; screen = screen->next) {
        EXPECT(screen->held, ==, false);
        for (uint32_t y = 0; y < screen->back.height; y++)
            for (uint32_t x = 0; x < screen->back.width; x++) {
                uint32_t pixel = screen->back.pixels[y * screen->back.width + x];
                int32_t over_x = (int32_t)x + screen->left - screen_overlay->left;
                int32_t over_y = (int32_t)y + screen->top - screen_overlay->top;
                if (screen_overlay->visible && over_x >= 0 && over_x < screen_overlay->width && over_y >= 0 &&
                    over_y < screen_overlay->height) {
                    size_t at = (size_t)(over_y * screen_overlay->width + over_x);
                    pixel = (pixel & screen_overlay->keep[at]) | screen_overlay->ink[at];
                }
                if (fake_display_pixel(screen->number, x, y) != pixel)
                    EXPECT(fake_display_pixel(screen->number, x, y), ==, pixel);
            }
    }
    EXPECT_TEXT(fake_display.complaints, "");
    EXPECT_TEXT(host.complaints, "");
}

static inline void expect_screen(uint32_t width, uint32_t height)
{
    EXPECT(screens->back.width, ==, width);
    EXPECT(screens->back.height, ==, height);
    if (fake_display.sets) /* else it is GRUB's */
        EXPECT(fake_display.modes[0].width == width && fake_display.modes[0].height == height, ==, true);
    EXPECT(desktop_modes[0].width == width && desktop_modes[0].height == height && desktop_modes[0].on, ==, true);
    EXPECT(pointer.x >= 0 && pointer.x < (int32_t)width && pointer.y >= 0 && pointer.y < (int32_t)height, ==, true);
    expect_shown();
}

static inline bool row_says(uint32_t row, const char *text)
{
    const uint32_t *cells = console.cells + (size_t)(console.first + row) % console.rows * console.columns;
    for (uint32_t column = 0; text[column]; column++)
        if (column == console.columns || (char)cells[column] != text[column])
            return false;
    return true;
}

static inline bool console_says(const char *text)
{
    for (uint32_t row = 0; row < console.rows; row++)
        if (row_says(row, text))
            return true;
    return false;
}
