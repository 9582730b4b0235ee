/* Chapter 7: how does a picture get into video memory without flicker?
 *
 * The eye sees every state of video memory, so each pixel goes there once, in its
 * final colour: the pointer is mixed in on the way and never drawn on top of what is
 * already visible. Video memory is not read, because that costs a hundred times what
 * a write does; a write is gathered with its neighbours (write-combining).
 *
 * Interrupts are off for one band of rows at a time. So a handler that logs may draw
 * and present in the middle of a present: whoever comes last to a row copies what the
 * back buffer holds then, and no row ever goes back to an older picture. */
#include "kernel/screen.h"
#include "kernel/cpu.h"
#include "kernel/page_tables.h"
#include "kernel/pages.h"
#include "kernel/print.h"
#include "lib/font.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    PIXEL_BYTES = 4,
    PITCH_MAXIMUM = 4 * PIXEL_BYTES * SCREEN_SIDE_MAXIMUM,
    BAND_ROWS = 16, /* presented between two chances for an interrupt */
    OVERLAY_DARK = 0x101418,
    OVERLAY_LIGHT = 0xffffff,
};

struct screen *screens;

bool rectangle_is_empty(struct rectangle area) { return area.right <= area.left || area.bottom <= area.top; }

struct rectangle rectangle_intersect(struct rectangle a, struct rectangle b)
{
    return (struct rectangle){ maximum(a.left, b.left), maximum(a.top, b.top), minimum(a.right, b.right),
                               minimum(a.bottom, b.bottom) };
}

/* The smallest rectangle that holds both; neither is empty. */
static struct rectangle enclose(struct rectangle a, struct rectangle b)
{
    return (struct rectangle){ minimum(a.left, b.left), minimum(a.top, b.top), maximum(a.right, b.right),
                               maximum(a.bottom, b.bottom) };
}

static uint64_t count_pixels(struct rectangle area)
{
    if (rectangle_is_empty(area))
        return 0;
    return (uint64_t)((int64_t)area.right - area.left) * (uint64_t)((int64_t)area.bottom - area.top);
}

static struct rectangle clip(const struct surface *surface, struct rectangle area)
{
    return rectangle_intersect(area, (struct rectangle){ 0, 0, (int32_t)surface->width, (int32_t)surface->height });
}

static uint32_t *pixel_at(const struct surface *surface, int32_t x, int32_t y)
{
    return (uint32_t *)((uint8_t *)surface->pixels + (size_t)y * surface->pitch) + x;
}

static void copy_pixels(uint32_t *to, const uint32_t *from, int32_t count)
{
    memcpy(to, from, (size_t)count * PIXEL_BYTES);
}

/* Eight bits of a colour, stretched or cut to a field of any width, at its place. */
static uint32_t place_color(uint32_t value, struct color_field field)
{
    uint64_t highest = ((uint64_t)1 << field.bits) - 1;
    return (uint32_t)((value * highest + 127) / 255 << field.position);
}

uint32_t screen_color(const struct screen *screen, uint32_t rgb)
{
    return place_color(rgb >> 16 & 0xff, screen->red) | place_color(rgb >> 8 & 0xff, screen->green) |
           place_color(rgb & 0xff, screen->blue);
}

void surface_fill(const struct surface *surface, struct rectangle area, uint32_t pixel)
{
    area = clip(surface, area);
    if (rectangle_is_empty(area))
        return;
    uint32_t *first = pixel_at(surface, area.left, area.top);
    for (int32_t x = 0; x < area.right - area.left; x++)
        first[x] = pixel;
    for (int32_t y = area.top + 1; y < area.bottom; y++)
        copy_pixels(pixel_at(surface, area.left, y), first, area.right - area.left);
}

void surface_draw_glyph(const struct surface *surface, int32_t left, int32_t top, char byte, uint32_t text,
                        uint32_t background)
{
    if (left < 0 || top < 0 || (int64_t)left + GLYPH_WIDTH > surface->width ||
        (int64_t)top + GLYPH_HEIGHT > surface->height)
        return;
    const uint8_t *glyph = font_glyph(byte);
    for (int32_t y = 0; y < GLYPH_HEIGHT; y++) {
        uint32_t *row = pixel_at(surface, left, top + y);
        for (int32_t x = 0; x < GLYPH_WIDTH; x++)
            row[x] = glyph[y] & 0x80 >> x ? text : background;
    }
}

void surface_move_up(const struct surface *surface, struct rectangle area, int32_t by)
{
    area = clip(surface, area);
    if (rectangle_is_empty(area) || by <= 0)
        return;
    for (int32_t y = area.top; y < area.bottom - by; y++)
        copy_pixels(pixel_at(surface, area.left, y), pixel_at(surface, area.left, y + by), area.right - area.left);
}

/* Where the overlay covers the screen; empty when it is hidden or outside. */
static struct rectangle covered_by_overlay(const struct screen *screen)
{
    const struct overlay *overlay = screen->overlay;
    if (!overlay || !overlay->visible)
        return (struct rectangle){ 0 };
    return clip(&screen->back,
                (struct rectangle){ overlay->left, overlay->top, add_saturating(overlay->left, overlay->width),
                                    add_saturating(overlay->top, overlay->height) });
}

