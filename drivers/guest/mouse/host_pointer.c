/* Chapter 15: how does the host draw the pointer for us?
 *
 * Request 3 carries a picture with two masks for two kinds of hosts: one bit a pixel that
 * says what stays of the ground, and eight bits of opacity in each colour. The host keeps
 * the picture and moves it with the mouse, so a motion costs no pixel of ours. */
#include "drivers/guest/mouse/host_pointer.h"
#include "drivers/guest/vmmdev.h"
#include "lib/memory.h"

enum {
    MASK_MOST = POINTER_SIDE_MAXIMUM / 8 * POINTER_SIDE_MAXIMUM,
    COLORS_MOST = 4 * POINTER_SIDE_MAXIMUM * POINTER_SIDE_MAXIMUM,
};

#define OPAQUE 0xff000000u

uint64_t host_pointer_requests;
static const struct pointer_shape *sent; /* what the host shows; NULL: nothing */
static bool is_known, is_refused;        /* ... if that is known; a host that refuses is not asked twice */

static uint8_t buffer[sizeof(struct vmmdev_pointer_shape) + MASK_MOST + COLORS_MOST] __attribute__((aligned(8)));

static size_t mask_pitch(const struct pointer_shape *shape) { return ((size_t)shape->width + 7) / 8; }

/* The mask is padded to whole colours. */
static size_t mask_bytes(const struct pointer_shape *shape)
{
    return (mask_pitch(shape) * (size_t)shape->height + 3) & ~(size_t)3;
}

/* Mask bit 1: the ground stays; colour 0: nothing is added to it. */
static void paint(uint8_t *data, const struct pointer_shape *shape)
{
    uint32_t *colors = (uint32_t *)(data + mask_bytes(shape));
    memset(data, 0, mask_bytes(shape));
    for (int32_t y = 0; y < shape->height; y++)
        for (int32_t x = 0; x < shape->width; x++) {
            char dot = shape->picture[y * shape->width + x];
            if (dot == ' ')
                data[(size_t)y * mask_pitch(shape) + (size_t)x / 8] |= (uint8_t)(0x80 >> x % 8);
            *colors++ = dot == '#' ? OPAQUE | POINTER_DARK : dot == '.' ? OPAQUE | POINTER_LIGHT : 0;
        }
}

static bool send(const struct pointer_shape *shape)
{
    struct vmmdev_pointer_shape *request = (struct vmmdev_pointer_shape *)buffer;
    size_t size = VMMDEV_POINTER_HIDE_BYTES;
    memset(request, 0, sizeof *request);
    if (shape) {
        request->flags = VMMDEV_POINTER_VISIBLE | VMMDEV_POINTER_ALPHA | VMMDEV_POINTER_SHAPE;
        request->hot_x = (uint32_t)shape->hot_x;
        request->hot_y = (uint32_t)shape->hot_y;
        request->width = (uint32_t)shape->width;
        request->height = (uint32_t)shape->height;
        paint(request->data, shape);
        size = offsetof(struct vmmdev_pointer_shape, data) + mask_bytes(shape) +
               sizeof(uint32_t) * (size_t)(shape->width * shape->height);
    }
    host_pointer_requests++;
    return vmmdev_send(&request->header, VMMDEV_SET_POINTER_SHAPE, size) >= 0;
}

bool host_pointer_show(const struct pointer_shape *shape)
{
    if ((is_known && shape == sent) || is_refused)
        return !is_refused;
    is_known = send(shape);
    is_refused = !is_known;
    sent = shape;
    return is_known;
}

void host_pointer_forget(void) { is_known = is_refused = false; }
