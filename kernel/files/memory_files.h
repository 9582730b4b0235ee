/* Chapter 19: where do files live that nobody keeps? */
#pragma once
#include "kernel/files/files.h"

struct memory_entry;
struct memory_listing;

struct memory_files {
    struct file_system system;
    struct memory_entry *top;
    size_t pages_used, pages_most;
    struct memory_listing *listings; /* under way */
};

/* Makes an empty file system of at most so many pages; mounting it is the caller's.
 * FILE_NO_MEMORY. `files` and `name` live for ever. Task context. */
int memory_files_make(struct memory_files *files, const char *name, size_t pages_most);