/* Row y from the back buffer to video memory, with the overlay, which covers [left, right) of it. */
static void mix_overlay(const struct screen *screen, int32_t y, int32_t left, int32_t right)
{
    const struct overlay *overlay = screen->overlay;
    const uint8_t *shape = overlay->shape + (y - overlay->top) * overlay->width + (left - overlay->left);
    const uint32_t *from = pixel_at(&screen->back, left, y);
    uint32_t *to = pixel_at(&screen->video, left, y);
    for (int32_t i = 0; i < right - left; i++)
        to[i] = shape[i] == 0 ? from[i] : shape[i] == 1 ? screen->overlay_dark : screen->overlay_light;
}

/* `area` lies on the screen, and `covered`, which has the overlay, within `area`; or it is empty. */
static void present_rows(const struct screen *screen, struct rectangle area, struct rectangle covered)
{
    bool nothing_covered = rectangle_is_empty(covered);
    for (int32_t y = area.top; y < area.bottom; y++) {
        const uint32_t *from = pixel_at(&screen->back, 0, y);
        uint32_t *to = pixel_at(&screen->video, 0, y);
        if (nothing_covered || y < covered.top || y >= covered.bottom) {
            copy_pixels(to + area.left, from + area.left, area.right - area.left);
            continue;
        }
        copy_pixels(to + area.left, from + area.left, covered.left - area.left);
        mix_overlay(screen, y, covered.left, covered.right);
        copy_pixels(to + covered.right, from + covered.right, area.right - covered.right);
    }
}

uint64_t screen_present(struct screen *screen, struct rectangle area)
{
    area = clip(&screen->back, area);
    if (rectangle_is_empty(area))
        return 0;
    for (struct rectangle band = area; band.top < area.bottom; band.top = band.bottom) {
        band.bottom = minimum(band.top + BAND_ROWS, area.bottom);
        uint64_t flags = cpu_interrupts_save();
        present_rows(screen, band, rectangle_intersect(band, covered_by_overlay(screen)));
        cpu_interrupts_restore(flags);
    }
    return count_pixels(area);
}

uint64_t screen_move_overlay(struct screen *screen, int32_t left, int32_t top, bool visible)
{
    struct overlay *overlay = screen->overlay;
    if (!overlay || (overlay->left == left && overlay->top == top && overlay->visible == visible))
        return 0;
    struct rectangle before = covered_by_overlay(screen);
    uint64_t flags = cpu_interrupts_save(); /* nobody presents an overlay that has moved by half */
    overlay->left = left;
    overlay->top = top;
    overlay->visible = visible;
    cpu_interrupts_restore(flags);
    struct rectangle after = covered_by_overlay(screen);
    if (!rectangle_is_empty(before) && !rectangle_is_empty(after)) {
        struct rectangle both = enclose(before, after);
        if (count_pixels(both) <= count_pixels(before) + count_pixels(after))
            return screen_present(screen, both);
    }
    return screen_present(screen, after) + screen_present(screen, before);
}

static bool is_color_sound(struct color_field color) { return color.bits > 0 && color.position + color.bits <= 32; }

static bool mode_is_sound(const struct boot_framebuffer *mode)
{
    uint64_t bytes = (uint64_t)mode->pitch * mode->height;
    return mode->present && mode->width && mode->width <= SCREEN_SIDE_MAXIMUM && mode->height &&
           mode->height <= SCREEN_SIDE_MAXIMUM && mode->pitch >= mode->width * PIXEL_BYTES &&
           mode->pitch <= PITCH_MAXIMUM && mode->pitch % PIXEL_BYTES == 0 && mode->address &&
           mode->address % PIXEL_BYTES == 0 && mode->address + bytes > mode->address && is_color_sound(mode->red) &&
           is_color_sound(mode->green) && is_color_sound(mode->blue);
}

static size_t back_pages(uint32_t width, uint32_t height) { return pages_for((uint64_t)width * height * PIXEL_BYTES); }

bool screen_use_mode(struct screen *screen, const struct boot_framebuffer *mode)
{
    if (!mode_is_sound(mode)) {
        print("    Screen: %ux%u, %u bytes a row, at %p is no picture; left out\n", mode->width, mode->height,
              mode->pitch, (void *)(uintptr_t)mode->address);
        return false;
    }
    void *video = map_device(mode->address, (size_t)mode->pitch * mode->height, CACHE_WRITE_COMBINING);
    void *back = video ? pages_allocate_zeroed(back_pages(mode->width, mode->height), ZONE_ANY) : NULL;
    if (!back) {
        print("    Screen: no memory for %ux%u; left out\n", mode->width, mode->height);
        return false;
    }
    struct surface old = screen->back;
    uint64_t flags = cpu_interrupts_save();
    screen->video = (struct surface){ video, mode->width, mode->height, mode->pitch };
    screen->back = (struct surface){ back, mode->width, mode->height, mode->width * PIXEL_BYTES };
    screen->red = mode->red;
    screen->green = mode->green;
    screen->blue = mode->blue;
    screen->overlay_dark = screen_color(screen, OVERLAY_DARK);
    screen->overlay_light = screen_color(screen, OVERLAY_LIGHT);
    cpu_interrupts_restore(flags);
    if (old.pixels)
        pages_free(old.pixels, back_pages(old.width, old.height));
    return true;
}
