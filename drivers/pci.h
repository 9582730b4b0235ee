/* Chapter 10: what is plugged in? */
#pragma once
#include "kernel/interrupts.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCI_DEVICES = 64, PCI_BARS = 6 };

enum pci_bar_kind { PCI_BAR_NONE, PCI_BAR_PORTS, PCI_BAR_MEMORY };

struct pci_bar {
    enum pci_bar_kind kind;
    uint64_t address, bytes;
    bool prefetchable;
};

struct pci_device {
    uint8_t bus, slot, function;
    uint16_t vendor, device;
    uint8_t class_code, subclass, interface;
    struct pci_bar bars[PCI_BARS]; /* sized; a 64-bit one leaves PCI_BAR_NONE behind it */
    uint8_t interrupt_pin;         /* 0: none, 1 to 4: INTA to INTD */
    struct pci_device *bridge;     /* the bridge it lies behind; NULL on bus 0 */
};

extern struct pci_device pci_devices[PCI_DEVICES];
extern size_t pci_device_count;

/* The first device with these identifiers, or NULL. */
struct pci_device *pci_find(uint16_t vendor, uint16_t device);

uint32_t pci_read32(const struct pci_device *device, uint16_t offset);
uint16_t pci_read16(const struct pci_device *device, uint16_t offset);
uint8_t pci_read8(const struct pci_device *device, uint16_t offset);
void pci_write32(const struct pci_device *device, uint16_t offset, uint32_t value);
void pci_write16(const struct pci_device *device, uint16_t offset, uint16_t value);

/* Turns address decoding on: bits of the command register. */
enum { PCI_COMMAND_PORTS = 1, PCI_COMMAND_MEMORY = 2, PCI_COMMAND_MASTER = 4 };
void pci_enable(const struct pci_device *device, uint16_t command_bits);

/* Offset of a capability (PCI 3.0, appendix H), 0: none. The list is bounded. */
uint8_t pci_capability(const struct pci_device *device, uint8_t identifier);

/* The line on which the device's pin arrives, on the chipsets PIIX3 and ICH9, without
 * interpreting the firmware's AML. False, with a line in the log: unknown. */
bool pci_interrupt(const struct pci_device *device, struct interrupt_line *line);

const char *pci_start(void);
