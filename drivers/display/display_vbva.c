/* Chapter 17: how does the second screen of VBoxVGA get a picture?
 *
 * The first screen stays as chapter 16 left it: VBE registers set its mode, and the host
 * itself sees which of its pixels change. The host is told of every other screen where in
 * video memory it lies, which mode it has, and which of its pixels have changed; that goes
 * into a ring of rectangles, a screen each, which the host empties fifty times a second.
 * VBVA is VirtualBox's name: video buffer, accelerated.
 *
 *     video memory   | screen 0 | screen 1 | ...                | command, rings | */
#include "drivers/display/display_adapters.h"
#include "drivers/display/display_screens.h"
#include "drivers/display/hgsmi.h"
#include "kernel/core/cpu.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    RECORDS = 64, /* fixed by the host */
    MONITORS_MAXIMUM = 64, /* of VirtualBox */
};

/* A rectangle of the desktop that has changed. */
struct record {
    int16_t left, top;
    uint16_t width, height;
};

/* The host leaves the places of records and of their bytes to the guest. With as much room for bytes as all records
 * need, one number says both: record n lies in data[n]. */
struct ring {
    uint32_t host_events; /* the host's */
    uint32_t orders;
    uint32_t data_offset, free_offset;
    uint32_t lengths[RECORDS];
    uint32_t first; /* record that the host has not yet seen; the host's */
    uint32_t free;  /* where the next goes; equal: the ring is empty */
    uint32_t threshold;
    uint32_t data_bytes;
    struct record data[RECORDS];
};
_Static_assert(offsetof(struct ring, first) == 272 && offsetof(struct ring, data) == 288, "VBVA ring");

enum {
    RING_ACCEPTED = 1,    /* in host_events */
    RING_THRESHOLD = 256, /* for records in pieces: less than the data */
};

/* Everything that is shared with the host, at the end of video memory. It is not cached, so pixels on their way to
 * video memory get there before the record that names them (SDM 3A 11.3.1). */
struct shared {
    uint8_t command[HGSMI_BUFFER_BYTES];
    struct ring rings[DISPLAY_SCREENS]; /* the first is never on: the host would stop looking for itself */
};
_Static_assert(sizeof(struct shared) <= PAGE_BYTES, "it is kept from the screens");

struct enable {
    uint32_t flags, ring;
    int32_t result; /* the ring itself says whether it was accepted */
    uint32_t screen;
};
enum {
    ENABLE_ON = 1,
    ENABLE_OFF = 2,
    ENABLE_FOR_SCREEN = 4, /* `screen` counts */
    ENABLE_ABSOLUTE = 8,   /* `ring` counts from the start of video memory */
};

struct view {
    uint32_t screen, offset, bytes, screen_maximum;
};

struct screen_mode {
    uint32_t screen;
    int32_t left, top;
    uint32_t offset, pitch, width, height; /* offset within the view */
    uint16_t bits, flags;
};
enum { SCREEN_ACTIVE = 1, SCREEN_DISABLED = 2 };
_Static_assert(sizeof(struct screen_mode) == 32 && sizeof(struct view) == 16 && sizeof(struct enable) == 16, "VBVA");

static volatile struct shared *shared;
static uint32_t free_records[DISPLAY_SCREENS]; /* our own idea of ring.free */

static bool fits_record(const struct display_mode *mode, const struct display_mode *first)
{
    int64_t left = (int64_t)mode->left - first->left, top = (int64_t)mode->top - first->top;
    return left >= INT16_MIN && left + mode->width <= INT16_MAX && top >= INT16_MIN && top + mode->height <= INT16_MAX;
}

static void hide(uint32_t screen)
{
    struct screen_mode off = { .screen = screen, .flags = SCREEN_ACTIVE | SCREEN_DISABLED };
    hgsmi_send(HGSMI_SCREEN, &off, sizeof off);
}

static bool show_other(uint32_t screen, const struct display_mode *mode, const struct boot_framebuffer *video)
{
    if (!display_clear(video))
        return false;
    uint32_t bytes = (uint32_t)display_bytes(mode);
    struct view view = { screen, (uint32_t)(video->address - display.memory), bytes, bytes };
    hgsmi_send(HGSMI_VIEW, &view, sizeof view);
    struct screen_mode on = {
        .screen = screen,
        .left = mode->left,
        .top = mode->top,
        .pitch = video->pitch,
        .width = mode->width,
        .height = mode->height,
        .bits = 8 * DISPLAY_PIXEL_BYTES,
        .flags = SCREEN_ACTIVE,
    };
    hgsmi_send(HGSMI_SCREEN, &on, sizeof on);
    return true;
}

