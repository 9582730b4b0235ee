/* Chapter 1: the ring that remembers what the kernel said. */
#include "kernel/core/log.h"
#include "kernel/core/cpu.h"
#include "kernel/core/main.h"

static char ring[LOG_RING_BYTES + 1]; /* one more: boot_say wants a 0 at the end */
static size_t written;                /* since the start; the ring holds the last LOG_RING_BYTES */
static struct log_output *outputs;
static bool panicking;
void (*log_before)(void);

static void hand_to(struct log_output *output, const char *text, size_t length)
{
    void (*write)(const char *, size_t) = panicking ? output->panic_write : output->write;
    if (write && length)
        write(text, length);
}

void log_write(const char *text, size_t length)
{
    uint64_t flags = cpu_interrupts_save(); /* handlers log too */
    for (size_t i = 0; i < length; i++)
        ring[written++ % LOG_RING_BYTES] = text[i];
    cpu_interrupts_restore(flags);
    if (log_before && !panicking)
        log_before();
    for (struct log_output *output = outputs; output; output = output->next)
        hand_to(output, text, length);
}

void log_text(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    log_write(text, length);
}

void log_join(struct log_output *output)
{
    uint64_t flags = cpu_interrupts_save();
    size_t start = written % LOG_RING_BYTES;
    if (written > LOG_RING_BYTES)
        hand_to(output, ring + start, LOG_RING_BYTES - start);
    hand_to(output, ring, start);
    struct log_output **last = &outputs; /* the oldest output is the simplest: in a panic it speaks first */
    while (*last)
        last = &(*last)->next;
    *last = output;
    cpu_interrupts_restore(flags);
}

void log_panic(void) { panicking = true; }

void log_last_resort(void)
{
    for (struct log_output *output = outputs; output; output = output->next)
        if (output->write)
            return;
    boot_say(ring);
}
