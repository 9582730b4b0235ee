/* Chapter 22: how does a picture of the host's come on the screen?
 *
 * Its bytes are read in one go, pages of ours and nothing in between. Then it has a place on
 * the desktop like everything else, above the rest, until it is taken away. */
#include "kernel/commands/show.h"
#include "kernel/desktop/desktop.h"
#include "kernel/memory/pages.h"
#include "kernel/screen/picture.h"
#include "lib/number.h"

enum {
    FILE_MOST = 64 << 20,   /* bytes */
    ROWS_AT_ONCE = 16,      /* are read before others may run */
    CONSOLE_LEAST = 12 * 16 /* pixels of height that the picture leaves to the console */
};

static struct {
    uint32_t *pixels; /* 0xRRGGBB; NULL: none is shown */
    size_t pages;
    uint32_t width, height;
} shown;

/* Draws it with every so many-th pixel of every so many-th row. */
static void draw(struct screen *screen, struct rectangle area, uint32_t step)
{
    for (int32_t y = area.top; y < area.bottom; y++) {
        uint32_t *to = (uint32_t *)((uint8_t *)screen->back.pixels + (size_t)y * screen->back.pitch) + area.left;
        const uint32_t *from = shown.pixels + (size_t)(y - area.top) * step * shown.width;
        for (int32_t x = area.left; x < area.right; x++, from += step)
            *to++ = screen_color(screen, *from);
    }
}

/* In the first screen's upper part; smaller where there is less room. */
static void place(struct screen *screen, struct rectangle *room)
{
    int32_t width = room->right - room->left, height = room->bottom - room->top - CONSOLE_LEAST;
    if (screen != screens || !shown.pixels || width <= 0 || height <= 0)
        return;
    uint32_t step = 1;
    while (shown.width > step * (uint32_t)width || shown.height > step * (uint32_t)height)
        step++;
    struct rectangle area = { room->left, room->top, room->left + (int32_t)maximum(shown.width / step, 1),
                              room->top + (int32_t)maximum(shown.height / step, 1) };
    draw(screen, area, step);
    desktop_claim(screen, area);
    room->top = area.bottom;
}

static void arrange(void)
{
    static struct desktop_part part = { place, NULL };
    static bool is_added;
    if (is_added)
        desktop_arrange();
    else
        desktop_add(&part);
    is_added = true;
}

static void take_away(void)
{
    if (!shown.pixels)
        return;
    pages_free(shown.pixels, shown.pages);
    shown.pixels = NULL;
}

/* Reads all pixels, then shows them. Returns what is wrong; NULL: nothing, or it was cancelled. */
static const char *show_bytes(struct call *call, const uint8_t *bytes, size_t count)
{
    struct picture picture;
    const char *wrong = picture_begin(&picture, bytes, count);
    if (wrong)
        return wrong;
    size_t pages = pages_for((uint64_t)picture.width * picture.height * sizeof(uint32_t));
    uint32_t *pixels = pages_allocate(pages, ZONE_ANY);
    if (!pixels)
        return "no memory for its pixels";
    bool cancelled = false;
    for (uint32_t row = 0; row < picture.height && !wrong && !cancelled; row += ROWS_AT_ONCE) {
        uint32_t rows = minimum(picture.height - row, ROWS_AT_ONCE);
        wrong = picture_read(&picture, pixels + (size_t)row * picture.width, (size_t)rows * picture.width);
        cancelled = call_cancelled(call);
    }
    if (wrong || cancelled) {
        pages_free(pixels, pages);
        return wrong;
    }
    take_away();
    shown.pixels = pixels;
    shown.pages = pages;
    shown.width = picture.width;
    shown.height = picture.height;
    arrange();
    return NULL;
}

/* The file is open. Returns what the command returns. */
static int show_file(struct call *call, struct file *file)
{
    if (file->bytes > FILE_MOST) {
        call_complain(call, "%s: %lu bytes are too many for a picture", call->path, file->bytes);
        return COMMAND_FAILED;
    }
    size_t bytes = file->bytes, pages = pages_for(maximum(bytes, 1));
    uint8_t *memory = pages_allocate(pages, ZONE_ANY);
    if (!memory)
        return FILE_NO_MEMORY;
    int status = file_read(file, 0, memory, &bytes);
    const char *wrong = status < 0 ? NULL : show_bytes(call, memory, bytes);
    file_free(memory, pages);
    if (status < 0)
        return status;
    if (wrong)
        call_complain(call, "%s: %s", call->path, wrong);
    return wrong ? COMMAND_FAILED : 0;
}

int show_run(struct call *call)
{
    struct file file;
    if (!screens) {
        call_complain(call, "there is no screen");
        return COMMAND_FAILED;
    }
    if (call->count == 1) {
        take_away();
        arrange();
        return 0;
    }
    int status = file_open(&file, call->path, FILE_READ);
    if (status < 0)
        return status;
    int ends = show_file(call, &file);
    file_close(&file);
    return ends;
}
