/* Chapter 17: how does the VMSVGA adapter show several screens?
 *
 * By commands in its queue: one says of a screen where it is on the desktop and where in
 * video memory its pixels are, one takes it away. The first lies at the start of video
 * memory, whose changes the host traces; of the others it sees what an update names. */
#include "drivers/display/display_screens.h"
#include "drivers/display/display_svga.h"
#include "kernel/core/cpu.h"
#include "kernel/time/clock.h"
#include "lib/number.h"

/* Commands and bits: svga_reg.h */
enum {
    UPDATE = 1,
    DEFINE_SCREEN = 34,
    DESTROY_SCREEN = 35,
    DEFINITION_BYTES = 44, /* all its words but the command */
    SCREEN_IS_USED = 1,
    SCREEN_IS_PRIMARY = 2,
    CAPABILITY_SCREENS = 0x200,
};
enum {
    HOST_TIME = 2 * 1000 * 1000, /* microseconds for all that is queued; four screens take 0.3 s without a driver */
    LOOKS = 100 * 1000 * 1000,   /* in case the clock stands still */
};
static const uint32_t VIDEO_MEMORY = 0xfffffffe; /* instead of the number of a region of the guest's memory */

static uint32_t next; /* word of the queue to be written; the copy in its memory is for the host */

static void start_queue(void)
{
    svga_stop_queue();
    next = SVGA_FIRST_COMMAND;
    svga_start_queue();
}

/* Words that may be written; a full queue would look like an empty one. */
static uint32_t queue_room(void)
{
    uint32_t stop = svga_queue[SVGA_QUEUE_STOP] / SVGA_WORD_BYTES;
    if (stop < SVGA_FIRST_COMMAND || stop >= SVGA_QUEUE_WORDS)
        return 0;
    return (stop > next ? 0 : SVGA_QUEUE_WORDS - SVGA_FIRST_COMMAND) + stop - next - 1;
}

/* Queues a command; the host looks every 20 milliseconds. False: there is no room. The queue is not cached, so pixels
 * on their way to video memory get there before it (SDM 3A 11.3.1). Any context. */
static bool queue_command(const uint32_t *words, size_t count)
{
    uint64_t flags = cpu_interrupts_save();
    bool fits = count <= queue_room();
    for (size_t i = 0; fits && i < count; i++) {
        svga_queue[next] = words[i];
        next = next + 1 == SVGA_QUEUE_WORDS ? SVGA_FIRST_COMMAND : next + 1;
    }
    svga_queue[SVGA_QUEUE_NEXT] = next * SVGA_WORD_BYTES;
    cpu_interrupts_restore(flags);
    return fits;
}

/* Waits until the host has taken everything. The register "busy" is meant for that, but whoever reads it sleeps in
 * VirtualBox, which now and then forgets to wake him, for up to 15 seconds. */
static bool finish_queue(void)
{
    svga_write(SVGA_SYNC, 1);
    uint64_t start = clock_now();
    for (int looks = 0; looks < LOOKS && clock_now() - start < HOST_TIME; looks++) {
        if (svga_queue[SVGA_QUEUE_STOP] == next * SVGA_WORD_BYTES)
            return true;
        cpu_relax();
    }
    return false;
}

/* The host ignores an update whose left, top, width or height is not below the largest side. The farthest place that
 * one reaches has both left and width just below it. */
static bool is_reachable(int32_t start, uint32_t length)
{
    int64_t end = 2 * ((int64_t)display.side_maximum - 1);
    return start >= 0 && start <= end - length;
}

static bool are_reachable(const struct display_mode *modes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (modes[i].on &&
            (!is_reachable(modes[i].left, modes[i].width) || !is_reachable(modes[i].top, modes[i].height)))
            return false;
    return true;
}

static bool define(uint32_t screen, const struct display_mode *mode, const struct boot_framebuffer *video)
{
    uint32_t command[] = {
        DEFINE_SCREEN,
        DEFINITION_BYTES,
        screen,
        SCREEN_IS_USED | (screen ? 0 : SCREEN_IS_PRIMARY),
        mode->width,
        mode->height,
        (uint32_t)mode->left,
        (uint32_t)mode->top,
        VIDEO_MEMORY,
        (uint32_t)(video->address - display.memory),
        video->pitch,
        0, /* copies */
    };
    return queue_command(command, sizeof command / sizeof command[0]);
}

static bool destroy(uint32_t screen)
{
    uint32_t command[] = { DESTROY_SCREEN, screen };
    return queue_command(command, sizeof command / sizeof command[0]);
}

/* A screen that is defined anew, VirtualBox takes away first. */
static bool svga_change(uint32_t screen, const struct display_mode *mode, struct boot_framebuffer *video)
{
    return mode->on ? display_clear(video) && define(screen, mode, video) : destroy(screen);
}

/* One side of a rectangle of an update, within the limits of the host. */
struct span {
    int32_t start, length;
};

/* The next span from `at` on; where `at` is too far, it begins before. */
static struct span next_span(int32_t at, int32_t end)
{
    int32_t most = (int32_t)display.side_maximum - 1;
    int32_t start = minimum(at, most), length = minimum(end - start, most);
    return (struct span){ start, length };
}

/* A screen may be presented while its mode changes, by a panic: clipped. One that is off has no width. */
static struct rectangle on_desktop(const struct display_mode *mode, struct rectangle area)
{
    area = rectangle_intersect(area, (struct rectangle){ 0, 0, (int32_t)mode->width, (int32_t)mode->height });
    return (struct rectangle){ area.left + mode->left, area.top + mode->top, area.right + mode->left,
                               area.bottom + mode->top };
}

static void svga_update(size_t screen, struct rectangle area)
{
    if (screen == 0 || screen >= display.screens)
        return;
    area = on_desktop(&display_shown[screen].mode, area);
    for (int32_t y = area.top; y < area.bottom;) {
        struct span rows = next_span(y, area.bottom);
        for (int32_t x = area.left; x < area.right;) {
            struct span columns = next_span(x, area.right);
            uint32_t command[] = { UPDATE, (uint32_t)columns.start, (uint32_t)rows.start, (uint32_t)columns.length,
                                   (uint32_t)rows.length };
            queue_command(command, sizeof command / sizeof command[0]);
            x = columns.start + columns.length;
        }
        y = rows.start + rows.length;
    }
}

static bool svga_set_screens(const struct display_mode *modes, size_t count, struct boot_framebuffer *video)
{
    if (!display_lay_out(modes, count, video) || !are_reachable(modes, count))
        return false;
    bool changed = display_change(modes, count, video, svga_change);
    for (size_t i = 0; changed && i < count; i++)
        svga_update(i, (struct rectangle){ 0, 0, (int32_t)modes[i].width, (int32_t)modes[i].height });
    if (changed && finish_queue())
        return true;
    display_forget();
    start_queue();
    return false;
}

bool svga_screens_start(void)
{
    if (!svga_queue || !(svga_queue[SVGA_QUEUE_CAPABILITIES] & CAPABILITY_SCREENS))
        return false;
    size_t monitors = minimum(svga_read(SVGA_MONITORS), DISPLAY_SCREENS);
    if (monitors < 2)
        return false; /* the registers change the mode of a single screen without taking it away first */
    start_queue();
    display_forget();
    display_drive(monitors, svga_set_screens, svga_update);
    return true;
}
