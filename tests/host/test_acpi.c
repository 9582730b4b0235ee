/* Chapter 8: the firmware's tables, sound, corrupt and random. */
// sources: drivers/acpi.c drivers/acpi_machine.c lib/format.c
#include "tests/host/test.h"
#include "drivers/acpi.h"
#include "kernel/boot_information.h"
#include "kernel/page_tables.h"
#include "kernel/print.h"
#include <sanitizer/asan_interface.h>
#include <sys/wait.h>
#include <unistd.h>

struct boot_information boot_information;

/* Two pieces of the firmware's memory, one of them above 4 GiB. Only what was mapped may be touched. */
enum { MEMORY_BYTES = 0x200000 };
static _Alignas(4096) uint8_t low_memory[MEMORY_BYTES];
static uint8_t *high_memory;
static size_t low_used, high_used;

static bool lies_in(const uint8_t *memory, uint64_t address, size_t bytes)
{
    uint64_t start = (uintptr_t)memory;
    return memory && address >= start && address < start + MEMORY_BYTES && bytes <= start + MEMORY_BYTES - address;
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    EXPECT(cache, ==, CACHE_WRITE_BACK);
    if (!lies_in(low_memory, physical, bytes) && !lies_in(high_memory, physical, bytes)) {
        print("    0x%lx cannot be mapped\n", physical);
        return NULL;
    }
    ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)physical, bytes);
    return (void *)(uintptr_t)physical;
}

static void fix(void *start, size_t bytes, uint8_t *checksum)
{
    uint8_t sum = 0;
    *checksum = 0;
    for (size_t i = 0; i < bytes; i++)
        sum += ((uint8_t *)start)[i];
    *checksum = (uint8_t)-sum;
}

static void fix_table(void *table) { fix(table, ((struct acpi_header *)table)->length, (uint8_t *)table + 9); }

static void *put_table(uint8_t *memory, size_t *used, const char *signature, uint8_t revision, const void *body,
                       size_t bytes)
{
    struct acpi_header *table = (void *)(memory + *used);
    *used += (sizeof *table + bytes + 63) & ~63ul;
    memcpy(table->signature, signature, 4);
    table->length = (uint32_t)(sizeof *table + bytes);
    table->revision = revision;
    memcpy(table + 1, body, bytes);
    fix_table(table);
    return table;
}

static void *table(const char *signature, uint8_t revision, const void *body, size_t bytes)
{
    return put_table(low_memory, &low_used, signature, revision, body, bytes);
}

static void *high_table(const char *signature, const void *body, size_t bytes)
{
    if (!high_memory)
        high_memory = calloc(1, MEMORY_BYTES);
    return put_table(high_memory, &high_used, signature, 1, body, bytes);
}

static void point_to(void *rsdt, void *xsdt)
{
    uint8_t *pointer = boot_information.rsdp;
    memset(pointer, 0, sizeof boot_information.rsdp);
    memcpy(pointer, "RSD PTR ", 8);
    uint32_t rsdt32 = (uint32_t)(uintptr_t)rsdt, length = 36;
    uint64_t xsdt64 = (uintptr_t)xsdt;
    memcpy(pointer + 16, &rsdt32, 4);
    if (xsdt) {
        pointer[15] = 2;
        memcpy(pointer + 20, &length, 4);
        memcpy(pointer + 24, &xsdt64, 8);
    }
    fix(pointer, 20, pointer + 8);
    if (xsdt)
        fix(pointer, 36, pointer + 32);
    boot_information.rsdp_bytes = xsdt ? 36 : 20;
}

static void *rsdt(void *const *list, size_t count)
{
    uint32_t addresses[600];
    for (size_t i = 0; i < count; i++)
        addresses[i] = (uint32_t)(uintptr_t)list[i];
    return table("RSDT", 1, addresses, 4 * count);
}

#define RSDT(...) rsdt((void *[]){ __VA_ARGS__ }, sizeof((void *[]){ __VA_ARGS__ }) / sizeof(void *))
#define XSDT(...) table("XSDT", 1, (void *[]){ __VA_ARGS__ }, sizeof((void *[]){ __VA_ARGS__ }))
#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

/* From here on only what the kernel maps may be touched. */
static const char *start(void)
{
    ASAN_POISON_MEMORY_REGION(low_memory, MEMORY_BYTES);
    if (high_memory)
        ASAN_POISON_MEMORY_REGION(high_memory, MEMORY_BYTES);
    const char *found = acpi_start();
    ASAN_UNPOISON_MEMORY_REGION(low_memory, MEMORY_BYTES);
    return found;
}

