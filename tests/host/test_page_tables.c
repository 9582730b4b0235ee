/* Chapter 6: the tables allow exactly what each place is for; read here as the CPU would read them. */
// sources: kernel/memory/page_tables.c kernel/memory/pages.c kernel/memory/memory_map.c lib/format.c
#define _GNU_SOURCE
#include "tests/host/test.h"
#include "kernel/core/cpu.h"
#include "kernel/faults/exceptions.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include <sys/mman.h>

struct boot_information boot_information;
/* The kernel of these tests, as the linker script would place it. */
__asm__(".globl kernel_start, kernel_text_end, kernel_rodata_end, boot_stack_guard, exception_stacks, kernel_end\n"
        ".set kernel_start, 0x100000\n"
        ".set kernel_text_end, 0x105000\n"
        ".set kernel_rodata_end, 0x108000\n"
        ".set boot_stack_guard, 0x10a000\n"
        ".set exception_stacks, 0x110000\n"
        ".set kernel_end, 0x180000");
enum { TEXT = 0x100000, CONSTANTS = 0x105000, DATA = 0x108000, STACK_GUARD = 0x10a000,
       EXCEPTION_STACKS_START = 0x110000, KERNEL_END = 0x180000 };

enum { LOW = 0x10000000, LOW_BYTES = 64 << 20, HIGH_BYTES = 8 << 20 };
static const uint64_t HIGH = 0x200000000000, GIB = 1ull << 30;

/* The CPU */

static uint32_t address_bits = 48, leaf_most = 0x80000008, features = 1 << 26, features_basic = 1 << 16;
static uint64_t efer = 0xd00, page_attributes = 0x0007040600070406, cr3;
static const void *invalidated;

struct cpuid cpu_identify(uint32_t leaf)
{
    struct cpuid answer = { 0 };
    if (leaf == 1)
        answer.edx = features_basic;
    if (leaf == 0x80000000)
        answer.eax = leaf_most;
    if (leaf == 0x80000001)
        answer.edx = features;
    if (leaf == 0x80000008)
        answer.eax = address_bits | 0x3000;
    return answer;
}

uint64_t cpu_read_msr(uint32_t number) { return number == 0x277 ? page_attributes : number == 0xc0000080 ? efer : 0; }

void cpu_write_msr(uint32_t number, uint64_t value)
{
    EXPECT(number, ==, 0x277);
    EXPECT(cr3, ==, 0); /* before anything uses the entry */
    page_attributes = value;
}

void cpu_write_cr3(uint64_t top_table) { cr3 = top_table; }
void cpu_invalidate_page(const void *page) { invalidated = page; }

/* What the tables say about one address, walked as in SDM 3A 4.5. */
struct view {
    bool present, writable, executable;
    int cache; /* PCD, PWT: number of a page attribute */
    uint64_t page_bytes;
};

static struct view look(uint64_t address)
{
    struct view view = { .writable = true, .executable = true };
    uint64_t *table = (uint64_t *)cr3;
    for (int shift = 39;; shift -= 9) {
        uint64_t entry = table[address >> shift & 511];
        if (!(entry & 1))
            return (struct view){ .page_bytes = 1ull << shift };
        view.writable &= entry >> 1 & 1;
        view.executable &= !(entry >> 63);
        if (shift == 12 || entry & 0x80) {
            view.present = true;
            view.cache = entry >> 3 & 3;
            view.page_bytes = 1ull << shift;
            EXPECT(shift == 12 && entry & 0x80, ==, false); /* there, it would be another page attribute */
            EXPECT(entry & 0x000ffffffffff000, ==, address & ~(view.page_bytes - 1)); /* the identity */
            return view;
        }
        EXPECT(shift, >, 12);
        table = (uint64_t *)(entry & 0x000ffffffffff000);
    }
}

enum { NOTHING, EXECUTE, READ, WRITE };

/* Every page of [start, end) allows this and no more. */
static void expect_rights(uint64_t start, uint64_t end, int rights, int cache)
{
    uint64_t at = start;
    while (at < end) {
        struct view view = look(at);
        EXPECT(view.present, ==, rights != NOTHING);
        EXPECT(view.present && view.writable, ==, rights == WRITE);
        EXPECT(view.present && view.executable, ==, rights == EXECUTE);
        EXPECT(view.cache, ==, cache);
        at = (at & ~(view.page_bytes - 1)) + view.page_bytes;
    }
    if (rights != NOTHING)
        EXPECT(at, ==, end); /* not a page too large */
}

