/* Chapter 8: what do the tables say about this machine?
 *
 * Three tables matter to us. The MADT lists processors and interrupt controllers, the
 * FADT says which parts of the old PC are still there, and the MCFG says where PCI's
 * configuration space lies in memory. Each is read here, once, into one structure. */
#include "kernel/core/print.h"
#include "kernel/machine/acpi.h"
#include "lib/memory.h"

struct acpi_machine acpi_machine;

/* A table, or an entry of one. */
struct part {
    const uint8_t *start;
    size_t bytes;
};

static struct part part_of(const struct acpi_header *table)
{
    return (struct part){ (const uint8_t *)table, table->length };
}

/* The little-endian number of 1 to 8 bytes at `offset`; 0 where the part ends before it.
 * That is also what ACPI says of fields that an older, shorter table does not have. */
static uint64_t number(struct part part, size_t offset, size_t bytes)
{
    uint64_t value = 0;
    if (offset <= part.bytes && bytes <= part.bytes - offset)
        memcpy(&value, part.start + offset, bytes);
    return value;
}

/* MADT, ACPI 6.5, 5.2.12 */
enum {
    MADT_ENTRIES = 44,

    ENTRY_TYPE = 0, /* offsets in entries, 5.2.12.2 to 12 */
    ENTRY_LENGTH = 1,
    ENTRY_BYTES_LEAST = 2,
    PROCESSOR_FLAGS = 4,
    IO_APIC_ADDRESS = 4,
    IO_APIC_FIRST_LINE = 8,
    OVERRIDE_BUS = 2,
    OVERRIDE_ISA = 3,
    OVERRIDE_LINE = 4,
    OVERRIDE_FLAGS = 8,
    X2APIC_FLAGS = 8,

    PROCESSOR_ENABLED = 1 << 0,
};

/* ACPI 6.5, 5.2.12, interrupt controller structure types */
enum madt_entry {
    ENTRY_PROCESSOR = 0,
    ENTRY_IO_APIC = 1,
    ENTRY_OVERRIDE = 2,
    ENTRY_X2APIC = 9, /* a processor, too */
};

/* Bytes that an entry of this type has; 0: of no interest. */
static const uint8_t entry_bytes[] = {
    [ENTRY_PROCESSOR] = 8,
    [ENTRY_IO_APIC] = 12,
    [ENTRY_OVERRIDE] = 10,
    [ENTRY_X2APIC] = 16,
};

static bool read_io_apic(struct part entry, struct acpi_machine *machine)
{
    struct acpi_io_apic io_apic = {
        .address = (uint32_t)number(entry, IO_APIC_ADDRESS, 4),
        .first_line = (uint32_t)number(entry, IO_APIC_FIRST_LINE, 4),
    };
    if (!io_apic.address || machine->io_apic_count == ACPI_IO_APICS)
        return false;
    machine->io_apics[machine->io_apic_count++] = io_apic;
    return true;
}

/* Flags of an override, ACPI 6.5, 5.2.12.5. 0: as the bus has it, which for ISA is edge, active high. */
enum {
    ISA_BUS = 0,
    ISA_INTERRUPTS = 16,
    POLARITY = 3 << 0,
    POLARITY_LOW = 3 << 0,
    TRIGGER = 3 << 2,
    TRIGGER_LEVEL = 3 << 2,
};

static bool is_overridden(uint64_t isa, const struct acpi_machine *machine)
{
    for (size_t i = 0; i < machine->override_count; i++)
        if (machine->overrides[i].isa == isa)
            return true;
    return false;
}

static bool read_override(struct part entry, struct acpi_machine *machine)
{
    uint64_t bus = number(entry, OVERRIDE_BUS, 1), isa = number(entry, OVERRIDE_ISA, 1);
    uint64_t flags = number(entry, OVERRIDE_FLAGS, 2);
    if (bus != ISA_BUS || isa >= ISA_INTERRUPTS || is_overridden(isa, machine))
        return false;
    machine->overrides[machine->override_count++] = (struct acpi_override){
        .isa = (uint8_t)isa,
        .line = (uint32_t)number(entry, OVERRIDE_LINE, 4),
        .level = (flags & TRIGGER) == TRIGGER_LEVEL,
        .low = (flags & POLARITY) == POLARITY_LOW,
    };
    return true;
}

/* Whether the entry made sense. */
static bool read_entry(uint8_t type, struct part entry, struct acpi_machine *machine)
{
    if (entry.bytes < entry_bytes[type])
        return false;
    if (type == ENTRY_IO_APIC)
        return read_io_apic(entry, machine);
    if (type == ENTRY_OVERRIDE)
        return read_override(entry, machine);
    if (type == ENTRY_PROCESSOR)
        machine->processors += number(entry, PROCESSOR_FLAGS, 4) & PROCESSOR_ENABLED;
    else if (type == ENTRY_X2APIC)
        machine->processors += number(entry, X2APIC_FLAGS, 4) & PROCESSOR_ENABLED;
    return true;
}

/* Each entry begins with its type and its length, one byte each. Types that we do not
 * know are passed over; a length that cannot be ends the walk. */
