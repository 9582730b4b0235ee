/* A PCI bus made of arrays, and the machine around it. */
#pragma once
#include "drivers/pci/pci.h"
#include "kernel/machine/interrupts.h"
#include <stdbool.h>
#include <stdint.h>

/* A function: 256 bytes of registers, the bits of each BAR that can be written, and
 * whether its address decoding was on while a BAR changed. */
struct fake_function {
    uint8_t bus, slot, function;
    union {
        uint8_t bytes[256];
        uint16_t words[128];
        uint32_t dwords[64];
    } space;
    uint32_t writable[6];
    bool changed_while_decoding;
};

/* In the order in which they were plugged in. */
extern struct fake_function fake_functions[512];

/* A function that decodes addresses and has nothing but its names; a bridge to a bus; VirtualBox's device, whole. */
struct fake_function *fake_function_plug(uint8_t bus, uint8_t slot, uint8_t number, uint16_t vendor, uint16_t device);
struct fake_function *fake_bridge_plug(uint8_t bus, uint8_t slot, uint8_t secondary);
struct fake_function *fake_vmmdev_plug(void);
void fake_bar(struct fake_function *function, int index, uint32_t value, uint32_t writable);

/* The ports of the configuration space; and pci_start, where there are such ports. */
void fake_pci_plug(void);
const char *fake_pci_start(void);
extern uint32_t fake_pci_selected; /* what the address port holds */
extern unsigned int fake_pci_ports_used;

/* The configuration space of two buses in memory: the firmware offers it; what lies in it is not on the ports. */
void fake_window_offer(uint8_t first_bus, uint8_t last_bus);
void fake_window_put(uint8_t bus, uint8_t slot, uint16_t vendor, uint16_t device);
uint8_t *fake_window_at(uint8_t bus, uint8_t slot, uint8_t function);
extern bool fake_map_none; /* nothing can be mapped */

enum { FAKE_ROOT_COMPLEX_BYTES = 0x4000 };
extern uint8_t fake_root_complex[FAKE_ROOT_COMPLEX_BYTES]; /* an ICH9's registers in memory */
extern struct interrupt_controller fake_controller;        /* an I/O APIC, until a test says otherwise */
