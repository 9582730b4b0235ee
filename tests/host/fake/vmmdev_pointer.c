/* Request 3 as VirtualBox 7.2 answers it: sizes first, then the picture. */
#include "tests/host/fake/vmmdev_pointer.h"
#include "tests/host/test.h"

enum { FLAGS = FAKE_BODY, HOT_X = 28, HOT_Y = 32, WIDTH = 36, HEIGHT = 40, DATA = 44 };
enum { VISIBLE = 1, ALPHA = 2, SHAPE = 4, KNOWN_FLAGS = 7 };
enum { ONLY_VISIBILITY = 48, SIDE_MOST = 8192, HOST_ABSOLUTE = 2 };

struct fake_pointer fake_pointer;

static uint32_t mask_pitch(uint32_t width) { return (width + 7) / 8; }
static uint64_t mask_bytes(uint32_t width, uint32_t height)
{
    return ((uint64_t)mask_pitch(width) * height + 3) / 4 * 4;
}

/* What is transparent says so twice, and adds nothing; what is opaque is so in both. */
static void judge_pixels(struct fake_vmmdev *device, const uint8_t *mask, const uint8_t *colors, uint32_t width,
                         uint32_t height)
{
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < mask_pitch(width) * 8; x++) {
            bool stays = mask[y * mask_pitch(width) + x / 8] >> (7 - x % 8) & 1;
            if (x >= width) {
                if (stays)
                    fake_vmmdev_complain(device, "pointer: mask bit beyond the row %u\n", y);
                continue;
            }
            uint32_t color = fake_get(colors, 4 * ((size_t)y * width + x));
            if (stays != (color >> 24 < 0xf0) || (stays && color >> 24 == 0 && color))
                fake_vmmdev_complain(device, "pointer: at %u,%u mask %d and colour %x disagree\n", x, y, stays, color);
        }
    for (uint64_t at = (uint64_t)mask_pitch(width) * height; at < mask_bytes(width, height); at++)
        if (mask[at])
            fake_vmmdev_complain(device, "pointer: padding of the mask is not 0\n");
}

static bool is_the_same(const uint8_t *request, const uint8_t *colors)
{
    return fake_pointer.has_shape && !fake_pointer.hidden && fake_pointer.hot_x == fake_get(request, HOT_X) &&
           fake_pointer.hot_y == fake_get(request, HOT_Y) && fake_pointer.width == fake_get(request, WIDTH) &&
           fake_pointer.height == fake_get(request, HEIGHT) &&
           memcmp(fake_pointer.colors, colors, 4 * (size_t)fake_pointer.width * fake_pointer.height) == 0;
}

static int32_t take_shape(struct fake_vmmdev *device, const uint8_t *request, uint32_t width, uint32_t height)
{
    const uint8_t *mask = request + DATA, *colors = mask + mask_bytes(width, height);
    if (DATA + mask_bytes(width, height) + 4ull * width * height != fake_size(request))
        fake_vmmdev_complain(device, "pointer: %u bytes for %ux%u\n", fake_size(request), width, height);
    if (fake_get(request, HOT_X) >= width || fake_get(request, HOT_Y) >= height)
        fake_vmmdev_complain(device, "pointer: hot spot %u,%u\n", fake_get(request, HOT_X), fake_get(request, HOT_Y));
    if (fake_get(request, FLAGS) != (VISIBLE | ALPHA | SHAPE))
        fake_vmmdev_complain(device, "pointer: flags %x with a shape\n", fake_get(request, FLAGS));
    if (!fake_pointer.sends_are_quiet && is_the_same(request, colors))
        fake_vmmdev_complain(device, "pointer: the same shape again\n");
    judge_pixels(device, mask, colors, width, height);
    EXPECT(width <= FAKE_POINTER_SIDE && height <= FAKE_POINTER_SIDE, ==, true);
    fake_pointer.hot_x = fake_get(request, HOT_X);
    fake_pointer.hot_y = fake_get(request, HOT_Y);
    fake_pointer.width = width;
    fake_pointer.height = height;
    memcpy(fake_pointer.colors, colors, 4 * (size_t)width * height);
    fake_pointer.has_shape = true;
    fake_pointer.hidden = false;
    fake_pointer.shapes++;
    return 0;
}

static int32_t answer_shape(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t width = fake_get(request, WIDTH), height = fake_get(request, HEIGHT);
    if (fake_get(request, FLAGS) & ~(uint32_t)KNOWN_FLAGS)
        fake_vmmdev_complain(device, "pointer: flags %x\n", fake_get(request, FLAGS));
    if (fake_size(request) == ONLY_VISIBILITY) { /* whatever its flags say */
        if (fake_get(request, FLAGS) & SHAPE)
            fake_vmmdev_complain(device, "pointer: no room for the shape\n");
        fake_pointer.hidden = !(fake_get(request, FLAGS) & VISIBLE);
        fake_pointer.hidings += fake_pointer.hidden;
        return 0;
    }
    if (width > SIDE_MOST || height > SIDE_MOST ||
        DATA + mask_bytes(width, height) + 4ull * width * height > fake_size(request))
        return FAKE_ERROR_PARAMETER;
    return take_shape(device, request, width, height);
}

/* The front end begins with a pointer that is hidden. */
static void reset(struct fake_vmmdev *device)
{
    (void)device;
    fake_pointer = (struct fake_pointer){ .hidden = true };
}

void fake_pointer_plug(struct fake_vmmdev *device)
{
    static const struct fake_vmmdev_request requests[] = { { 3, 48, .any_size = true, .answer = answer_shape }, { 0 } };
    static struct fake_vmmdev_part part = { .requests = requests, .reset = reset };
    fake_vmmdev_add(device, &part);
}

enum fake_pointer_seen fake_pointer_look(const struct fake_vmmdev *device)
{
    if (!(device->mouse & HOST_ABSOLUTE))
        return device->integration ? POINTER_OF_HOST : POINTER_BLANK; /* captured, as soon as it is used */
    return fake_pointer.hidden ? POINTER_BLANK : fake_pointer.has_shape ? POINTER_OF_GUEST : POINTER_OF_HOST;
}

void fake_pointer_restore(struct fake_vmmdev *device)
{
    fake_pointer.has_shape = false; /* but whether one is to be shown it knows */
    fake_vmmdev_restore(device);
}
