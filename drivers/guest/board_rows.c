/* Chapter 18: what the board says of chapters 12 to 18. A row is a name and a function;
 * later chapters add theirs in the same way. */
#include "drivers/guest/board_rows.h"
#include "drivers/guest/events.h"
#include "drivers/guest/health/balloon.h"
#include "drivers/guest/health/health.h"
#include "drivers/guest/health/heartbeat.h"
#include "drivers/guest/health/session.h"
#include "drivers/guest/health/statistics.h"
#include "drivers/guest/mouse/host_pointer.h"
#include "drivers/guest/mouse/mouse.h"
#include "drivers/guest/screens/seamless.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/desktop/board.h"
#include "kernel/desktop/display.h"
#include "kernel/desktop/pointer.h"
#include "kernel/memory/pages.h"
#include "kernel/time/wall_clock.h"
#include "lib/date.h"
#include "lib/format.h"

enum { SECOND = 1000 * 1000 }; /* microseconds */

static const char *plural(uint64_t count) { return count == 1 ? "" : "s"; }

static bool tell_host(char *text, size_t size)
{
    if (vmmdev.present)
        format(text, size, "VirtualBox %u.%u.%u r%u knows us", vmmdev.host_major, vmmdev.host_minor, vmmdev.host_build,
               vmmdev.host_revision);
    else
        format(text, size, "there is no VMMDev: not VirtualBox, or one that hides it");
    return vmmdev.present;
}

static bool tell_session(char *text, size_t size)
{
    format(text, size, "%016lx, restored %lu time%s", session.identifier, session.restores, plural(session.restores));
    return session.identifier;
}

/* Those that came at least once, by name. */
static bool tell_events(char *text, size_t size)
{
    static const char *const names[EVENT_KINDS] = { "mouse mode", "HGCM",    "display",    "credentials",
                                                    "restored",   "seamless", "balloon",   "statistics",
                                                    "remote",     "position", "processors" };
    const char *separator = ": ";
    format(text, size, "%lu interrupt%s", event_interrupts, plural(event_interrupts));
    for (int i = 0; i < EVENT_KINDS; i++)
        if (event_counts[i]) {
            format_append(text, size, "%s%s %lu", separator, names[i], event_counts[i]);
            separator = ", ";
        }
    return event_interrupts;
}

static bool tell_pointer(char *text, size_t size)
{
    format(text, size, "at %d,%d, drawn by %s; %s; %lu shape%s sent", pointer.x, pointer.y, pointer.drawn,
           host_mouse_is_absolute ? "the host sends positions" : "steps come by PS/2", host_pointer_requests,
           plural(host_pointer_requests));
    return host_mouse_is_absolute;
}

static bool tell_screens(char *text, size_t size)
{
    const char *separator = "";
    text[0] = 0;
    for (const struct screen *screen = screens; screen; screen = screen->next) {
        format_append(text, size, "%s%ux%u at %d,%d", separator, screen->back.width, screen->back.height, screen->left,
                      screen->top);
        separator = ", ";
    }
    if (display.name)
        format_append(text, size, " (%s, %lu MiB)", display.name,
                      (display.memory_bytes + 0xfffff) >> 20);
    else
        format_append(text, size, " (as GRUB left it)");
    return display.name;
}

static bool tell_seamless(char *text, size_t size)
{
    bool is_on = seamless_mode == VMMDEV_SEAMLESS_REGION;
    format(text, size, is_on ? "our windows are among the host's; region sent %lu time%s" : "not asked for",
           seamless_reports, plural(seamless_reports));
    return is_on;
}

static bool tell_clock(char *text, size_t size)
{
    if (!wall_clock.known) {
        format(text, size, "nobody tells the time");
        return false;
    }
    struct date date = date_of(wall_clock_now() / SECOND);
    format(text, size, "%u-%02u-%02u %02u:%02u:%02u UTC", date.year, date.month, date.day, date.hour, date.minute,
           date.second);
    if (wall_clock.from_host)
        format_append(text, size, "; %ld us %s the host when last asked, drift %ld ppm, set %lu time%s",
                      wall_clock.error < 0 ? -wall_clock.error : wall_clock.error,
                      wall_clock.error < 0 ? "ahead of" : "behind", wall_clock.drift / 1000, wall_clock.steps,
                      plural(wall_clock.steps));
    else
        format_append(text, size, ", by the clock on the battery");
    return wall_clock.from_host;
}

static bool tell_heartbeat(char *text, size_t size)
{
    if (heartbeat.on)
        format(text, size, "every %lu ms, %lu so far", heartbeat.interval / 1000, heartbeat.sent);
    else
        format(text, size, "the host wants none");
    return heartbeat.on;
}

static bool tell_statistics(char *text, size_t size)
{
    if (statistics.interval)
        format(text, size, "every %u s, %lu so far; %u %% idle", statistics.interval, statistics.reports,
               statistics.idle);
    else
        format(text, size, "the host wants none");
    return statistics.interval;
}

static bool tell_balloon(char *text, size_t size)
{
    format(text, size, "%lu of %lu MiB lent to the host%s; of ours, %lu of %lu KiB are in use", balloon.held,
           balloon.wanted,
           balloon.refused ? ", which refused" : balloon.kept ? ": the rest is needed here" : "",
           pages_allocated() * PAGE_BYTES >> 10, pages_total() * PAGE_BYTES >> 10);
    return balloon.held;
}

static bool tell_remote_display(char *text, size_t size)
{
    if (session.remote_display)
        format(text, size, "somebody watches from afar, quality %u of 255", session.experience);
    else
        format(text, size, "nobody watches from afar");
    return session.remote_display;
}

static bool tell_processors(char *text, size_t size)
{
    format(text, size, "this kernel runs on one; %u offered, %u wanted back", session.plugged, session.unplugged);
    return session.plugged || session.unplugged;
}

const char *board_start(void)
{
    static struct board_row rows[] = {
        { "Host", tell_host, NULL },
        { "Session", tell_session, NULL },
        { "Events", tell_events, NULL },
        { "Pointer", tell_pointer, NULL },
        { "Screens", tell_screens, NULL },
        { "Seamless mode", tell_seamless, NULL },
        { "Clock", tell_clock, NULL },
        { "Heartbeat", tell_heartbeat, NULL },
        { "Statistics", tell_statistics, NULL },
        { "Balloon", tell_balloon, NULL },
        { "Remote display", tell_remote_display, NULL },
        { "Processors", tell_processors, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        board_add(&rows[i]);
    const char *found = health_start();
    board_open();
    return found;
}
