/* A chapter of the tests: what did people do? Every event of the input queue becomes a line. */
#include "kernel/core/cpu.h"
#include "kernel/core/main.h"
#include "kernel/core/print.h"
#include "kernel/desktop/input.h"

const char *echo_start(void);

static void say(const struct input_event *event)
{
    if (event->kind == INPUT_KEY)
        print("key %x %s\n", event->key, event->pressed ? "down" : "up");
    else
        print("mouse %d %d buttons %u wheel %d %d\n", event->x, event->y, event->buttons, event->wheel,
              event->wheel_side);
}

static void step(void)
{
    struct input_event event;
    while (input_take(&event))
        say(&event);
    cpu_interrupts_off(); /* or an event could come between the look and the sleep */
    if (input_waiting())
        cpu_interrupts_on();
    else
        cpu_interrupts_on_and_halt();
}

const char *echo_start(void)
{
    idle_step = step;
    return "listening";
}
