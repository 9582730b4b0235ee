/* Chapter 18: how does a guest stay in step with its host?
 *
 * What takes turns with the rest of the kernel are three tasks that mostly sleep: the pulse, the statistics, the
 * balloon. The pulse wakes up as often as the host wants a heartbeat, and asks for the time while it is awake: so the
 * clock costs no waking of its own, and a pause of the machine is noticed within a beat. */
#include "drivers/guest/health/health.h"
#include "drivers/guest/events.h"
#include "drivers/guest/health/balloon.h"
#include "drivers/guest/health/heartbeat.h"
#include "drivers/guest/health/host_time.h"
#include "drivers/guest/health/session.h"
#include "drivers/guest/health/statistics.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/time/clock.h"
#include "kernel/time/cmos.h"
#include "kernel/time/task.h"
#include "kernel/time/wall_clock.h"
#include "lib/date.h"
#include "lib/format.h"

enum {
    SECOND = 1000 * 1000,
    CLOCK_INTERVAL = 10 * SECOND, /* of a host that wants no heartbeat */
    UNSURE_INTERVAL = SECOND / 2, /* nobody pauses a machine again so soon, ... */
    UNSURE_REST = 20 * SECOND,    /* ... but a host's clock may jump all the time */
    PAUSE_SHORTEST = 3 * 1000, /* readings are good to 2 ms; to ask in vain costs little */
};

static bool restored;
static struct task task;

static bool is_restored(void *unused)
{
    (void)unused;
    return restored;
}

/* What is done once a beat. Returns the microseconds to the next. A clock that is behind by
 * so much stood still while the machine was paused, as far as anybody here can tell; one that
 * is ahead may have taken a pause for drift, and made up for the next one. */
static uint64_t beat(bool all_is_asked)
{
    static uint64_t next_look;
    heartbeat_send();
    bool told = host_time_read();
    bool is_right = wall_clock.error > -PAUSE_SHORTEST && wall_clock.error < PAUSE_SHORTEST;
    if (told && !is_right && !all_is_asked)
        events_ask_again();
    if (told && wall_clock_is_unsure() && clock_now() >= next_look) {
        next_look = clock_now() + UNSURE_REST;
        return UNSURE_INTERVAL;
    }
    if (heartbeat.on)
        return heartbeat.interval;
    return told ? CLOCK_INTERVAL : WAIT_FOREVER;
}

static void run_health(void *unused)
{
    (void)unused;
    for (;;) {
        bool all_is_asked = restored;
        restored = false;
        host_time_forget();
        heartbeat_switch(true);
        while (!wait_until(is_restored, NULL, beat(all_is_asked)))
            all_is_asked = false;
    }
}

static void ask_again(uint32_t events)
{
    (void)events;
    restored = true;
}

static struct event_subscriber restores = { VMMDEV_EVENT_RESTORED, NULL, ask_again, NULL };

/* The heartbeat is asked for its interval and no more: until the last chapter has started, tasks do not run. */
static void start_parts(void)
{
    heartbeat_switch(false);
    session_start();
    events_subscribe(&restores);
    task_create(&task, "pulse", run_health, NULL);
    statistics_start();
    balloon_start();
}

static void read_cmos(void)
{
    uint64_t seconds = cmos_time();
    if (seconds)
        wall_clock_correct(seconds * SECOND, clock_now(), false);
}

/* What the chapter found, piece by piece. */
static void say_time(char *text, size_t size)
{
    struct date date = date_of(wall_clock_now() / SECOND);
    if (wall_clock.known)
        format(text, size, "%u-%02u-%02u %02u:%02u:%02u %s", date.year, date.month, date.day, date.hour, date.minute,
               date.second, wall_clock.from_host ? "UTC" : "by the CMOS clock");
    else
        format(text, size, "nobody knows the time");
}

static void say_heartbeat(char *text, size_t size)
{
    if (!vmmdev.present)
        format(text, size, "no host");
    else if (!heartbeat.interval)
        format(text, size, "no heartbeat");
    else if (heartbeat.interval % SECOND)
        format(text, size, "heartbeat every %lu ms", heartbeat.interval / 1000);
    else
        format(text, size, "heartbeat every %lu s", heartbeat.interval / SECOND);
}

const char *health_start(void)
{
    static char found[96];
    char time[48], pulse[40];
    if (!host_time_read())
        read_cmos();
    if (vmmdev.present)
        start_parts();
    say_time(time, sizeof time);
    say_heartbeat(pulse, sizeof pulse);
    return format(found, sizeof found, "%s, %s", time, pulse);
}
