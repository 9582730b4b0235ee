/* Chapter 17: how do our windows get among the host's?
 *
 * The host cuts its picture of our screens along a list of rectangles, and its own
 * desktop shows through everywhere else. It says when it wants the list; we send it when
 * it is another than the last. */
#include "drivers/guest/screens/seamless.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "lib/memory.h"
#include "lib/number.h"

enum vmmdev_seamless seamless_mode;
uint64_t seamless_reports;

static size_t (*list_region)(struct vmmdev_rectangle *rectangles, size_t most);
static bool is_known; /* the host has what `sent` holds */

static struct report {
    struct vmmdev_visible_region visible;
    struct vmmdev_rectangle rectangles[SEAMLESS_RECTANGLES];
} sent;

void seamless_update(void)
{
    static struct vmmdev_rectangle now[SEAMLESS_RECTANGLES];
    if (seamless_mode != VMMDEV_SEAMLESS_REGION)
        return;
    size_t count = minimum(list_region(now, SEAMLESS_RECTANGLES), SEAMLESS_RECTANGLES), bytes = count * sizeof now[0];
    if (is_known && count == sent.visible.count && memcmp(now, sent.rectangles, bytes) == 0)
        return;
    memcpy(sent.rectangles, now, bytes);
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
    seamless_update();
}

static struct event_subscriber subscriber = { VMMDEV_EVENT_SEAMLESS_CHANGE | VMMDEV_EVENT_RESTORED, NULL, answer,
                                              NULL };

void seamless_start(size_t (*region)(struct vmmdev_rectangle *rectangles, size_t most))
{
    if (!vmmdev.present)
        return;
    list_region = region;
    events_subscribe(&subscriber);
    static struct vmmdev_masks capability = { .set = VMMDEV_CAPABILITY_SEAMLESS };
    vmmdev_send(&capability.header, VMMDEV_SET_CAPABILITIES, sizeof capability);
    answer(VMMDEV_EVENT_SEAMLESS_CHANGE);
}