/* Tables are found once a boot: several boots in one test are processes of their own. */
static void in_another_boot(void (*run)(int), int argument)
{
    int status;
    pid_t child = fork();
    if (!child) {
        run(argument);
        exit(0);
    }
    waitpid(child, &status, 0);
    EXPECT(status, ==, 0);
}

static void *plain(const char *signature) { return table(signature, 1, BYTES(1, 2, 3, 4)); }

/* VirtualBox's MADT with two processors, one of them not enabled, and a local APIC elsewhere. */
#define MADT_HEAD 0, 0, 0xe0, 0xfe, 1, 0, 0, 0
#define MADT_BODY                                                                                                      \
    MADT_HEAD, 0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 0, 0, 0, 0, /* processors */                                        \
        1, 12, 2, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0,             /* I/O APIC */                                          \
        2, 10, 0, 0, 2, 0, 0, 0, 0, 0,                         /* ISA 0 is line 2 */                                   \
        2, 10, 0, 9, 9, 0, 0, 0, 0xf, 0                        /* ISA 9 is line 9, level, low */

TEST(without_a_root_pointer_a_plain_pc_is_assumed)
{
    EXPECT_TEXT(start(), "no ACPI tables: a PC of the old kind is assumed");
    EXPECT(acpi_machine.keyboard_controller, ==, true);
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT(acpi_find("APIC") == NULL, ==, true);
}

TEST(revision_0_has_an_rsdt)
{
    void *madt = table("APIC", 1, BYTES(MADT_BODY));
    point_to(RSDT(plain("FACP"), madt, plain("SSDT")), NULL);
    EXPECT_TEXT(start(), "RSDT: FACP APIC SSDT, 1 processor");
    EXPECT(acpi_find("APIC") == madt, ==, true);
    EXPECT_TEXT(fake_log, "");
}

TEST(revision_2_has_an_xsdt_that_reaches_beyond_4_gib)
{
    void *madt = high_table("APIC", BYTES(MADT_BODY));
    EXPECT((uintptr_t)madt, >, UINT32_MAX);
    point_to(RSDT(plain("SSDT")), XSDT(plain("FACP"), madt));
    EXPECT_TEXT(start(), "XSDT: FACP APIC, 1 processor");
    EXPECT(acpi_find("APIC") == madt, ==, true);
}

TEST(madt)
{
    point_to(RSDT(table("APIC", 1, BYTES(MADT_BODY))), NULL);
    start();
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
    point_to(RSDT(table("APIC", 4, BYTES(0, 0, 0xe0, 0xfe, 0, 0, 0, 0,                          /* no 8259 */
                                         9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,       /* x2APIC 256 */
                                         5, 12, 0, 0, 0, 0, 0xe0, 0xfe, 1, 0, 0, 0,             /* beyond 4 GiB */
                                         0x7f, 4, 1, 1,                                         /* unknown */
                                         2, 10, 0, 5, 21, 0, 0, 0, 0xd, 0))), NULL);            /* level, high */
    start();
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT(acpi_machine.overrides[0].line, ==, 21);
    EXPECT(acpi_machine.overrides[0].level, ==, true);
    EXPECT(acpi_machine.overrides[0].low, ==, false);
}

static void boot_with_an_entry_of_length(int length)
{
    point_to(RSDT(table("APIC", 1, BYTES(MADT_HEAD, 0, 8, 0, 0, 1, 0, 0, 0, 1, (uint8_t)length, 0, 0))), NULL);
    start();
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT(acpi_machine.io_apic_count, ==, 0);
    EXPECT_LOGGED("the rest is left out");
}

TEST(madt_entries_of_length_0_1_or_too_much_end_the_walk)
{
    in_another_boot(boot_with_an_entry_of_length, 0);
    in_another_boot(boot_with_an_entry_of_length, 1);
    in_another_boot(boot_with_an_entry_of_length, 5);
    in_another_boot(boot_with_an_entry_of_length, 255);
}

TEST(madt_entry_that_the_table_cuts_off)
{
    point_to(RSDT(table("APIC", 1, BYTES(MADT_HEAD, 0, 8, 0, 0, 1, 0, 0, 0, 1))), NULL);
    start();
    EXPECT(acpi_machine.processors, ==, 1);
    EXPECT_LOGGED("    ACPI: MADT entry at byte 52 of 53 claims 0 bytes; the rest is left out");
}

TEST(madt_entry_that_reaches_beyond_the_table)
{
    point_to(RSDT(table("APIC", 1, BYTES(MADT_HEAD, 1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0))), NULL);
    start();
    EXPECT(acpi_machine.io_apic_count, ==, 0);
    EXPECT_LOGGED("ACPI: MADT entry at byte 44 of 55 claims 12 bytes; the rest is left out");
}