static void read_entries(struct part madt, struct acpi_machine *machine)
{
    unsigned int left_out = 0;
    for (size_t offset = MADT_ENTRIES, length; offset < madt.bytes; offset += length) {
        uint8_t type = madt.start[offset + ENTRY_TYPE];
        length = number(madt, offset + ENTRY_LENGTH, 1);
        if (length < ENTRY_BYTES_LEAST || length > madt.bytes - offset) {
            print("    ACPI: MADT entry at byte %zu of %zu claims %zu bytes; the rest is left out\n", offset,
                  madt.bytes, length);
            break;
        }
        if (type < sizeof entry_bytes && !read_entry(type, (struct part){ madt.start + offset, length }, machine))
            left_out++;
    }
    if (left_out)
        print("    ACPI: %u MADT entries make no sense; left out\n", left_out);
}

static void read_madt(struct part madt, struct acpi_machine *machine)
{
    if (madt.bytes < MADT_ENTRIES) {
        print("    ACPI: the MADT has only %zu bytes; left out\n", madt.bytes);
        return;
    }
    machine->processors = 0;
    read_entries(madt, machine);
}

/* FADT, ACPI 6.5, 5.2.9 */
enum {
    FADT_REVISION = 8,
    FADT_TIMER = 76,       /* a port */
    FADT_TIMER_BYTES = 91, /* 4, or 0 where there is none */
    FADT_BOOT_FLAGS = 109,
    FADT_FLAGS = 112,
    FADT_TIMER_X = 208, /* where the timer is, as a generic address */
    TIMER_BYTES = 4,

    BOOT_FLAGS_SINCE = 3,    /* revision of the FADT, that of ACPI 2.0 */
    BOOT_FLAG_8042 = 1 << 1, /* 5.2.9.3 */
    FLAG_TIMER_32 = 1 << 8,  /* 5.2.9, fixed feature flags: TMR_VAL_EXT */
    FLAG_REDUCED = 1 << 20,  /* HW_REDUCED_ACPI: there is no timer */

    GENERIC_SPACE = 0, /* generic address, ACPI 6.5, 5.2.3.2 */
    GENERIC_ADDRESS = 4,
    SPACE_PORTS = 1,
};

/* The generic address counts when it names a port, else the older field. */
static uint16_t read_timer_port(struct part fadt)
{
    uint64_t port = 0;
    if (number(fadt, FADT_TIMER_X + GENERIC_SPACE, 1) == SPACE_PORTS)
        port = number(fadt, FADT_TIMER_X + GENERIC_ADDRESS, 8);
    if (!port && number(fadt, FADT_TIMER_BYTES, 1) == TIMER_BYTES)
        port = number(fadt, FADT_TIMER, 4);
    return port <= UINT16_MAX + 1 - TIMER_BYTES ? (uint16_t)port : 0;
}

static void read_fadt(struct part fadt, struct acpi_machine *machine)
{
    uint64_t flags = number(fadt, FADT_FLAGS, 4);
    if (!(flags & FLAG_REDUCED)) {
        machine->timer_port = read_timer_port(fadt);
        machine->timer_32_bits = flags & FLAG_TIMER_32;
    }
    if (number(fadt, FADT_REVISION, 1) >= BOOT_FLAGS_SINCE && fadt.bytes >= FADT_BOOT_FLAGS + 2)
        machine->keyboard_controller = number(fadt, FADT_BOOT_FLAGS, 2) & BOOT_FLAG_8042;
}

/* PCI Firmware Specification 3.0, 4.1.2 */
enum {
    MCFG_ENTRIES = 44,
    MCFG_ENTRY_BYTES = 16,
    WINDOW_ADDRESS = 0, /* offsets in entries */
    WINDOW_SEGMENT = 8,
    WINDOW_FIRST_BUS = 10,
    WINDOW_LAST_BUS = 11,
    BUS_SHIFT = 20, /* 1 MiB of configuration space for each bus */
};

/* Large servers have several segments of 256 buses; all that a PC has is in segment 0. */
static bool read_window(struct part entry, struct acpi_machine *machine)
{
    struct acpi_pci_window window = {
        .address = number(entry, WINDOW_ADDRESS, 8),
        .first_bus = (uint8_t)number(entry, WINDOW_FIRST_BUS, 1),
        .last_bus = (uint8_t)number(entry, WINDOW_LAST_BUS, 1),
    };
    uint64_t end = window.address + ((window.last_bus + 1ul) << BUS_SHIFT);
    if (!window.address || window.address % (1ul << BUS_SHIFT) || end < window.address ||
        window.first_bus > window.last_bus)
        return false;
    if (number(entry, WINDOW_SEGMENT, 2) == 0 && !machine->pci_window.address)
        machine->pci_window = window;
    return true;
}

static void read_mcfg(struct part mcfg, struct acpi_machine *machine)
{
    unsigned int left_out = 0;
    for (size_t offset = MCFG_ENTRIES; offset + MCFG_ENTRY_BYTES <= mcfg.bytes; offset += MCFG_ENTRY_BYTES)
        if (!read_window((struct part){ mcfg.start + offset, MCFG_ENTRY_BYTES }, machine))
            left_out++;
    if (left_out)
        print("    ACPI: %u MCFG entries make no sense; left out\n", left_out);
}

void acpi_read_machine(struct acpi_machine *machine)
{
    *machine = (struct acpi_machine){ .processors = 1, .keyboard_controller = true };
    const struct acpi_header *madt = acpi_find("APIC"), *fadt = acpi_find("FACP"), *mcfg = acpi_find("MCFG");
    if (madt)
        read_madt(part_of(madt), machine);
    if (fadt)
        read_fadt(part_of(fadt), machine);
    if (mcfg)
        read_mcfg(part_of(mcfg), machine);
}
