/* Memory in which a firmware left its tables. */
#include "tests/host/fake/acpi.h"
#include "kernel/core/print.h"
#include "kernel/memory/boot_information.h"
#include "kernel/memory/page_tables.h"
#include "tests/host/test.h"
#include <sanitizer/asan_interface.h>
#include <sys/wait.h>
#include <unistd.h>

struct boot_information boot_information;

/* Two pieces of the firmware's memory, one of them above 4 GiB. Only what was mapped may be touched. */
_Alignas(4096) uint8_t fake_firmware[FAKE_FIRMWARE_BYTES];
static uint8_t *high_memory;
size_t fake_firmware_used;
static size_t high_used;

static bool lies_in(const uint8_t *memory, uint64_t address, size_t bytes)
{
    uint64_t start = (uintptr_t)memory;
    uint64_t end = start + FAKE_FIRMWARE_BYTES;
    return memory && address >= start && address < end && bytes <= end - address;
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    EXPECT(cache, ==, CACHE_WRITE_BACK);
    if (!lies_in(fake_firmware, physical, bytes) && !lies_in(high_memory, physical, bytes)) {
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

void fake_table_fix(void *table) { fix(table, ((struct acpi_header *)table)->length, (uint8_t *)table + 9); }

static void *put_table(uint8_t *memory, size_t *used, const char *signature, uint8_t revision, const void *body,
                       size_t bytes)
{
    struct acpi_header *table = (void *)(memory + *used);
    *used += (sizeof *table + bytes + 63) & ~63ul;
    memcpy(table->signature, signature, 4);
    table->length = (uint32_t)(sizeof *table + bytes);
    table->revision = revision;
    memcpy(table + 1, body, bytes);
    fake_table_fix(table);
    return table;
}

void *fake_table(const char *signature, uint8_t revision, const void *body, size_t bytes)
{
    return put_table(fake_firmware, &fake_firmware_used, signature, revision, body, bytes);
}

void *fake_high_table(const char *signature, const void *body, size_t bytes)
{
    if (!high_memory)
        high_memory = calloc(1, FAKE_FIRMWARE_BYTES);
    return put_table(high_memory, &high_used, signature, 1, body, bytes);
}

void fake_root(void *rsdt, void *xsdt)
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

void *fake_rsdt(void *const *list, size_t count)
{
    uint32_t addresses[600];
    for (size_t i = 0; i < count; i++)
        addresses[i] = (uint32_t)(uintptr_t)list[i];
    return fake_table("RSDT", 1, addresses, 4 * count);
}

const char *fake_acpi_start(void)
{
    ASAN_POISON_MEMORY_REGION(fake_firmware, FAKE_FIRMWARE_BYTES);
    if (high_memory)
        ASAN_POISON_MEMORY_REGION(high_memory, FAKE_FIRMWARE_BYTES);
    const char *found = acpi_start();
    ASAN_UNPOISON_MEMORY_REGION(fake_firmware, FAKE_FIRMWARE_BYTES);
    return found;
}

void fake_another_boot(void (*run)(int), int argument)
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

void *fake_plain_table(const char *signature) { return fake_table(signature, 1, BYTES(1, 2, 3, 4)); }