TEST(madt_entries_that_are_too_short_or_make_no_sense)
{
    point_to(RSDT(table("APIC", 1, BYTES(MADT_HEAD, 0, 6, 0, 0, 1, 0,                   /* too short */
                                         1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,           /* at address 0 */
                                         2, 10, 1, 3, 3, 0, 0, 0, 0, 0,                 /* not the ISA bus */
                                         2, 10, 0, 16, 3, 0, 0, 0, 0, 0,                /* ISA ends at 15 */
                                         2, 10, 0, 4, 6, 0, 0, 0, 0, 0,                 /* sound */
                                         2, 10, 0, 4, 7, 0, 0, 0, 0, 0))), NULL);       /* again */
    start();
    EXPECT(acpi_machine.override_count, ==, 1);
    EXPECT(acpi_machine.overrides[0].line, ==, 6);
    EXPECT_LOGGED("ACPI: 5 MADT entries make no sense; left out");
}

TEST(more_io_apics_than_there_is_room_for)
{
    uint8_t body[8 + 12 * 10] = { MADT_HEAD };
    for (int i = 0; i < 10; i++)
        memcpy(body + 8 + 12 * i, BYTES(1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0));
    point_to(RSDT(table("APIC", 1, body, sizeof body)), NULL);
    start();
    EXPECT(acpi_machine.io_apic_count, ==, ACPI_IO_APICS);
    EXPECT_LOGGED("ACPI: 2 MADT entries");
}

TEST(madt_shorter_than_its_fixed_part)
{
    point_to(RSDT(table("APIC", 1, BYTES(0, 0, 0xe0, 0xfe, 1, 0, 0))), NULL);
    start();
    EXPECT_LOGGED("the MADT has only 43 bytes; left out");
}

/* A FADT with a timer in the older field, a timer in the newer one, and all flags. */
static void *fadt(uint8_t revision, uint32_t bytes)
{
    static const uint8_t nothing[240];
    uint8_t *fadt = table("FACP", revision, nothing, sizeof nothing);
    memcpy(fadt + 76, BYTES(0x08, 0x06, 0, 0));
    fadt[91] = 4;
    fadt[109] = 2;
    fadt[113] = 1;
    memcpy(fadt + 208, BYTES(1, 32, 0, 3, 0x08, 0x40, 0, 0, 0, 0, 0, 0));
    memcpy(fadt + 4, &bytes, sizeof bytes);
    fix_table(fadt);
    return fadt;
}

TEST(fadt_whole)
{
    point_to(RSDT(fadt(6, 276)), NULL);
    start();
    EXPECT(acpi_machine.timer_port, ==, 0x4008);
    EXPECT(acpi_machine.timer_32_bits, ==, true);
    EXPECT(acpi_machine.keyboard_controller, ==, true);
}

TEST(fadt_of_revision_1_has_no_boot_flags_and_no_generic_address)
{
    uint8_t *table_start = fadt(1, 116);
    table_start[109] = 0;
    fix_table(table_start);
    point_to(RSDT(table_start), NULL);
    start();
    EXPECT(acpi_machine.timer_port, ==, 0x608);
    EXPECT(acpi_machine.keyboard_controller, ==, true);
}

TEST(fadt_that_says_there_is_no_keyboard_controller)
{
    uint8_t *table_start = fadt(3, 244);
    table_start[109] = 0;
    fix_table(table_start);
    point_to(RSDT(table_start), NULL);
    start();
    EXPECT(acpi_machine.keyboard_controller, ==, false);
}

TEST(fadt_timer_in_memory_or_beyond_the_ports)
{
    uint8_t *table_start = fadt(6, 276);
    table_start[208] = 0;
    table_start[78] = 1;
    fix_table(table_start);
    point_to(RSDT(table_start), NULL);
    start();
    EXPECT(acpi_machine.timer_port, ==, 0);
}

TEST(fadt_of_a_hardware_reduced_machine)
{
    uint8_t *table_start = fadt(6, 276);
    table_start[114] = 0x10;
    fix_table(table_start);
    point_to(RSDT(table_start), NULL);
    start();
    EXPECT(acpi_machine.timer_port, ==, 0);
}

