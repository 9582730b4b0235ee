/* Chapter 11: what do the two devices behind the controller have in common?
 *
 * Keyboard and mouse answer every byte they are sent, so talking to one is a script:
 * each answer lets the next byte go. Nothing here waits. At boot the controller is
 * asked for bytes again and again; later they come with interrupts, and a mouse that
 * is plugged in then goes through the same script. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Adam Chapweske, "The PS/2 Mouse/Keyboard Protocol" and "The PS/2 Mouse Interface". */
enum ps2_byte {
    PS2_RESET = 0xff,
    PS2_ENABLE = 0xf4,
    PS2_SAMPLE_RATE = 0xf3,
    PS2_IDENTIFY = 0xf2,
    PS2_RESOLUTION = 0xe8,
    /* and from the device: */
    PS2_ACKNOWLEDGE = 0xfa,
    PS2_RESEND = 0xfe,
    PS2_SELF_TEST_PASSED = 0xaa,
};

/* What a device says, and how far it is with its script. */
struct ps2_device {
    bool second_port;
    const uint8_t *script; /* begins with PS2_RESET */
    size_t script_bytes;
    uint8_t reset_ends;         /* the last byte of the answer to PS2_RESET */
    void (*hear)(uint8_t byte); /* what comes once the script is over */

    size_t step;      /* the byte of the script that waits for its answer */
    uint32_t resends; /* of that byte */
    uint8_t identity; /* answer to PS2_IDENTIFY */
};

extern struct ps2_device ps2_keyboard, ps2_mouse;

/* "mouse with wheel and 5 buttons". */
const char *ps2_mouse_name(void);

/* Starts the script. */
void ps2_device_reset(struct ps2_device *device);

/* A byte of the device has arrived. Any context, interrupts off. */
void ps2_device_hear(struct ps2_device *device, uint8_t byte);

/* Back to the beginning: the device serves no more, until it reports a self test. */
void ps2_device_forget(struct ps2_device *device);

/* The script is over, and the device reports what people do. */
bool ps2_device_serves(const struct ps2_device *device);
