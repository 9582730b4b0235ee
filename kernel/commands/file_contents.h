/* Chapter 19: how does what is in a file get out of it, and into another? */
#pragma once
#include "kernel/shell/shell.h"

/* Copies a file, and complains; if it is to be removed afterwards (`moves`), also if it is no more what was copied.
 * `from` is call->path. Returns what the command returns. */
int file_contents_copy(struct call *call, const char *from, const char *to, bool moves);

/* The commands of their names. */
int file_contents_append(struct call *call);
int file_contents_cat(struct call *call);
int file_contents_head(struct call *call);
int file_contents_sum(struct call *call);
int file_contents_touch(struct call *call);
int file_contents_truncate(struct call *call);
int file_contents_write(struct call *call);
