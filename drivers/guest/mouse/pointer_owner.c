/* Chapter 15: whose arrow is it?
 *
 * The host's, while it sends positions: it moves the picture as smoothly as its own
 * pointer, and we write no pixels. Ours, while the mouse is captured or integration is
 * off, since then the host shows none of ours. */
#include "drivers/guest/mouse/pointer_owner.h"
#include "drivers/guest/events.h"
#include "drivers/guest/mouse/host_pointer.h"
#include "drivers/guest/mouse/mouse.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/desktop/pointer_zones.h"
#include "kernel/screen/console.h"

/* Between the one and the other lies a request to the host: shorter than any eye sees. */
static bool draw_by_host(const struct pointer_shape *shape)
{
    bool draws = host_mouse_is_absolute && host_pointer_show(shape);
    if (!draws && vmmdev.present)
        host_pointer_show(NULL);
    return draws;
}

/* The mouse's own subscriber has asked the host whether it is absolute by the time the pointer task runs. */
static void look_again(uint32_t events)
{
    if (events & VMMDEV_EVENT_RESTORED)
        host_pointer_forget();
    pointer_refresh();
}

static struct event_subscriber subscriber = { VMMDEV_EVENT_MOUSE_CAPABILITIES | VMMDEV_EVENT_RESTORED, NULL, look_again,
                                              NULL };

const char *pointer_owner_start(void)
{
    static struct pointer_zone over_console = { &console, &pointer_text, NULL, NULL };
    pointer_add_zone(&over_console);
    if (!screens)
        return "nobody's: there is no screen";
    pointer_cursor = draw_by_host;
    events_subscribe(&subscriber);
    pointer_refresh();
    return vmmdev.present ? "the host draws it while it sends positions, else the kernel" : "the kernel draws it";
}
