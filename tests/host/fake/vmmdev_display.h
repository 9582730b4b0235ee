/* What does VirtualBox's VMMDev do with the sizes that a person wishes, and with seamless mode?
 *
 * For chapters 16 and 17: requests 81, 73 and 72. The host keeps for every screen the hint
 * that was read last and the newest one, and calls only for what the guest does not know. */
#pragma once
#include "tests/host/fake/vmmdev_part.h"

enum { FAKE_SCREENS = 64, FAKE_REGION = 128 };

struct fake_hint {
    uint32_t flags, screen;
    int32_t left, top;
    uint32_t width, height, depth;
};
enum { /* flags */
       FAKE_HINT_DISABLED = 2,
       FAKE_HINT_ORIGIN = 4,
       FAKE_HINT_WIDTH = 8,
       FAKE_HINT_HEIGHT = 0x10,
       FAKE_HINT_SIZE = 0x18,
};

struct fake_vmmdev_display {
    struct {
        struct fake_hint newest, read;
        bool is_pending;
    } screens[FAKE_SCREENS];
    uint32_t claimed_count; /* a lie about the hints that follow; 0: the truth */

    uint32_t seamless,
        seamless_told; /* what the person wants, what the guest was told: 0 off, 1 regions, 2 host window */
    int32_t region[FAKE_REGION][4];   /* left, top, right, bottom */
    uint32_t region_count;
    size_t regions_sent;
};
extern struct fake_vmmdev_display fake_vmmdev_display;

/* Joins after machine_start. */
void fake_vmmdev_display_add(struct fake_vmmdev *device);

/* Somebody wishes; in any state of the guest. Only what the guest has not read yet makes an event. */
void fake_vmmdev_hint(struct fake_vmmdev *device, struct fake_hint hint);
/* The same for the size of one screen, as `VBoxManage controlvm ... setvideomodehint` sends it. */
void fake_vmmdev_wish(struct fake_vmmdev *device, uint32_t screen, uint32_t width, uint32_t height);

/* Somebody switches seamless mode. False: the window does not offer it for this guest. */
bool fake_vmmdev_seamless(struct fake_vmmdev *device, uint32_t mode);
