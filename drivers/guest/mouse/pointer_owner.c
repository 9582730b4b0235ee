/* Chapter 15: whose arrow is it?
 *
 * The host's, while it sends positions: it moves the picture as smoothly as its own
 * pointer, and we write no pixels. Ours, while the mouse is captured or integration is
 * off, since then the host shows none of ours. What it looks like follows from what lies
 * under it, whoever draws it. */
#include "drivers/guest/mouse/pointer_owner.h"
#include "drivers/guest/events.h"
#include "drivers/guest/mouse/host_pointer.h"
#include "drivers/guest/mouse/mouse.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/screen/console.h"
#include "kernel/desktop/input.h"
#include "kernel/screen/font.h"

const struct pointer_shape pointer_text = {
    "text", 7, 16, 3, 8,
    "### ###"
    "#..#..#"
    "###.###"
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "  #.#  "
    "###.###"
    "#..#..#"
    "### ###",
};

const struct pointer_shape pointer_hand = {
    "hand", 17, 22, 6, 0,
    "     ##          "
    "    #..#         "
    "    #..#         "
    "    #..#         "
    "    #..#         "
    "    #..###       "
    "    #..#..###    "
    "    #..#..#..##  "
    "    #..#..#..#.# "
    "### #..#..#..#..#"
    "#..##..#..#..#..#"
    "#...#...........#"
    " #..............#"
    "  #.............#"
    "  #.............#"
    "   #............#"
    "   #...........# "
    "    #..........# "
    "    #.........#  "
    "     #........#  "
    "     #........#  "
    "     ##########  ",
};

const struct pointer_shape pointer_busy = {
    "busy", 13, 20, 6, 10,
    "#############"
    "#...........#"
    "#############"
    " #.........# "
    " #.........# "
    " #.#.#.#.#.# "
    "  #.#.#.#.#  "
    "   #.#.#.#   "
    "    #.#.#    "
    "     #.#     "
    "     #.#     "
    "    #...#    "
    "   #..#..#   "
    "  #...#...#  "
    " #...#.#...# "
    " #..#.#.#..# "
    " #.#.#.#.#.# "
    "#############"
    "#...........#"
    "#############",
};

static struct pointer_zone *zones;
static uint32_t busy;

void pointer_add_zone(struct pointer_zone *zone)
{
    zone->next = zones;
    zones = zone;
    pointer_refresh();
}

void pointer_busy_begin(void)
{
    busy++;
    pointer_refresh();
}

void pointer_busy_end(void)
{
    busy--;
    pointer_refresh();
}

static struct pointer_zone *zone_under_pointer(void)
{
    const struct screen *screen = screen_at(pointer.x, pointer.y);
    for (struct pointer_zone *zone = zones; screen && zone; zone = zone->next) {
        const struct text_region *region = zone->region;
        int32_t x = pointer.x - screen->left, y = pointer.y - screen->top;
        if (region->screen == screen && region->columns && x >= region->area.left && x < region->area.right &&
            y >= region->area.top && y < region->area.bottom)
            return zone;
    }
    return NULL;
}

static const struct pointer_shape *shape_here(void)
{
    if (busy)
        return &pointer_busy;
    const struct pointer_zone *zone = zone_under_pointer();
    return zone ? zone->shape : &pointer_arrow;
}

/* Between the one and the other lies a request to the host: shorter than any eye sees. */
static void show(void)
{
    const struct pointer_shape *shape = shape_here();
    bool by_host = host_mouse_is_absolute && host_pointer_show(shape);
    if (!by_host && vmmdev.present)
        host_pointer_show(NULL);
    pointer_draw(by_host ? NULL : shape);
    pointer.drawn = by_host ? "the host" : "the kernel";
}

static uint32_t cell(int32_t pixel, int32_t first, int32_t size, uint32_t cells)
{
    int32_t at = (pixel - first) / size;
    return at < 0 ? 0 : (uint32_t)at < cells ? (uint32_t)at : cells - 1;
}

static void click(uint32_t pressed)
{
    const struct pointer_zone *zone = zone_under_pointer();
    if (!(pressed & BUTTON_LEFT) || !zone || !zone->click)
        return;
    const struct text_region *region = zone->region;
    zone->click(cell(pointer.x - region->screen->left, region->left, GLYPH_WIDTH, region->columns),
                cell(pointer.y - region->screen->top, region->top, GLYPH_HEIGHT, region->rows));
}

/* The mouse's own subscriber has asked the host whether it is absolute by the time the pointer task runs. */
static void look_again(uint32_t events)
{
    if (events & VMMDEV_EVENT_RESTORED)
        host_pointer_forget();
    pointer_refresh();
}

static struct event_subscriber subscriber = { VMMDEV_EVENT_MOUSE_CAPABILITIES | VMMDEV_EVENT_RESTORED, NULL, look_again,
                                              NULL };

const char *pointer_owner_start(void)
{
    static struct pointer_zone over_console = { &console, &pointer_text, NULL, NULL };
    pointer_add_zone(&over_console);
    pointer_click = click;
    if (!screens)
        return "nobody's: there is no screen";
    pointer_show = show;
    events_subscribe(&subscriber);
    pointer_refresh();
    return vmmdev.present ? "the host draws it while it sends positions, else the kernel" : "the kernel draws it";
}
