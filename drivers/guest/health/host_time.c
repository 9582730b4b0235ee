/* Chapter 18: what time is it outside, by the host's clock?
 *
 * The answer was true somewhere between the moment before the request and the moment after it; the middle is taken, and
 * where the two lie far apart, because the host had other things to do, the question is asked again. */
#include "drivers/guest/health/host_time.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/print.h"
#include "kernel/time/clock.h"
#include "kernel/time/wall_clock.h"
#include "lib/date.h"

enum {
    TRIES = 3,
    NEAR = 1000,      /* microseconds that a request may take: no more than the answer is exact to */
    HALF_UNIT = 500,  /* the host cuts off what is less than a millisecond */
};

static bool refused, nonsense_logged;

static bool is_time(uint64_t milliseconds)
{
    if (milliseconds && milliseconds / 1000 < DATE_SECONDS_END)
        return true;
    if (!nonsense_logged)
        print("    Clock: the host says %lu ms since 1970; not used\n", milliseconds);
    nonsense_logged = true;
    return false;
}

bool host_time_read(void)
{
    static struct vmmdev_host_time request;
    uint64_t milliseconds = 0, middle = 0, shortest = UINT64_MAX;
    if (!vmmdev.present || refused)
        return false;
    for (int tries = 0; tries < TRIES && shortest > NEAR; tries++) {
        uint64_t before = clock_now();
        refused = vmmdev_send(&request.header, VMMDEV_GET_HOST_TIME, sizeof request) < 0;
        uint64_t took = clock_now() - before;
        if (refused || !is_time(request.milliseconds))
            return false;
        if (took >= shortest)
            continue;
        shortest = took;
        middle = before + took / 2;
        milliseconds = request.milliseconds;
    }
    wall_clock_correct(milliseconds * 1000 + HALF_UNIT, middle, true);
    return true;
}

void host_time_forget(void) { refused = false; }
