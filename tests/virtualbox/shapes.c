/* Chapter 16, of the tests: a place with a hand, and work that begins and ends by a click there. */
#include "kernel/desktop/pointer_zones.h"
#include "drivers/guest/mouse/pointer_owner.h"

const char *shapes_start(void);

static struct text_region place = { .area = { 800, 500, 900, 600 }, .left = 800, .top = 500, .columns = 12, .rows = 6 };

static void begin_or_end(uint32_t column, uint32_t row)
{
    static bool begun;
    (void)column, (void)row;
    begun = !begun;
    if (begun)
        pointer_busy_begin();
    else
        pointer_busy_end();
}

const char *shapes_start(void)
{
    static struct pointer_zone zone = { &place, &pointer_hand, begin_or_end, NULL };
    place.screen = screens;
    pointer_add_zone(&zone);
    return "a hand at 800, 500";
}
