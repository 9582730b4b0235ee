/* Chapter 16: how does the host say which size it wishes?
 *
 * Whoever drags the window's edge, or asks VBoxManage for a size, makes the host keep a
 * hint a screen and raise an event. One request fetches the hints of all screens and, by
 * naming the event, marks them as taken; otherwise they would come again. */
#include "drivers/guest/screens/display_hints.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "lib/number.h"

static void (*hand_over)(const struct vmmdev_display_hint *hints, size_t count);

static void fetch(uint32_t events)
{
    (void)events;
    static struct {
        struct vmmdev_display_changes changes;
        struct vmmdev_display_hint hints[VMMDEV_SCREENS];
    } request;
    request.changes.acknowledge = VMMDEV_EVENT_DISPLAY_CHANGE;
    request.changes.count = VMMDEV_SCREENS;
    if (vmmdev_send(&request.changes.header, VMMDEV_GET_DISPLAY_CHANGES, sizeof request) < 0)
        return;
    size_t count = minimum(request.changes.count, VMMDEV_SCREENS);
    if (count)
        hand_over(request.hints, count);
}

static struct event_subscriber subscriber = { VMMDEV_EVENT_DISPLAY_CHANGE | VMMDEV_EVENT_RESTORED, NULL, fetch, NULL };

void display_hints_start(void (*answer)(const struct vmmdev_display_hint *hints, size_t count))
{
    if (!vmmdev.present)
        return;
    hand_over = answer;
    events_subscribe(&subscriber);
    static struct vmmdev_masks capability = { .set = VMMDEV_CAPABILITY_GRAPHICS };
    vmmdev_send(&capability.header, VMMDEV_SET_CAPABILITIES, sizeof capability);
    fetch(VMMDEV_EVENT_DISPLAY_CHANGE);
}
