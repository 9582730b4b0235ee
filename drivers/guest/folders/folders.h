/* Chapter 22: a folder from outside. */
#pragma once
#include "drivers/guest/services/hgcm.h"
#include "kernel/files/files.h"

enum { FOLDERS_MOST = 64 /* that a host shares: SHFL_MAX_MAPPINGS */ };

struct share {
    struct file_system system; /* first: a file system is a share. Mounted: the host's folder is mapped */
    bool is_writable;
    bool is_left_out; /* it cannot be mounted, and that was said */
    char name[FILE_NAME_BYTES];
};

/* The host's folders by its own number, which it calls their root; mounted at /NAME. */
extern struct share shares[FOLDERS_MOST];

/* Our connection to the service, and another that sees no links: to it, a link is what it leads to. */
extern struct hgcm_client folders_client, folders_follower;

/* How often the machine went on from a saved state. The host has forgotten all handles then,
 * and begins to give out the same numbers again. */
extern volatile uint32_t folders_restores;

/* What a share can do, for the mount table. */
extern const struct file_operations folder_operations;

/* Puts a string into a call, as the service wants it. */
void folders_give_string(struct hgcm_call *call, const char *text);

const char *folders_start(void);
