/* What the tests of chapter 11 share: a controller that is started, and events that are expected. */
#pragma once
#include "kernel/machine/acpi.h"
#include "drivers/ps2/ps2.h"
#include "kernel/desktop/input.h"
#include "tests/host/fake/i8042.h"
#include "tests/host/test.h"

struct acpi_machine acpi_machine = { .keyboard_controller = true };

static struct input_event event;

#define TYPE(...) fake_i8042_type((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define REPORT(...) fake_i8042_report((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

#define EXPECT_KEY(code, is_pressed)                                                                                   \
    do {                                                                                                               \
        EXPECT(input_take(&event), ==, true);                                                                          \
        EXPECT(event.kind, ==, INPUT_KEY);                                                                             \
        EXPECT(event.source, ==, INPUT_KEYBOARD);                                                                      \
        EXPECT(event.key, ==, code);                                                                                   \
        EXPECT(event.pressed, ==, is_pressed);                                                                         \
    } while (0)

#define EXPECT_MOUSE(right, down, held, towards, to_the_right)                                                         \
    do {                                                                                                               \
        EXPECT(input_take(&event), ==, true);                                                                          \
        EXPECT(event.kind, ==, INPUT_RELATIVE);                                                                        \
        EXPECT(event.source, ==, INPUT_PS2_MOUSE);                                                                     \
        EXPECT(event.x, ==, right);                                                                                    \
        EXPECT(event.has_buttons, ==, true);                                                                           \
        EXPECT(event.y, ==, down);                                                                                     \
        EXPECT(event.buttons, ==, held);                                                                               \
        EXPECT(event.wheel, ==, towards);                                                                              \
        EXPECT(event.wheel_side, ==, to_the_right);                                                                    \
    } while (0)

#define EXPECT_NOTHING() EXPECT(input_waiting(), ==, false)

/* Starts with the controller as it is now. */
static inline void start(const char *found)
{
    EXPECT_TEXT(ps2_start(), found);
    EXPECT(fake_time, <, 3000000);
}

static inline void start_whole(void)
{
    fake_i8042_plug();
    start("keyboard, mouse with wheel and 5 buttons");
    while (input_take(&event))
        ;
}
