/* Chapter 17: how do our windows get among the host's?
 *
 * The host cuts its picture of our screens along a list of rectangles, and its own
 * desktop shows through everywhere else. It says when it wants the list; we send it when
 * it is another than the last. */
#include "drivers/guest/screens/seamless.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/desktop/desktop.h"
#include "lib/memory.h"

enum vmmdev_seamless seamless_mode;
uint64_t seamless_reports;

static bool is_known; /* the host has what `sent` holds */

static struct report {
    struct vmmdev_visible_region visible;
    struct rectangle rectangles[DESKTOP_WINDOWS]; /* the host's have the same four numbers in the same order */
} sent;
_Static_assert(sizeof(struct rectangle) == sizeof(struct vmmdev_rectangle), "a rectangle of the desktop is the host's");

static void send_region(void)
{
    size_t count = desktop_window_count, bytes = count * sizeof sent.rectangles[0];
    if (seamless_mode != VMMDEV_SEAMLESS_REGION)
        return;
    if (is_known && count == sent.visible.count && memcmp(desktop_windows, sent.rectangles, bytes) == 0)
        return;
    memcpy(sent.rectangles, desktop_windows, bytes);
    sent.visible.count = (uint32_t)count;
    is_known = vmmdev_send(&sent.visible.header, VMMDEV_SET_VISIBLE_REGION, sizeof sent.visible + bytes) >= 0;
    seamless_reports += is_known;
}

static void answer(uint32_t events)
{
    (void)events;
    static struct vmmdev_change request;
    request.acknowledge = VMMDEV_EVENT_SEAMLESS_CHANGE;
    if (vmmdev_send(&request.header, VMMDEV_GET_SEAMLESS_CHANGE, sizeof request) < 0)
        return;
    seamless_mode = request.value <= VMMDEV_SEAMLESS_HOST_WINDOW ? request.value : VMMDEV_SEAMLESS_OFF;
    is_known = false;
    send_region();
}

static struct event_subscriber subscriber = { VMMDEV_EVENT_SEAMLESS_CHANGE | VMMDEV_EVENT_RESTORED, NULL, answer,
                                              NULL };

void seamless_start(void)
{
    if (!vmmdev.present)
        return;
    desktop_arranged = send_region;
    events_subscribe(&subscriber);
    static struct vmmdev_masks capability = { .set = VMMDEV_CAPABILITY_SEAMLESS };
    vmmdev_send(&capability.header, VMMDEV_SET_CAPABILITIES, sizeof capability);
    answer(VMMDEV_EVENT_SEAMLESS_CHANGE);
}
