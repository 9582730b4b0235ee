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
#include "kernel/screen/screen.h"
#include "kernel/core/cpu.h"
#include "kernel/core/print.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "kernel/screen/font.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    PIXEL_BYTES = 4,
    DESKTOP_SIDE_MAXIMUM = 1 << 24, /* pixels; sums of a few of them fit in 32 bits */
    PITCH_MAXIMUM = 4 * PIXEL_BYTES * SCREEN_SIDE_MAXIMUM,
    BAND_PIXELS = 16384, /* presented between two chances for an interrupt: 16 rows of 1024 */
};

struct screen *screens;
struct overlay *screen_overlay;

bool rectangle_is_empty(struct rectangle area) { return area.right <= area.left || area.bottom <= area.top; }

struct rectangle rectangle_intersect(struct rectangle a, struct rectangle b)
{
    return (struct rectangle){ maximum(a.left, b.left), maximum(a.top, b.top), minimum(a.right, b.right),
                               minimum(a.bottom, b.bottom) };
}

struct rectangle rectangle_enclose(struct rectangle a, struct rectangle b)
{
    if (rectangle_is_empty(a))
        return b;
    if (rectangle_is_empty(b))
        return a;
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

/* Two pixels; the compiler makes one instruction of it. */
static uint64_t read_pair(const uint32_t *from)
{
    uint64_t pair;
    __builtin_memcpy(&pair, from, sizeof pair);
    return pair;
}

static void write_pair(uint32_t *to, uint64_t pair) { __builtin_memcpy(to, &pair, sizeof pair); }

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
    int32_t width = area.right - area.left;
    *first = pixel;
    for (int32_t done = 1; done < width; done *= 2)
        copy_pixels(first + done, first, minimum(done, width - done));
    for (int32_t y = area.top + 1; y < area.bottom; y++)
        copy_pixels(pixel_at(surface, area.left, y), first, width);
}

