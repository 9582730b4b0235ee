/* Who shows a pointer over the machine's window, and which? Request 3, and the front end's part in it. */
#pragma once
#include "tests/host/fake/vmmdev_part.h"

enum { FAKE_POINTER_SIDE = 64 }; /* what is kept of a shape; the device itself takes 8192 */

struct fake_pointer {
    bool has_shape, hidden;
    uint32_t hot_x, hot_y, width, height;
    uint32_t colors[FAKE_POINTER_SIDE * FAKE_POINTER_SIDE]; /* 0xAARRGGBB, by rows */
    int shapes, hidings;   /* that were sent */
    bool sends_are_quiet; /* the same shape twice in a row is no complaint: the guest cannot know that it is still there
                           */
};
extern struct fake_pointer fake_pointer;

void fake_pointer_plug(struct fake_vmmdev *device);

/* What a person sees over the window: nothing, the guest's shape, or the host's own arrow. */
enum fake_pointer_seen { POINTER_BLANK, POINTER_OF_GUEST, POINTER_OF_HOST };
enum fake_pointer_seen fake_pointer_look(const struct fake_vmmdev *device);

/* Another front end takes over: a machine that was restored. It knows no shape. */
void fake_pointer_restore(struct fake_vmmdev *device);
