/* A display adapter for the host tests of chapters 16 and 17. */
// sources: tests/host/fake/pages.c kernel/desktop/display.c
#include "tests/host/fake/display.h"
#include "kernel/memory/page_tables.h"
#include "tests/host/test.h"

enum { PIXEL_BYTES = 4, GUARD = 0x5a };

struct fake_display fake_display;
static struct boot_framebuffer pictures[DISPLAY_SCREENS];

static void complain(const char *what, size_t number)
{
    size_t used = strlen(fake_display.complaints);
    snprintf(fake_display.complaints + used, sizeof fake_display.complaints - used, "%s %zu\n", what, number);
}

static bool fits(const struct display_mode *modes, size_t count)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t pitch = (uint64_t)modes[i].width * PIXEL_BYTES + fake_display.padding;
        if (modes[i].on && (!modes[i].width || !modes[i].height || modes[i].width > display.side_maximum ||
                            modes[i].height > display.side_maximum))
            return false;
        bytes += modes[i].on ? pitch * modes[i].height : 0;
    }
    return bytes <= display.memory_bytes;
}

static bool set(const struct display_mode *modes, size_t count, struct boot_framebuffer *video)
{
    fake_display.sets++;
    if (count != display.screens || !modes[0].on)
        complain("set without the first screen, or for screens:", count);
    if (fake_display.during_set)
        fake_display.during_set();
    if (!fits(modes, count) || (fake_display.works_until && fake_display.sets > fake_display.works_until))
        return false;
    uint64_t at = display.memory;
    for (size_t i = 0; i < count; i++) {
        fake_display.modes[i] = modes[i];
        if (!modes[i].on)
            continue;
        uint32_t width = fake_display.rounds_width ? modes[i].width & ~7u : modes[i].width;
        video[i] = pictures[i] = (struct boot_framebuffer){
            .present = true,
            .address = at,
            .pitch = modes[i].width * PIXEL_BYTES + fake_display.padding,
            .width = width,
            .height = modes[i].height,
            .red = { 16, 8 },
            .green = { 8, 8 },
            .blue = { 0, 8 },
        };
        at += (uint64_t)video[i].pitch * video[i].height;
    }
    memset((void *)display.memory, 0, at - display.memory);
    return true;
}

static void update(size_t number, struct rectangle area)
{
    if (number >= display.screens || !fake_display.modes[number].on) {
        complain("update of a dark screen:", number);
        return;
    }
    fake_display.updates[number]++;
    if (area.left < 0 || area.top < 0 || area.right > (int32_t)pictures[number].width ||
        area.bottom > (int32_t)pictures[number].height)
        complain("update beyond screen", number);
}

bool display_find(void)
{
    if (fake_display.unknown)
        return false;
    display.set = set;
    display.update = update;
    display.name = "Fake adapter";
    display.side_maximum = SCREEN_SIDE_MAXIMUM;
    return true;
}

void fake_display_plug(uint32_t memory_bytes, size_t screens)
{
    fake_display.memory = malloc(memory_bytes); /* the sanitizer watches its end */
    memset(fake_display.memory, GUARD, memory_bytes);
    display.memory = (uintptr_t)fake_display.memory;
    display.memory_bytes = memory_bytes;
    display.screens = screens;
}

uint32_t fake_display_pixel(size_t number, uint32_t x, uint32_t y)
{
    uint32_t pixel;
    memcpy(&pixel,
           (uint8_t *)(uintptr_t)pictures[number].address + (size_t)y * pictures[number].pitch + x * PIXEL_BYTES,
           sizeof pixel);
    return pixel;
}

/* Video memory is mapped as it lies. */

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    (void)bytes, (void)cache;
    return (void *)(uintptr_t)physical;
}
