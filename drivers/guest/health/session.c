/* Chapter 18: what else changes around a machine that runs?
 *
 * It may be saved, carried to another computer, and go on there as if nothing had happened; somebody may watch it from
 * afar; somebody may plug in a processor. After a restore whoever keeps anything that the host has said asks again:
 * each of them subscribes to the event. Here is what belongs to nobody else. */
#include "drivers/guest/health/session.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/print.h"

enum {
    EXPERIENCE_MOST = 255,
    WATCH_PROCESSORS = 2, /* request 211 */
    CHANGES_LOGGED = 16,  /* of each kind */
};

struct session session;

static uint64_t ask_identifier(void)
{
    static struct vmmdev_session request;
    return vmmdev_send(&request.header, VMMDEV_GET_SESSION_ID, sizeof request) >= 0 ? request.identifier : 0;
}

static void ask_remote_display(uint32_t events)
{
    static struct vmmdev_remote_display request;
    (void)events;
    if (vmmdev_send(&request.header, VMMDEV_GET_REMOTE_DISPLAY_CHANGE, sizeof request) < 0)
        return;
    session.remote_display = request.active;
    session.experience = request.active && request.experience <= EXPERIENCE_MOST ? request.experience : 0;
}

static void answer_restore(uint32_t events)
{
    (void)events;
    uint64_t before = session.identifier;
    session.identifier = ask_identifier();
    if (session.restores++ < CHANGES_LOGGED)
        print("    Session: restored from a saved state, %lx is now %lx; all is asked anew\n", before,
              session.identifier);
}

/* One processor is all that this kernel uses. It takes notice; to give one back takes ACPI's language. */
static void answer_processor(uint32_t events)
{
    static struct vmmdev_processor request;
    (void)events;
    if (vmmdev_send(&request.header, VMMDEV_GET_PROCESSOR_CHANGE, sizeof request) < 0)
        return;
    bool plugged = request.change == VMMDEV_PROCESSOR_PLUG;
    if (!plugged && request.change != VMMDEV_PROCESSOR_UNPLUG)
        return;
    session.plugged += plugged;
    session.unplugged += !plugged;
    if (session.plugged + session.unplugged <= CHANGES_LOGGED)
        print("    Processors: the host %s core %u of package %u; one is all we use\n",
              plugged ? "plugs in" : "wants back", request.core, request.package);
}

static void watch_processors(uint32_t events)
{
    static struct vmmdev_processor_status request;
    (void)events;
    request.status = WATCH_PROCESSORS;
    vmmdev_send(&request.header, VMMDEV_SET_PROCESSOR_STATUS, sizeof request);
}

static struct event_subscriber restores = { VMMDEV_EVENT_RESTORED, NULL, answer_restore, NULL };
static struct event_subscriber watch_again = { VMMDEV_EVENT_RESTORED, NULL, watch_processors, NULL };
static struct event_subscriber processors = { VMMDEV_EVENT_PROCESSOR_CHANGE, NULL, answer_processor, NULL };
static struct event_subscriber remote_display = { VMMDEV_EVENT_REMOTE_DISPLAY_CHANGE | VMMDEV_EVENT_RESTORED, NULL,
                                                  ask_remote_display, NULL };

void session_start(void)
{
    session.identifier = ask_identifier();
    ask_remote_display(0);
    watch_processors(0);
    events_subscribe(&restores);
    events_subscribe(&watch_again);
    events_subscribe(&processors);
    events_subscribe(&remote_display);
}
