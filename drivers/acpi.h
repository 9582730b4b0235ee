/* Chapter 8: which tables did the firmware leave behind? */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acpi_header { /* ACPI specification 6.5, 5.2.6 */
    char signature[4];
    uint32_t length; /* of the whole table, bytes */
    uint8_t revision, checksum;
    char oem[6], oem_table[8];
    uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));

/* The first sound table with this signature ("APIC", "FACP", "MCFG"), mapped and
 * bounded by its own checked length; NULL: none. */
const struct acpi_header *acpi_find(const char *signature);

enum { ACPI_IO_APICS = 8, ACPI_OVERRIDES = 16, ACPI_PCI_SEGMENTS = 8 };

struct acpi_io_apic {
    uint32_t address;    /* physical */
    uint32_t first_line; /* number of its pin 0 among all pins */
};

/* An ISA interrupt that arrives on another pin or in another way. */
struct acpi_override {
    uint8_t isa;
    uint32_t line;
    bool level, low; /* level-triggered, active low */
};

struct acpi_pci_segment { /* MCFG: configuration space in memory */
    uint64_t address;
    uint16_t segment;
    uint8_t first_bus, last_bus;
};

/* What the tables say, in the words of the kernel. Zeros and false where they say
 * nothing, but for what every PC had before there were tables: one processor, an 8259
 * and a keyboard controller. */
struct acpi_machine {
    bool has_madt, has_fadt, has_8259;
    uint64_t local_apic; /* physical address; 0: see the processor's own register */
    uint32_t processors; /* enabled ones; 1 where there is no MADT */
    struct acpi_io_apic io_apics[ACPI_IO_APICS];
    size_t io_apic_count;
    struct acpi_override overrides[ACPI_OVERRIDES];
    size_t override_count;
    struct acpi_pci_segment segments[ACPI_PCI_SEGMENTS];
    size_t segment_count;
    uint16_t timer_port;      /* power management timer, 3579545 Hz; 0: none */
    bool timer_32_bits;       /* else 24 */
    bool keyboard_controller; /* FADT boot flag 8042; true where there is no such flag (revision < 3) */
    uint16_t sci_line;
};

extern struct acpi_machine acpi_machine;

/* Fills *machine from the tables that acpi_find knows. acpi_start calls it once. */
void acpi_read_machine(struct acpi_machine *machine);

const char *acpi_start(void);
