/* Chapter 10: on which line does a device's interrupt arrive?
 *
 * A device has up to four pins, INTA to INTD. The board wires them to the chipset, the
 * chipset routes them to the interrupt controller, and nothing in PCI says how. The
 * firmware knows, but says so in a program in bytecode (AML, method _PRT) for which one
 * needs an interpreter. We know two chipsets by heart instead: the PIIX3 that VirtualBox
 * and QEMU have by default, and the ICH9 that both offer as the newer one. */
#include "drivers/pci/pci.h"
#include "kernel/core/print.h"
#include "kernel/memory/page_tables.h"

enum {
    VENDOR_INTEL = 0x8086,
    VENDOR_VIRTUALBOX = 0x80ee,
    DEVICE_PIIX3 = 0x7000, /* its bridge to the ISA bus */
    DEVICE_PIIX4 = 0x7110, /* the same, in this regard */
    DEVICE_ICH9 = 0x2918,  /* its LPC bridge */
    DEVICE_ICH7 = 0x27b9,  /* the LPC bridge of what VirtualBox calls ICH9, unless told otherwise */
    ISA_LINES = 16,
};

/* A pin of a slot on bus 0. Pins count from 0 here. */
struct place {
    unsigned int slot, pin;
};

/* Behind a bridge pins are crossed over by slot, so that the first pins of four
 * neighbours arrive on four pins of the bridge (PCI-to-PCI bridge 1.2, table 9-1). */
static struct place find_place_on_bus_0(const struct pci_device *device)
{
    unsigned int pin = device->interrupt_pin - 1u;
    for (; device->bridge; device = device->bridge)
        pin = (pin + device->slot) & 3;
    return (struct place){ device->slot, pin };
}

static bool has_io_apic(void) { return interrupt_controller && interrupt_controller->lines > ISA_LINES; }

/* An ISA interrupt that a PCI pin drives: level-triggered and active low, unless the
 * firmware's tables describe this very line. */
static bool take_isa_line(unsigned int irq, struct interrupt_line *line)
{
    if (irq == 0 || irq >= ISA_LINES)
        return false;
    *line = interrupt_isa_line((uint8_t)irq);
    if (!line->level)
        line->level = line->low = true;
    return true;
}

/* PIRQRC[A:D], Intel 82371SB (PIIX3) data sheet, ISA bridge registers 60h to 63h */
enum {
    PIIX_ROUTE = 0x60,
    PIIX_ROUTE_OFF = 1 << 7,
    PIIX_ROUTE_IRQ = 0xf,
};

/* Slot 1 is the chipset itself; from there on the four lines are dealt out in turn. The
 * chipset turns each into an ISA interrupt, which the 8259 and the I/O APIC both see. */
static bool route_on_piix(const struct pci_device *piix, struct place place, struct interrupt_line *line)
{
    uint8_t route = pci_read8(piix, (uint16_t)(PIIX_ROUTE + ((place.slot + place.pin - 1) & 3)));
    return !(route & PIIX_ROUTE_OFF) && take_isa_line(route & PIIX_ROUTE_IRQ, line);
}

/* Intel ICH9 data sheet, chapters 10 (chipset registers) and 13 (LPC bridge) */
enum {
    ICH9_ROOT_COMPLEX = 0xf0, /* RCBA: where the chipset registers are in memory */
    ROOT_COMPLEX_ON = 1 << 0,
    ROOT_COMPLEX_ADDRESS = ~0x3fff,
    ROUTES = 0x3140, /* D31IR, and D30IR to D27IR, D26IR, D25IR behind it */
    ROUTES_BYTES = 0x12,
    ROUTE_DEFAULT = 0x3210, /* after a reset: pin n to PIRQ n */
    FIRST_OWN_SLOT = 25,    /* slots 25 to 31 are devices of the chipset itself */
    PCI_BRIDGE_SLOT = 30,
    PIRQ_E = 4,
    FIRST_PIRQ_LINE = 16, /* PIRQA to PIRQH are pins 16 to 23 of the I/O APIC */
};

/* For each pin of a device of the chipset, the PIRQ in four bits. */
static uint16_t read_routes(const struct pci_device *ich9, unsigned int slot)
{
    static const uint8_t offsets[] = { 0x10, 0x0c, 0x08, 0x06, 0x04, 0x02, 0x00 }; /* of slots 25 to 31 */
    uint32_t root_complex = pci_read32(ich9, ICH9_ROOT_COMPLEX);
    if (!(root_complex & ROOT_COMPLEX_ON))
        return ROUTE_DEFAULT;
    volatile uint8_t *routes = map_device((root_complex & ROOT_COMPLEX_ADDRESS) + ROUTES, ROUTES_BYTES, CACHE_OFF);
    return routes ? *(volatile uint16_t *)(routes + offsets[slot - FIRST_OWN_SLOT]) : ROUTE_DEFAULT;
}

static bool is_virtualbox(void)
{
    for (size_t i = 0; i < pci_device_count; i++)
        if (pci_devices[i].vendor == VENDOR_VIRTUALBOX)
            return true;
    return false;
}

/* The PIRQ, 0 to 7. Slots outside the chipset are the board's affair: VirtualBox deals
 * all eight out in turn, QEMU the four that the chipset itself does not use. */
static unsigned int find_pirq(const struct pci_device *ich9, struct place place)
{
    if (is_virtualbox())
        return (place.slot + place.pin) & 7;
    if (place.slot == PCI_BRIDGE_SLOT)
        return PIRQ_E + place.pin;
    if (place.slot >= FIRST_OWN_SLOT)
        return read_routes(ich9, place.slot) >> 4 * place.pin & 7;
    return PIRQ_E + ((place.slot + place.pin) & 3);
}

static bool route_on_ich9(const struct pci_device *ich9, struct place place, struct interrupt_line *line)
{
    *line = (struct interrupt_line){ FIRST_PIRQ_LINE + find_pirq(ich9, place), .level = true, .low = true };
    return line->number < interrupt_controller->lines;
}

static const struct pci_device *find_chipset(uint16_t device)
{
    const struct pci_device *chipset = pci_find(VENDOR_INTEL, device);
    return chipset && chipset->bus == 0 ? chipset : NULL;
}

static const struct pci_device *find_piix(void)
{
    const struct pci_device *piix = find_chipset(DEVICE_PIIX3);
    return piix ? piix : find_chipset(DEVICE_PIIX4);
}

/* A true ICH7 routes in ways of its own. */
static const struct pci_device *find_ich9(void)
{
    const struct pci_device *ich9 = find_chipset(DEVICE_ICH9);
    return ich9 || !is_virtualbox() ? ich9 : find_chipset(DEVICE_ICH7);
}

/* What remains is the line that the firmware wrote down. It means one of the 8259; on
 * the PIIX also the I/O APIC's, which sees the same lines. */
bool pci_route(const struct pci_device *device, struct interrupt_line *line)
{
    if (!device->interrupt_pin)
        return false;
    struct place place = find_place_on_bus_0(device);
    const struct pci_device *piix = find_piix(), *ich9 = find_ich9();
    if (piix && route_on_piix(piix, place, line))
        return true;
    if (!piix && has_io_apic())
        return ich9 && route_on_ich9(ich9, place, line);
    return take_isa_line(pci_read8(device, PCI_INTERRUPT_LINE), line);
}

bool pci_interrupt(const struct pci_device *device, struct interrupt_line *line)
{
    if (pci_route(device, line))
        return true;
    print("    PCI: %02x:%02x.%x %04x:%04x: nobody says where its interrupt arrives\n", device->bus, device->slot,
          device->function, device->vendor, device->device);
    return false;
}
