/* What does VirtualBox's VMMDev do, as far as the kernel can tell?
 *
 * A device model with the narrow interface of a real device: ports, memory of its own
 * (BAR 1), the guest's memory, one interrupt line. It shares no number with the kernel's
 * headers: it is a second opinion of the protocol, and as strict as the host. What the host
 * swallows in silence although the guest got it wrong is kept as a complaint. */
#pragma once
#include "tests/host/fake/profiles.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_VMMDEV_PORTS = 0x20, FAKE_VMMDEV_MEMORY = 0x400000, FAKE_VMMDEV_FACILITIES = 32 };

/* The machine around the device. */
struct fake_vmmdev_machine {
    void (*read)(uint64_t physical, void *to, size_t bytes);
    void (*write)(uint64_t physical, const void *from, size_t bytes);
    void (*set_line)(bool up);
};

/* A host that does not do what it should. All zeros: an honest one. */
struct fake_vmmdev_lies {
    bool silent;             /* requests stay as they are */
    bool no_event_port;      /* port 8 reads as all ones, whatever the features say */
    bool no_mouse_ex;        /* request 223 is unknown, whatever the mouse features say */
    bool flag_stuck;         /* have_events is always 1 */
    bool flag_dead;          /* have_events is always 0 */
    bool never_dry;          /* events are back as soon as they are fetched */
    bool noise;              /* answers claim success and are otherwise noise, header included */
    uint32_t foreign_events; /* these bits stand in every event word */
    uint32_t refused;        /* requests of this type, or ALL_REQUESTS, get ... */
    int32_t status;          /* ... this status */
};
enum { ALL_REQUESTS = -1 };

/* One exit to the host. */
struct fake_vmmdev_access {
    enum { FAKE_VMMDEV_REQUEST, FAKE_VMMDEV_FETCH, FAKE_VMMDEV_ODD } kind;
    uint32_t type, size; /* of a request; ODD: port offset and width */
    int32_t status;
    uint32_t value; /* of a fetch: the events */
};

struct fake_vmmdev {
    const struct fake_vmmdev_machine *machine;
    struct fake_vmmdev_part *parts; /* vmmdev_part.h */
    uint32_t address; /* of the request being answered */
    uint8_t *memory; /* BAR 1, FAKE_VMMDEV_MEMORY bytes */
    struct fake_vmmdev_lies lies;

    uint16_t major, minor; /* what the host says of itself */
    uint32_t build, revision, features;
    uint32_t memory_version, memory_size; /* what BAR 1 says of itself */

    bool guest_known, fills_requestor; /* requests 50 and 58 were accepted */
    uint32_t interface_version, operating_system, capabilities;
    char guest_name[128];
    struct {
        uint32_t facility, status;
    } facilities[FAKE_VMMDEV_FACILITIES];
    size_t facility_count;

    uint32_t events, mask, next_mask;
    bool mask_deferred, line;
    bool paused; /* events that come while the machine stands still are dropped */

    uint32_t mouse, front_end_mouse; /* feature words: the device's, and what its front end has heard of */
    bool integration;                /* the person wants absolute positions */
    int32_t x, y, wheel, wheel_side;
    uint32_t buttons;
    bool is_mouse_read;    /* the newest event, by request 223; what nobody has read the next one overwrites */
    int64_t turns_read;    /* of the wheel, in the events that were read */
    uint32_t ps2_packets; /* that the PS/2 mouse got because the guest did not take all by itself, */
    void (*ps2_mouse)(int32_t wheel, int32_t wheel_side, uint32_t buttons); /* and their taker; NULL: nobody */

    struct fake_vmmdev_access trace[16384];
    size_t accesses;
    char complaints[2048]; /* a line each; "" is a perfect guest */
    uint32_t noise_state;
};

/* Plugs it in and resets it: an honest host of the kind that this test is run on (profiles.h). */
void fake_vmmdev_start(struct fake_vmmdev *device, const struct fake_vmmdev_machine *machine, uint8_t *memory);

/* The machine's reset: the guest is a stranger again. */
void fake_vmmdev_reset(struct fake_vmmdev *device);

/* An access of the guest, offset within BAR 0. */
uint32_t fake_vmmdev_read(struct fake_vmmdev *device, uint16_t offset, int bytes);
void fake_vmmdev_write(struct fake_vmmdev *device, uint16_t offset, uint32_t value, int bytes);

/* The host raises events, in any state of the guest. */
void fake_vmmdev_raise(struct fake_vmmdev *device, uint32_t events);
/* The machine goes on from a saved state. */
void fake_vmmdev_restore(struct fake_vmmdev *device);

/* A person moves the mouse. False: it goes to the PS/2 mouse instead, as relative motion. */
bool fake_vmmdev_mouse(struct fake_vmmdev *device, int32_t x, int32_t y, int32_t wheel, int32_t wheel_side,
                       uint32_t buttons);
/* A person switches mouse integration on or off. */
void fake_vmmdev_integrate(struct fake_vmmdev *device, bool on);

/* Accesses number `from` and later as text, one a line: "request 4, 40 bytes: 0", "fetch: 0x200". */
const char *fake_vmmdev_trace(const struct fake_vmmdev *device, size_t from);
size_t fake_vmmdev_count(const struct fake_vmmdev *device, int kind, uint32_t type);
