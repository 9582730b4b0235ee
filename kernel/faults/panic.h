/* Chapter 3: what does the kernel say when it cannot go on? */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct interrupt_frame;

/* Stops the kernel: message, place, chapter and backtrace to every output. */
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)

/* What must hold, or the kernel is wrong: check(pages, <=, limit). A failure shows both sides. */
#define check(left, relation, right)                                                               \
    do {                                                                                           \
        uint64_t left_value_ = (uint64_t)(left), right_value_ = (uint64_t)(right);                 \
        if (!(left_value_ relation right_value_))                                                  \
            panic("%s is not %s %s: 0x%lx and 0x%lx", #left, #relation, #right, left_value_,       \
                  right_value_);                                                                   \
    } while (0)

void __attribute__((noreturn, format(printf, 3, 4))) panic_at(const char *file, int line, const char *pattern, ...);

/* The same about the place where an exception struck, with its registers. */
void __attribute__((noreturn, format(printf, 2, 3))) panic_in(const struct interrupt_frame *frame, const char *pattern,
                                                              ...);

/* Called once everything has been said, before the kernel stops. A later chapter that has promised something to
 * somebody puts a function here that takes the promise back. NULL: nothing to do. */
extern void (*panic_farewell)(void);

/* Makes the host's log an output that speaks in a panic alone. */
void panic_start(void);

/* Bytes to VirtualBox's own log of this machine; elsewhere nobody listens. */
void host_log_write(const char *text, size_t length);
