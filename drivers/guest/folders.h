/* Chapter 22: a folder from outside. */
#pragma once
#include "drivers/guest/hgcm.h"
#include "kernel/files.h"

enum { FOLDERS_MOST = 64 /* that a host shares */, SHARE_NAME_BYTES = 256 };

struct share {
    struct file_system system; /* first: a file system is a share */
    uint32_t root;             /* the host's number for it */
    bool is_writable, is_seen;
    char name[SHARE_NAME_BYTES];
};

/* The host's folders that are mounted now, at /NAME. Those with mounted == 0 are free. */
extern struct share shares[FOLDERS_MOST];

/* Our connection to the service. */
extern struct hgcm_client folders_client;

/* What a share can do, for the mount table. */
extern const struct file_operations folder_operations;

/* Puts a string into a call, as the service wants it. */
void folders_give_string(struct hgcm_call *call, const char *text);

const char *folders_start(void);
