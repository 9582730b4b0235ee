/* Chapter 11: which key was that?
 *
 * The keyboard speaks in scan codes of set 2, the controller translates them to set 1,
 * where a key is a number below 0x80, and its release the same number with bit 7 set.
 * Keys that came after 1984 have the prefix 0xe0. */
#include "drivers/ps2/ps2_device.h"
#include "kernel/desktop/input.h"

/* Scan codes of set 1; Andries Brouwer, "Keyboard scancodes". */
enum {
    PREFIX_EXTENDED = 0xe0,
    PREFIX_PAUSE = 0xe1, /* pause sends e1 1d 45 e1 9d c5 when it goes down, and nothing when it comes up */
    PAUSE_BYTES = 2,     /* behind its prefix */
    RELEASED = 0x80,
    LEFT_SHIFT = 0x2a,
    RIGHT_SHIFT = 0x36,
    OVERRUN = 0x00,
    KEY_ERROR = 0xff,
};

static uint8_t prefix; /* 0: none */
static int to_skip;    /* bytes of the pause key that are still to come */

/* Around print screen and the arrows, the keyboard presses shift keys that nobody touched,
 * for programs of 1984. */
static bool is_invented(uint8_t code)
{
    uint8_t key = code & ~RELEASED;
    return prefix == PREFIX_EXTENDED && (key == LEFT_SHIFT || key == RIGHT_SHIFT);
}

/* Not a key, but a remark of the keyboard. */
static bool is_remark(uint8_t byte)
{
    return byte == OVERRUN || byte == KEY_ERROR || byte == PS2_ACKNOWLEDGE || byte == PS2_RESEND;
}

static void put_key(uint8_t code)
{
    input_put((struct input_event){
        .source = INPUT_KEYBOARD,
        .kind = INPUT_KEY,
        .key = (uint16_t)((prefix << 8) | (code & ~RELEASED)),
        .pressed = !(code & RELEASED),
    });
}

static void hear_keyboard(uint8_t byte)
{
    if (is_remark(byte)) {
        prefix = 0;
        to_skip = 0;
    } else if (to_skip > 0) {
        to_skip--;
    } else if (byte == PREFIX_PAUSE) {
        to_skip = PAUSE_BYTES;
    } else if (byte == PREFIX_EXTENDED) {
        prefix = byte;
    } else {
        if (!is_invented(byte))
            put_key(byte);
        prefix = 0;
    }
}

static const uint8_t script[] = { PS2_RESET, PS2_ENABLE };

struct ps2_device ps2_keyboard = {
    .script = script,
    .script_bytes = sizeof script,
    .reset_ends = PS2_SELF_TEST_PASSED,
    .hear = hear_keyboard,
};
