/* Chapter 4: what did GRUB know about the machine? */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_RANGES = 256, COMMAND_LINE_BYTES = 256 };

/* multiboot2 specification 3.6.8, and ACPI's address range types. */
enum memory_type {
    MEMORY_AVAILABLE = 1,
    MEMORY_RESERVED = 2,
    MEMORY_ACPI = 3,
    MEMORY_ACPI_KEEP = 4,
    MEMORY_BAD = 5,
};

/* [start, end), bytes, as the firmware said it: any order, overlaps and holes. */
struct memory_range {
    uint64_t start, end;
    enum memory_type type;
};

/* Where one colour lies within a pixel. */
struct color_field {
    uint8_t position, bits;
};

struct boot_framebuffer {
    bool present;   /* pixels of 32 bits, as GRUB says it: chapter 7 bounds the numbers */
    bool text_mode; /* characters at `address` instead */
    uint64_t address;
    uint32_t pitch, width, height; /* pitch in bytes; text mode: width and height in characters */
    struct color_field red, green, blue;
};

/* A copy of all that the kernel uses: nothing here points into GRUB's memory. */
struct boot_information {
    struct memory_range memory[MEMORY_RANGES];
    size_t memory_ranges;
    struct boot_framebuffer framebuffer;
    uint8_t rsdp[36]; /* ACPI's root pointer, whole; rsdp_bytes is 0 (none), 20 or 36 */
    size_t rsdp_bytes;
    bool efi;                              /* the firmware is UEFI */
    char command_line[COMMAND_LINE_BYTES]; /* printable, ends in 0; so does the loader's name */
    char loader[64];
};

extern struct boot_information boot_information;

/* Reads the list of tags at `information` into *into. What is malformed is logged and
 * left out, the rest is used. */
void boot_information_read(const void *information, struct boot_information *into);

const char *boot_information_start(void);
