/* Chapter 20: calling a service.
 *
 * A service of the host (shared folders, guest properties, ...) is called like a function:
 *
 *     struct hgcm_call *call = hgcm_begin(&client, READ);
 *     hgcm_give_32(call, root);
 *     hgcm_give_64(call, handle);
 *     hgcm_lend(call, memory, bytes, HGCM_FROM_HOST);
 *     int32_t status = hgcm_finish(call, WAIT_FOREVER);
 *     ...
 *     hgcm_end(call);
 *
 * Any number of tasks may have calls on the way at the same time. All in task context. */
#pragma once
#include "drivers/guest/services/hgcm_wire.h"
#include "kernel/memory/pages.h"
#include <stdbool.h>

/* What a service knows us by. The caller's, and stays where it is while connected. */
struct hgcm_client {
    const char *service;
    uint32_t identifier; /* the host's; 0: not connected */
    struct hgcm_client *next;
};

enum {
    HGCM_PARAMETERS = 13, /* most of a call; no function that we know has more */
    HGCM_DATA_BYTES = PAGE_BYTES - 44 - 16 * HGCM_PARAMETERS - 192, /* most that is embedded in a call, in all */
};

/* A request, one page below 4 GiB, and behind what the host sees of it our own notes. A
 * request that ends within its page costs the host no copy. */
struct hgcm_call {
    struct hgcm_call_header header;
    struct hgcm_parameter parameters[HGCM_PARAMETERS];
    uint8_t data[HGCM_DATA_BYTES];

    const volatile bool *cancelled; /* the task's: true, and hgcm_finish returns. NULL: never */
    uint32_t used;                  /* bytes of `data` */
    int32_t refused;                /* 0, or the status of hgcm_finish, which will not send it */
    bool is_direct;                 /* something was lent that the host does not copy */
    bool is_left;                   /* to the host, by whoever waited: it is not over */
    struct {
        uint16_t offset;   /* into `data`, of what is embedded */
        uint32_t capacity; /* bytes that the answer may have */
    } places[HGCM_PARAMETERS];
    uintptr_t lent, lent_end; /* what was lent */

    /* The caller's, NULL if it does not care: called in a task of its own when a call that is left has ended. */
    void (*ended)(const struct hgcm_call *call, int32_t status);
    uint64_t note; /* the caller's, for `ended` */

    struct hgcm_call *next; /* of those that are left */
    void *freed;            /* pages that are free when this call has ended */
    size_t freed_pages;
};
_Static_assert(sizeof(struct hgcm_call) <= PAGE_BYTES, "a call and our notes are one page");

/* Connects to the service named in *client, which is not connected. Returns the host's
 * status; negative: failure, and the identifier is 0. */
int32_t hgcm_connect(struct hgcm_client *client);

/* Gives the client back. Its calls that wait are ended by the service, or never. */
void hgcm_disconnect(struct hgcm_client *client);

/* A new call of a function, without parameters yet. Where there is no memory for one, hgcm_finish says so. */
struct hgcm_call *hgcm_begin(const struct hgcm_client *client, uint32_t function);

/* The next parameter, in the order in which the service names them. A number may be
 * changed by the host. */
void hgcm_give_32(struct hgcm_call *call, uint32_t number);
void hgcm_give_64(struct hgcm_call *call, uint64_t number);
/* Data, copied into the call, for the host to read. */
void hgcm_give_data(struct hgcm_call *call, const void *data, size_t bytes);
/* Zeroed bytes within the call, to be filled by the caller, the host, or both in turn.
 * NULL: there are not so many left; the call will not be sent. */
void *hgcm_give_buffer(struct hgcm_call *call, size_t bytes, enum hgcm_direction direction);
/* Memory that is not copied into the call, one piece: contiguous, as all of ours is; it stays
 * untouched until hgcm_finish returns, and is given back by hgcm_free. `direct`: nor does the
 * host copy it, at most HGCM_DIRECT_BYTES; only services that say so take that. */
void hgcm_lend(struct hgcm_call *call, void *memory, size_t bytes, enum hgcm_direction direction);
void hgcm_lend_direct(struct hgcm_call *call, void *memory, size_t bytes, enum hgcm_direction direction);
enum { HGCM_DIRECT_BYTES = 1 << 20 };

/* Sends it and waits for the result: the service's status (negative is failure). Instead of
 * sending it: HGCM_NOT_CONNECTED, HGCM_TOO_LARGE, HGCM_NO_MEMORY, HGCM_CANCELLED. When nobody waits for it any
 * more: HGCM_TIME_OUT, HGCM_CANCELLED; the service may still do what it was asked for. */
int32_t hgcm_finish(struct hgcm_call *call, uint64_t microseconds);

/* Frees `count` pages of which something was lent: at once, or when the last call has ended that was left with them. */
void hgcm_free(void *start, size_t count);

/* What the host made of parameter `index`: a number; or data, of which *bytes are valid,
 * never more than there was room for (of lent memory: the bytes alone). */
uint32_t hgcm_number_32(const struct hgcm_call *call, size_t index);
uint64_t hgcm_number_64(const struct hgcm_call *call, size_t index);
const void *hgcm_data(const struct hgcm_call *call, size_t index, size_t *bytes);
size_t hgcm_lent(const struct hgcm_call *call, size_t index);

/* Gives the call's memory back. */
void hgcm_end(struct hgcm_call *call);

/* So far, and now. */
struct hgcm_counts {
    uint64_t calls, failed, cancelled;
    uint64_t left; /* now */
    uint32_t waiting, clients;
};
extern struct hgcm_counts hgcm_counts;

const char *hgcm_start(void);
