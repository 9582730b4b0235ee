/* What does VirtualBox's VMMDev know of a guest's time, pulse, memory and surroundings?
 *
 * Its time is the fake clock's, with an offset and a drift of its own. Pages that it has taken into its balloon cannot
 * be touched any more: whoever does so is killed. */
#pragma once
#include "tests/host/fake/vmmdev_part.h"

enum { FAKE_BALLOON_MOST = 4096 }; /* MiB */

struct fake_health {
    bool time_disabled;   /* request 10 is refused */
    uint64_t start;       /* milliseconds since 1970 when the guest's clock said 0 */
    int64_t ahead;        /* microseconds by which the host is ahead of that: pauses, and hands on its clock */
    int64_t drift;        /* billionths that the guest's clock is too slow */
    uint64_t slow;        /* microseconds that the next answer takes, after the time was read */
    uint64_t lie;         /* this many milliseconds instead; 0: the truth */

    uint64_t session;

    uint64_t beat_interval; /* nanoseconds */
    bool beats_expected;
    uint64_t beats, last_beat, flatlines; /* flatlines that ended with a beat */

    uint32_t statistics_interval, statistics_told; /* seconds; what the guest has read */
    uint64_t reports;
    uint8_t report[100]; /* the last */

    uint32_t balloon_wanted, balloon_told, memory; /* MiB */
    uint64_t taken[FAKE_BALLOON_MOST]; /* addresses of MiBs */
    size_t taken_count;
    bool balloon_refused;   /* takes half of the pages and then refuses: those are not the guest's any more */
    size_t balloon_changes; /* requests */

    bool remote_display;
    uint32_t experience;
    uint32_t processor_change, core, package;
    uint32_t processor_status;
};

extern struct fake_health health;

/* Joins a fake VMMDev and is as after power-on. */
void fake_health_start(struct fake_vmmdev *device);

/* By the host's own clock, microseconds since 1970. */
uint64_t fake_health_time(void);

/* Whether the host now takes the guest for dead. */
bool fake_health_is_flat(void);

/* The machine goes on from a saved state: another session, so much later. */
void fake_health_restore(struct fake_vmmdev *device, uint64_t microseconds);

/* The host asks for what the guest has not been told last; else nothing happens, whatever was asked for meanwhile. */
void fake_health_ask_statistics(struct fake_vmmdev *device, uint32_t seconds);
void fake_health_ask_balloon(struct fake_vmmdev *device, uint32_t mib);
