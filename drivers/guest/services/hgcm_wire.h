/* Chapter 20: what does a call to a service look like on the wire?
 *
 * A VMMDev request with a header of its own, up to 32 typed parameters, and behind them
 * whatever the parameters point to. */
#pragma once
#include "drivers/guest/vmmdev_wire.h"

enum hgcm_status {
    HGCM_ACCEPTED = 2903, /* of the request: the result comes later, DONE says when */
    HGCM_NOT_FOUND = -78, /* of a cancellation: the call is being completed just now */
    HGCM_TIME_OUT = -40,
    HGCM_CANCELLED = -70,
    HGCM_NO_MEMORY = -8,
    HGCM_TOO_LARGE = -42,
    HGCM_NOT_CONNECTED = -2905,
};

enum { HGCM_DONE = 1 }; /* flag: the host has written all it will write */

enum { HGCM_LOCATION_LOCAL = 2 }; /* of a service: this host, where it runs already */

enum hgcm_parameter_type {
    HGCM_NUMBER_32 = 1,
    HGCM_NUMBER_64 = 2,
    HGCM_EMBEDDED = 11,   /* in the request itself */
    HGCM_CONTIGUOUS = 12, /* one piece of memory, of any size */
    HGCM_NO_BOUNCE = 13,  /* pages that the host reads and writes without a copy of its own */
};

enum hgcm_direction { HGCM_TO_HOST = 1, HGCM_FROM_HOST = 2, HGCM_BOTH = 3 };

struct hgcm_header {
    struct vmmdev_request request;
    uint32_t flags;
    int32_t result; /* of the service, once DONE is set */
};

struct hgcm_connect { /* 60 */
    struct hgcm_header header;
    uint32_t location;
    char service[128];
    uint32_t client; /* out */
};

struct hgcm_disconnect { /* 61 */
    struct hgcm_header header;
    uint32_t client;
};

struct hgcm_cancel { /* 65, which is no HGCM request itself */
    struct vmmdev_request request;
    uint32_t address; /* of the request to cancel */
};

struct hgcm_parameter {
    uint32_t type;
    union {
        uint32_t number_32;
        uint64_t number_64;
        struct {
            uint32_t place, size; /* direction in bits 0 to 7; above, bytes from the start of the request */
        } embedded;
        struct {
            uint32_t size, pages; /* pages: bytes from the start of the request to a struct hgcm_pages */
        } lent;
        uint8_t all[12];
    } __attribute__((packed, aligned(4)));
} __attribute__((packed, aligned(4)));

struct hgcm_pages {
    uint32_t direction;
    uint16_t offset, count; /* offset: of the first byte in the first page */
    uint64_t addresses[];   /* physical, of whole pages */
} __attribute__((packed, aligned(4)));

struct hgcm_call_header { /* 63; parameters behind it */
    struct hgcm_header header;
    uint32_t client, function, count;
};

_Static_assert(sizeof(struct hgcm_header) == 32, "HGCM header");
_Static_assert(sizeof(struct hgcm_connect) == 168, "request 60");
_Static_assert(sizeof(struct hgcm_disconnect) == 36, "request 61");
_Static_assert(sizeof(struct hgcm_cancel) == 28, "request 65");
_Static_assert(sizeof(struct hgcm_parameter) == 16, "parameter of request 63");
_Static_assert(sizeof(struct hgcm_pages) == 8, "page list");
_Static_assert(sizeof(struct hgcm_call_header) == 44, "request 63");
