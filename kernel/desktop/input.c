/* Chapter 11: how does what a hand does reach the code that answers?
 *
 * Through a ring. Handlers put events in at one end, a task takes them out at the
 * other, in order. A hand moves faster than a screen is drawn, so motion that nobody
 * has looked at yet is added up in one event: the queue is as long as the clicks are
 * many, however far the mouse went. */
#include "kernel/desktop/input.h"
#include "kernel/core/cpu.h"
#include "lib/number.h"

enum { QUEUE_EVENTS = 128, SOURCES = INPUT_HOST_MOUSE + 1 };

/* `used` events from `oldest` on. Interrupts are off wherever these change. */
static struct input_event queue[QUEUE_EVENTS];
static uint32_t oldest, used;
static bool newest_is_motion;  /* and nothing else: more motion may be added to it */
static uint32_t held[SOURCES]; /* the buttons that each source held last */

uint64_t input_lost;
void (*input_key)(uint16_t key, bool pressed);

/* The event at this place; 0 is the oldest. */
static struct input_event *queued(uint32_t place) { return &queue[(oldest + place) % QUEUE_EVENTS]; }

/* One event that says what both say; `next` is the later one, of the same source and kind. */
static void merge(struct input_event *event, const struct input_event *next)
{
    bool relative = next->kind == INPUT_RELATIVE;
    event->x = relative ? add_saturating(event->x, next->x) : next->x;
    event->y = relative ? add_saturating(event->y, next->y) : next->y;
    event->wheel = add_saturating(event->wheel, next->wheel);
    event->wheel_side = add_saturating(event->wheel_side, next->wheel_side);
    event->buttons = next->has_buttons ? next->buttons : event->buttons;
    event->has_buttons |= next->has_buttons;
}

/* Whether the event is motion and no more: no key, no turn, no button that changed. */
static bool is_motion(const struct input_event *event)
{
    bool says_more = event->has_buttons && (event->wheel || event->wheel_side || event->buttons != held[event->source]);
    return event->kind != INPUT_KEY && !says_more;
}

static bool can_merge(const struct input_event *event, const struct input_event *next)
{
    return event->source == next->source && event->kind == next->kind && event->kind != INPUT_KEY;
}

static void drop_oldest(void)
{
    oldest = (oldest + 1) % QUEUE_EVENTS;
    used--;
}

/* When nobody has taken an event for long, the oldest makes room: the newest ones say
 * where the mouse is and what is held. */
void input_put(struct input_event event)
{
    uint64_t flags = cpu_interrupts_save();
    if (event.kind == INPUT_KEY && input_key) {
        input_key(event.key, event.pressed);
        cpu_interrupts_restore(flags);
        return;
    }
    bool motion = is_motion(&event);
    if (motion && newest_is_motion && used && can_merge(queued(used - 1), &event)) {
        merge(queued(used - 1), &event);
    } else {
        if (used == QUEUE_EVENTS) {
            drop_oldest();
            input_lost++;
        }
        *queued(used++) = event;
        newest_is_motion = motion;
    }
    if (event.has_buttons)
        held[event.source] = event.buttons;
    cpu_interrupts_restore(flags);
}

bool input_take(struct input_event *event)
{
    uint64_t flags = cpu_interrupts_save();
    bool found = used > 0;
    if (found) {
        *event = *queued(0);
        drop_oldest();
    }
    cpu_interrupts_restore(flags);
    return found;
}

bool input_waiting(void) { return used > 0; }
