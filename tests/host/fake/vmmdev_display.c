/* Hints and seamless mode, for the fake VMMDev. */
#include "tests/host/fake/vmmdev_display.h"

enum { EVENT_HINT = 0x4, EVENT_SEAMLESS = 0x20, CAPABILITY_SEAMLESS = 1 };
enum { HINTS = 32, HINT_BYTES = 28, REGION = 28, RECTANGLE_BYTES = 16, RECTANGLES_MOST = 1 << 20 };

struct fake_vmmdev_display fake_vmmdev_display;
static struct fake_vmmdev_display *const own = &fake_vmmdev_display;

/* Whoever names the event takes what is pending; whoever does not sees what was read last and takes nothing. */
static int32_t answer_hints(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t takes = fake_get(request, FAKE_BODY), room = fake_get(request, FAKE_BODY + 4), count = 0;
    if (!room || room > FAKE_SCREENS || fake_size(request) != HINTS + room * HINT_BYTES)
        return FAKE_ERROR_PARAMETER;
    if (takes != EVENT_HINT)
        fake_vmmdev_complain(device, "request 81 leaves the hints pending: it names event 0x%x\n", takes);
    for (uint32_t i = 0; i < FAKE_SCREENS; i++) {
        if (takes == EVENT_HINT ? !own->screens[i].is_pending : !own->screens[i].read.width)
            continue;
        if (count < room)
            memcpy(request + HINTS + count * HINT_BYTES,
                   takes == EVENT_HINT ? &own->screens[i].newest : &own->screens[i].read, HINT_BYTES);
        count++;
        if (takes != EVENT_HINT)
            continue;
        own->screens[i].read = own->screens[i].newest;
        own->screens[i].is_pending = false;
    }
    fake_put(request, FAKE_BODY + 4, own->claimed_count ? own->claimed_count : count);
    return 0;
}

void fake_vmmdev_hint(struct fake_vmmdev *device, struct fake_hint hint)
{
    own->screens[hint.screen].newest = hint;
    own->screens[hint.screen].is_pending = memcmp(&hint, &own->screens[hint.screen].read, sizeof hint) != 0;
    if (own->screens[hint.screen].is_pending)
        fake_vmmdev_raise(device, EVENT_HINT);
}

void fake_vmmdev_wish(struct fake_vmmdev *device, uint32_t screen, uint32_t width, uint32_t height)
{
    fake_vmmdev_hint(device, (struct fake_hint){ FAKE_HINT_SIZE, screen, 0, 0, width, height, 32 });
}

static int32_t answer_seamless(struct fake_vmmdev *device, uint8_t *request)
{
    if (fake_get(request, FAKE_BODY + 4) == EVENT_SEAMLESS)
        own->seamless_told = own->seamless;
    else
        fake_vmmdev_complain(device, "request 73 names event 0x%x\n", fake_get(request, FAKE_BODY + 4));
    fake_put(request, FAKE_BODY, own->seamless_told);
    return 0;
}

bool fake_vmmdev_seamless(struct fake_vmmdev *device, uint32_t mode)
{
    if (!(device->capabilities & CAPABILITY_SEAMLESS))
        return false;
    if (mode == own->seamless_told) /* and another wish that nobody has read stays */
        return true;
    own->seamless = mode;
    fake_vmmdev_raise(device, EVENT_SEAMLESS);
    return true;
}

static int32_t answer_region(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t count = fake_get(request, FAKE_BODY);
    if (count > RECTANGLES_MOST || fake_size(request) != REGION + count * RECTANGLE_BYTES)
        return FAKE_ERROR_PARAMETER;
    if (own->seamless_told != 1)
        fake_vmmdev_complain(device, "request 72, though nobody wants regions\n");
    own->regions_sent++;
    own->region_count = count;
    memcpy(own->region, request + REGION, (count < FAKE_REGION ? count : FAKE_REGION) * RECTANGLE_BYTES);
    return 0;
}

/* What a person wishes survives; so does what the guest has read. */
static void reset(struct fake_vmmdev *device)
{
    (void)device;
    own->region_count = 0;
    own->seamless_told = 0;
}

void fake_vmmdev_display_add(struct fake_vmmdev *device)
{
    static const struct fake_vmmdev_request requests[] = {
        { 72, REGION, .any_size = true, .answer = answer_region },
        { 73, 32, .answer = answer_seamless },
        { 81, HINTS, .any_size = true, .answer = answer_hints },
        { 0 },
    };
    static struct fake_vmmdev_part part = { .requests = requests, .reset = reset };
    fake_vmmdev_add(device, &part);
}
