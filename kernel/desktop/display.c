/* Chapter 16: which adapter is it, and where do its pixels lie?
 *
 * The one owner of `display`: a driver says what it found and how it sets modes, all others
 * read. What does not depend on the adapter is here as well: video memory is dealt out, a
 * screen behind the other, and what cannot be is refused before any register is touched. */
#include "kernel/desktop/display.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "lib/memory.h"

struct display_adapter display;

void display_found(uint64_t memory, uint64_t bytes, uint32_t side_maximum)
{
    display.memory = memory;
    display.memory_bytes = page_floor(bytes);
    display.side_maximum = side_maximum;
}

void display_drive(size_t count, display_set *set, display_update *update)
{
    display.screens = count;
    display.set = set;
    display.update = update;
}

void display_keep_page(void) { display.memory_bytes -= PAGE_BYTES; }

uint64_t display_bytes(const struct display_mode *mode)
{
    return mode->on ? page_ceiling((uint64_t)mode->width * mode->height * DISPLAY_PIXEL_BYTES) : 0;
}

static bool is_side(uint32_t pixels) { return pixels > 0 && pixels <= display.side_maximum; }

bool display_lay_out(const struct display_mode *modes, size_t count, struct boot_framebuffer *video)
{
    uint64_t used = 0;
    if (!count || count > display.screens || !modes[0].on)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct display_mode *mode = &modes[i];
        video[i] = (struct boot_framebuffer){ 0 };
        if (!mode->on)
            continue;
        if (!is_side(mode->width) || !is_side(mode->height) || display_bytes(mode) > display.memory_bytes - used)
            return false;
        video[i] = (struct boot_framebuffer){
            .present = true,
            .address = display.memory + used,
            .pitch = mode->width * DISPLAY_PIXEL_BYTES,
            .width = mode->width,
            .height = mode->height,
            .red = { 16, 8 },
            .green = { 8, 8 },
            .blue = { 0, 8 },
        };
        used += display_bytes(mode);
    }
    return true;
}

bool display_take_pitch(struct boot_framebuffer *video, uint32_t pitch)
{
    video->pitch = pitch;
    return pitch % DISPLAY_PIXEL_BYTES == 0 && pitch >= video->width * DISPLAY_PIXEL_BYTES &&
           (uint64_t)pitch * video->height <= display.memory_bytes;
}

bool display_clear(const struct boot_framebuffer *video)
{
    size_t bytes = (size_t)video->pitch * video->height;
    void *pixels = map_device(video->address, bytes, CACHE_WRITE_COMBINING);
    return pixels && memset(pixels, 0, bytes);
}
