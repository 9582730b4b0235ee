/* How does a part of the host's services plug into the fake VMMDev?
 *
 * vmmdev.c knows the device and its events. Everything else that a guest may ask for lives in files of its own, each
 * with a table of requests: vmmdev_introductions.c and vmmdev_mouse.c are always there, what later chapters need
 * (display, health, ...) joins by fake_vmmdev_add after machine_start. */
#pragma once
#include "tests/host/fake/vmmdev.h"
#include <string.h>

enum { FAKE_BODY = 24 }; /* behind the header */

enum { /* what the host answers */
    FAKE_ERROR_PARAMETER = -2,
    FAKE_ERROR_NO_MEMORY = -8,
    FAKE_ERROR_VERSION = -11,
    FAKE_ERROR_UNKNOWN = -12,
    FAKE_ERROR_NOT_SUPPORTED = -37,
    FAKE_ERROR_DENIED = -38,
    FAKE_ERROR_RANGE = -54,
    FAKE_ERROR_FULL = -80,
};

struct fake_vmmdev_request {
    uint32_t type;
    uint32_t size;      /* exact; or, with any_size, the least */
    bool any_size;      /* the answer looks at the size itself */
    bool for_strangers; /* allowed before request 50 */
    int32_t (*answer)(struct fake_vmmdev *device, uint8_t *request);
};

struct fake_vmmdev_part {
    const struct fake_vmmdev_request *requests; /* the last has type 0 */
    void (*reset)(struct fake_vmmdev *device);  /* with the machine; NULL: nothing to forget */
    void (*after)(struct fake_vmmdev *device);  /* each request, once its answer is in memory; NULL: nothing to do */
    struct fake_vmmdev_part *next;
};

/* The part resets itself and answers from now on. */
void fake_vmmdev_add(struct fake_vmmdev *device, struct fake_vmmdev_part *part);
extern struct fake_vmmdev_part fake_vmmdev_introductions, fake_vmmdev_mouse_part;

/* The line falls, whatever is pending. */
void fake_vmmdev_lower(struct fake_vmmdev *device);

/* For what the real host swallows in silence although the guest got it wrong. */
void fake_vmmdev_complain(struct fake_vmmdev *device, const char *pattern, ...) __attribute__((format(printf, 2, 3)));

static inline uint32_t fake_get16(const uint8_t *bytes, size_t offset)
{
    return bytes[offset] | (uint32_t)bytes[offset + 1] << 8;
}

static inline uint32_t fake_get(const uint8_t *bytes, size_t offset)
{
    uint32_t value;
    memcpy(&value, bytes + offset, sizeof value);
    return value;
}

static inline uint64_t fake_get64(const uint8_t *bytes, size_t offset)
{
    return fake_get(bytes, offset) | (uint64_t)fake_get(bytes, offset + 4) << 32;
}

static inline void fake_put16(uint8_t *bytes, size_t offset, uint32_t value)
{
    bytes[offset] = (uint8_t)value;
    bytes[offset + 1] = (uint8_t)(value >> 8);
}

static inline void fake_put(uint8_t *bytes, size_t offset, uint32_t value)
{
    memcpy(bytes + offset, &value, sizeof value);
}

static inline void fake_put64(uint8_t *bytes, size_t offset, uint64_t value)
{
    memcpy(bytes + offset, &value, sizeof value);
}

static inline uint32_t fake_size(const uint8_t *request) { return fake_get(request, 0); }
