/* Chapter 12: signing the guest book. */
#pragma once
#include "drivers/guest/vmmdev_wire.h"
#include "drivers/pci/pci.h"
#include <stdbool.h>

struct vmmdev {
    bool present; /* found, and the handshake succeeded */
    const struct pci_device *pci;
    uint16_t port;                         /* BAR 0 */
    const volatile struct vmmdev_memory *memory; /* BAR 1; NULL: unusable, the port says the same */
    uint16_t host_major, host_minor;
    uint32_t host_build, host_revision, host_features;
    bool fast_acknowledge; /* events are fetched by reading the port, not by request 41 */
};

extern struct vmmdev vmmdev;

/* Sends a request and waits for the answer. The caller owns the buffer, which lies
 * below 4 GiB and is used by nobody else meanwhile, and fills the body; the header is
 * filled here. Returns the host's status: negative is failure; the first failure of
 * each type is logged. Any context, each with buffers of its own. */
int32_t vmmdev_send(struct vmmdev_request *request, enum vmmdev_request_type type, size_t size);

/* The same where a failure is an answer like others: it is not logged. */
int32_t vmmdev_ask(struct vmmdev_request *request, enum vmmdev_request_type type, size_t size);

/* Fetches and clears the pending events that are not filtered; the interrupt line
 * falls. Interrupts off, or no handler attached yet. */
uint32_t vmmdev_acknowledge(void);

const char *vmmdev_start(void);
