/* Chapter 1: where does a kernel write before it has anywhere to write?
 *
 * Into a ring in memory. Outputs (serial port, screen, the host's log) join when
 * their chapter comes, and are given everything that was said before. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { LOG_RING_BYTES = 16384 };

struct log_output {
    /* Shows `length` bytes of plain text. Never logs. */
    void (*write)(const char *text, size_t length); /* NULL: only in a panic */
    /* The same while the kernel panics: takes no lock, allocates nothing, trusts
     * nothing that may be broken. NULL: this output is silent in a panic. */
    void (*panic_write)(const char *text, size_t length);
    struct log_output *next;
};

/* Adds text to the ring and hands it to every output. Any context. */
void log_write(const char *text, size_t length);

/* The same for text ending in 0. */
void log_text(const char *text);

/* Adds an output, for good, and replays the ring to it. */
void log_join(struct log_output *output);

/* Is called before text goes to the outputs, so that whoever writes there as well makes room. Any
 * context; not in a panic. NULL: nobody does. */
extern void (*log_before)(void);

/* From now on log_write uses the panic writers alone. */
void log_panic(void);

/* The ring to boot_say, if no output ever joined that writes without a panic. */
void log_last_resort(void);