TEST(fadt_cut_off_at_every_byte)
{
    uint8_t *table_start = fadt(6, 276);
    point_to(RSDT(table_start), NULL);
    start();
    for (uint32_t length = 36; length <= 276; length++) {
        struct acpi_machine machine;
        memcpy(table_start + 4, &length, 4);
        ASAN_POISON_MEMORY_REGION(low_memory, MEMORY_BYTES);
        ASAN_UNPOISON_MEMORY_REGION(table_start, length);
        acpi_read_machine(&machine);
        ASAN_UNPOISON_MEMORY_REGION(low_memory, MEMORY_BYTES);
        EXPECT(machine.timer_port, ==, length >= 220 ? 0x4008 : length >= 92 ? 0x608 : 0);
        EXPECT(machine.timer_32_bits, ==, length >= 116);
        EXPECT(machine.keyboard_controller, ==, true);
    }
}

TEST(mcfg)
{
    point_to(RSDT(table("MCFG", 1, BYTES(0, 0, 0, 0, 0, 0, 0, 0,                                      /* reserved */
                                         0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 16, 31, 0, 0, 0, 0,            /* segment 1 */
                                         0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 0, 1, 254, 0, 0, 0, 0,         /* sound */
                                         0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0,         /* again */
                                         0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0,            /* at 0 */
                                         0, 0, 8, 0xb0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0,         /* crooked */
                                         0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 0, 9, 8, 0, 0, 0, 0,           /* backwards */
                                         0, 0, 0xf0, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 0, /* wraps */
                                         0, 0, 0, 0xb0, 0, 0, 0))), NULL);                            /* half */
    start();
    EXPECT(acpi_machine.pci_window.address, ==, 0xb0000000);
    EXPECT(acpi_machine.pci_window.first_bus, ==, 1);
    EXPECT(acpi_machine.pci_window.last_bus, ==, 254);
    EXPECT_LOGGED("ACPI: 4 MCFG entries make no sense; left out");
}

TEST(a_corrupt_table_is_skipped_and_the_rest_used)
{
    uint8_t *bad = plain("HPET");
    bad[39] ^= 1;
    point_to(RSDT(plain("FACP"), bad, plain("SSDT")), NULL);
    EXPECT_TEXT(start(), "RSDT: FACP SSDT, 1 processor");
    EXPECT_LOGGED("table HPET");
    EXPECT_LOGGED("has a wrong checksum; left out");
}

TEST(every_byte_of_a_table_is_covered_by_its_checksum)
{
    enum { BYTES_OF_TABLE = 40 };
    void *list[BYTES_OF_TABLE];
    for (int i = 0; i < BYTES_OF_TABLE; i++) {
        list[i] = plain("HPET");
        ((uint8_t *)list[i])[i] ^= 0x10;
    }
    point_to(rsdt(list, BYTES_OF_TABLE), NULL);
    EXPECT_TEXT(start(), "RSDT:, 1 processor");
}

TEST(lengths_that_cannot_be)
{
    static const uint32_t lengths[] = { 0, 35, (1 << 20) + 1, 0x80000000, 0xffffffff };
    void *list[5];
    for (int i = 0; i < 5; i++) {
        list[i] = plain("HPET");
        ((struct acpi_header *)list[i])->length = lengths[i];
    }
    point_to(rsdt(list, 5), NULL);
    EXPECT_TEXT(start(), "RSDT:, 1 processor");
    EXPECT_LOGGED("claims 4294967295 bytes; left out");
}

