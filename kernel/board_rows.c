/* Chapter 18: what the board says of chapters 12 to 18. A row is a name and a function;
 * later chapters add theirs in the same way. */
#include "kernel/board_rows.h"
#include "drivers/display.h"
#include "drivers/guest/balloon.h"
#include "drivers/guest/events.h"
#include "drivers/guest/heartbeat.h"
#include "drivers/guest/host_pointer.h"
#include "drivers/guest/mouse.h"
#include "drivers/guest/seamless.h"
#include "drivers/guest/session.h"
#include "drivers/guest/statistics.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/board.h"
#include "kernel/pages.h"
#include "kernel/pointer.h"
#include "kernel/wall_clock.h"
#include "lib/date.h"
#include "lib/format.h"

enum { SECOND = 1000 * 1000 }; /* microseconds */

static bool tell_host(char *text, size_t size)
{
    if (vmmdev.present)
        format(text, size, "VirtualBox %u.%u.%u r%u; this run is %016lx, restored %lu times", vmmdev.host_major,
               vmmdev.host_minor, vmmdev.host_build, vmmdev.host_revision, session.identifier, session.restores);
    else
        format(text, size, "no VMMDev: nothing below can be had");
    return vmmdev.present;
}

/* Those that came at least once, by name. */
static bool tell_events(char *text, size_t size)
{
    static const char *const names[EVENT_KINDS] = { "mouse mode", "HGCM",       "display",        "credentials",
                                                    "restored",   "seamless",   "balloon",        "statistics",
                                                    "remote",     "position",   "processors" };
    format(text, size, "%lu interrupts:", event_interrupts);
    for (int i = 0; i < EVENT_KINDS; i++) {
        if (event_counts[i])
            format_append(text, size, " %s %lu", names[i], event_counts[i]);
    }
    return event_interrupts > 0;
}

static bool tell_pointer(char *text, size_t size)
{
    format(text, size, "%d,%d, drawn by %s; %s; %lu shapes sent", pointer.x, pointer.y, pointer.drawn,
           host_mouse_is_absolute ? "the host sends positions" : "steps come by PS/2", host_pointer_requests);
    return host_mouse_is_absolute;
}

static bool tell_screens(char *text, size_t size)
{
    format(text, size, "%s, %lu MiB:", display.name ? display.name : "GRUB's mode", display.memory_bytes >> 20);
    for (const struct screen *screen = screens; screen; screen = screen->next)
        format_append(text, size, "  %ux%u at %d,%d", screen->back.width, screen->back.height, screen->left, screen->top);
    return display.name;
}

static bool tell_seamless(char *text, size_t size)
{
    bool is_on = seamless_mode == VMMDEV_SEAMLESS_REGION;
    format(text, size, "%s, %lu regions sent", is_on ? "our windows are among the host's" : "off", seamless_reports);
    return is_on;
}

static bool tell_clock(char *text, size_t size)
{
    if (!wall_clock.known) {
        format(text, size, "nobody tells the time");
        return false;
    }
    struct date date = date_of(wall_clock_now() / SECOND);
    format(text, size, "%u-%02u-%02u %02u:%02u:%02u UTC; last found %ld us behind, drift %ld ppb, set %lu times", date.year,
           date.month, date.day, date.hour, date.minute, date.second, wall_clock.error, wall_clock.drift,
           wall_clock.steps);
    return wall_clock.from_host;
}

static bool tell_heartbeat(char *text, size_t size)
{
    format(text, size, "every %lu.%lu s, %lu sent", heartbeat.interval / SECOND, heartbeat.interval % SECOND * 10 / SECOND,
           heartbeat.sent);
    return heartbeat.on;
}

static bool tell_statistics(char *text, size_t size)
{
    if (statistics.interval)
        format(text, size, "every %u s, %lu sent; %u %% idle", statistics.interval, statistics.reports, statistics.idle);
    else
        format(text, size, "the host wants none");
    return statistics.interval;
}

static bool tell_memory(char *text, size_t size)
{
    uint64_t all = pages_total() * PAGE_BYTES >> 20, kept = pages_allocated() * PAGE_BYTES >> 10;
    format(text, size, "%lu MiB, %lu KiB of it in use; balloon %lu of %lu MiB%s", all, kept, balloon.held, balloon.wanted,
           balloon.refused ? ", refused by the host" : balloon.kept ? ", the rest is needed here" : "");
    return balloon.held;
}

static bool tell_remote_display(char *text, size_t size)
{
    format(text, size, session.remote_display ? "somebody watches from afar" : "nobody watches from afar");
    return session.remote_display;
}

static bool tell_processors(char *text, size_t size)
{
    format(text, size, "this kernel runs on one; %u offered, %u wanted back", session.plugged, session.unplugged);
    return session.plugged || session.unplugged;
}

void board_add_own_rows(void)
{
    static struct board_row rows[] = {
        { "Host", tell_host, NULL },
        { "Events", tell_events, NULL },
        { "Pointer", tell_pointer, NULL },
        { "Screens", tell_screens, NULL },
        { "Seamless mode", tell_seamless, NULL },
        { "Clock", tell_clock, NULL },
        { "Heartbeat", tell_heartbeat, NULL },
        { "Statistics", tell_statistics, NULL },
        { "Memory", tell_memory, NULL },
        { "Remote display", tell_remote_display, NULL },
        { "Processors", tell_processors, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        board_add(&rows[i]);
}
