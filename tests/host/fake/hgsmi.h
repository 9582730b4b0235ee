/* What does VirtualBox do with commands in video memory, as far as chapter 17 can tell?
 *
 * A device model beside fake_vbe, whose video memory it reads: the channel, the screens and
 * their rings. The windows are what a person sees: a window changes by a message about its
 * screen and by records in its ring alone. Shares no number with the kernel's headers. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_MONITORS = 64 };

struct fake_screen {
    bool disabled;        /* no window */
    int32_t left, top;    /* on the desktop */
    uint32_t offset, pitch, width, height;
    struct {
        uint32_t offset, bytes, maximum;
    } view;
    bool ring_on;
    uint32_t ring;    /* offset */
    uint32_t *window; /* width x height; NULL: never had a mode */
    size_t records, messages, too_large; /* seen; of records, those that reach beyond the screen */
};

struct fake_hgsmi {
    struct fake_screen screens[FAKE_MONITORS];
    uint32_t monitors;    /* as the host says it; the fake has room for FAKE_MONITORS */
    bool svga;            /* an adapter with VMware's registers: answers, and does nothing else */
    bool deaf;            /* nothing is answered */
    bool noise;           /* payloads come back as noise */
    bool never_empties;   /* rings stay as they are */
    int32_t ring_result;  /* of enabling one */
    bool forgets_to_accept; /* success, but the ring does not say so */
    size_t commands, flushes;
    uint16_t last_command;
    uint32_t last_checksum;
    bool interrupts_were_on; /* at any command */
};
extern struct fake_hgsmi fake_hgsmi;

/* Beside the adapter of fake_vbe_plug. All screens but the first are disabled. */
void fake_hgsmi_plug(uint32_t monitors);

/* What happens fifty times a second. */
void fake_hgsmi_tick(void);

/* Is the window what video memory holds? */
bool fake_window_is_true(size_t screen);

uint32_t fake_checksum(const uint8_t *bytes, size_t count);
