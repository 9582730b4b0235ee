/* Chapter 14: what does the pointer look like here, and what does a click do?
 *
 * That follows from what lies under it, whoever draws it. Whoever has a region of text on
 * the screens may add a zone over it. */
#include "kernel/desktop/pointer_zones.h"
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

static struct pointer_zone *zones;

void pointer_add_zone(struct pointer_zone *zone)
{
    zone->next = zones;
    zones = zone;
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

const struct pointer_shape *pointer_shape_here(void)
{
    const struct pointer_zone *zone = zone_under_pointer();
    return zone ? zone->shape : &pointer_arrow;
}

static uint32_t cell(int32_t pixel, int32_t first, int32_t size, uint32_t cells)
{
    int32_t at = (pixel - first) / size;
    return at < 0 ? 0 : (uint32_t)at < cells ? (uint32_t)at : cells - 1;
}

void pointer_click_zone(void)
{
    const struct pointer_zone *zone = zone_under_pointer();
    if (!zone || !zone->click)
        return;
    const struct text_region *region = zone->region;
    zone->click(cell(pointer.x - region->screen->left, region->left, GLYPH_WIDTH, region->columns),
                cell(pointer.y - region->screen->top, region->top, GLYPH_HEIGHT, region->rows));
}
