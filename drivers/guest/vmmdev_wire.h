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
    VMMDEV_SET_POINTER_SHAPE = 3,
    VMMDEV_GET_HOST_VERSION = 4,
    VMMDEV_GET_HOST_TIME = 10,
    VMMDEV_ACKNOWLEDGE_EVENTS = 41,
    VMMDEV_SET_EVENT_FILTER = 42,
    VMMDEV_REPORT_GUEST_INFO = 50,
    VMMDEV_SET_CAPABILITIES = 56,
    VMMDEV_REPORT_GUEST_INFO2 = 58,
    VMMDEV_REPORT_STATUS = 59,
    VMMDEV_HGCM_CONNECT = 60,
    VMMDEV_HGCM_DISCONNECT = 61,
    VMMDEV_HGCM_CALL = 63, /* with parameters of 16 bytes */
    VMMDEV_HGCM_CANCEL = 65,
    VMMDEV_SET_VISIBLE_REGION = 72,
    VMMDEV_GET_SEAMLESS_CHANGE = 73,
    VMMDEV_GET_DISPLAY_CHANGES = 81,
    VMMDEV_REPORT_STATISTICS = 110,
    VMMDEV_GET_BALLOON_CHANGE = 111,
    VMMDEV_GET_STATISTICS_CHANGE = 112,
    VMMDEV_CHANGE_BALLOON = 113,
    VMMDEV_GET_REMOTE_DISPLAY_CHANGE = 150,
    VMMDEV_GET_PROCESSOR_CHANGE = 210,
    VMMDEV_SET_PROCESSOR_STATUS = 211,
    VMMDEV_GET_SESSION_ID = 217,
    VMMDEV_HEARTBEAT = 219,
    VMMDEV_CONFIGURE_HEARTBEAT = 220,
    VMMDEV_SET_SCREEN_ORIGINS = 222,
    VMMDEV_GET_MOUSE_STATUS_EX = 223,
};

enum vmmdev_status { /* rc: negative is failure */
    VMMDEV_OK = 0,
    VMMDEV_NOT_SUPPORTED = -37,
    VMMDEV_NO_ANSWER = -225, /* what we put there before the host answers */
};

enum vmmdev_event {
    VMMDEV_EVENT_MOUSE_CAPABILITIES = 0x001,
    VMMDEV_EVENT_HGCM = 0x002, /* a call was completed; the host lets this through on its own */
    VMMDEV_EVENT_DISPLAY_CHANGE = 0x004,
    VMMDEV_EVENT_RESTORED = 0x010, /* the machine went on from a saved state */
    VMMDEV_EVENT_SEAMLESS_CHANGE = 0x020,
    VMMDEV_EVENT_BALLOON_CHANGE = 0x040,
    VMMDEV_EVENT_STATISTICS_CHANGE = 0x080,
    VMMDEV_EVENT_REMOTE_DISPLAY_CHANGE = 0x100,
    VMMDEV_EVENT_MOUSE_POSITION = 0x200,
    VMMDEV_EVENT_PROCESSOR_CHANGE = 0x400,
    VMMDEV_EVENTS_KNOWN = 0x7ff,
};

enum { VMMDEV_NO_EVENT_PORT = 0xffffffff }; /* read in place of events: the port is not offered after all */

enum { /* features of the host, request 4 */
    VMMDEV_HOST_EMBEDDED = 1 << 1,   /* HGCM parameters of this kind, and ... */
    VMMDEV_HOST_CONTIGUOUS = 1 << 2, /* ... of these two */
    VMMDEV_HOST_NO_BOUNCE = 1 << 3,
    VMMDEV_HOST_FAST_ACKNOWLEDGE = 1u << 31, /* VMMDEV_PORT_EVENTS can be read */
};

enum { /* features of the guest, request 58 */
    VMMDEV_GUEST_FILLS_REQUESTOR = 1,
};

enum { VMMDEV_REQUESTOR_KERNEL = 3 }; /* root, in kernel mode */

enum { /* facilities and their states, request 59 */
    VMMDEV_FACILITY_DRIVER = 20,
    VMMDEV_FACILITY_SEAMLESS = 1000,
    VMMDEV_FACILITY_GRAPHICS = 1100,
    VMMDEV_FACILITY_ACTIVE = 50,
};

