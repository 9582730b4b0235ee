/* Chapter 19: are two names one file? */
#pragma once
#include "kernel/files/files.h"

/* Whether length and time are the same: what is written to a file changes them. */
bool file_is_alike(const struct file_attributes *one, const struct file_attributes *other);

/* *are_two: two files that are open are two for certain. `path` is where `to` was opened to be
 * written; where need be, its time is another for a moment. A status of files. */
int file_tell_apart(struct file *from, struct file *to, const char *path, bool *are_two);
