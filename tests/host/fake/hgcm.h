/* What does VirtualBox do with calls to its services: requests 60, 61, 63 and 65?
 *
 * Checks, limits and the order in which things are written are its own (VMMDevHGCM). Services
 * are plugged in by tests. What a service answers at once is in the guest's memory before
 * the guest's next instruction, unless the host is slow. */
#pragma once
#include "tests/host/fake/vmmdev_part.h"

enum { FAKE_HGCM_PARAMETERS = 32, FAKE_HGCM_CLIENTS = 64 };
enum { FAKE_LATER = 2903 }; /* from a service: fake_hgcm_complete says when */

/* A parameter as the service sees it. */
struct fake_parameter {
    enum { FAKE_NUMBER_32 = 1, FAKE_NUMBER_64, FAKE_BYTES, FAKE_PAGES } kind;
    uint64_t number;
    uint8_t *data; /* the host's copy; of pages: what was in them when the service came to the call */
    uint32_t size; /* of what the guest gave; the service writes how much it needs, or used */
};

/* A request that the guest may not touch. */
struct fake_call {
    uint64_t number; /* the first is 0 */
    uint32_t address, size, type, client, function, count;
    uint8_t *request; /* as it was submitted */
    struct fake_parameter parameters[FAKE_HGCM_PARAMETERS];
    bool is_answered;
    int32_t status;
    struct fake_call *next;
};

struct fake_service {
    const char *name;
    uint32_t most_calls; /* that a client may have on the way; 0: 8192 */
    bool takes_pages;    /* without a copy */
    int32_t (*connect)(uint32_t client);     /* NULL: welcome */
    void (*disconnect)(uint32_t client);     /* NULL: never mind */
    int32_t (*call)(struct fake_call *call); /* the status, or FAKE_LATER */
    void (*restore)(void); /* what waits is forgotten; it is called again */
    struct fake_service *next;
};

/* A host that does not do what it should. All zeros: an honest one. */
struct fake_hgcm_lies {
    bool without_done;   /* results come, but nobody says so */
    bool done_at_once;   /* answered and DONE within the request, which is not "accepted" */
    bool twice;          /* ... is everything completed; the second time when the guest has sent something else */
    bool too_large;      /* sizes are beyond any buffer */
    bool retyped;        /* parameters come back as something else */
    bool noise;          /* ... or as anything at all */
    bool deaf;           /* request 65 is -78, and nothing comes */
};

struct fake_hgcm {
    struct fake_service *services;
    struct {
        struct fake_service *service; /* NULL: not connected (any more) */
    } clients[FAKE_HGCM_CLIENTS];     /* by identifier, which is never used again */
    uint32_t newest_client, connected;
    struct fake_call *calls;          /* pending, oldest first */
    struct fake_call *taken_back;     /* by the guest, newest first; their service does not know */
    bool slow;                        /* answers wait for fake_hgcm_deliver */
    bool backwards;                   /* which then begins with the newest */
    uint32_t pending, most_pending;
    uint64_t taken, completed, cancelled;
    uint32_t kept_in_place, written_whole; /* the two ways of completing */
    struct fake_hgcm_lies lies;
};
extern struct fake_hgcm fake_hgcm;

/* Joins after machine_start. */
void fake_hgcm_start(struct fake_vmmdev *device);
void fake_hgcm_offer(struct fake_service *service);

/* The service does what `answer` does, now: pages that nobody copies are read before it, and written behind it. */
int32_t fake_hgcm_carry_out(struct fake_vmmdev *device, struct fake_call *call, int32_t (*answer)(struct fake_call *));
/* The service has come to an end with this call; the guest may not have heard of it yet. */
void fake_hgcm_complete(struct fake_vmmdev *device, struct fake_call *call, int32_t status);
/* The same of one that was taken back: nobody hears of it. */
void fake_hgcm_forget(struct fake_call *call);
/* What is answered goes to the guest. */
void fake_hgcm_deliver(struct fake_vmmdev *device);

/* Whether a call has these parameters, a character each: 4 and 8 are numbers, p are bytes, d may also be pages. */
bool fake_parameters_are(const struct fake_call *call, const char *kinds);

/* The oldest pending call of a function; NULL: none. */
struct fake_call *fake_hgcm_find(uint32_t function);

/* The machine goes on from a saved state: clients stay, and what was pending is called again. */
void fake_hgcm_restore(struct fake_vmmdev *device);
