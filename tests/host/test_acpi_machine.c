/* Chapter 8: what MADT, FADT and MCFG say, cut off anywhere and with random bytes. */
// sources: kernel/machine/acpi.c kernel/machine/acpi_machine.c lib/format.c tests/host/fake/acpi.c
#include "tests/host/fake/acpi.h"
#include "tests/host/test.h"
#include <sanitizer/asan_interface.h>

/* VirtualBox's MADT with two processors, one of them not enabled, and a local APIC elsewhere. */
#define MADT_HEAD 0, 0, 0xe0, 0xfe, 1, 0, 0, 0
#define MADT_BODY                                                                                                      \
    MADT_HEAD, 0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 0, 0, 0, 0, /* processors */                                        \
        1, 12, 2, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0,             /* I/O APIC */                                          \
        2, 10, 0, 0, 2, 0, 0, 0, 0, 0,                         /* ISA 0 is line 2 */                                   \
        2, 10, 0, 9, 9, 0, 0, 0, 0xf, 0                        /* ISA 9 is line 9, level, low */

static void start_with(void *table)
{
    fake_root(RSDT(table), NULL);
    fake_acpi_start();
}

TEST(madt)
{
    start_with(fake_table("APIC", 1, BYTES(MADT_BODY)));
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT(acpi_machine.io_apic_count, ==, 1);
    EXPECT(acpi_machine.io_apics[0].address, ==, 0xfec00000);
    EXPECT(acpi_machine.override_count, ==, 2);
    EXPECT(acpi_machine.overrides[0].line, ==, 2);
    EXPECT(acpi_machine.overrides[0].level || acpi_machine.overrides[0].low, ==, false);
    EXPECT(acpi_machine.overrides[1].isa, ==, 9);
    EXPECT(acpi_machine.overrides[1].level && acpi_machine.overrides[1].low, ==, true);
}

TEST(madt_with_the_newer_entries)
{
    start_with(fake_table("APIC", 4, BYTES(
        0, 0, 0xe0, 0xfe, 0, 0, 0, 0,                    /* no 8259 */
        9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* x2APIC 256 */
        5, 12, 0, 0, 0, 0, 0xe0, 0xfe, 1, 0, 0, 0,       /* beyond 4 GiB */
        0x7f, 4, 1, 1,                                   /* unknown */
        2, 10, 0, 5, 21, 0, 0, 0, 0xd, 0)));             /* level, high */
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT(acpi_machine.overrides[0].line, ==, 21);
    EXPECT(acpi_machine.overrides[0].level, ==, true);
    EXPECT(acpi_machine.overrides[0].low, ==, false);
}

static void boot_with_an_entry_of_length(int length)
{
    start_with(fake_table("APIC", 1, BYTES(MADT_HEAD, 0, 8, 0, 0, 1, 0, 0, 0, 1, (uint8_t)length, 0, 0)));
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT(acpi_machine.io_apic_count, ==, 0);
    EXPECT_LOGGED("the rest is left out");
}

TEST(madt_entries_of_length_0_1_or_too_much_end_the_walk)
{
    fake_another_boot(boot_with_an_entry_of_length, 0);
    fake_another_boot(boot_with_an_entry_of_length, 1);
    fake_another_boot(boot_with_an_entry_of_length, 5);
    fake_another_boot(boot_with_an_entry_of_length, 255);
}

TEST(madt_entry_that_the_table_cuts_off)
{
    start_with(fake_table("APIC", 1, BYTES(MADT_HEAD, 0, 8, 0, 0, 1, 0, 0, 0, 1)));
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT_LOGGED("    ACPI: MADT entry at byte 52 of 53 claims 0 bytes; the rest is left out");
}

TEST(madt_entry_that_reaches_beyond_the_table)
{
    start_with(fake_table("APIC", 1, BYTES(MADT_HEAD, 1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0)));
    EXPECT(acpi_machine.io_apic_count, ==, 0);
    EXPECT_LOGGED("ACPI: MADT entry at byte 44 of 55 claims 12 bytes; the rest is left out");
}

