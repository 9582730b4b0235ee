/* Chapter 10: at which addresses does a device answer?
 *
 * A base address register holds an address that the firmware chose. Its size is found
 * by writing ones: bits that select a byte within the range stay 0. Meanwhile the
 * device must not answer, since the address is wrong; so decoding is switched off. */
#include "drivers/pci/pci.h"
#include "kernel/core/print.h"

/* PCI 3.0 6.2.5.1 */
enum {
    BAR_IS_PORTS = 1 << 0,
    BAR_PORT_FLAGS = 0x3,
    BAR_TYPE = 3 << 1,
    BAR_TYPE_32 = 0 << 1,
    BAR_TYPE_BELOW_1M = 1 << 1, /* PCI 2.1 and before */
    BAR_TYPE_64 = 2 << 1,
    BAR_MEMORY_FLAGS = 0xf,
    PORTS_END = 0x10000,
    BRIDGE_BARS = 2, /* PCI-to-PCI bridge 1.2, 3.2.5.1: other registers follow */
};

/* What a register said, before and after ones were written to it. */
struct answer {
    uint32_t value, ones;
};

static unsigned int count_registers(const struct pci_device *device)
{
    if (device->header_type == PCI_HEADER_DEVICE)
        return PCI_BARS;
    return device->header_type == PCI_HEADER_BRIDGE ? BRIDGE_BARS : 0;
}

/* Nothing is logged in here: the device that does not decode may be the screen. */
static void size_bars(const struct pci_device *device, unsigned int registers, struct answer *answers)
{
    uint16_t command = pci_read16(device, PCI_COMMAND);
    pci_write16(device, PCI_COMMAND, command & ~(PCI_COMMAND_PORTS | PCI_COMMAND_MEMORY));
    for (unsigned int i = 0; i < registers; i++) {
        uint16_t offset = (uint16_t)(PCI_FIRST_BAR + 4 * i);
        answers[i].value = pci_read32(device, offset);
        pci_write32(device, offset, UINT32_MAX);
        answers[i].ones = pci_read32(device, offset);
        pci_write32(device, offset, answers[i].value);
    }
    pci_write16(device, PCI_COMMAND, command);
}

static struct pci_bar read_ports(struct answer answer)
{
    uint32_t mask = answer.ones & ~BAR_PORT_FLAGS;
    if (mask && mask < PORTS_END)
        mask |= ~(PORTS_END - 1u); /* the upper half may be fixed to 0 where there are 65536 ports */
    return (struct pci_bar){ PCI_BAR_PORTS, answer.value & ~BAR_PORT_FLAGS, (uint32_t)-mask };
}

static struct pci_bar read_memory_32(struct answer answer)
{
    uint32_t mask = answer.ones & ~BAR_MEMORY_FLAGS;
    return (struct pci_bar){ PCI_BAR_MEMORY, answer.value & ~BAR_MEMORY_FLAGS, (uint32_t)-mask };
}

static struct pci_bar read_memory_64(struct answer low, struct answer high)
{
    uint64_t mask = (uint64_t)high.ones << 32 | (low.ones & ~BAR_MEMORY_FLAGS);
    uint64_t address = (uint64_t)high.value << 32 | (low.value & ~BAR_MEMORY_FLAGS);
    return (struct pci_bar){ PCI_BAR_MEMORY, address, -mask };
}

/* Whether the range can be: a power of two, at a multiple of itself, within its space. */
static bool is_possible(const struct pci_bar *bar)
{
    uint64_t last = bar->address + (bar->bytes - 1);
    if (bar->bytes & (bar->bytes - 1) || bar->address & (bar->bytes - 1) || last < bar->address)
        return false;
    return bar->kind == PCI_BAR_MEMORY || last < PORTS_END;
}

static void leave_out(const struct pci_device *device, unsigned int index, const char *what)
{
    print("    PCI: %02x:%02x.%x BAR %u %s; left out\n", device->bus, device->slot, device->function, index, what);
}

/* Keeps a range that exists, was given an address and can be. */
static void keep_bar(struct pci_device *device, unsigned int index, struct pci_bar bar)
{
    if (!bar.bytes)
        return;
    if (!bar.address)
        leave_out(device, index, "was given no address");
    else if (!is_possible(&bar))
        leave_out(device, index, "has an impossible size or address");
    else
        device->bars[index] = bar;
}

void pci_read_bars(struct pci_device *device)
{
    struct answer answers[PCI_BARS];
    unsigned int registers = count_registers(device);
    size_bars(device, registers, answers);
    for (unsigned int i = 0; i < registers; i++) {
        uint32_t value = answers[i].value;
        if (value & BAR_IS_PORTS) {
            keep_bar(device, i, read_ports(answers[i]));
        } else if ((value & BAR_TYPE) == BAR_TYPE_32 || (value & BAR_TYPE) == BAR_TYPE_BELOW_1M) {
            keep_bar(device, i, read_memory_32(answers[i]));
        } else if ((value & BAR_TYPE) == BAR_TYPE_64 && i + 1 < registers) {
            keep_bar(device, i, read_memory_64(answers[i], answers[i + 1]));
            i++; /* the next register is the upper half */
        } else {
            leave_out(device, i, "is of an unknown type");
        }
    }
}
