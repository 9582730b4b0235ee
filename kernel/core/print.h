/* Chapter 2: how does a number get into the log? */
#pragma once

/* Formats (lib/format.h) and logs, at most 255 bytes. Any context. */
void print(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