/* The first must not reach into what follows it: VirtualBox's rows are as long as the picture is wide. */
static bool show_first(const struct display_mode *mode, struct boot_framebuffer *video)
{
    return vbe_set(mode, 1, video) && (uint64_t)video->pitch * video->height <= display_bytes(mode);
}

static bool vbva_change(uint32_t screen, const struct display_mode *mode, struct boot_framebuffer *video)
{
    if (mode->on)
        return screen ? show_other(screen, mode, video) : show_first(mode, video);
    hide(screen);
    return true;
}

/* The host's desktop has the corner of the first screen at 0, 0. */
static bool vbva_set(const struct display_mode *modes, size_t count, struct boot_framebuffer *video)
{
    struct display_mode seen[DISPLAY_SCREENS] = { 0 };
    if (!display_lay_out(modes, count, video))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!modes[i].on)
            continue;
        if (!fits_record(&modes[i], &modes[0]))
            return false;
        seen[i] = modes[i];
        seen[i].left -= modes[0].left;
        seen[i].top -= modes[0].top;
    }
    return display_change(seen, count, video, vbva_change);
}

static void add_record(size_t screen, struct record record)
{
    volatile struct ring *ring = &shared->rings[screen];
    uint32_t at = free_records[screen], next = (at + 1) % RECORDS;
    if (next == ring->first) {
        uint32_t nothing = 0;
        hgsmi_send(HGSMI_FLUSH, &nothing, sizeof nothing);
        if (next == ring->first)
            return;
    }
    ring->data[at].left = record.left;
    ring->data[at].top = record.top;
    ring->data[at].width = record.width;
    ring->data[at].height = record.height;
    ring->lengths[at] = sizeof record;
    ring->free_offset = next * sizeof record;
    ring->free = free_records[screen] = next; /* the host looks at it from now on */
}

static void vbva_update(size_t screen, struct rectangle area)
{
    if (screen >= display.screens)
        return;
    uint64_t flags = cpu_interrupts_save();
    const struct display_mode *mode = &display_shown[screen].mode;
    if (mode->on && shared->rings[screen].host_events & RING_ACCEPTED)
        add_record(screen, (struct record){ (int16_t)(mode->left + area.left), (int16_t)(mode->top + area.top),
                                            (uint16_t)(area.right - area.left), (uint16_t)(area.bottom - area.top) });
    cpu_interrupts_restore(flags);
}

static bool enable(uint32_t screen)
{
    uint32_t offset = (uint32_t)(display.memory_bytes + offsetof(struct shared, rings[screen]));
    struct enable off = { ENABLE_OFF | ENABLE_FOR_SCREEN | ENABLE_ABSOLUTE, .ring = offset, .screen = screen };
    struct enable on = { ENABLE_ON | ENABLE_FOR_SCREEN | ENABLE_ABSOLUTE, .ring = offset, .screen = screen };
    volatile struct ring *ring = &shared->rings[screen];
    hgsmi_send(HGSMI_ENABLE, &off, sizeof off); /* twice on would be an error */
    ring->threshold = RING_THRESHOLD;
    ring->data_bytes = sizeof ring->data;
    free_records[screen] = 0;
    hgsmi_send(HGSMI_ENABLE, &on, sizeof on);
    return ring->host_events & RING_ACCEPTED;
}

/* The page stays mapped as it is, whatever comes of it: no mode may reach it. */
static bool open_page(void)
{
    uint64_t offset = display.memory_bytes - PAGE_BYTES;
    if (display.memory_bytes < PAGE_BYTES)
        return false;
    shared = map_device(display.memory + offset, PAGE_BYTES, CACHE_OFF);
    if (!shared)
        return false;
    display_keep_page();
    return hgsmi_start((void *)shared->command, (uint32_t)offset);
}

bool vbva_start(void)
{
    if (display.set != vbe_set || !open_page())
        return false;
    memset((void *)shared->rings, 0, sizeof shared->rings);
    uint32_t monitors = clamp(hgsmi_ask(HGSMI_MONITORS, 1), 1u, (uint32_t)MONITORS_MAXIMUM);
    uint32_t driven = 1;
    while (driven < minimum(monitors, (uint32_t)DISPLAY_SCREENS) && enable(driven))
        driven++;
    if (driven == 1)
        return false;
    for (uint32_t i = 1; i < monitors; i++) /* also those that we do not drive: a reset closes no windows */
        hide(i);
    display_forget();
    display_drive(driven, vbva_set, vbva_update);
    return true;
}