TEST(a_table_that_reaches_beyond_memory)
{
    uint8_t *last = low_memory + MEMORY_BYTES - 64;
    memcpy(last, plain("HPET"), 40);
    ((struct acpi_header *)last)->length = 65;
    point_to(RSDT(last, plain("FACP")), NULL);
    EXPECT_TEXT(start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("cannot be mapped");
}

TEST(entries_that_are_zero_twice_the_root_itself_or_nowhere)
{
    void *once = plain("FACP");
    uint32_t *root = RSDT(once, NULL, once, NULL, (void *)0xfffffff0, plain("SSDT"), plain("SSDT"));
    root[10] = (uint32_t)(uintptr_t)root;
    fix_table(root);
    point_to(root, NULL);
    EXPECT_TEXT(start(), "RSDT: FACP SSDT SSDT, 1 processor");
}

TEST(more_tables_than_there_is_room_for)
{
    void *list[300];
    for (int i = 0; i < 300; i++)
        list[i] = plain("SSDT");
    point_to(rsdt(list, 300), NULL);
    start();
    EXPECT_LOGGED("ACPI: 236 tables more than there is room for");
}

TEST(an_endless_list_of_nothing)
{
    static void *list[300];
    point_to(rsdt(list, 300), NULL);
    EXPECT_TEXT(start(), "RSDT:, 1 processor");
    EXPECT_LOGGED("ACPI: 44 tables more than there is room for");
}

TEST(a_signature_that_cannot_be_printed)
{
    point_to(RSDT(plain("\x01\xff\n\x7f")), NULL);
    EXPECT_TEXT(start(), "RSDT: ????, 1 processor");
}

TEST(a_corrupt_xsdt_leaves_the_rsdt)
{
    void *table_start = plain("FACP");
    uint8_t *xsdt = XSDT(table_start);
    xsdt[36] ^= 1;
    point_to(RSDT(table_start), xsdt);
    EXPECT_TEXT(start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("table XSDT");
}

TEST(a_root_table_with_another_name)
{
    void *table_start = plain("FACP");
    point_to(RSDT(table_start), table("SSDT", 1, &table_start, 8));
    EXPECT_TEXT(start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("should be the XSDT; left out");
}

TEST(a_corrupt_second_part_of_the_root_pointer_leaves_the_rsdt)
{
    void *table_start = plain("FACP");
    point_to(RSDT(table_start), XSDT(table_start));
    boot_information.rsdp[33] ^= 1;
    EXPECT_TEXT(start(), "RSDT: FACP, 1 processor");
    EXPECT_LOGGED("second part has a wrong length or checksum");
}

TEST(a_root_pointer_that_GRUB_gave_only_in_part)
{
    void *table_start = plain("FACP");
    point_to(RSDT(table_start), XSDT(table_start));
    boot_information.rsdp_bytes = 20;
    EXPECT_TEXT(start(), "RSDT: FACP, 1 processor");
}

TEST(every_byte_of_a_root_pointer_is_looked_at)
{
    void *table_start = plain("FACP");
    point_to(RSDT(table_start), NULL);
    for (int i = 0; i < 20; i++) {
        boot_information.rsdp[i] ^= 0x40;
        EXPECT_TEXT(start(), "no ACPI tables: a PC of the old kind is assumed");
        boot_information.rsdp[i] ^= 0x40;
    }
    for (boot_information.rsdp_bytes = 0; boot_information.rsdp_bytes < 20; boot_information.rsdp_bytes++)
        EXPECT_TEXT(start(), "no ACPI tables: a PC of the old kind is assumed");
}

TEST(neither_root_table_is_sound)
{
    point_to((void *)0x10, NULL);
    EXPECT_TEXT(start(), "no ACPI tables: a PC of the old kind is assumed");
}

static uint32_t random_number(uint32_t below) { return (uint32_t)((test_random() >> 32) * below >> 32); }

/* Right checksums around random bytes: whatever the tables say, nothing beyond them is touched. */
static void fuzz_table(const char *signature, const uint8_t *seed, size_t bytes)
{
    uint8_t *table_start = table(signature, 4, seed, bytes);
    point_to(RSDT(table_start), NULL);
    start();
    for (int round = 0; round < 20000; round++) {
        uint32_t length = 36 + random_number((uint32_t)bytes + 1);
        memcpy(table_start + 36, seed, bytes);
        for (uint32_t changes = random_number(8); changes; changes--)
            table_start[36 + random_number((uint32_t)bytes)] = (uint8_t)random_number(256);
        if (round % 4 == 0)
            for (size_t i = 0; i < bytes; i++)
                table_start[36 + i] = (uint8_t)random_number(round % 8 ? 16 : 256);
        memcpy(table_start + 4, &length, 4);
        ASAN_POISON_MEMORY_REGION(low_memory, MEMORY_BYTES);
        ASAN_UNPOISON_MEMORY_REGION(table_start, length);
        struct acpi_machine machine;
        acpi_read_machine(&machine);
        ASAN_UNPOISON_MEMORY_REGION(low_memory, MEMORY_BYTES);
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

static void boot_with_random_memory(int seed)
{
    void *list[40];
    test_random_restart((uint32_t)seed);
    for (int i = 0; i < 40; i++) {
        list[i] = low_memory + random_number(MEMORY_BYTES + 4096);
        if (i % 2)
            list[i] = plain("APIC");
    }
    for (size_t i = low_used; i < MEMORY_BYTES; i += 1 + random_number(64))
        low_memory[i] = (uint8_t)random_number(256);
    point_to(rsdt(list, 40), NULL);
    int found = 0; /* by chance noise may be sound, too */
    for (const char *at = start(); (at = strstr(at, " APIC")); at++)
        found++;
    EXPECT(found, >=, 20);
}

TEST(random_memory_around_sound_tables)
{
    for (int seed = 0; seed < 50; seed++)
        in_another_boot(boot_with_random_memory, seed);
}
