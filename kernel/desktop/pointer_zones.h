/* Chapter 14: what the pointer looks like, and what a click does, by what lies under it. */
#pragma once
#include "kernel/desktop/pointer.h"
#include "kernel/screen/text.h"

extern const struct pointer_shape pointer_text, pointer_hand;

/* What the pointer looks like over a region of text, and what a click there does.
 * Provided by the region's owner, one per region. */
struct pointer_zone {
    const struct text_region *region;
    const struct pointer_shape *shape;
    void (*click)(uint32_t column, uint32_t row); /* with the left button; NULL: nothing. Pointer task */
    struct pointer_zone *next;
};

/* From now on the zone counts; wherever its region moves, it moves along. */
void pointer_add_zone(struct pointer_zone *zone);

/* The shape of the zone under the pointer, or the arrow. Pointer task. */
const struct pointer_shape *pointer_shape_here(void);

/* The left button was pressed where the pointer is. Pointer task. */
void pointer_click_zone(void);
