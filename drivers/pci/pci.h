/* Chapter 10: what is plugged in? */
#pragma once
#include "kernel/machine/interrupts.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCI_DEVICES = 64, PCI_BARS = 6 };

/* Offsets in configuration space, PCI 3.0 6.1; of a bridge: PCI-to-PCI bridge 1.2, 3.2 */
enum pci_register {
    PCI_VENDOR = 0x00,
    PCI_DEVICE = 0x02,
    PCI_COMMAND = 0x04,
    PCI_INTERFACE = 0x09, /* subclass and class behind it */
    PCI_HEADER_TYPE = 0x0e,
    PCI_FIRST_BAR = 0x10,
    PCI_SECONDARY_BUS = 0x19, /* of a bridge */
    PCI_INTERRUPT_LINE = 0x3c,
    PCI_INTERRUPT_PIN = 0x3d,
};

/* Bits 0 to 6; bit 7: the device has several functions. PCI 3.0 6.2.1 */
enum pci_header_type {
    PCI_HEADER_DEVICE = 0,
    PCI_HEADER_BRIDGE = 1,
    PCI_HEADER_TYPE_BITS = 0x7f,
    PCI_HEADER_FUNCTIONS = 0x80,
};

enum pci_bar_kind { PCI_BAR_NONE, PCI_BAR_PORTS, PCI_BAR_MEMORY };

struct pci_bar {
    enum pci_bar_kind kind;
    uint64_t address, bytes;
};

struct pci_device {
    uint8_t bus, slot, function;
    uint16_t vendor, device;
    uint8_t class_code, subclass, interface;
    uint8_t header_type;           /* enum pci_header_type, bits 0 to 6 */
    struct pci_bar bars[PCI_BARS]; /* sized and bounded; a 64-bit one leaves PCI_BAR_NONE behind it */
    uint8_t interrupt_pin;         /* 0: none, 1 to 4: INTA to INTD */
    struct pci_device *bridge;     /* the bridge it lies behind; NULL on bus 0 */
};

/* A bridge comes before what lies behind it. */
extern struct pci_device pci_devices[PCI_DEVICES];
extern size_t pci_device_count;

/* The first device with these identifiers, or NULL. */
struct pci_device *pci_find(uint16_t vendor, uint16_t device);

/* Configuration space. Offsets are multiples of the width. Where nothing answers, and
 * beyond byte 255 where the space is reached through ports, reads give all ones. Never
 * in a handler: the ports are two steps. */
uint32_t pci_read32(const struct pci_device *device, uint16_t offset);
uint16_t pci_read16(const struct pci_device *device, uint16_t offset);
uint8_t pci_read8(const struct pci_device *device, uint16_t offset);
void pci_write32(const struct pci_device *device, uint16_t offset, uint32_t value);
void pci_write16(const struct pci_device *device, uint16_t offset, uint16_t value);

/* Turns address decoding on: bits of the command register. */
enum { PCI_COMMAND_PORTS = 1, PCI_COMMAND_MEMORY = 2 };
void pci_enable(const struct pci_device *device, uint16_t command_bits);

/* The line on which the device's pin arrives, on the chipsets PIIX3 and ICH9, without
 * interpreting the firmware's AML. False, with a line in the log: unknown. */
bool pci_interrupt(const struct pci_device *device, struct interrupt_line *line);

const char *pci_start(void);

/* The parts of this chapter, for pci_start. */

/* Finds out how configuration space is reached; false: not at all. */
bool pci_find_access(void);

/* Fills device->bars. Address decoding is off for a moment. */
void pci_read_bars(struct pci_device *device);

/* As pci_interrupt, without a word. */
bool pci_route(const struct pci_device *device, struct interrupt_line *line);
