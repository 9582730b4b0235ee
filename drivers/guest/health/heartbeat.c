/* Chapter 18: how does the host know that we are alive?
 *
 * It is told so again and again. Two intervals without a word, and it writes into its log that the guest has
 * flatlined. So nothing is promised before tasks run, and nothing after a panic, which has said itself what happened.
 */
#include "drivers/guest/health/heartbeat.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/print.h"
#include "kernel/faults/panic.h"
#include "lib/number.h"

enum { /* microseconds */
    INTERVAL_SHORTEST = 10 * 1000,
    INTERVAL_LONGEST = 30 * 60 * 1000 * 1000,
};

struct heartbeat heartbeat;

static void take_interval(uint64_t nanoseconds)
{
    static bool logged;
    uint64_t wanted = nanoseconds / 1000;
    heartbeat.interval = clamp(wanted, INTERVAL_SHORTEST, INTERVAL_LONGEST);
    if (heartbeat.interval == wanted || logged)
        return;
    print("    Heartbeat: the host wants one every %lu us; every %lu us it gets one\n", wanted, heartbeat.interval);
    logged = true;
}

static void stop_in_panic(void)
{
    if (heartbeat.on)
        heartbeat_switch(false);
}

bool heartbeat_switch(bool on)
{
    static struct vmmdev_heartbeat request;
    request.on = on;
    request.nanoseconds = 0;
    heartbeat.on = false;
    if (!vmmdev.present || vmmdev_send(&request.header, VMMDEV_CONFIGURE_HEARTBEAT, sizeof request) < 0)
        return false;
    take_interval(request.nanoseconds);
    heartbeat.on = on;
    panic_farewell = stop_in_panic;
    return true;
}

void heartbeat_send(void)
{
    static struct vmmdev_request request;
    if (heartbeat.on && vmmdev_send(&request, VMMDEV_HEARTBEAT, sizeof request) >= 0)
        heartbeat.sent++;
}