TEST(madt_entries_that_are_too_short_or_make_no_sense)
{
    start_with(fake_table("APIC", 1, BYTES(
        MADT_HEAD, 0, 6, 0, 0, 1, 0,             /* too short */
        1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,     /* at address 0 */
        2, 10, 1, 3, 3, 0, 0, 0, 0, 0,           /* not the ISA bus */
        2, 10, 0, 16, 3, 0, 0, 0, 0, 0,          /* ISA ends at 15 */
        2, 10, 0, 4, 6, 0, 0, 0, 0, 0,           /* sound */
        2, 10, 0, 4, 7, 0, 0, 0, 0, 0)));        /* again */
    EXPECT(acpi_machine.override_count, ==, 1);
    EXPECT(acpi_machine.overrides[0].line, ==, 6);
    EXPECT_LOGGED("ACPI: 5 MADT entries make no sense; left out");
}

TEST(more_io_apics_than_there_is_room_for)
{
    uint8_t body[8 + 12 * 10] = { MADT_HEAD };
    for (int i = 0; i < 10; i++)
        memcpy(body + 8 + 12 * i, BYTES(1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0));
    start_with(fake_table("APIC", 1, body, sizeof body));
    EXPECT(acpi_machine.io_apic_count, ==, ACPI_IO_APICS);
    EXPECT_LOGGED("ACPI: 2 MADT entries");
}

TEST(madt_shorter_than_its_fixed_part)
{
    start_with(fake_table("APIC", 1, BYTES(0, 0, 0xe0, 0xfe, 1, 0, 0)));
    EXPECT_LOGGED("the MADT has only 43 bytes; left out");
}

/* A FADT with a timer in the older field, a timer in the newer one, and all flags. */
static void *fadt(uint8_t revision, uint32_t bytes)
{
    static const uint8_t nothing[240];
    uint8_t *fadt = fake_table("FACP", revision, nothing, sizeof nothing);
    memcpy(fadt + 76, BYTES(0x08, 0x06, 0, 0));
    fadt[91] = 4;
    fadt[109] = 2;
    fadt[113] = 1;
    memcpy(fadt + 208, BYTES(1, 32, 0, 3, 0x08, 0x40, 0, 0, 0, 0, 0, 0));
    memcpy(fadt + 4, &bytes, sizeof bytes);
    fake_table_fix(fadt);
    return fadt;
}

static void start_with_byte(uint8_t *table_start, size_t at, uint8_t byte)
{
    table_start[at] = byte;
    fake_table_fix(table_start);
    start_with(table_start);
}

TEST(fadt_whole)
{
    start_with(fadt(6, 276));
    EXPECT(acpi_machine.timer_port, ==, 0x4008);
    EXPECT(acpi_machine.timer_32_bits, ==, true);
    EXPECT(acpi_machine.keyboard_controller, ==, true);
}

TEST(fadt_of_revision_1_has_no_boot_flags_and_no_generic_address)
{
    start_with_byte(fadt(1, 116), 109, 0);
    EXPECT(acpi_machine.timer_port, ==, 0x608);
    EXPECT(acpi_machine.keyboard_controller, ==, true);
}

TEST(fadt_that_says_there_is_no_keyboard_controller)
{
    start_with_byte(fadt(3, 244), 109, 0);
    EXPECT(acpi_machine.keyboard_controller, ==, false);
}

TEST(fadt_timer_in_memory_or_beyond_the_ports)
{
    uint8_t *table_start = fadt(6, 276);
    table_start[208] = 0;
    start_with_byte(table_start, 78, 1);
    EXPECT(acpi_machine.timer_port, ==, 0);
}

TEST(fadt_of_a_hardware_reduced_machine)
{
    start_with_byte(fadt(6, 276), 114, 0x10);
    EXPECT(acpi_machine.timer_port, ==, 0);
}

