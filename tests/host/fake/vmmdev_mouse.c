/* VMMDev's mouse: one state, overwritten by each event, not cleared by reading. */
#include "tests/host/fake/vmmdev_part.h"

enum { EVENT_MOUSE_CAPABILITIES = 0x1, EVENT_MOUSE_POSITION = 0x200 };
enum { /* features */
       GUEST_ABSOLUTE = 0x01,
       HOST_ABSOLUTE = 0x02,
       GUEST_NEW_PROTOCOL = 0x10,
       HOST_RECHECKS = 0x20,
       GUEST_FULL_STATE = 0x80,
       HOST_FULL_STATE = 0x100,
       GUEST_BITS = 0x95,
       TOLD_BITS = 0x05
};

/* A new front end starts from what it is told: bit 0 or 2 of the guest must change for it to hear of any. */
static void tell_front_end(struct fake_vmmdev *device)
{
    device->front_end_mouse = device->mouse & GUEST_BITS;
    uint32_t before = device->mouse;
    device->mouse &= ~(uint32_t)HOST_ABSOLUTE;
    if (device->integration && device->front_end_mouse & GUEST_ABSOLUTE)
        device->mouse |= HOST_ABSOLUTE;
    if (device->mouse != before)
        fake_vmmdev_raise(device, EVENT_MOUSE_CAPABILITIES);
}

static int32_t answer_get_mouse(struct fake_vmmdev *device, uint8_t *request)
{
    fake_put(request, FAKE_BODY, device->mouse);
    fake_put(request, FAKE_BODY + 4, (uint32_t)device->x);
    fake_put(request, FAKE_BODY + 8, (uint32_t)device->y);
    return 0;
}

static int32_t answer_get_mouse_ex(struct fake_vmmdev *device, uint8_t *request)
{
    if (!(device->mouse & HOST_FULL_STATE) || device->lies.no_mouse_ex)
        return FAKE_ERROR_UNKNOWN;
    answer_get_mouse(device, request);
    fake_put(request, FAKE_BODY + 12, (uint32_t)device->wheel);
    fake_put(request, FAKE_BODY + 16, (uint32_t)device->wheel_side);
    fake_put(request, FAKE_BODY + 20, device->buttons);
    device->turns_read += device->is_mouse_read ? 0 : device->wheel;
    device->is_mouse_read = true;
    return 0;
}

static int32_t answer_set_mouse(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t word = fake_get(request, FAKE_BODY);
    if (word & ~(uint32_t)GUEST_BITS)
        fake_vmmdev_complain(device, "request 2 sets bits 0x%x, which are not the guest's\n",
                             word & ~(uint32_t)GUEST_BITS);
    if (word & GUEST_FULL_STATE && !(device->mouse & HOST_FULL_STATE))
        fake_vmmdev_complain(device, "request 2 promises to use request 223, which this host does not have\n");
    bool told = (word ^ device->mouse) & TOLD_BITS;
    device->mouse = (device->mouse & ~(uint32_t)GUEST_BITS) | (word & GUEST_BITS);
    if (told)
        tell_front_end(device);
    else if ((device->mouse & GUEST_BITS) != device->front_end_mouse)
        fake_vmmdev_complain(device, "the front end never hears of mouse features 0x%x\n", word);
    return 0;
}

bool fake_vmmdev_mouse(struct fake_vmmdev *device, int32_t x, int32_t y, int32_t wheel, int32_t wheel_side,
                       uint32_t buttons)
{
    if (!(device->mouse & HOST_ABSOLUTE)) {
        device->ps2_packets++;
        return false;
    }
    bool clicked = buttons != device->buttons, turned = wheel || wheel_side;
    /* MouseImpl.cpp, i_reportAbsEventToVMMDev: what a host cannot tell by request 223 is no event here */
    bool is_more = device->mouse & HOST_FULL_STATE && (clicked || turned);
    bool changed = x != device->x || y != device->y || is_more;
    /* To make the guest look, or to carry what it does not take from here: behind the event. */
    bool is_told_twice = !(device->front_end_mouse & GUEST_NEW_PROTOCOL) ||
                         (!(device->front_end_mouse & GUEST_FULL_STATE) && (clicked || turned));
    device->x = x;
    device->y = y;
    device->wheel = wheel;
    device->wheel_side = wheel_side;
    device->buttons = buttons;
    if (changed) {
        device->is_mouse_read = false;
        fake_vmmdev_raise(device, EVENT_MOUSE_POSITION);
    }
    device->ps2_packets += is_told_twice;
    if (is_told_twice && device->ps2_mouse)
        device->ps2_mouse(wheel, wheel_side, buttons);
    return true;
}

void fake_vmmdev_integrate(struct fake_vmmdev *device, bool on)
{
    device->integration = on;
    tell_front_end(device);
}

static void reset(struct fake_vmmdev *device)
{
    device->mouse &= ~(uint32_t)(GUEST_BITS | HOST_ABSOLUTE);
    device->front_end_mouse = 0;
}

static const struct fake_vmmdev_request requests[] = {
    { 1, 36, .answer = answer_get_mouse },
    { 2, 36, .answer = answer_set_mouse },
    { 223, 48, .answer = answer_get_mouse_ex },
    { 0 },
};

struct fake_vmmdev_part fake_vmmdev_mouse_part = { .requests = requests, .reset = reset };
