/* Chapter 11: the queue merges motion, and nothing else. */
// sources: kernel/desktop/input.c
#include "tests/host/test.h"
#include "kernel/desktop/input.h"

enum { QUEUE_EVENTS = 128 };

static struct input_event event;

static struct input_event relative(int32_t x, int32_t y, uint32_t buttons, int32_t wheel)
{
    return (struct input_event){
        .source = INPUT_PS2_MOUSE, .kind = INPUT_RELATIVE, .x = x, .y = y, .has_buttons = true, .buttons = buttons,
        .wheel = wheel
    };
}

static struct input_event absolute(int32_t x, int32_t y, uint32_t buttons)
{
    return (struct input_event){
        .source = INPUT_HOST_MOUSE, .kind = INPUT_ABSOLUTE, .x = x, .y = y, .has_buttons = true, .buttons = buttons
    };
}

static struct input_event key(uint16_t code, bool pressed)
{
    return (struct input_event){ .source = INPUT_KEYBOARD, .kind = INPUT_KEY, .key = code, .pressed = pressed };
}

static int take_all(void)
{
    int count = 0;
    while (input_take(&event))
        count++;
    return count;
}

TEST(an_empty_queue_says_so)
{
    EXPECT(input_waiting(), ==, false);
    EXPECT(input_take(&event), ==, false);
    input_put(key(0x1e, true));
    EXPECT(input_waiting(), ==, true);
    EXPECT(input_take(&event), ==, true);
    EXPECT(event.key, ==, 0x1e);
    EXPECT(event.pressed, ==, true);
    EXPECT(input_waiting(), ==, false);
}

TEST(relative_motion_adds_up)
{
    for (int i = 0; i < 1000; i++)
        input_put(relative(3, -2, 0, 0));
    EXPECT(input_take(&event), ==, true);
    EXPECT(event.x, ==, 3000);
    EXPECT(event.y, ==, -2000);
    EXPECT(input_waiting(), ==, false);
}

TEST(the_sum_stops_at_its_limits)
{
    input_put(relative(INT32_MAX - 1, INT32_MIN + 1, 0, 0));
    input_put(relative(5, -5, 0, 0));
    input_take(&event);
    EXPECT(event.x, ==, INT32_MAX);
    EXPECT(event.y, ==, INT32_MIN);
}

TEST(the_newest_place_replaces_the_older)
{
    input_put(absolute(10, 20, 0));
    input_put(absolute(0, 65535, 0));
    EXPECT(input_take(&event), ==, true);
    EXPECT(event.x, ==, 0);
    EXPECT(event.y, ==, 65535);
    EXPECT(input_waiting(), ==, false);
}

TEST(a_click_stays_where_it_was_made)
{
    input_put(absolute(10, 10, 0));
    input_put(absolute(20, 20, BUTTON_LEFT));
    input_put(absolute(30, 30, BUTTON_LEFT));
    input_put(absolute(40, 40, BUTTON_LEFT));
    input_put(absolute(50, 50, 0));
    input_put(absolute(60, 60, 0));
    int32_t places[] = { 10, 20, 40, 50, 60 };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        EXPECT(input_take(&event), ==, true);
        EXPECT(event.x, ==, places[i]);
    }
    EXPECT(input_waiting(), ==, false);
}

TEST(a_turn_is_an_event_of_its_own)
{
    input_put(relative(1, 0, 0, 0));
    input_put(relative(1, 0, 0, 1));
    input_put(relative(1, 0, 0, -1));
    input_put(relative(1, 0, 0, 0));
    input_put(relative(1, 0, 0, 0));
    EXPECT(take_all(), ==, 4);
    EXPECT(event.x, ==, 2);
}

TEST(motion_of_another_source_does_not_merge)
{
    input_put(relative(1, 0, 0, 0));
    input_put(absolute(1, 0, 0));
    struct input_event host = relative(1, 0, 0, 0);
    host.source = INPUT_HOST_MOUSE; /* as the absolute one before, but of another kind */
    input_put(host);
    input_put(relative(1, 0, 0, 0)); /* of the same kind, but another source */
    input_put(key(0x1e, true));
    input_put(key(0x1e, true));
    EXPECT(take_all(), ==, 6);
}

TEST(a_button_held_while_the_queue_was_emptied_is_no_change)
{
    input_put(relative(0, 0, BUTTON_LEFT, 0));
    take_all();
    input_put(relative(1, 0, BUTTON_LEFT, 0));
    input_put(relative(1, 0, BUTTON_LEFT, 0));
    EXPECT(take_all(), ==, 1);
    EXPECT(event.x, ==, 2);
}

