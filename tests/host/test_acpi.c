/* Chapter 8: which tables are found, however corrupt the list and whatever lies around them. */
// sources: kernel/machine/acpi.c kernel/machine/acpi_machine.c lib/format.c tests/host/fake/acpi.c
#include "kernel/memory/boot_information.h"
#include "tests/host/fake/acpi.h"
#include "tests/host/test.h"

/* A MADT with one processor. */
#define MADT_BODY 0, 0, 0xe0, 0xfe, 1, 0, 0, 0, 0, 8, 0, 0, 1, 0, 0, 0

TEST(without_a_root_pointer_a_plain_pc_is_assumed)
{
    EXPECT_TEXT(fake_acpi_start(), "no ACPI tables: a PC of the old kind is assumed");
    EXPECT(acpi_machine.keyboard_controller, ==, true);
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT(acpi_find("APIC") == NULL, ==, true);
}

TEST(revision_0_has_an_rsdt)
{
    void *madt = fake_table("APIC", 1, BYTES(MADT_BODY));
    fake_root(RSDT(fake_plain_table("FACP"), madt, fake_plain_table("SSDT")), NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP APIC SSDT, 1 processor");
    EXPECT(acpi_find("APIC") == madt, ==, true);
    EXPECT_TEXT(fake_log, "");
}

TEST(revision_2_has_an_xsdt_that_reaches_beyond_4_gib)
{
    void *madt = fake_high_table("APIC", BYTES(MADT_BODY));
    EXPECT((uintptr_t)madt, >, UINT32_MAX);
    fake_root(RSDT(fake_plain_table("SSDT")), XSDT(fake_plain_table("FACP"), madt));
    EXPECT_TEXT(fake_acpi_start(), "XSDT: FACP APIC, 1 processor");
    EXPECT(acpi_find("APIC") == madt, ==, true);
}

TEST(a_corrupt_table_is_skipped_and_the_rest_used)
{
    uint8_t *bad = fake_plain_table("HPET");
    bad[39] ^= 1;
    fake_root(RSDT(fake_plain_table("FACP"), bad, fake_plain_table("SSDT")), NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP SSDT, 1 processor");
    EXPECT_LOGGED("table HPET");
    EXPECT_LOGGED("has a wrong checksum; left out");
}

TEST(every_byte_of_a_table_is_covered_by_its_checksum)
{
    enum { BYTES_OF_TABLE = 40 };
    void *list[BYTES_OF_TABLE];
    for (int i = 0; i < BYTES_OF_TABLE; i++) {
        list[i] = fake_plain_table("HPET");
        ((uint8_t *)list[i])[i] ^= 0x10;
    }
    fake_root(fake_rsdt(list, BYTES_OF_TABLE), NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT:, 1 processor");
}

TEST(lengths_that_cannot_be)
{
    static const uint32_t lengths[] = { 0, 35, (1 << 20) + 1, 0x80000000, 0xffffffff };
    void *list[5];
    for (int i = 0; i < 5; i++) {
        list[i] = fake_plain_table("HPET");
        ((struct acpi_header *)list[i])->length = lengths[i];
    }
    fake_root(fake_rsdt(list, 5), NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT:, 1 processor");
    EXPECT_LOGGED("claims 4294967295 bytes; left out");
}

TEST(a_table_that_reaches_beyond_memory)
{
    uint8_t *last = fake_firmware + FAKE_FIRMWARE_BYTES - 64;
    memcpy(last, fake_plain_table("HPET"), 40);
    ((struct acpi_header *)last)->length = 65;
    fake_root(RSDT(last, fake_plain_table("FACP")), NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("cannot be mapped");
}

TEST(entries_that_are_zero_twice_the_root_itself_or_nowhere)
{
    void *once = fake_plain_table("FACP");
    void *two[] = { fake_plain_table("SSDT"), fake_plain_table("SSDT") };
    uint32_t *root = RSDT(once, NULL, once, NULL, (void *)0xfffffff0, two[0], two[1]);
    root[10] = (uint32_t)(uintptr_t)root;
    fake_table_fix(root);
    fake_root(root, NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP SSDT SSDT, 1 processor");
}

TEST(more_tables_than_there_is_room_for)
{
    void *list[300];
    for (int i = 0; i < 300; i++)
        list[i] = fake_plain_table("SSDT");
    fake_root(fake_rsdt(list, 300), NULL);
    fake_acpi_start();
    EXPECT_LOGGED("ACPI: 236 tables more than there is room for");
}

TEST(an_endless_list_of_nothing)
{
    static void *list[300];
    fake_root(fake_rsdt(list, 300), NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT:, 1 processor");
    EXPECT_LOGGED("ACPI: 44 tables more than there is room for");
}

TEST(a_signature_that_cannot_be_printed)
{
    fake_root(RSDT(fake_plain_table("\x01\xff\n\x7f")), NULL);
    EXPECT_TEXT(fake_acpi_start(), "RSDT: ????, 1 processor");
}

TEST(a_corrupt_xsdt_leaves_the_rsdt)
{
    void *table_start = fake_plain_table("FACP");
    uint8_t *xsdt = XSDT(table_start);
    xsdt[36] ^= 1;
    fake_root(RSDT(table_start), xsdt);
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("table XSDT");
}

TEST(a_root_table_with_another_name)
{
    void *table_start = fake_plain_table("FACP");
    fake_root(RSDT(table_start), fake_table("SSDT", 1, &table_start, 8));
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("should be the XSDT; left out");
}

TEST(a_corrupt_second_part_of_the_root_pointer_leaves_the_rsdt)
{
    void *table_start = fake_plain_table("FACP");
    fake_root(RSDT(table_start), XSDT(table_start));
    boot_information.rsdp[33] ^= 1;
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("second part has a wrong length or checksum");
}

TEST(a_root_pointer_that_GRUB_gave_only_in_part)
{
    void *table_start = fake_plain_table("FACP");
    fake_root(RSDT(table_start), XSDT(table_start));
    boot_information.rsdp_bytes = 20;
    EXPECT_TEXT(fake_acpi_start(), "RSDT: FACP, 1 processor");
}

TEST(every_byte_of_a_root_pointer_is_looked_at)
{
    void *table_start = fake_plain_table("FACP");
    fake_root(RSDT(table_start), NULL);
    for (int i = 0; i < 20; i++) {
        boot_information.rsdp[i] ^= 0x40;
        EXPECT_TEXT(fake_acpi_start(), "no ACPI tables: a PC of the old kind is assumed");
        boot_information.rsdp[i] ^= 0x40;
    }
    for (boot_information.rsdp_bytes = 0; boot_information.rsdp_bytes < 20; boot_information.rsdp_bytes++)
        EXPECT_TEXT(fake_acpi_start(), "no ACPI tables: a PC of the old kind is assumed");
}

TEST(neither_root_table_is_sound)
{
    fake_root((void *)0x10, NULL);
    EXPECT_TEXT(fake_acpi_start(), "no ACPI tables: a PC of the old kind is assumed");
}

static uint32_t random_number(uint32_t below) { return (uint32_t)((test_random() >> 32) * below >> 32); }

static void boot_with_random_memory(int seed)
{
    void *list[40];
    test_random_restart((uint32_t)seed);
    for (int i = 0; i < 40; i++) {
        list[i] = fake_firmware + random_number(FAKE_FIRMWARE_BYTES + 4096);
        if (i % 2)
            list[i] = fake_plain_table("APIC");
    }
    for (size_t i = fake_firmware_used; i < FAKE_FIRMWARE_BYTES; i += 1 + random_number(64))
        fake_firmware[i] = (uint8_t)random_number(256);
    fake_root(fake_rsdt(list, 40), NULL);
    int found = 0; /* by chance noise may be sound, too */
    for (const char *at = fake_acpi_start(); (at = strstr(at, " APIC")); at++)
        found++;
    EXPECT(found, >=, 20);
}

TEST(random_memory_around_sound_tables)
{
    for (int seed = 0; seed < 50; seed++)
        fake_another_boot(boot_with_random_memory, seed);
}
