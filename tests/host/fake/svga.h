/* What does VirtualBox's VMSVGA do, as far as chapters 16 and 17 can tell?
 *
 * A device model: registers behind two ports, video memory, the queue's memory, and the
 * thread of the host that sleeps most of the time. It shares no number with the kernel's
 * headers. What the real one swallows in silence although the guest got it wrong is kept as
 * a complaint. */
#pragma once
#include "drivers/pci/pci.h"
#include "kernel/screen/screen.h"
#include "tests/host/fake/video_memory.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_SVGA_SCREENS = 4, FAKE_SVGA_UPDATES = 8192, FAKE_SVGA_BIOS_BYTES = 512 * 1024 };

/* What the host shows of one screen. */
struct fake_svga_screen {
    bool on;
    int32_t left, top;
    uint32_t width, height, offset, pitch;
    unsigned int taken_away; /* so often; also when it was only defined anew */
};

struct fake_svga {
    struct pci_device pci; /* changed by tests before svga_find */
    uint8_t *memory;
    uint32_t memory_bytes, claimed_bytes; /* video memory; what the register says of it */
    uint32_t *queue, queue_bytes, claimed_queue_bytes;
    uint32_t side_maximum, height_maximum;
    uint32_t monitors;

    uint32_t index, id, enabled, width, height, bits, pitch, pitch_lock, configured;
    bool traces;         /* pages of video memory */
    bool decodes_ports, decodes_memory;
    bool by_registers;   /* the mode was written there after the last command */
    bool mode_has_changed, woken;

    struct fake_svga_screen screens[FAKE_SVGA_SCREENS];
    struct {
        size_t screen;
        struct rectangle area; /* of the screen */
    } updates[FAKE_SVGA_UPDATES]; /* that the host has carried out */
    size_t update_count;
    size_t commands; /* taken */

    bool other_version;      /* knows no identity */
    bool refuses_enable;     /* never on */
    bool takes_nothing;      /* the thread sleeps for good */
    bool lies_about_stop;    /* where it reads is nonsense */
    uint32_t rounds_width;   /* down to a multiple of this; 0: honest */
    uint32_t claimed_pitch;  /* 0: honest */
    uint32_t claimed_bits;   /* 0: honest */
    char complaints[2048];   /* a line each; "" is a perfect guest */
};
extern struct fake_svga fake_svga;

/* A VMSVGA in a VBE mode of its BIOS, with so much video memory, filled with junk. */
void fake_svga_plug(uint32_t memory_bytes, uint32_t monitors);

/* 20 milliseconds later: the thread has looked, if anything has woken it. */
void fake_svga_pass_time(void);

/* Whether a change of this pixel of a screen, made now, is seen: by tracing, or by an update since `first`. */
bool fake_svga_pixel_is_seen(size_t screen, int32_t x, int32_t y, size_t first);

void fake_svga_complain(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
