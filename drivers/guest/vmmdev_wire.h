/* Chapter 12: what do the packets between guest and host look like?
 *
 * Little-endian, packed to 4 bytes. All sizes and the offsets that matter are checked
 * by the compiler. The numbers are those of VirtualBox's VMMDev interface. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
    VMMDEV_PCI_VENDOR = 0x80ee,
    VMMDEV_PCI_DEVICE = 0xcafe,
    VMMDEV_REQUEST_VERSION = 0x10001,   /* of the header */
    VMMDEV_INTERFACE_VERSION = 0x10004, /* 1.04: events are handed over and cleared in one step */
    VMMDEV_OS_UNKNOWN_X64 = 0x100,
};

enum { /* offsets from BAR 0 */
    VMMDEV_PORT_REQUEST = 0, /* write: physical address of a request */
    VMMDEV_PORT_EVENTS = 8,  /* read: pending events, which are thereby acknowledged */
};

enum vmmdev_request_type {
    VMMDEV_GET_MOUSE_STATUS = 1,
    VMMDEV_SET_MOUSE_STATUS = 2,
    VMMDEV_GET_HOST_VERSION = 4,
    VMMDEV_ACKNOWLEDGE_EVENTS = 41,
    VMMDEV_SET_EVENT_FILTER = 42,
    VMMDEV_REPORT_GUEST_INFO = 50,
    VMMDEV_SET_CAPABILITIES = 56,
    VMMDEV_REPORT_GUEST_INFO2 = 58,
    VMMDEV_REPORT_STATUS = 59,
    VMMDEV_GET_MOUSE_STATUS_EX = 223,
};

enum vmmdev_status { /* rc: negative is failure */
    VMMDEV_OK = 0,
    VMMDEV_NOT_SUPPORTED = -37,
    VMMDEV_NO_ANSWER = -225, /* what we put there before the host answers */
};

enum vmmdev_event {
    VMMDEV_EVENT_MOUSE_CAPABILITIES = 0x001,
    VMMDEV_EVENT_MOUSE_POSITION = 0x200,
    VMMDEV_EVENTS_KNOWN = 0x7ff,
};

enum { VMMDEV_NO_EVENT_PORT = 0xffffffff }; /* read in place of events: the port is not offered after all */

enum { /* features of the host, request 4 */
    VMMDEV_HOST_FAST_ACKNOWLEDGE = 1u << 31, /* VMMDEV_PORT_EVENTS can be read */
};

enum { /* features of the guest, request 58 */
    VMMDEV_GUEST_FILLS_REQUESTOR = 1,
};

enum { VMMDEV_REQUESTOR_KERNEL = 3 }; /* root, in kernel mode */

enum { VMMDEV_FACILITY_DRIVER = 20, VMMDEV_FACILITY_ACTIVE = 50 }; /* request 59 */

enum vmmdev_mouse { /* feature word of requests 1, 2 and 223 */
    VMMDEV_MOUSE_GUEST_ABSOLUTE = 0x01,
    VMMDEV_MOUSE_HOST_ABSOLUTE = 0x02, /* integration is on: positions come */
    VMMDEV_MOUSE_NEW_PROTOCOL = 0x10,  /* no PS/2 packets as a wake-up call */
    VMMDEV_MOUSE_GUEST_BUTTONS = 0x80, /* the guest takes buttons and wheel by request 223 */
    VMMDEV_MOUSE_HOST_BUTTONS = 0x100, /* the host offers that */
};

struct vmmdev_request {
    uint32_t size;      /* header and body, bytes */
    uint32_t version;
    uint32_t type;
    int32_t status;     /* out */
    uint32_t reserved;
    uint32_t requestor;
};

struct vmmdev_host_version { /* 4 */
    struct vmmdev_request header;
    uint16_t major, minor;
    uint32_t build, revision, features;
};

struct vmmdev_guest_info { /* 50 */
    struct vmmdev_request header;
    uint32_t interface_version, operating_system;
};

struct vmmdev_guest_info2 { /* 58 */
    struct vmmdev_request header;
    uint16_t major, minor;
    uint32_t build, revision, features;
    char name[128]; /* begins with "major.minor.build" */
};

struct vmmdev_guest_status { /* 59 */
    struct vmmdev_request header;
    uint32_t facility, status, flags;
};

struct vmmdev_masks { /* 42 and 56: bits to set, then bits to clear */
    struct vmmdev_request header;
    uint32_t set, clear;
};

struct vmmdev_events { /* 41 */
    struct vmmdev_request header;
    uint32_t events;
};

struct vmmdev_mouse_status { /* 1 and 2 */
    struct vmmdev_request header;
    uint32_t features;
    int32_t x, y; /* 0 to 65535 */
};

struct vmmdev_mouse_status_ex { /* 223 */
    struct vmmdev_mouse_status status;
    int32_t wheel, wheel_side; /* of the last event; > 0: towards the user, left */
    uint32_t buttons;          /* 1 left, 2 right, 4 middle, 8 back, 16 forward */
};

struct vmmdev_memory { /* start of BAR 1 */
    uint32_t size, version; /* of this structure; version is 1 */
    uint8_t have_events;    /* interface 1.04 */
};

_Static_assert(sizeof(struct vmmdev_request) == 24, "request header");
_Static_assert(sizeof(struct vmmdev_host_version) == 40, "request 4");
_Static_assert(offsetof(struct vmmdev_host_version, features) == 36, "request 4");
_Static_assert(sizeof(struct vmmdev_guest_info) == 32, "request 50");
_Static_assert(sizeof(struct vmmdev_guest_info2) == 168, "request 58");
_Static_assert(offsetof(struct vmmdev_guest_info2, name) == 40, "request 58");
_Static_assert(sizeof(struct vmmdev_guest_status) == 36, "request 59");
_Static_assert(sizeof(struct vmmdev_masks) == 32, "requests 42 and 56");
_Static_assert(sizeof(struct vmmdev_events) == 28, "request 41");
_Static_assert(sizeof(struct vmmdev_mouse_status) == 36, "requests 1 and 2");
_Static_assert(sizeof(struct vmmdev_mouse_status_ex) == 48, "request 223");
_Static_assert(offsetof(struct vmmdev_mouse_status_ex, buttons) == 44, "request 223");
_Static_assert(offsetof(struct vmmdev_memory, have_events) == 8, "BAR 1");
