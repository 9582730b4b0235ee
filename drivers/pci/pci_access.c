/* Chapter 10: how does one read what a device says of itself?
 *
 * Every function of every PCI device has a configuration space: 256 bytes of registers,
 * found by bus, slot and function. There are two ways to them. The old one is a pair of
 * ports, one for the place and one for the data. The new one (PCI Express) is a window
 * in memory that the MCFG table names, with 4096 bytes for each function. */
#include "drivers/pci/pci.h"
#include "kernel/core/port.h"
#include "kernel/core/print.h"
#include "kernel/faults/panic.h"
#include "kernel/machine/acpi.h"
#include "kernel/memory/page_tables.h"

/* Configuration mechanism 1, PCI 3.0 3.2.2.3.2 */
enum {
    CONFIG_ADDRESS = 0xcf8,
    CONFIG_DATA = 0xcfc, /* and the three ports behind it, for parts of a register */
    PORTS_SPACE_BYTES = 256,
};
static const uint32_t CONFIG_ENABLE = 1u << 31;

/* The window in memory, PCI Express 3.0 7.2.2 */
enum {
    WINDOW_SPACE_BYTES = 4096,
    BUS_SHIFT = 20,
    SLOT_SHIFT = 15,
    FUNCTION_SHIFT = 12,
};

static bool has_ports;

static volatile uint8_t *window; /* the first bus that the window shows; NULL: use the ports */

/* Where the register is in memory; NULL: nowhere. */
static volatile void *find_in_memory(const struct pci_device *device, uint16_t offset)
{
    uint8_t first_bus = acpi_machine.pci_window.first_bus;
    if (!window || device->bus < first_bus || device->bus > acpi_machine.pci_window.last_bus ||
        offset >= WINDOW_SPACE_BYTES)
        return NULL;
    return window + ((device->bus - first_bus) << BUS_SHIFT | device->slot << SLOT_SHIFT |
                     device->function << FUNCTION_SHIFT | offset);
}

/* The data port for this register, which the next access reaches; 0: out of reach. */
static uint16_t select_by_ports(const struct pci_device *device, uint16_t offset)
{
    if (!has_ports || offset >= PORTS_SPACE_BYTES)
        return 0;
    port_write32(CONFIG_ADDRESS, CONFIG_ENABLE | (uint32_t)device->bus << 16 | (uint32_t)device->slot << 11 |
                                     (uint32_t)device->function << 8 | (offset & ~3u));
    return CONFIG_DATA + (offset & 3);
}

uint32_t pci_read32(const struct pci_device *device, uint16_t offset)
{
    check(offset % 4, ==, 0);
    volatile uint32_t *memory = find_in_memory(device, offset);
    if (memory)
        return *memory;
    uint16_t port = select_by_ports(device, offset);
    return port ? port_read32(port) : UINT32_MAX;
}

uint16_t pci_read16(const struct pci_device *device, uint16_t offset)
{
    check(offset % 2, ==, 0);
    return (uint16_t)(pci_read32(device, offset & ~3) >> 8 * (offset & 3));
}

uint8_t pci_read8(const struct pci_device *device, uint16_t offset)
{
    return (uint8_t)(pci_read32(device, offset & ~3) >> 8 * (offset & 3));
}

void pci_write32(const struct pci_device *device, uint16_t offset, uint32_t value)
{
    check(offset % 4, ==, 0);
    volatile uint32_t *memory = find_in_memory(device, offset);
    uint16_t port;
    if (memory)
        *memory = value;
    else if ((port = select_by_ports(device, offset)))
        port_write32(port, value);
}

/* Not by way of 32 bits: the command register's neighbour is the status, where ones that are written clear bits. */
void pci_write16(const struct pci_device *device, uint16_t offset, uint16_t value)
{
    check(offset % 2, ==, 0);
    volatile uint16_t *memory = find_in_memory(device, offset);
    uint16_t port;
    if (memory)
        *memory = value;
    else if ((port = select_by_ports(device, offset)))
        port_write16(port, value);
}

/* The address port keeps what is written to it; an empty port does not. */
static bool has_config_ports(void)
{
    uint32_t before = port_read32(CONFIG_ADDRESS);
    port_write32(CONFIG_ADDRESS, CONFIG_ENABLE);
    bool answer = port_read32(CONFIG_ADDRESS) == CONFIG_ENABLE;
    port_write32(CONFIG_ADDRESS, before);
    return answer;
}

static void map_window(void)
{
    const struct acpi_pci_window *named = &acpi_machine.pci_window;
    if (named->address)
        window = map_device(named->address + ((uint64_t)named->first_bus << BUS_SHIFT),
                            (named->last_bus - named->first_bus + 1ul) << BUS_SHIFT, CACHE_OFF);
}

/* Both ways lead to the same device, or the MCFG table is not believed. */
static void compare_window_with_ports(void)
{
    struct pci_device first = { .bus = 0 };
    volatile uint32_t *memory = find_in_memory(&first, PCI_VENDOR);
    if (!memory || !has_ports || *memory == port_read32(select_by_ports(&first, PCI_VENDOR)))
        return;
    print("    PCI: no configuration space at 0x%lx, as the MCFG says; ports are used\n", (uintptr_t)memory);
    window = NULL;
}

bool pci_find_access(void)
{
    has_ports = has_config_ports();
    map_window();
    compare_window_with_ports();
    return has_ports || window;
}
