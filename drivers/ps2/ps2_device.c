/* Chapter 11: how does one talk to a device that answers every byte? */
#include "drivers/ps2/ps2_device.h"
#include "drivers/ps2/ps2.h"

enum { RESENDS = 3 }; /* of one byte; then the device is broken, and left alone */

static void send_step(struct ps2_device *device) { ps2_send(device, device->script[device->step]); }

void ps2_device_reset(struct ps2_device *device)
{
    device->step = 0;
    device->resends = 0;
    send_step(device);
}

void ps2_device_forget(struct ps2_device *device) { device->step = 0; }

bool ps2_device_serves(const struct ps2_device *device) { return device->step == device->script_bytes; }

static void send_next_step(struct ps2_device *device)
{
    device->step++;
    device->resends = 0;
    if (!ps2_device_serves(device))
        send_step(device);
}

static void send_step_again(struct ps2_device *device)
{
    if (device->resends++ < RESENDS)
        send_step(device);
}

/* Whether this byte is the end of the answer to what was said last. */
static bool ends_answer(const struct ps2_device *device, uint8_t byte)
{
    switch (device->script[device->step]) {
    case PS2_RESET:
        return byte == device->reset_ends;
    case PS2_IDENTIFY:
        return byte != PS2_ACKNOWLEDGE;
    default:
        return byte == PS2_ACKNOWLEDGE;
    }
}

void ps2_device_hear(struct ps2_device *device, uint8_t byte)
{
    if (ps2_device_serves(device)) {
        device->hear(byte);
        return;
    }
    if (byte == PS2_RESEND) {
        send_step_again(device);
        return;
    }
    if (byte == PS2_SELF_TEST_PASSED)
        ps2_device_forget(device); /* plugged in just now: it knows nothing of what was said before */
    if (!ends_answer(device, byte))
        return;
    if (device->script[device->step] == PS2_IDENTIFY)
        device->identity = byte;
    send_next_step(device);
}