static void make_real(uint64_t start, uint64_t bytes)
{
    void *made = mmap((void *)start, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    EXPECT((uint64_t)made, ==, start);
}

/* Real memory is where tables are made: below 4 GiB at first, then as high as can be. */
static const char *start(void)
{
    static const struct memory_range map[] = {
        { 0, 0x9f000, MEMORY_AVAILABLE },
        { 0x100000, 0x184000, MEMORY_AVAILABLE },
        { LOW, LOW + LOW_BYTES, MEMORY_AVAILABLE },
        { 0x14000000, 0x14001000, MEMORY_ACPI },
        { 1ull << 32, (1ull << 32) + 3 * (1ull << 30) + 0x201000, MEMORY_AVAILABLE },
        { 0x200000000000, 0x200000000000 + HIGH_BYTES, MEMORY_AVAILABLE },
    };
    make_real(LOW, LOW_BYTES);
    make_real(HIGH, HIGH_BYTES);
    pages_build(map, sizeof map / sizeof map[0], TEXT, KERNEL_END);
    return page_tables_start();
}

TEST(each_part_of_the_kernel_has_its_own_rights)
{
    EXPECT_TEXT(start(), "8 tables, pages up to 1 GiB, data is never executed");
    expect_rights(TEXT, CONSTANTS, EXECUTE, 0);
    expect_rights(CONSTANTS, DATA, READ, 0);
    expect_rights(DATA, STACK_GUARD, WRITE, 0);
    expect_rights(STACK_GUARD, STACK_GUARD + 4096, NOTHING, 0);
    expect_rights(STACK_GUARD + 4096, EXCEPTION_STACKS_START, WRITE, 0);
    for (uint64_t guard = EXCEPTION_STACKS_START, i = 0; i < EXCEPTION_STACKS; i++, guard += EXCEPTION_STACK_STRIDE) {
        expect_rights(guard, guard + 4096, NOTHING, 0);
        expect_rights(guard + 4096, guard + EXCEPTION_STACK_STRIDE, WRITE, 0);
    }
    expect_rights(EXCEPTION_STACKS_START + EXCEPTION_STACKS * EXCEPTION_STACK_STRIDE, KERNEL_END, WRITE, 0);
}

TEST(memory_is_mapped_and_all_else_is_not)
{
    start();
    expect_rights(0, TEXT, NOTHING, 0); /* the null page, and all of the first MiB */
    expect_rights(KERNEL_END, 0x184000, WRITE, 0);
    expect_rights(0x184000, LOW, NOTHING, 0);
    expect_rights(LOW, LOW + LOW_BYTES, WRITE, 0);
    expect_rights(LOW + LOW_BYTES, 4 * GIB, NOTHING, 0);
    expect_rights(4 * GIB, 7 * GIB + 0x201000, WRITE, 0);
    expect_rights(7 * GIB + 0x201000, HIGH, NOTHING, 0);
    expect_rights(HIGH, HIGH + HIGH_BYTES, WRITE, 0);
    expect_rights(HIGH + HIGH_BYTES, 1ull << 47, NOTHING, 0);
}

TEST(the_largest_page_that_fits_is_used)
{
    start();
    EXPECT(look(LOW).page_bytes, ==, 2 << 20);
    EXPECT(look(5 * GIB).page_bytes, ==, GIB);
    EXPECT(look(7 * GIB).page_bytes, ==, 2 << 20);
    EXPECT(look(7 * GIB + 0x200000).page_bytes, ==, 4096);
}

TEST(a_cpu_without_pages_of_1_gib_gets_smaller_ones)
{
    features = 0;
    start();
    EXPECT(look(5 * GIB).page_bytes, ==, 2 << 20);
    expect_rights(4 * GIB, 7 * GIB + 0x201000, WRITE, 0);
}

TEST(a_cpu_without_no_execute_gets_no_such_bit)
{
    efer = 0x500;
    EXPECT(strstr(start(), "executes data") != NULL, ==, true);
    EXPECT(look(DATA).present && look(DATA).executable, ==, true); /* the bit would be a reserved one */
    EXPECT(look(CONSTANTS).writable, ==, false);
}

TEST(memory_beyond_the_cpus_addresses_is_neither_mapped_nor_handed_out)
{
    address_bits = 36;
    start();
    expect_rights(HIGH, HIGH + HIGH_BYTES, NOTHING, 0);
    EXPECT((uint64_t)pages_allocate(1, ZONE_ANY), <, 8 * GIB);
    EXPECT(map_device(64 * GIB - 1, 2, CACHE_OFF) == NULL, ==, true);
}

TEST(high_memory_is_handed_out_once_it_is_mapped)
{
    start();
    EXPECT((uint64_t)pages_allocate(1, ZONE_ANY), >=, HIGH);
}

TEST(devices_are_mapped_with_the_caching_they_need)
{
    start();
    EXPECT((uint64_t)map_device(0xe0000000, 5 << 20, CACHE_WRITE_COMBINING), ==, 0xe0000000);
    EXPECT((uint64_t)map_device(0xfee00020, 4, CACHE_OFF), ==, 0xfee00020);
    EXPECT((uint64_t)map_device(0x7ffe0ffc, 8, CACHE_WRITE_BACK), ==, 0x7ffe0ffc);
    EXPECT((uint64_t)map_device(0xb8000, 4000, CACHE_WRITE_COMBINING), ==, 0xb8000);
    expect_rights(0xe0000000, 0xe0500000, WRITE, 1);
    expect_rights(0xfee00000, 0xfee01000, WRITE, 3);
    expect_rights(0xfee01000, 4 * GIB, NOTHING, 0);
    expect_rights(0x7ffe0000, 0x7ffe2000, WRITE, 0);
    expect_rights(0xb8000, 0xb9000, WRITE, 1);
    EXPECT(page_attributes, ==, 0x0007040600070106); /* 1 is write-combining now, 3 uncached as before */
    EXPECT(look(0xe0000000).page_bytes, ==, 2 << 20);
    EXPECT(look(0xe0400000).page_bytes, ==, 4096);
    EXPECT_TEXT(fake_log, "");
}

TEST(without_page_attributes_write_combining_becomes_uncached)
{
    features_basic = 0;
    start();
    map_device(0xe0000000, 4096, CACHE_WRITE_COMBINING);
    expect_rights(0xe0000000, 0xe0001000, WRITE, 3);
    EXPECT(page_attributes, ==, 0x0007040600070406);
}

TEST(the_same_again_is_fine_and_so_is_memory)
{
    start();
    size_t allocated = pages_allocated();
    EXPECT(map_device(LOW + 100, 36, CACHE_WRITE_BACK) != NULL, ==, true); /* a table that the firmware left there */
    EXPECT(map_device(HIGH, HIGH_BYTES, CACHE_WRITE_BACK) != NULL, ==, true);
    EXPECT(pages_allocated(), ==, allocated);
    for (int i = 0; i < 2; i++)
        EXPECT(map_device(0xfec00000, 4096, CACHE_OFF) != NULL, ==, true);
    EXPECT(map_device(0xfec00000 - 4096, 3 * 4096, CACHE_OFF) != NULL, ==, true); /* around it */
    expect_rights(0xfebff000, 0xfec02000, WRITE, 3);
    EXPECT(map_device(LOW - 4096, LOW_BYTES + 8192, CACHE_WRITE_BACK) != NULL, ==, true);
    expect_rights(LOW - 4096, LOW + LOW_BYTES + 4096, WRITE, 0);
}

TEST(what_is_mapped_otherwise_is_refused_and_left_alone)
{
    start();
    EXPECT(map_device(LOW, 4096, CACHE_OFF) == NULL, ==, true);
    EXPECT_LOGGED("    Map: 4096 bytes at 0x10000000 are mapped otherwise, or guarded; left out");
    EXPECT(map_device(TEXT, 1, CACHE_WRITE_BACK) == NULL, ==, true);
    EXPECT(map_device(DATA - 1, 2, CACHE_WRITE_BACK) == NULL, ==, true);
    EXPECT(map_device(LOW + LOW_BYTES - 4096, 8192, CACHE_OFF) == NULL, ==, true);
    expect_rights(LOW + LOW_BYTES, LOW + LOW_BYTES + 4096, NOTHING, 0); /* not even the free half */
    EXPECT(map_device(0, 1, CACHE_WRITE_BACK) == NULL, ==, true);
    EXPECT(map_device(0xfff, 2, CACHE_WRITE_BACK) == NULL, ==, true);
    EXPECT(map_device(STACK_GUARD, 4096, CACHE_WRITE_BACK) == NULL, ==, true);
    expect_rights(STACK_GUARD, STACK_GUARD + 4096, NOTHING, 0);
}

TEST(ranges_that_cannot_be_are_refused)
{
    start();
    EXPECT(map_device(0xe0000000, 0, CACHE_OFF) == NULL, ==, true);
    EXPECT(map_device(UINT64_MAX, 1, CACHE_OFF) == NULL, ==, true);
    EXPECT(map_device(UINT64_MAX - 4095, 8192, CACHE_OFF) == NULL, ==, true);
    EXPECT(map_device(0xe0000000, SIZE_MAX, CACHE_OFF) == NULL, ==, true);
    EXPECT(map_device((1ull << 47) - 1, 2, CACHE_OFF) == NULL, ==, true);
    EXPECT(map_device((1ull << 47) - 1, 1, CACHE_OFF) != NULL, ==, true);
}

TEST(a_cpu_that_does_not_say_its_address_bits_has_36)
{
    leaf_most = 0x80000001;
    start();
    EXPECT(map_device(1ull << 36, 1, CACHE_OFF) == NULL, ==, true);
    EXPECT_LOGGED("beyond what this CPU can address");
}

TEST(a_guard_splits_large_pages_and_nothing_else_changes)
{
    start();
    void *page = (void *)(HIGH + 0x201000);
    EXPECT(unmap_page(page), ==, true);
    EXPECT(invalidated == page, ==, true);
    expect_rights(HIGH, HIGH + 0x201000, WRITE, 0);
    expect_rights(HIGH + 0x201000, HIGH + 0x202000, NOTHING, 0);
    expect_rights(HIGH + 0x202000, HIGH + HIGH_BYTES, WRITE, 0);
    EXPECT(map_device((uint64_t)page, 4096, CACHE_WRITE_BACK) == NULL, ==, true);
}

TEST(a_guard_splits_a_page_of_1_gib_twice)
{
    start();
    EXPECT(unmap_page((void *)(5 * GIB + 0x3000)), ==, true);
    expect_rights(4 * GIB, 5 * GIB + 0x3000, WRITE, 0);
    expect_rights(5 * GIB + 0x3000, 5 * GIB + 0x4000, NOTHING, 0);
    expect_rights(5 * GIB + 0x4000, 7 * GIB, WRITE, 0);
    EXPECT(look(5 * GIB + 0x200000).page_bytes, ==, 2 << 20);
    EXPECT(look(6 * GIB).page_bytes, ==, GIB);
}

TEST(mistakes_with_guards_stop_the_kernel)
{
    start();
    EXPECT_PANIC("PAGE_BYTES", unmap_page((void *)(LOW + 1)));
}

TEST(without_memory_a_device_is_refused_and_a_guard_too)
{
    start();
    while (pages_allocate(1, ZONE_ANY))
        ;
    EXPECT(unmap_page((void *)HIGH), ==, false);
    expect_rights(HIGH, HIGH + HIGH_BYTES, WRITE, 0);
    EXPECT(map_device(1ull << 46, 1, CACHE_OFF) == NULL, ==, true);
    EXPECT_LOGGED("find no memory for their tables");
}

TEST(before_chapter_6_nothing_is_mapped)
{
    EXPECT(map_device(0xfee00000, 4096, CACHE_OFF) == NULL, ==, true);
    EXPECT(unmap_page((void *)LOW), ==, false);
}

TEST(without_memory_for_tables_the_boot_map_stays)
{
    static const struct memory_range map[] = { { LOW, LOW + 3 * 4096, MEMORY_AVAILABLE } };
    make_real(LOW, 3 * 4096);
    pages_build(map, 1, TEXT, KERNEL_END);
    EXPECT_TEXT(page_tables_start(), "no memory for tables: the boot map stays");
    EXPECT(cr3, ==, 0);
    EXPECT(map_device(0xfee00000, 4096, CACHE_OFF) == (void *)0xfee00000, ==, true);
    EXPECT(map_device(4 * GIB - 1, 2, CACHE_OFF) == NULL, ==, true);
    EXPECT(unmap_page((void *)LOW), ==, false);
}
