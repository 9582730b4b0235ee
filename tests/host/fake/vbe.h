/* What does a display adapter do, as far as chapter 16 can tell?
 *
 * A device model with the VBE registers as VirtualBox has them, video memory, and the
 * identity on the PCI bus. It shares no number with the kernel's headers. What the real one
 * swallows in silence although the guest got it wrong is kept as a complaint. */
#pragma once
#include "drivers/pci/pci.h"
#include "tests/host/fake/video_memory.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_vbe {
    struct pci_device pci; /* changed by tests before display_find */
    uint32_t subsystem;
    uint8_t *memory;
    uint32_t memory_bytes, claimed_bytes; /* video memory; what a read of 32 bits says of it */
    uint16_t newest_id, index, registers[16];
    bool without_hgsmi;   /* knows no identity 0xbe01 */
    bool refuses;         /* no mode comes about */
    bool rounds_width;    /* down to a multiple of 8, as QEMU does */
    uint16_t bits;        /* whatever was asked for; 0: honest */
    int32_t row_pixels;   /* in a row of memory, whatever was asked for; 0: honest */
    bool decodes;         /* the kernel has turned it on */
    size_t modes_set;
    char complaints[1024]; /* a line each; "" is a perfect guest */
};
extern struct fake_vbe fake_vbe;

/* A VBoxVGA with so much video memory, filled with junk, and a BAR as large. */
void fake_vbe_plug(uint32_t memory_bytes);
bool fake_vbe_is_on(void);
uint32_t fake_vbe_bytes(void); /* of the mode that is on */
void fake_vbe_complain(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
