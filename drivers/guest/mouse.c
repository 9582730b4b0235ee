/* Chapter 14: where is the host's mouse?
 *
 * The host keeps one state: position, buttons, wheel of the newest event. So it is read
 * in the interrupt handler, at once, and only when the event bit says that it is new;
 * the input queue keeps what must not be lost. */
#include "drivers/guest/mouse.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/input.h"

enum { POSITION_MAX = 0xffff };

bool host_mouse_is_absolute;
static bool host_has_buttons;

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static void read_position(uint32_t events)
{
    (void)events;
    static struct vmmdev_mouse_status_ex request; /* the handler's own */
    enum vmmdev_request_type type = host_has_buttons ? VMMDEV_GET_MOUSE_STATUS_EX : VMMDEV_GET_MOUSE_STATUS;
    size_t size = host_has_buttons ? sizeof request : sizeof request.status;
    if (vmmdev_send(&request.status.header, type, size) < 0 || !(request.status.features & VMMDEV_MOUSE_HOST_ABSOLUTE))
        return;
    struct input_event event = {
        .source = INPUT_HOST_MOUSE,
        .kind = INPUT_ABSOLUTE,
        .x = clamp(request.status.x, 0, POSITION_MAX),
        .y = clamp(request.status.y, 0, POSITION_MAX),
    };
    if (host_has_buttons) {
        event.buttons = request.buttons & (BUTTON_LEFT | BUTTON_RIGHT | BUTTON_MIDDLE | BUTTON_BACK | BUTTON_FORWARD);
        event.wheel = clamp(request.wheel, -127, 127);
        event.wheel_side = -clamp(request.wheel_side, -127, 127);
    }
    input_put(event);
}

static void read_capabilities(uint32_t events)
{
    (void)events;
    static struct vmmdev_mouse_status request;
    if (vmmdev_send(&request.header, VMMDEV_GET_MOUSE_STATUS, sizeof request) < 0)
        return;
    host_mouse_is_absolute = request.features & VMMDEV_MOUSE_HOST_ABSOLUTE;
    host_has_buttons = request.features & VMMDEV_MOUSE_HOST_BUTTONS;
}

static struct event_subscriber position = { VMMDEV_EVENT_MOUSE_POSITION, read_position, 0, 0 };
static struct event_subscriber capabilities = { VMMDEV_EVENT_MOUSE_CAPABILITIES, 0, read_capabilities, 0 };

bool host_mouse_start(void)
{
    if (!vmmdev.present)
        return false;
    read_capabilities(0);
    events_subscribe(&capabilities);
    events_subscribe(&position);
    /* All bits at once: the front end hears of later ones only when the first changes. */
    static struct vmmdev_mouse_status request;
    request.features = VMMDEV_MOUSE_GUEST_ABSOLUTE | VMMDEV_MOUSE_NEW_PROTOCOL;
    if (host_has_buttons)
        request.features |= VMMDEV_MOUSE_GUEST_BUTTONS;
    return vmmdev_send(&request.header, VMMDEV_SET_MOUSE_STATUS, sizeof request) >= 0;
}
