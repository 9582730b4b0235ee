/* What does VirtualBox's service of guest properties do? Limits, patterns and answers are VBoxGuestPropSvc's. */
#pragma once
#include "tests/host/fake/hgcm.h"

enum { FAKE_PROPERTIES = 256, FAKE_CHANGES = 256 };
enum { FAKE_TRANSIENT = 2, FAKE_NOT_FOR_GUEST = 4, FAKE_NOT_FOR_HOST = 8, FAKE_TRANSRESET = 16 };

struct fake_property {
    char name[64], value[1024];
    uint32_t flags;
    uint64_t changed; /* nanoseconds, never twice the same */
};

struct fake_properties {
    struct fake_property all[FAKE_PROPERTIES];
    size_t count;
    struct fake_property changes[FAKE_CHANGES]; /* the newest, oldest first */
    size_t change_count;
    uint64_t now;
    uint64_t waits;     /* so far */
    int32_t refused;    /* every function ends in this status; 0: none does */
    bool unterminated;  /* a lie: texts of answers have no end */
    uint32_t claimed;   /* a lie: so many bytes the list takes; 0: the truth */
    bool waits_for_ever; /* functions never end */
};
extern struct fake_properties fake_properties;

/* Is offered by the host. */
void fake_properties_start(void);

/* The host's side. "" or 0: there is none. */
void fake_properties_set(struct fake_vmmdev *device, const char *name, const char *value, uint32_t flags);
void fake_properties_delete(struct fake_vmmdev *device, const char *name);
const char *fake_properties_get(const char *name);
uint32_t fake_properties_flags(const char *name);
/* Saved, and gone on from there in another process: the properties are there, their changes are forgotten. */
void fake_properties_restore(struct fake_vmmdev *device);
