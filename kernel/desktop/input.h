/* Chapter 11: how does what a hand does reach the code that answers?
 *
 * Handlers put events in, one task takes them out. Motion merges with motion when the
 * queue is behind; a click or a turn of the wheel is never merged away. A queue that is
 * full forgets its oldest event. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum input_source { INPUT_KEYBOARD, INPUT_PS2_MOUSE, INPUT_HOST_MOUSE };
enum input_kind { INPUT_KEY, INPUT_RELATIVE, INPUT_ABSOLUTE };

enum input_buttons { /* VirtualBox's numbering, VMMDev request 223 */
    BUTTON_LEFT = 1,
    BUTTON_RIGHT = 2,
    BUTTON_MIDDLE = 4,
    BUTTON_BACK = 8,
    BUTTON_FORWARD = 16,
};

enum { INPUT_POSITION_MAX = 65535 };

struct input_event {
    enum input_source source;
    enum input_kind kind;
    uint16_t key;       /* INPUT_KEY: scan code of set 1; 0xe0xx for extended keys */
    bool pressed;       /* INPUT_KEY */
    int32_t x, y;       /* INPUT_RELATIVE: pixels, y downwards; INPUT_ABSOLUTE: 0 to INPUT_POSITION_MAX */
    bool has_buttons;   /* buttons and wheel are known; else they stay as they were */
    uint32_t buttons;   /* held now */
    int32_t wheel;      /* turned since the last event; > 0: towards the user */
    int32_t wheel_side; /* the same, horizontal; > 0: right */
};

/* Adds an event. Any context. */
void input_put(struct input_event event);

/* Takes the oldest event; false: none. Task context. */
bool input_take(struct input_event *event);
bool input_waiting(void);

/* Whoever wants the keys gets them here, in the context of input_put, and they are not
 * queued. NULL: they are events like others. */
extern void (*input_key)(uint16_t key, bool pressed);

extern uint64_t input_lost; /* events that nobody took in time */