TEST(motion_that_knows_no_buttons_changes_none)
{
    struct input_event place = absolute(10, 10, 0);
    place.has_buttons = false;
    input_put(absolute(1, 1, BUTTON_LEFT));
    input_put(absolute(2, 2, BUTTON_LEFT));
    input_put(place); /* merges into the drag */
    input_put(absolute(20, 20, BUTTON_LEFT));
    EXPECT(input_take(&event), ==, true);
    EXPECT(input_take(&event), ==, true);
    EXPECT(event.x, ==, 20);
    EXPECT(event.has_buttons, ==, true);
    EXPECT(event.buttons, ==, BUTTON_LEFT);
    EXPECT(input_waiting(), ==, false);

    input_put(place);
    EXPECT(input_take(&event), ==, true);
    EXPECT(event.has_buttons, ==, false);
    input_put(place);
    input_put(absolute(30, 30, BUTTON_LEFT)); /* and a drag into it: no button has changed */
    EXPECT(input_take(&event), ==, true);
    EXPECT(event.x, ==, 30);
    EXPECT(event.has_buttons, ==, true);
    EXPECT(event.buttons, ==, BUTTON_LEFT);
    input_put(place);
    input_put(absolute(40, 40, 0));
    EXPECT(take_all(), ==, 2);
}

TEST(a_full_queue_forgets_its_oldest_events)
{
    for (int i = 0; i < QUEUE_EVENTS + 2; i++)
        input_put(key((uint16_t)i, true));
    EXPECT(input_lost, ==, 2);
    input_put(absolute(7, 8, 0));
    input_put(absolute(9, 10, 0)); /* merges: it costs nothing */
    EXPECT(input_lost, ==, 3);
    input_take(&event);
    EXPECT(event.key, ==, 3);
    EXPECT(take_all(), ==, QUEUE_EVENTS - 1);
    EXPECT(event.x, ==, 9);
}

/* What must come out of the queue, however it was merged: the sum of the motion, the sum
 * of the turns, every key, and every change of the buttons in order. */
struct model {
    int64_t x, y, wheel, wheel_side;
    int32_t place;
    uint32_t keys, changes, held;
    uint64_t hash; /* of keys and changes, in order */
};

static void remember(struct model *model, const struct input_event *seen)
{
    if (seen->kind == INPUT_KEY) {
        model->keys++;
        model->hash = model->hash * 31 + seen->key * 2u + seen->pressed;
    } else if (seen->kind == INPUT_ABSOLUTE) {
        model->place = seen->x;
    } else {
        model->x += seen->x;
        model->y += seen->y;
        model->wheel += seen->wheel;
        model->wheel_side += seen->wheel_side;
        if (seen->buttons != model->held) {
            model->changes++;
            model->hash = model->hash * 31 + 1000000 + seen->buttons;
        }
        model->held = seen->buttons;
    }
}

static struct input_event random_event(uint32_t *buttons)
{
    switch (rand() % 8) {
    case 0:
        return key((uint16_t)(rand() % 0x80), rand() & 1);
    case 1:
        return absolute(rand() % 65536, rand() % 65536, 0);
    case 2:
        *buttons ^= 1u << rand() % 5;
        return relative(0, 0, *buttons, 0);
    case 3:
        return relative(rand() % 9 - 4, 0, *buttons, rand() % 3 - 1);
    default:
        return relative(rand() % 511 - 255, rand() % 511 - 255, *buttons, 0);
    }
}

TEST(whatever_happens_comes_out_again)
{
    for (int round = 0; round < 2000; round++) {
        struct model in = { 0 }, out = { 0 };
        uint32_t buttons = 0;
        srand((unsigned int)round);
        for (int i = 0; i < 400; i++) {
            struct input_event next = random_event(&buttons);
            next.wheel_side = next.wheel * 2;
            remember(&in, &next);
            input_put(next);
            for (int taken = rand() % 3; taken > 0 && input_take(&event); taken--)
                remember(&out, &event);
        }
        while (input_take(&event))
            remember(&out, &event);
        input_put(relative(0, 0, 0, 0)); /* buttons up for the next round */
        take_all();
        EXPECT(input_lost, ==, 0);
        EXPECT(memcmp(&in, &out, sizeof in), ==, 0);
    }
}

/* With a reader that is far too slow, old events are lost, but in the end the mouse is
 * where it is, and the buttons are as they are. */
TEST(a_slow_reader_learns_how_it_ended)
{
    struct model in = { 0 }, out = { 0 };
    uint32_t buttons = 0;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        struct input_event next = random_event(&buttons);
        remember(&in, &next);
        input_put(next);
        if (i % 10 == 0 && input_take(&event))
            remember(&out, &event);
    }
    while (input_take(&event))
        remember(&out, &event);
    EXPECT(input_lost, >, 0);
    EXPECT(out.place, ==, in.place);
    EXPECT(out.held, ==, in.held);
}