/* Reads the machine from a table that says it is so long, and may not be touched behind that. */
static void read_cut_off(uint8_t *table_start, uint32_t length, struct acpi_machine *machine)
{
    memcpy(table_start + 4, &length, 4);
    ASAN_POISON_MEMORY_REGION(fake_firmware, FAKE_FIRMWARE_BYTES);
    ASAN_UNPOISON_MEMORY_REGION(table_start, length);
    acpi_read_machine(machine);
    ASAN_UNPOISON_MEMORY_REGION(fake_firmware, FAKE_FIRMWARE_BYTES);
}

TEST(fadt_cut_off_at_every_byte)
{
    uint8_t *table_start = fadt(6, 276);
    start_with(table_start);
    for (uint32_t length = 36; length <= 276; length++) {
        struct acpi_machine machine;
        read_cut_off(table_start, length, &machine);
        EXPECT(machine.timer_port, ==, length >= 220 ? 0x4008 : length >= 92 ? 0x608 : 0);
        EXPECT(machine.timer_32_bits, ==, length >= 116);
        EXPECT(machine.keyboard_controller, ==, true);
    }
}

TEST(mcfg)
{
    start_with(fake_table("MCFG", 1, BYTES(
        0, 0, 0, 0, 0, 0, 0, 0,                                        /* reserved */
        0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 16, 31, 0, 0, 0, 0,              /* segment 1 */
        0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 0, 1, 254, 0, 0, 0, 0,           /* sound */
        0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0,           /* again */
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0,              /* at 0 */
        0, 0, 8, 0xb0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0,           /* crooked */
        0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 0, 9, 8, 0, 0, 0, 0,             /* backwards */
        0, 0, 0xf0, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 0, /* wraps */
        0, 0, 0, 0xb0, 0, 0, 0)));                                     /* half */
    EXPECT(acpi_machine.pci_window.address, ==, 0xb0000000);
    EXPECT(acpi_machine.pci_window.first_bus, ==, 1);
    EXPECT(acpi_machine.pci_window.last_bus, ==, 254);
    EXPECT_LOGGED("ACPI: 4 MCFG entries make no sense; left out");
}

static uint32_t random_number(uint32_t below) { return (uint32_t)((test_random() >> 32) * below >> 32); }

/* Right checksums around random bytes: whatever the tables say, nothing beyond them is touched. */
static void fuzz_table(const char *signature, const uint8_t *seed, size_t bytes)
{
    uint8_t *table_start = fake_table(signature, 4, seed, bytes);
    start_with(table_start);
    for (int round = 0; round < 20000; round++) {
        uint32_t length = 36 + random_number((uint32_t)bytes + 1);
        memcpy(table_start + 36, seed, bytes);
        for (uint32_t changes = random_number(8); changes; changes--)
            table_start[36 + random_number((uint32_t)bytes)] = (uint8_t)random_number(256);
        if (round % 4 == 0)
            for (size_t i = 0; i < bytes; i++)
                table_start[36 + i] = (uint8_t)random_number(round % 8 ? 16 : 256);
        struct acpi_machine machine;
        read_cut_off(table_start, length, &machine);
        EXPECT(machine.io_apic_count, <=, ACPI_IO_APICS);
        EXPECT(machine.override_count, <=, ACPI_OVERRIDES);
        EXPECT(machine.pci_window.first_bus, <=, machine.pci_window.last_bus);
        for (size_t i = 0; i < machine.override_count; i++)
            EXPECT(machine.overrides[i].isa, <, 16);
        fake_log[0] = 0;
    }
}

TEST(random_madt)
{
    static const uint8_t seed[] = { MADT_BODY };
    fuzz_table("APIC", seed, sizeof seed);
}

TEST(random_fadt)
{
    fuzz_table("FACP", (uint8_t *)fadt(6, 276) + 36, 240);
}

TEST(random_mcfg)
{
    static const uint8_t seed[8 + 16 * 12];
    fuzz_table("MCFG", seed, sizeof seed);
}
