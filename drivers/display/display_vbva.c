/* Chapter 17: how does the second screen of VBoxVGA get a picture?
 *
 * The first screen stays as chapter 16 left it: VBE registers set its mode, and the host
 * itself sees which of its pixels change. The host is told of every other screen where in
 * video memory it lies, which mode it has, and which of its pixels have changed; that goes
 * into a ring of rectangles, a screen each, which the host empties fifty times a second.
 * VBVA is VirtualBox's name: video buffer, accelerated.
 *
 *     video memory   | screen 0 | screen 1 | ...                | command, rings | */
#include "drivers/display/display_vbva.h"
#include "drivers/display/display_adapters.h"
#include "drivers/display/hgsmi.h"
#include "kernel/core/cpu.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    PIXEL_BYTES = 4,
    RECORDS = 64, /* fixed by the host */
    OWN_BYTES = PAGE_BYTES,
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
_Static_assert(sizeof(struct shared) <= OWN_BYTES, "it is kept from the screens");

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

/* What the screens show, with the corner of the first at 0, 0. */
static struct {
    bool known; /* else the host must be told, whatever it is */
    struct display_mode mode;
    struct boot_framebuffer video;
} shown[DISPLAY_SCREENS];

static uint64_t bytes_of(const struct display_mode *mode)
{
    return mode->on ? page_ceiling((uint64_t)mode->width * mode->height * PIXEL_BYTES) : 0;
}

static bool fits_record(const struct display_mode *mode, const struct display_mode *first)
{
    int64_t left = (int64_t)mode->left - first->left, top = (int64_t)mode->top - first->top;
    return left >= INT16_MIN && left + mode->width <= INT16_MAX && top >= INT16_MIN && top + mode->height <= INT16_MAX;
}

static bool is_possible(const struct display_mode *modes, size_t count)
{
    uint64_t room = display.memory_bytes - OWN_BYTES;
    if (!count || count > display.screens || !modes[0].on)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!modes[i].on)
            continue;
        if (!modes[i].width || modes[i].width > display.side_maximum || !modes[i].height ||
            modes[i].height > display.side_maximum || !fits_record(&modes[i], &modes[0]) || bytes_of(&modes[i]) > room)
            return false;
        room -= bytes_of(&modes[i]);
    }
    return true;
}

static void hide(uint32_t screen)
{
    struct screen_mode off = { .screen = screen, .flags = SCREEN_ACTIVE | SCREEN_DISABLED };
    hgsmi_send(HGSMI_SCREEN, &off, sizeof off);
}

static bool show_other(uint32_t screen, const struct display_mode *mode, uint32_t offset,
                       struct boot_framebuffer *video)
{
    uint32_t bytes = (uint32_t)bytes_of(mode);
    void *pixels = map_device(display.memory + offset, bytes, CACHE_WRITE_COMBINING);
    if (!pixels)
        return false;
    memset(pixels, 0, bytes);
    struct view view = { screen, offset, bytes, bytes };
    hgsmi_send(HGSMI_VIEW, &view, sizeof view);
    struct screen_mode on = {
        .screen = screen,
        .left = mode->left,
        .top = mode->top,
        .pitch = mode->width * PIXEL_BYTES,
        .width = mode->width,
        .height = mode->height,
        .bits = PIXEL_BYTES * 8,
        .flags = SCREEN_ACTIVE,
    };
    hgsmi_send(HGSMI_SCREEN, &on, sizeof on);
    *video = shown[0].video; /* the colours */
    video->address = display.memory + offset;
    video->pitch = on.pitch;
    video->width = on.width;
    video->height = on.height;
    return true;
}

/* The first must not reach into what follows it: VirtualBox's rows are as long as the picture is wide. */
static bool show_first(const struct display_mode *mode, struct boot_framebuffer *video)
{
    return vbe_set(mode, 1, video) && (uint64_t)video->pitch * video->height <= bytes_of(mode);
}

static bool change(uint32_t screen, const struct display_mode *mode, uint32_t offset)
{
    struct boot_framebuffer video = { 0 };
    if (!mode->on)
        hide(screen);
    else if (!(screen ? show_other(screen, mode, offset, &video) : show_first(mode, &video)))
        return false;
    shown[screen].known = true;
    shown[screen].mode = *mode;
    shown[screen].video = video;
    return true;
}

static bool is_shown(uint32_t screen, const struct display_mode *mode, uint32_t offset)
{
    const struct display_mode *before = &shown[screen].mode; /* off: all zeros */
    return shown[screen].known && before->left == mode->left && before->top == mode->top &&
           before->width == mode->width && before->height == mode->height &&
           (!mode->on || shown[screen].video.address == display.memory + offset);
}

static struct display_mode seen_from(const struct display_mode *first, const struct display_mode *mode)
{
    if (!mode->on)
        return (struct display_mode){ 0 };
    return (struct display_mode){ true, mode->left - first->left, mode->top - first->top, mode->width, mode->height };
}

/* A screen that stays as it is is left alone: it would flicker. */
static bool set(const struct display_mode *modes, size_t count, struct boot_framebuffer *video)
{
    uint64_t offset = 0;
    if (!is_possible(modes, count))
        return false;
    for (uint32_t i = 0; i < display.screens; i++) {
        struct display_mode mode = { 0 };
        if (i < count)
            mode = seen_from(&modes[0], &modes[i]);
        if (!is_shown(i, &mode, (uint32_t)offset) && !change(i, &mode, (uint32_t)offset)) {
            memset(shown, 0, sizeof shown);
            return false;
        }
        if (mode.on)
            video[i] = shown[i].video;
        offset += bytes_of(&mode);
    }
    return true;
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

static void update(size_t screen, struct rectangle area)
{
    if (screen >= display.screens)
        return;
    uint64_t flags = cpu_interrupts_save();
    const struct display_mode *mode = &shown[screen].mode;
    if (mode->on && shared->rings[screen].host_events & RING_ACCEPTED)
        add_record(screen, (struct record){ (int16_t)(mode->left + area.left), (int16_t)(mode->top + area.top),
                                            (uint16_t)(area.right - area.left), (uint16_t)(area.bottom - area.top) });
    cpu_interrupts_restore(flags);
}

static bool enable(uint32_t screen)
{
    uint32_t offset = (uint32_t)(display.memory_bytes - OWN_BYTES + offsetof(struct shared, rings[screen]));
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

/* The page stays mapped as it is: no mode may reach it. */
static bool give_up(void)
{
    display.memory_bytes -= OWN_BYTES;
    return false;
}

bool vbva_start(void)
{
    if (display.set != vbe_set || display.memory_bytes < OWN_BYTES)
        return false;
    uint64_t offset = display.memory_bytes - OWN_BYTES;
    shared = map_device(display.memory + offset, OWN_BYTES, CACHE_OFF);
    if (!shared)
        return false;
    if (!hgsmi_start((void *)shared->command, (uint32_t)offset))
        return give_up();
    memset((void *)shared->rings, 0, sizeof shared->rings);
    uint32_t monitors = clamp(hgsmi_ask(HGSMI_MONITORS, 1), 1u, (uint32_t)MONITORS_MAXIMUM);
    uint32_t driven = 1;
    while (driven < minimum(monitors, (uint32_t)DISPLAY_SCREENS) && enable(driven))
        driven++;
    if (driven == 1)
        return give_up();
    memset(shown, 0, sizeof shown);
    for (uint32_t i = 1; i < monitors; i++) /* also those that we do not drive: a reset closes no windows */
        hide(i);
    display.screens = driven;
    display.set = set;
    display.update = update;
    return true;
}