enum vmmdev_capability { /* what this guest can do, request 56 */
    VMMDEV_CAPABILITY_SEAMLESS = 1,
    VMMDEV_CAPABILITY_GRAPHICS = 4, /* it changes its mode when the host hints at one */
};

enum vmmdev_mouse { /* feature word of requests 1, 2 and 223 */
    VMMDEV_MOUSE_GUEST_ABSOLUTE = 0x01,
    VMMDEV_MOUSE_HOST_ABSOLUTE = 0x02, /* integration is on: positions come */
    VMMDEV_MOUSE_NEW_PROTOCOL = 0x10,  /* no PS/2 packets as a wake-up call; positions across all screens */
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

enum vmmdev_pointer { /* request 3 */
    VMMDEV_POINTER_VISIBLE = 1,
    VMMDEV_POINTER_ALPHA = 2,
    VMMDEV_POINTER_SHAPE = 4, /* a picture follows; without it: shown or hidden, 48 bytes in all */
};
enum { VMMDEV_POINTER_HIDE_BYTES = 48 };

struct vmmdev_pointer_shape { /* 3; behind it: AND mask, padding to a multiple of 4, colours */
    struct vmmdev_request header;
    uint32_t flags, hot_x, hot_y, width, height; /* pixels */
    uint8_t data[4]; /* and more. Mask: 1 bit a pixel, leftmost highest, rows of whole bytes; colours: 0xAARRGGBB */
};

enum vmmdev_display_flag {
    VMMDEV_DISPLAY_PRIMARY = 1,
    VMMDEV_DISPLAY_DISABLED = 2,
    VMMDEV_DISPLAY_ORIGIN = 4, /* these fields are valid: origin, ... */
    VMMDEV_DISPLAY_WIDTH = 8,
    VMMDEV_DISPLAY_HEIGHT = 0x10,
    VMMDEV_DISPLAY_DEPTH = 0x20,
};

struct vmmdev_display_hint {
    uint32_t flags, screen;
    int32_t left, top;             /* on the desktop, pixels */
    uint32_t width, height, depth; /* 0: as it is */
};

enum { VMMDEV_SCREENS = 64 }; /* most that a host has */

struct vmmdev_display_changes { /* 81; as many hints behind it as `count` says */
    struct vmmdev_request header;
    uint32_t acknowledge; /* VMMDEV_EVENT_DISPLAY_CHANGE: the hints count as taken */
    uint32_t count;       /* in: room for so many; out: so many there are */
};

struct vmmdev_rectangle {
    int32_t left, top, right, bottom; /* the last two are exclusive */
};

struct vmmdev_visible_region { /* 72; `count` rectangles behind it */
    struct vmmdev_request header;
    uint32_t count;
};

struct vmmdev_point {
    int32_t x, y;
};

struct vmmdev_screen_origins { /* 222; `count` points behind it */
    struct vmmdev_request header;
    uint32_t count;
};

enum vmmdev_seamless { VMMDEV_SEAMLESS_OFF, VMMDEV_SEAMLESS_REGION, VMMDEV_SEAMLESS_HOST_WINDOW };

struct vmmdev_change { /* 73, 112: a number that the host wants */
    struct vmmdev_request header;
    uint32_t value;       /* 73: enum vmmdev_seamless; 112: seconds between two reports, 0: none */
    uint32_t acknowledge; /* the event's own bit: taken */
};

struct vmmdev_host_time { /* 10 */
    struct vmmdev_request header;
    uint64_t milliseconds; /* since 1970-01-01, UTC */
};

struct vmmdev_session { /* 217 */
    struct vmmdev_request header;
    uint64_t identifier; /* another one after each start, reset and restore */
};

struct vmmdev_heartbeat { /* 220 */
    struct vmmdev_request header;
    uint64_t nanoseconds; /* out: from one beat (219, the bare header) to the next */
    uint8_t on, padding[3];
} __attribute__((packed, aligned(4)));

struct vmmdev_balloon { /* 111; all in MiB */
    struct vmmdev_request header;
    uint32_t wanted, memory; /* balloon, and memory of the guest */
    uint32_t acknowledge;
};

enum { VMMDEV_BALLOON_PAGES = 256 }; /* in one request, neither more nor less: 1 MiB */

struct vmmdev_balloon_pages { /* 113 */
    struct vmmdev_request header;
    uint32_t count, inflate; /* 1: the host takes the pages, 0: it gives them back */
    uint64_t pages[VMMDEV_BALLOON_PAGES]; /* physical addresses */
};

enum vmmdev_statistic { /* which fields of request 110 are valid */
    VMMDEV_STATISTIC_IDLE = 1 << 0,
    VMMDEV_STATISTIC_KERNEL = 1 << 1,
    VMMDEV_STATISTIC_USER = 1 << 2,
    VMMDEV_STATISTIC_THREADS = 1 << 3,
    VMMDEV_STATISTIC_PROCESSES = 1 << 4,
    VMMDEV_STATISTIC_HANDLES = 1 << 5,
    VMMDEV_STATISTIC_LOAD = 1 << 6,
    VMMDEV_STATISTIC_TOTAL = 1 << 7,
    VMMDEV_STATISTIC_AVAILABLE = 1 << 8,
    VMMDEV_STATISTIC_BALLOON = 1 << 9,
    VMMDEV_STATISTIC_COMMITTED = 1 << 10,
    VMMDEV_STATISTIC_KERNEL_TOTAL = 1 << 11,
    VMMDEV_STATISTIC_KERNEL_PAGED = 1 << 12,
    VMMDEV_STATISTIC_KERNEL_FIXED = 1 << 13,
    VMMDEV_STATISTIC_CACHE = 1 << 14,
    VMMDEV_STATISTIC_PAGE_FILE = 1 << 15,
};

struct vmmdev_statistics { /* 110; memory in pages of 4 KiB, loads in percent */
    struct vmmdev_request header;
    uint32_t processor, valid;
    uint32_t idle, kernel, user, threads, processes, handles, load;
    uint32_t page_bytes;
    uint32_t total, available, balloon, committed, kernel_total, kernel_paged, kernel_fixed, cache, page_file;
};

struct vmmdev_remote_display { /* 150 */
    struct vmmdev_request header;
    uint8_t active, padding[3];
    uint32_t experience;
};

enum vmmdev_processor_change { VMMDEV_PROCESSOR_NONE = 1, VMMDEV_PROCESSOR_PLUG, VMMDEV_PROCESSOR_UNPLUG };

struct vmmdev_processor { /* 210 */
    struct vmmdev_request header;
    uint32_t change, core, package;
};

struct vmmdev_processor_status { /* 211 */
    struct vmmdev_request header;
    uint32_t status; /* 1: this guest does not watch processors come and go; 2: it does */
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
_Static_assert(offsetof(struct vmmdev_pointer_shape, data) == 44, "request 3");
_Static_assert(sizeof(struct vmmdev_pointer_shape) == VMMDEV_POINTER_HIDE_BYTES, "request 3");
_Static_assert(sizeof(struct vmmdev_display_hint) == 28, "request 81");
_Static_assert(sizeof(struct vmmdev_display_changes) == 32, "request 81");
_Static_assert(sizeof(struct vmmdev_visible_region) == 28, "request 72");
_Static_assert(sizeof(struct vmmdev_rectangle) == 16, "request 72");
_Static_assert(sizeof(struct vmmdev_screen_origins) == 28, "request 222");
_Static_assert(sizeof(struct vmmdev_change) == 32, "requests 73 and 112");
_Static_assert(sizeof(struct vmmdev_host_time) == 32, "request 10");
_Static_assert(sizeof(struct vmmdev_session) == 32, "request 217");
_Static_assert(sizeof(struct vmmdev_heartbeat) == 36, "request 220");
_Static_assert(sizeof(struct vmmdev_balloon) == 36, "request 111");
_Static_assert(sizeof(struct vmmdev_balloon_pages) == 2080, "request 113");
_Static_assert(sizeof(struct vmmdev_statistics) == 100, "request 110");
_Static_assert(sizeof(struct vmmdev_remote_display) == 32, "request 150");
_Static_assert(sizeof(struct vmmdev_processor) == 36, "request 210");
_Static_assert(sizeof(struct vmmdev_processor_status) == 28, "request 211");
_Static_assert(offsetof(struct vmmdev_memory, have_events) == 8, "BAR 1");
