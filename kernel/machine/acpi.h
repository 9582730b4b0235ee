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

enum { ACPI_IO_APICS = 8, ACPI_OVERRIDES = 16 };

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

struct acpi_pci_window { /* MCFG: PCI's configuration space in memory, of the first 256 buses */
    uint64_t address;    /* of bus 0, whatever the first bus is; 0: none */
    uint8_t first_bus, last_bus;
};

/* What the tables say, in the words of the kernel. Zeros and false where they say
 * nothing, but for what every PC had before there were tables: one processor and a
 * keyboard controller. */
struct acpi_machine {
    uint32_t processors; /* enabled ones; 1 where there is no MADT */
    struct acpi_io_apic io_apics[ACPI_IO_APICS];
    size_t io_apic_count;
    struct acpi_override overrides[ACPI_OVERRIDES];
    size_t override_count;
    struct acpi_pci_window pci_window;
    uint16_t timer_port;      /* power management timer, 3579545 Hz; 0: none */
    bool timer_32_bits;       /* else 24 */
    bool keyboard_controller; /* FADT boot flag 8042; true where there is no such flag (revision < 3) */
};

extern struct acpi_machine acpi_machine;

/* Fills *machine from the tables that acpi_find knows. acpi_start calls it once. */
void acpi_read_machine(struct acpi_machine *machine);

const char *acpi_start(void);
