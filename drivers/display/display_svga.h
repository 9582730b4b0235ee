/* Chapter 16: how does the adapter that VirtualBox calls VMSVGA take orders?
 *
 * By registers behind two ports, an index and a value; and by a queue in memory of its
 * own, from which a thread of the host takes commands. Chapter 16 needs registers alone,
 * and leaves the queue empty. Numbers: VMware's SVGA Device Developer Kit, svga_reg.h. */
#pragma once
#include "drivers/display/display_adapters.h"
#include <stdbool.h>
#include <stdint.h>

enum svga_register {
    SVGA_ID = 0,
    SVGA_ENABLE = 1,
    SVGA_WIDTH = 2,
    SVGA_HEIGHT = 3,
    SVGA_WIDTH_MAXIMUM = 4,
    SVGA_HEIGHT_MAXIMUM = 5,
    SVGA_BITS_PER_PIXEL = 7,
    SVGA_PITCH = 12,
    SVGA_MEMORY_BYTES = 15, /* of video memory */
    SVGA_QUEUE_BYTES = 19,
    SVGA_CONFIGURED = 20, /* 1: the queue may be read */
    SVGA_SYNC = 21,       /* 1: look at modes and queue, now */
    SVGA_MONITORS = 31,
};

/* Words of 32 bits of the queue's memory; the commands lie behind them. */
enum {
    SVGA_QUEUE_START = 0, /* bytes, like the next three */
    SVGA_QUEUE_END = 1,
    SVGA_QUEUE_NEXT = 2, /* where the guest will write */
    SVGA_QUEUE_STOP = 3, /* where the host will read */
    SVGA_QUEUE_CAPABILITIES = 4,
    SVGA_QUEUE_PITCH = 8,      /* of all modes to come, if it is not 0 */
    SVGA_FIRST_COMMAND = 1024, /* no word behind 290 has a name */
    SVGA_QUEUE_WORDS = 16384,  /* all that QEMU has; VirtualBox has 32 times that */
    SVGA_WORD_BYTES = 4,
};

extern volatile uint32_t *svga_queue; /* NULL: there is no such adapter, and nothing below may be called */

/* Any context. */
uint32_t svga_read(enum svga_register index);
void svga_write(enum svga_register index, uint32_t value);

/* Has the host stop reading the queue, and empties it. From now on it traces which pages
 * at the start of video memory change, and repaints the first screen by itself. */
void svga_stop_queue(void);

/* Switches the adapter on and has the host read the queue. */
void svga_start_queue(void);
