/* Chapter 11: where did the mouse go?
 *
 * It reports how far it went since it last said so, in packets of three bytes, or four
 * when it has a wheel. Nothing marks the beginning of a packet for sure, so a lost byte
 * must not turn every later packet into nonsense. */
#include "drivers/ps2/ps2_device.h"
#include "kernel/core/print.h"
#include "kernel/desktop/input.h"
#include "kernel/time/clock.h"

/* Byte 0 of a packet; Adam Chapweske, "The PS/2 Mouse Interface". */
enum {
    FIRST_BUTTONS = 0x07, /* left, right, middle: numbered as in kernel/desktop/input.h */
    FIRST_ALWAYS = 0x08,
    FIRST_X_SIGN = 0x10,
    FIRST_Y_SIGN = 0x20,
    FIRST_OVERFLOW = 0xc0,
};

/* Byte 3 from a mouse with five buttons; the head of VirtualBox's DevPS2M.cpp. */
enum {
    LAST_FORM = 0xc0,
    LAST_FORM_SIDE = 0x40, /* six bits: the wheel was tilted */
    LAST_FORM_WIDE = 0x80, /* six bits: the wheel was turned */
    LAST_BACK = 0x10,      /* in the other forms: two buttons, and four bits of wheel */
    LAST_FORWARD = 0x20,
};

/* Answers to PS2_IDENTIFY. */
enum {
    MOUSE_PLAIN = 0,
    MOUSE_WHEEL = 3,
    MOUSE_FIVE_BUTTONS = 4,
};

/* The makers of wheels had no command to spare, so three sample rates in a row are the
 * knock at the door: a mouse that understands it changes its packets. */
#define KNOCK(first, second, third) PS2_SAMPLE_RATE, first, PS2_SAMPLE_RATE, second, PS2_SAMPLE_RATE, third

static const uint8_t script[] = {
    PS2_RESET,
    KNOCK(200, 100, 80), /* a wheel, please */
    KNOCK(200, 200, 80), /* and five buttons */
    KNOCK(200, 80, 40),  /* and a wheel that tilts */
    PS2_IDENTIFY,
    PS2_SAMPLE_RATE,
    100, /* packets a second */
    PS2_RESOLUTION,
    3, /* eight counts a millimetre */
    PS2_ENABLE,
};

enum { PACKET_GAP = 100000 }; /* microseconds; the bytes of a packet follow each other within a few milliseconds */

static uint8_t packet[4];
static int received;
static uint64_t last_byte; /* when */
static uint32_t buttons;

/* A mouse that is anything else is trusted with no fourth byte. */
static int packet_bytes(void)
{
    return ps2_mouse.identity == MOUSE_WHEEL || ps2_mouse.identity == MOUSE_FIVE_BUTTONS ? 4 : 3;
}

/* The low `bits` bits of `value`, as a signed number. */
static int32_t signed_bits(uint32_t value, int bits)
{
    uint32_t sign = 1u << (bits - 1);
    value &= 2 * sign - 1;
    return (int32_t)(value ^ sign) - (int32_t)sign;
}

static void read_motion(struct input_event *event)
{
    if (packet[0] & FIRST_OVERFLOW) /* the mouse itself does not know how far it went */
        return;
    event->x = signed_bits(packet[1] | (packet[0] & FIRST_X_SIGN) << 4, 9);
    event->y = -signed_bits(packet[2] | (packet[0] & FIRST_Y_SIGN) << 3, 9); /* the mouse counts upwards */
}

/* Buttons 4 and 5, or one of the wheels, from the last byte of a mouse with five buttons. */
static void read_last_byte(struct input_event *event, uint8_t last)
{
    switch (last & LAST_FORM) {
    case LAST_FORM_SIDE:
        event->wheel_side = -signed_bits(last, 6); /* the mouse counts to the left */
        break;
    case LAST_FORM_WIDE:
        event->wheel = signed_bits(last, 6);
        break;
    default:
        event->wheel = signed_bits(last, 4);
        buttons &= FIRST_BUTTONS;
        buttons |= (last & LAST_BACK ? BUTTON_BACK : 0) | (last & LAST_FORWARD ? BUTTON_FORWARD : 0);
    }
}

static void put_packet(void)
{
    struct input_event event = { .source = INPUT_PS2_MOUSE, .kind = INPUT_RELATIVE, .has_buttons = true };
    buttons = (buttons & ~FIRST_BUTTONS) | (packet[0] & FIRST_BUTTONS);
    read_motion(&event);
    if (ps2_mouse.identity == MOUSE_WHEEL)
        event.wheel = signed_bits(packet[3], 8);
    else if (ps2_mouse.identity == MOUSE_FIVE_BUTTONS)
        read_last_byte(&event, packet[3]);
    event.buttons = buttons;
    input_put(event);
}

/* A mouse that has just got power reports its self test. These two bytes could also begin
 * a packet, but one with an overflow, which says nothing worth keeping. */
static bool was_plugged_in(void)
{
    return received == 2 && packet[0] == PS2_SELF_TEST_PASSED && packet[1] == ps2_mouse.reset_ends;
}

static void greet_mouse(void)
{
    print("    PS/2: a mouse was plugged in\n");
    received = 0;
    buttons = 0; /* whatever the last one held */
    input_put((struct input_event){ .source = INPUT_PS2_MOUSE, .kind = INPUT_RELATIVE, .has_buttons = true });
    ps2_device_forget(&ps2_mouse);
    ps2_device_hear(&ps2_mouse, ps2_mouse.reset_ends);
}

static void hear_mouse(uint8_t byte)
{
    uint64_t now = clock_now();
    if (now - last_byte > PACKET_GAP)
        received = 0;
    last_byte = now;
    if (received == 0 && !(byte & FIRST_ALWAYS))
        return; /* the middle of a packet whose beginning is lost */
    packet[received++] = byte;
    if (was_plugged_in()) {
        greet_mouse();
    } else if (received == packet_bytes()) {
        received = 0;
        put_packet();
    }
}

const char *ps2_mouse_name(void)
{
    if (!ps2_device_serves(&ps2_mouse))
        return "no mouse";
    switch (ps2_mouse.identity) {
    case MOUSE_WHEEL:
        return "mouse with wheel";
    case MOUSE_FIVE_BUTTONS:
        return "mouse with wheel and 5 buttons";
    default:
        return "mouse";
    }
}

struct ps2_device ps2_mouse = {
    .second_port = true,
    .script = script,
    .script_bytes = sizeof script,
    .reset_ends = MOUSE_PLAIN, /* behind PS2_SELF_TEST_PASSED: what it is before the knocks */
    .hear = hear_mouse,
};
