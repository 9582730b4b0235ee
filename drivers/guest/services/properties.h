/* Chapter 21: notes for the host, and from it.
 *
 * The host keeps a list of names and values that both sides read and write, and that
 * VBoxManage shows on its command line. All in task context. */
#pragma once
#include "drivers/guest/services/properties_wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { /* bytes, with the 0 */
    PROPERTY_NAME_BYTES = 64,
    PROPERTY_VALUE_BYTES = 1024,
    PROPERTY_FLAGS_BYTES = 64,
};

/* Until the machine is switched off or reset: what this guest publishes is true no longer. */
#define PROPERTY_OF_THIS_RUN "TRANSIENT, TRANSRESET"

struct property {
    char name[PROPERTY_NAME_BYTES];
    char value[PROPERTY_VALUE_BYTES];
    char flags[PROPERTY_FLAGS_BYTES]; /* separated by commas, as the host writes them */
    uint64_t changed;                 /* nanoseconds since 1970, by the host's clock */
    bool is_deleted;                  /* of a change that was waited for; before 7.0 no host tells */
};

/* Nothing below works before this did. All return the host's status: negative is failure,
 * PROPERTIES_ABSENT: there is none of this name, HGCM_TIME_OUT: a host that does not answer. */
int32_t properties_connect(void);

int32_t property_get(const char *name, struct property *property);
int32_t property_set(const char *name, const char *value, const char *flags);
int32_t property_delete(const char *name);

/* Calls `entry` for all that match: patterns with * and ?, separated by |; "" is all.
 * False from it: enough. */
typedef bool property_entry(void *argument, const struct property *property);
int32_t property_list(const char *patterns, property_entry *entry, void *argument);

/* Waits for the next change of one that matches, after the change at *changed (0: from
 * now on), which is then this one's. HGCM_TIME_OUT, HGCM_CANCELLED. One wait for the same
 * patterns at a time. */
int32_t property_wait(const char *patterns, uint64_t *changed, uint64_t microseconds, struct property *property);

/* How often a property was set by us, or a changed one came. */
extern uint64_t properties_published, properties_heard;
