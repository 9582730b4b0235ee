/* Chapter 14: where is the host's mouse?
 *
 * The host keeps one state: position, buttons, wheel of the newest event. So it is read
 * in the interrupt handler, at once, and only when the event bit says that it is new;
 * the input queue keeps what must not be lost. */
#include "drivers/guest/mouse/mouse.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/cpu.h"
#include "kernel/desktop/input.h"
#include "lib/number.h"

enum { TURNS_MOST = 127 }; /* of the wheel, in one event */

bool host_mouse_is_absolute;
static bool host_has_buttons; /* and has been promised that we take them, when it was met first */
static bool position_known;   /* the host has sent one */

/* Returns the feature word; 0: refused. */
static uint32_t read_capabilities(void)
{
    static struct vmmdev_mouse_status request;
    if (vmmdev_send(&request.header, VMMDEV_GET_MOUSE_STATUS, sizeof request) < 0)
        return 0;
    host_mouse_is_absolute = request.features & VMMDEV_MOUSE_HOST_ABSOLUTE;
    return request.features;
}

static bool is_same(const struct vmmdev_mouse_status_ex *one, const struct vmmdev_mouse_status_ex *other)
{
    return one->status.x == other->status.x && one->status.y == other->status.y && one->buttons == other->buttons &&
           one->wheel == other->wheel && one->wheel_side == other->wheel_side;
}

/* The host does not say which event it answers with. An event that came between the last
 * fetch and the last answer has been counted, and calls all the same; one that came a little
 * later has not. They are told apart by what they say. Of two that say the same, one counts:
 * no turn is better than one that nobody made. */
static bool was_counted(const struct vmmdev_mouse_status_ex *answer)
{
    static struct vmmdev_mouse_status_ex last;
    bool counted = events_overlap & VMMDEV_EVENT_MOUSE_POSITION && is_same(answer, &last);
    last = *answer;
    return counted;
}

/* Puts the host's mouse into the input queue. Its buttons and wheel are those of the last
 * event, however old: they count only where there is a new one. Interrupts off. */
static void read_mouse(bool is_new)
{
    static struct vmmdev_mouse_status_ex request;
    bool all = host_has_buttons &&
               vmmdev_send(&request.status.header, VMMDEV_GET_MOUSE_STATUS_EX, sizeof request) >= 0;
    if (!all && vmmdev_send(&request.status.header, VMMDEV_GET_MOUSE_STATUS, sizeof request.status) < 0)
        return;
    if (!(request.status.features & VMMDEV_MOUSE_HOST_ABSOLUTE))
        return;
    struct input_event event = {
        .source = INPUT_HOST_MOUSE,
        .kind = INPUT_ABSOLUTE,
        .x = clamp(request.status.x, 0, INPUT_POSITION_MAX),
        .y = clamp(request.status.y, 0, INPUT_POSITION_MAX),
    };
    if (all && is_new && !was_counted(&request)) {
        event.has_buttons = true;
        event.buttons = request.buttons & (BUTTON_LEFT | BUTTON_RIGHT | BUTTON_MIDDLE | BUTTON_BACK | BUTTON_FORWARD);
        event.wheel = clamp(request.wheel, -TURNS_MOST, TURNS_MOST);
        event.wheel_side = -clamp(request.wheel_side, -TURNS_MOST, TURNS_MOST);
    }
    input_put(event);
    position_known = true;
}

static void answer_position(uint32_t events)
{
    (void)events;
    read_mouse(true);
}

/* When integration comes back, the host may be where it last was, and then calls for no
 * new position: so it is asked for. Nor does it call again for what it dropped while the
 * machine was paused; and a machine that was restored may be on another host. */
static void answer_capabilities(uint32_t events)
{
    (void)events;
    read_capabilities();
    if (!host_mouse_is_absolute || !position_known)
        return;
    uint64_t flags = cpu_interrupts_save();
    read_mouse(false);
    cpu_interrupts_restore(flags);
}

static struct event_subscriber position = { VMMDEV_EVENT_MOUSE_POSITION, answer_position, NULL, NULL };
static struct event_subscriber capabilities = { VMMDEV_EVENT_MOUSE_CAPABILITIES | VMMDEV_EVENT_RESTORED, NULL,
                                                answer_capabilities, NULL };

bool host_mouse_start(void)
{
    if (!vmmdev.present)
        return false;
    host_has_buttons = read_capabilities() & VMMDEV_MOUSE_HOST_BUTTONS;
    events_subscribe(&capabilities);
    events_subscribe(&position);
    /* All bits at once: the front end hears of later ones only when the first changes. */
    static struct vmmdev_mouse_status request;
    request.features = VMMDEV_MOUSE_GUEST_ABSOLUTE | VMMDEV_MOUSE_NEW_PROTOCOL;
    if (host_has_buttons)
        request.features |= VMMDEV_MOUSE_GUEST_BUTTONS;
    return vmmdev_send(&request.header, VMMDEV_SET_MOUSE_STATUS, sizeof request) >= 0;
}