void surface_draw_glyph(const struct surface *surface, int32_t left, int32_t top, uint32_t character, uint32_t text,
                        uint32_t background)
{
    if (left < 0 || top < 0 || (int64_t)left + GLYPH_WIDTH > surface->width ||
        (int64_t)top + GLYPH_HEIGHT > surface->height)
        return;
    const uint8_t *glyph = font_glyph(character);
    uint64_t left_text = text, right_text = (uint64_t)text << 32;
    uint64_t left_background = background, right_background = (uint64_t)background << 32;
    const uint64_t pairs[4] = { left_background | right_background, left_background | right_text,
                                left_text | right_background, left_text | right_text };
    for (int32_t y = 0; y < GLYPH_HEIGHT; y++) {
        uint32_t *row = pixel_at(surface, left, top + y), dots = glyph[y];
        write_pair(row, pairs[dots >> 6]);
        write_pair(row + 2, pairs[dots >> 4 & 3]);
        write_pair(row + 4, pairs[dots >> 2 & 3]);
        write_pair(row + 6, pairs[dots & 3]);
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

/* Where an overlay covers the screen, in its own pixels; empty when it is hidden or outside. */
static struct rectangle covered_by(const struct screen *screen, const struct overlay *overlay)
{
    if (!overlay || !overlay->visible)
        return (struct rectangle){ 0 };
    int32_t left = overlay->left - screen->left, top = overlay->top - screen->top;
    return clip(&screen->back, (struct rectangle){ left, top, left + overlay->width, top + overlay->height });
}

/* `area`, which lies on the screen, from the back buffer to video memory. */
static void copy_rectangle(const struct screen *screen, struct rectangle area)
{
    if (rectangle_is_empty(area))
        return;
    uint8_t *to = (uint8_t *)pixel_at(&screen->video, area.left, area.top);
    const uint8_t *from = (const uint8_t *)pixel_at(&screen->back, area.left, area.top);
    size_t bytes = (size_t)(area.right - area.left) * PIXEL_BYTES;
    for (int32_t rows = area.bottom - area.top; rows > 0; rows--) {
        memcpy(to, from, bytes);
        to += screen->video.pitch;
        from += screen->back.pitch;
    }
}

static uint64_t mix_pair(const uint32_t *from, const uint32_t *keep, const uint32_t *ink)
{
    return (read_pair(from) & read_pair(keep)) | read_pair(ink);
}

/* One row of it with the overlay on top. */
static void mix_row(uint32_t *to, const uint32_t *from, const uint32_t *keep, const uint32_t *ink, size_t pixels)
{
    size_t i = 0;
    for (; i + 4 <= pixels; i += 4) {
        write_pair(to + i, mix_pair(from + i, keep + i, ink + i));
        write_pair(to + i + 2, mix_pair(from + i + 2, keep + i + 2, ink + i + 2));
    }
    for (; i < pixels; i++)
        to[i] = (from[i] & keep[i]) | ink[i];
}

/* The same where the overlay covers all of `area`. */
static void mix_rectangle(const struct screen *screen, struct rectangle area)
{
    const struct overlay *overlay = screen_overlay;
    uint8_t *to = (uint8_t *)pixel_at(&screen->video, area.left, area.top);
    const uint8_t *from = (const uint8_t *)pixel_at(&screen->back, area.left, area.top);
    size_t width = (size_t)overlay->width, pixels = (size_t)(area.right - area.left);
    size_t first = (size_t)(area.top + screen->top - overlay->top) * width +
                   (size_t)(area.left + screen->left - overlay->left);
    for (int32_t rows = area.bottom - area.top; rows > 0; rows--) {
        mix_row((uint32_t *)to, (const uint32_t *)from, overlay->keep + first, overlay->ink + first, pixels);
        to += screen->video.pitch;
        from += screen->back.pitch;
        first += width;
    }
}

/* `area` lies on the screen, and `covered`, which has the overlay, within `area`; or it is empty. */
static void present_rows(const struct screen *screen, struct rectangle area, struct rectangle covered)
{
    if (rectangle_is_empty(covered)) {
        copy_rectangle(screen, area);
        return;
    }
    copy_rectangle(screen, (struct rectangle){ area.left, area.top, area.right, covered.top });
    copy_rectangle(screen, (struct rectangle){ area.left, covered.top, covered.left, covered.bottom });
    mix_rectangle(screen, covered);
    copy_rectangle(screen, (struct rectangle){ covered.right, covered.top, area.right, covered.bottom });
    copy_rectangle(screen, (struct rectangle){ area.left, covered.bottom, area.right, area.bottom });
}

uint64_t screen_present(struct screen *screen, struct rectangle area)
{
    area = clip(&screen->back, area);
    if (screen->held || rectangle_is_empty(area))
        return 0;
    int32_t rows = 1 + BAND_PIXELS / (area.right - area.left);
    for (struct rectangle band = area; band.top < area.bottom; band.top = band.bottom) {
        band.bottom = minimum(band.top + rows, area.bottom);
        uint64_t flags = cpu_interrupts_save();
        present_rows(screen, band, rectangle_intersect(band, covered_by(screen, screen_overlay)));
        cpu_interrupts_restore(flags);
    }
    if (screen->update)
        screen->update(screen->number, area);
    return count_pixels(area);
}

void screen_show(struct screen *screen)
{
    screen->held = false;
    screen_present(screen, (struct rectangle){ 0, 0, INT32_MAX, INT32_MAX });
}

/* What an overlay left behind, and what it covers now. */
static uint64_t present_both(struct screen *screen, struct rectangle before, struct rectangle after)
{
    if (!rectangle_is_empty(before) && !rectangle_is_empty(after)) {
        struct rectangle both = rectangle_enclose(before, after);
        if (count_pixels(both) <= count_pixels(before) + count_pixels(after))
            return screen_present(screen, both);
    }
    return screen_present(screen, after) + screen_present(screen, before);
}

/* On every screen. */
static uint64_t present_change(const struct overlay *before)
{
    uint64_t written = 0;
    for (struct screen *screen = screens; screen; screen = screen->next)
        written += present_both(screen, covered_by(screen, before), covered_by(screen, screen_overlay));
    return written;
}

uint64_t screen_move_overlay(int32_t left, int32_t top, bool visible)
{
    struct overlay *overlay = screen_overlay;
    left = clamp(left, -DESKTOP_SIDE_MAXIMUM, DESKTOP_SIDE_MAXIMUM);
    top = clamp(top, -DESKTOP_SIDE_MAXIMUM, DESKTOP_SIDE_MAXIMUM);
    if (!overlay || (overlay->left == left && overlay->top == top && overlay->visible == visible))
        return 0;
    const struct overlay before = *overlay;
    uint64_t flags = cpu_interrupts_save(); /* nobody presents an overlay that has moved by half */
    overlay->left = left;
    overlay->top = top;
    overlay->visible = visible;
    cpu_interrupts_restore(flags);
    return present_change(&before);
}

uint64_t screen_set_overlay(struct overlay *overlay)
{
    const struct overlay *before = screen_overlay;
    if (overlay) {
        overlay->left = clamp(overlay->left, -DESKTOP_SIDE_MAXIMUM, DESKTOP_SIDE_MAXIMUM);
        overlay->top = clamp(overlay->top, -DESKTOP_SIDE_MAXIMUM, DESKTOP_SIDE_MAXIMUM);
    }
    screen_overlay = overlay;
    return present_change(before);
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

void screen_switch_off(struct screen *screen)
{
    struct surface old = screen->back;
    uint64_t flags = cpu_interrupts_save();
    screen->video = screen->back = (struct surface){ 0 };
    cpu_interrupts_restore(flags);
    if (old.pixels)
        pages_free(old.pixels, back_pages(old.width, old.height));
}

static struct rectangle place_on_desktop(const struct screen *screen)
{
    return (struct rectangle){ screen->left, screen->top, screen->left + (int32_t)screen->back.width,
                               screen->top + (int32_t)screen->back.height };
}

struct screen *screen_at(int32_t x, int32_t y)
{
    for (struct screen *screen = screens; screen; screen = screen->next) {
        struct rectangle place = place_on_desktop(screen);
        if (x >= place.left && x < place.right && y >= place.top && y < place.bottom)
            return screen;
    }
    return NULL;
}

struct rectangle screen_bounds(void)
{
    struct rectangle bounds = { 0 };
    for (struct screen *screen = screens; screen; screen = screen->next)
        bounds = rectangle_enclose(place_on_desktop(screen), bounds);
    return bounds;
}

bool screen_use_mode(struct screen *screen, const struct boot_framebuffer *mode)
{
    if (!mode_is_sound(mode)) {
        print("    Screen: %ux%u, %u bytes a row, at %p is no picture; left out\n", mode->width, mode->height,
              mode->pitch, (void *)(uintptr_t)mode->address);
        return false;
    }
    void *video = map_device(mode->address, (size_t)mode->pitch * mode->height, CACHE_WRITE_COMBINING);
    if (!video)
        return false; /* it was said why */
    struct surface old = screen->back;
    bool fits = old.pixels && old.width == mode->width && old.height == mode->height;
    size_t pages = back_pages(mode->width, mode->height);
    void *back = fits ? old.pixels : pages_allocate(pages, ZONE_ANY);
    if (!back) {
        print("    Screen: no memory for %ux%u; left out\n", mode->width, mode->height);
        return false;
    }
    uint64_t flags = cpu_interrupts_save();
    screen->video = (struct surface){ video, mode->width, mode->height, mode->pitch };
    screen->back = (struct surface){ back, mode->width, mode->height, mode->width * PIXEL_BYTES };
    screen->red = mode->red;
    screen->green = mode->green;
    screen->blue = mode->blue;
    cpu_interrupts_restore(flags);
    if (old.pixels && !fits)
        pages_free(old.pixels, back_pages(old.width, old.height));
    return true;
}
