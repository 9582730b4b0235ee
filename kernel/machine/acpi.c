/* Chapter 8: which tables did the firmware leave behind?
 *
 * The firmware knows things that a kernel cannot find out by asking the hardware: where
 * the interrupt controllers are, which pin an old interrupt arrives on, where PCI's
 * configuration space lies. It leaves them in memory as tables. A root pointer, which
 * GRUB found for us, leads to a root table, which is a list of addresses of all others.
 *
 * Every table has a checksum and a length, and both are looked at before anything else:
 * a table that is not sound is named in the log, and the kernel works with the rest. */
#include "kernel/machine/acpi.h"
#include "kernel/core/print.h"
#include "kernel/memory/boot_information.h"
#include "kernel/memory/page_tables.h"
#include "lib/format.h"
#include "lib/memory.h"

struct root_pointer { /* ACPI 6.5, 5.2.5.3 */
    char signature[8];
    uint8_t checksum; /* of the first 20 bytes, which are all that revision 0 has */
    char oem[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t checksum_of_all;
    uint8_t reserved[3];
} __attribute__((packed));

_Static_assert(sizeof(struct root_pointer) == 36, "ACPI 6.5, 5.2.5.3");
_Static_assert(sizeof(struct acpi_header) == 36, "ACPI 6.5, 5.2.6");

enum {
    ROOT_POINTER_REVISION_0_BYTES = 20,
    TABLES = 64,               /* that we keep; real machines have ten to forty */
    ROOT_ENTRIES = 256,        /* that we look at */
    TABLE_BYTES_MAX = 1 << 20, /* the largest tables of real machines are a few hundred KiB of AML */
    NAME_BYTES = 5,            /* a signature and a space */
};

static const struct acpi_header *tables[TABLES];
static size_t table_count;
static char names[TABLES * NAME_BYTES + 1]; /* " FACP APIC", for the log */

static bool sums_to_zero(const void *start, size_t bytes)
{
    const uint8_t *byte = start;
    uint8_t sum = 0;
    while (bytes--)
        sum += *byte++;
    return sum == 0;
}

/* Copies a signature so that it can be shown: it may be anything. */
static const char *signature_of(const struct acpi_header *table)
{
    static char name[NAME_BYTES];
    for (int i = 0; i < 4; i++)
        name[i] = table->signature[i] >= ' ' && table->signature[i] <= '~' ? table->signature[i] : '?';
    return name;
}

/* The sound table at `address`, mapped as far as it says it reaches; else NULL, with a
 * line in the log (map_device writes one too). */
static const struct acpi_header *map_table(uint64_t address)
{
    const struct acpi_header *table = map_device(address, sizeof *table, CACHE_WRITE_BACK);
    if (!table)
        return NULL;
    uint32_t length = table->length;
    if (length < sizeof *table || length > TABLE_BYTES_MAX) {
        print("    ACPI: table %s at 0x%lx claims %u bytes; left out\n", signature_of(table), address, length);
        return NULL;
    }
    if (!map_device(address, length, CACHE_WRITE_BACK))
        return NULL;
    if (!sums_to_zero(table, length)) {
        print("    ACPI: table %s at 0x%lx has a wrong checksum; left out\n", signature_of(table), address);
        return NULL;
    }
    return table;
}

static const struct acpi_header *map_root(uint64_t address, const char *signature)
{
    const struct acpi_header *root = address ? map_table(address) : NULL;
    if (root && memcmp(root->signature, signature, sizeof root->signature) != 0) {
        print("    ACPI: table %s at 0x%lx should be the %s; left out\n", signature_of(root), address, signature);
        return NULL;
    }
    return root;
}

/* Whether GRUB gave us a root pointer that can be believed, at least its first part. */
static bool read_root_pointer(struct root_pointer *pointer)
{
    memset(pointer, 0, sizeof *pointer);
    size_t bytes = boot_information.rsdp_bytes;
    if (bytes < ROOT_POINTER_REVISION_0_BYTES)
        return false;
    memcpy(pointer, boot_information.rsdp, bytes < sizeof *pointer ? bytes : sizeof *pointer);
    if (memcmp(pointer->signature, "RSD PTR ", sizeof pointer->signature) != 0 ||
        !sums_to_zero(pointer, ROOT_POINTER_REVISION_0_BYTES)) {
        print("    ACPI: the root pointer has a wrong signature or checksum; left out\n");
        return false;
    }
    return true;
}

/* Whether the second part, with the XSDT's address, is there and sound. */
static bool has_second_part(const struct root_pointer *pointer)
{
    if (pointer->revision < 2 || boot_information.rsdp_bytes < sizeof *pointer)
        return false;
    if (pointer->length == sizeof *pointer && sums_to_zero(pointer, sizeof *pointer))
        return true;
    print("    ACPI: the root pointer's second part has a wrong length or checksum; left out\n");
    return false;
}

/* The XSDT, whose entries have 64 bits, or the older RSDT; NULL: neither is sound. */
static const struct acpi_header *find_root(size_t *entry_bytes)
{
    struct root_pointer pointer;
    if (!read_root_pointer(&pointer))
        return NULL;
    const struct acpi_header *root = NULL;
    *entry_bytes = sizeof(uint64_t);
    if (has_second_part(&pointer))
        root = map_root(pointer.xsdt, "XSDT");
    if (!root) {
        *entry_bytes = sizeof(uint32_t);
        root = map_root(pointer.rsdt, "RSDT");
    }
    return root;
}

static bool is_known(uint64_t address)
{
    for (size_t i = 0; i < table_count; i++)
        if ((uintptr_t)tables[i] == address)
            return true;
    return false;
}

static void keep_table(const struct acpi_header *table)
{
    names[table_count * NAME_BYTES] = ' ';
    memcpy(names + table_count * NAME_BYTES + 1, signature_of(table), sizeof table->signature);
    tables[table_count++] = table;
}

/* Keeps every sound table that the root names. A zero, the root itself and an address
 * that came before are passed over. */
static void collect_tables(const struct acpi_header *root, size_t entry_bytes)
{
    const char *entries = (const char *)(root + 1);
    size_t count = (root->length - sizeof *root) / entry_bytes;
    for (size_t i = 0; i < count; i++) {
        if (i == ROOT_ENTRIES || table_count == TABLES) {
            print("    ACPI: %zu tables more than there is room for; left out\n", count - i);
            return;
        }
        uint64_t address = 0;
        memcpy(&address, entries + i * entry_bytes, entry_bytes); /* entries are not aligned */
        if (!address || address == (uintptr_t)root || is_known(address))
            continue;
        const struct acpi_header *table = map_table(address);
        if (table)
            keep_table(table);
    }
}

const struct acpi_header *acpi_find(const char *signature)
{
    for (size_t i = 0; i < table_count; i++)
        if (memcmp(tables[i]->signature, signature, sizeof tables[i]->signature) == 0)
            return tables[i];
    return NULL;
}

const char *acpi_start(void)
{
    static char found[TABLES * NAME_BYTES + 40];
    size_t entry_bytes;
    const struct acpi_header *root = find_root(&entry_bytes);
    if (root)
        collect_tables(root, entry_bytes);
    acpi_read_machine(&acpi_machine);
    if (!root)
        return "no ACPI tables: a PC of the old kind is assumed";
    return format(found, sizeof found, "%.4s:%s, %u processor%s", root->signature, names, acpi_machine.processors,
                  acpi_machine.processors == 1 ? "" : "s");
}
