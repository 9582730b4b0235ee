/* Chapter 16, of the tests: a place with a hand. */
#include "kernel/desktop/pointer_zones.h"

const char *shapes_start(void);

static struct text_region place = { .area = { 800, 500, 900, 600 }, .left = 800, .top = 500, .columns = 12, .rows = 6 };

const char *shapes_start(void)
{
    static struct pointer_zone zone = { &place, &pointer_hand, NULL, NULL };
    place.screen = screens;
    pointer_add_zone(&zone);
    return "a hand at 800, 500";
}
