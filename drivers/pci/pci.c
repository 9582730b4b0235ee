/* Chapter 10: what is plugged in?
 *
 * A bus has 32 slots, a slot up to 8 functions, and a function may be a bridge to
 * another bus. So the machine is a tree, and we walk it from bus 0: what is found is
 * added to a list, and the list is at the same time the queue of bridges to follow. */
#include "drivers/pci/pci.h"
#include "kernel/core/print.h"
#include "lib/format.h"

enum {
    BUSES = 256,
    SLOTS = 32,
    FUNCTIONS = 8,
    VENDOR_NONE = 0xffff, /* nobody answers, PCI 3.0 6.1 */
    VENDOR_BROKEN = 0,    /* the same, on some boards */
    PINS = 4,
    CLASS_BRIDGE = 6, /* PCI 3.0, appendix D */
    SUBCLASS_HOST_BRIDGE = 0,
};

struct pci_device pci_devices[PCI_DEVICES];
size_t pci_device_count;

static bool bus_scanned[BUSES];
static unsigned int bus_count, left_out;

static bool is_present(const struct pci_device *place)
{
    uint16_t vendor = pci_read16(place, PCI_VENDOR);
    return vendor != VENDOR_NONE && vendor != VENDOR_BROKEN;
}

static void add_device(struct pci_device device)
{
    if (pci_device_count == PCI_DEVICES) {
        left_out++;
        return;
    }
    device.vendor = pci_read16(&device, PCI_VENDOR);
    device.device = pci_read16(&device, PCI_DEVICE);
    device.interface = pci_read8(&device, PCI_INTERFACE);
    device.subclass = pci_read8(&device, PCI_INTERFACE + 1);
    device.class_code = pci_read8(&device, PCI_INTERFACE + 2);
    device.header_type = pci_read8(&device, PCI_HEADER_TYPE) & PCI_HEADER_TYPE_BITS;
    device.interrupt_pin = pci_read8(&device, PCI_INTERRUPT_PIN);
    if (device.interrupt_pin > PINS)
        device.interrupt_pin = 0;
    pci_read_bars(&device);
    pci_devices[pci_device_count++] = device;
}

/* Functions 1 to 7 exist only where function 0 says so: others may answer for it. */
static void scan_slot(struct pci_device place)
{
    if (!is_present(&place))
        return;
    add_device(place);
    if (!(pci_read8(&place, PCI_HEADER_TYPE) & PCI_HEADER_FUNCTIONS))
        return;
    for (place.function = 1; place.function < FUNCTIONS; place.function++)
        if (is_present(&place))
            add_device(place);
}

static void scan_bus(uint8_t bus, struct pci_device *bridge)
{
    bus_scanned[bus] = true;
    bus_count++;
    for (uint8_t slot = 0; slot < SLOTS; slot++)
        scan_slot((struct pci_device){ .bus = bus, .slot = slot, .bridge = bridge });
}

static void follow_bridge(struct pci_device *bridge)
{
    uint8_t bus = pci_read8(bridge, PCI_SECONDARY_BUS);
    if (bus_scanned[bus])
        print("    PCI: %02x:%02x.%x leads to bus %u, which is known; not followed\n", bridge->bus, bridge->slot,
              bridge->function, bus);
    else
        scan_bus(bus, bridge);
}

/* Scans a bus that no bridge led to, and all that lies behind it. */
static void scan_tree(uint8_t bus)
{
    size_t next = pci_device_count;
    scan_bus(bus, NULL);
    for (; next < pci_device_count; next++)
        if (pci_devices[next].header_type == PCI_HEADER_BRIDGE)
            follow_bridge(&pci_devices[next]);
}

/* Function n of the first slot may be the host's bridge to bus n. */
static void scan_host_buses(void)
{
    scan_tree(0);
    for (size_t i = 0; i < pci_device_count; i++) {
        const struct pci_device *device = &pci_devices[i];
        bool is_host_bridge = device->class_code == CLASS_BRIDGE && device->subclass == SUBCLASS_HOST_BRIDGE;
        if (is_host_bridge && device->bus == 0 && device->slot == 0 && !bus_scanned[device->function])
            scan_tree(device->function);
    }
}

static void list_device(const struct pci_device *device)
{
    struct interrupt_line line;
    const char *separator = "  ";
    print("    %02x:%02x.%x %04x:%04x", device->bus, device->slot, device->function, device->vendor, device->device);
    for (int i = 0; i < PCI_BARS; i++) {
        const struct pci_bar *bar = &device->bars[i];
        if (bar->kind == PCI_BAR_NONE)
            continue;
        print("%s%s %lx+%lx", separator, bar->kind == PCI_BAR_PORTS ? "ports" : "memory", bar->address, bar->bytes);
        separator = ", ";
    }
    if (device->header_type == PCI_HEADER_BRIDGE)
        print("%sbridge to bus %u", separator, pci_read8(device, PCI_SECONDARY_BUS));
    else if (device->class_code != CLASS_BRIDGE && pci_route(device, &line)) /* chipsets' own may have unused pins */
        print("%sline %u", separator, line.number);
    print("\n");
}

struct pci_device *pci_find(uint16_t vendor, uint16_t device)
{
    for (size_t i = 0; i < pci_device_count; i++)
        if (pci_devices[i].vendor == vendor && pci_devices[i].device == device)
            return &pci_devices[i];
    return NULL;
}

void pci_enable(const struct pci_device *device, uint16_t command_bits)
{
    pci_write16(device, PCI_COMMAND, pci_read16(device, PCI_COMMAND) | command_bits);
}

const char *pci_start(void)
{
    static char found[64];
    if (!pci_find_access())
        return "no PCI";
    scan_host_buses();
    for (size_t i = 0; i < pci_device_count; i++)
        list_device(&pci_devices[i]);
    if (left_out)
        print("    PCI: %u devices more than there is room for; left out\n", left_out);
    return format(found, sizeof found, "%zu device%s on %u bus%s", pci_device_count, pci_device_count == 1 ? "" : "s",
                  bus_count, bus_count == 1 ? "" : "es");
}
