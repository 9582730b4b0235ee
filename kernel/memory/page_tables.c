/* Chapter 6: which addresses exist, and what may be done with them?
 *
 * The boot map allows everything everywhere below 4 GiB. This one allows what each
 * place is for: code is executed, constants are read, data is read and written, and
 * nothing is both writable and executable. What is neither the kernel nor usable
 * memory is not there at all, until somebody calls map_device for it; so a wild
 * pointer meets an exception, and not a device's register.
 *
 * An entry of a table (SDM 3A 4.5) is 0, a reference to a lower table, a page, or a
 * guard: not present, but not 0 either, so that nothing is mapped there by accident.
 * The largest page that fits is used; one is split when a single page of it has to
 * differ. One processor runs the kernel: nobody else's TLB needs to be told. */
#include "kernel/memory/page_tables.h"
#include "kernel/core/cpu.h"
#include "kernel/core/print.h"
#include "kernel/faults/exceptions.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/memory_map.h"
#include "kernel/memory/pages.h"
#include "lib/format.h"
#include "lib/number.h"

/* SDM 3A tables 4-15 to 4-20; bit 63 forbids execution. */
enum entry_bit {
    PRESENT = 1 << 0,
    WRITABLE = 1 << 1,
    CACHE_BIT_0 = 1 << 3, /* PWT: with PCD, the number of an entry of the page attribute table */
    CACHE_BIT_1 = 1 << 4, /* PCD */
    ACCESSED = 1 << 5,    /* set by the CPU, like the next one */
    DIRTY = 1 << 6,
    LARGE = 1 << 7, /* in a table of level 2 or 3: a page and not a table */
    GUARD = 1 << 9, /* ours: the CPU ignores it */
};

enum {
    ENTRIES = 512,
    TOP_LEVEL = 4, /* level 1 has pages of 4 KiB, level 2 of 2 MiB, level 3 of 1 GiB */
    MSR_EFER = 0xc0000080,
    MSR_PAGE_ATTRIBUTES = 0x277, /* SDM 3A 12.12.2 */
    EFER_NO_EXECUTE = 1 << 11,
    ATTRIBUTE_WRITE_COMBINING = 1,   /* SDM 3A table 12-10 */
    CPUID_PAGE_ATTRIBUTES = 1 << 16, /* leaf 1, EDX */
    CPUID_PAGES_OF_1_GIB = 1 << 26,  /* leaf 0x80000001, EDX */
    ADDRESS_BITS_MOST = 47,          /* of the lower half of addresses: SDM 1 3.3.7.1 */
    ADDRESS_BITS_LEAST = 36,         /* what a CPU has that does not say: SDM 3A 4.1.4 */
};

static const uint64_t address_mask = 0x000ffffffffff000;
static const uint64_t execution_bit = 1ull << 63;

static uint64_t *top_table;  /* NULL: the boot map is in use */
static uint64_t no_execute;  /* execution_bit, or 0 where the CPU has none */
static uint64_t address_end; /* no physical address at or above it */
static int largest_level;    /* whose entries can be pages */
static bool write_combining;
static size_t tables;

/* What one entry of a table of this level decides about. */
static uint64_t entry_bytes(int level) { return (uint64_t)PAGE_BYTES << 9 * (level - 1); }
static uint64_t *entry_of(uint64_t *table, int level, uint64_t address)
{
    return &table[address / entry_bytes(level) % ENTRIES];
}

static bool is_page(uint64_t entry, int level) { return entry && (level == 1 || entry & LARGE); }
static uint64_t rights_of(uint64_t entry) { return entry & ~(address_mask | LARGE | ACCESSED | DIRTY); }

/* The table to which an entry refers, made if the entry is 0. NULL: no memory. */
static uint64_t *table_below(uint64_t *entry)
{
    if (*entry)
        return (uint64_t *)(*entry & address_mask);
    uint64_t *table = pages_allocate_zeroed(1, ZONE_ANY);
    if (table) {
        *entry = (uint64_t)table | PRESENT | WRITABLE; /* the rights of the lowest level decide: SDM 3A 4.6 */
        tables++;
    }
    return table;
}

/* Maps what is not mapped in [start, end), whole pages. False: no memory for tables. */
static bool map_below(uint64_t *table, int level, uint64_t start, uint64_t end, uint64_t rights)
{
    uint64_t bytes = entry_bytes(level), next;
    for (uint64_t at = start; at < end; at = next) {
        uint64_t *entry = entry_of(table, level, at);
        next = minimum((at & ~(bytes - 1)) + bytes, end);
        if (is_page(*entry, level))
            continue;
        if (!*entry && next - at == bytes && level <= largest_level) {
            *entry = at | rights | (level > 1 ? LARGE : 0);
            continue;
        }
        uint64_t *below = table_below(entry);
        if (!below || !map_below(below, level - 1, at, next, rights))
            return false;
    }
    return true;
}

static bool map(uint64_t start, uint64_t end, uint64_t rights)
{
    return map_below(top_table, TOP_LEVEL, start, end, rights);
}

/* Makes a large page a table of pages that say the same. */
static bool split(uint64_t *entry, int level)
{
    uint64_t *table = pages_allocate(1, ZONE_ANY);
    if (!table)
        return false;
    uint64_t first = level == 2 ? *entry & ~(uint64_t)LARGE : *entry;
    for (uint64_t i = 0; i < ENTRIES; i++)
        table[i] = first + i * entry_bytes(level - 1);
    *entry = (uint64_t)table | PRESENT | WRITABLE;
    tables++;
    return true;
}

/* The entry of a single page, whatever was there. NULL: no memory. */
static uint64_t *single_entry(uint64_t address)
{
    uint64_t *table = top_table;
    for (int level = TOP_LEVEL; level > 1; level--) {
        uint64_t *entry = entry_of(table, level, address);
        if (is_page(*entry, level) && !split(entry, level))
            return NULL;
        table = table_below(entry);
        if (!table)
            return NULL;
    }
    return entry_of(table, 1, address);
}

static bool set_guard(uint64_t address)
{
    uint64_t *entry = single_entry(address);
    if (entry)
        *entry = GUARD;
    return entry != NULL;
}

/* Whether every page of [start, end) is either not mapped or has these rights. */
static bool is_free_or_same(uint64_t start, uint64_t end, uint64_t rights)
{
    for (uint64_t at = start; at < end;) {
        int level = TOP_LEVEL;
        uint64_t *entry = entry_of(top_table, level, at);
        while (*entry && !is_page(*entry, level))
            entry = entry_of(table_below(entry), --level, at);
        if (*entry && rights_of(*entry) != rights)
            return false;
        at = (at & ~(entry_bytes(level) - 1)) + entry_bytes(level);
    }
    return true;
}

static uint64_t rights_for(enum cache cache)
{
    uint64_t rights = PRESENT | WRITABLE | no_execute;
    if (cache == CACHE_WRITE_BACK)
        return rights;
    if (cache == CACHE_WRITE_COMBINING && write_combining)
        return rights | CACHE_BIT_0;
    return rights | CACHE_BIT_0 | CACHE_BIT_1;
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    uint64_t start = page_floor(physical), end = physical + bytes;
    const char *trouble = NULL;
    if (end <= physical || end > address_end) {
        trouble = "are none, or beyond what this CPU can address";
    } else if (top_table) {
        end = page_ceiling(end);
        if (!is_free_or_same(start, end, rights_for(cache)))
            trouble = "are mapped otherwise, or guarded";
        else if (!map(start, end, rights_for(cache)))
            trouble = "find no memory for their tables";
    }
    if (!trouble)
        return (void *)physical;
    print("    Map: %zu bytes at 0x%lx %s; left out\n", bytes, physical, trouble);
    return NULL;
}

bool unmap_page(void *page)
{
    check((uint64_t)page % PAGE_BYTES, ==, 0);
    if (!top_table || !set_guard((uint64_t)page))
        return false;
    cpu_invalidate_page(page);
    return true;
}

/* Cache bits 01 mean write-through after a reset, which nobody uses here; from now on, write-combining. */
static void program_page_attributes(void)
{
    write_combining = cpu_identify(1).edx & CPUID_PAGE_ATTRIBUTES;
    if (!write_combining)
        return;
    uint64_t attributes = cpu_read_msr(MSR_PAGE_ATTRIBUTES);
    cpu_write_msr(MSR_PAGE_ATTRIBUTES, (attributes & ~0xff00ull) | ATTRIBUTE_WRITE_COMBINING << 8);
}

static void ask_cpu(void)
{
    uint32_t bits = 0;
    if (cpu_identify(0x80000000).eax >= 0x80000008)
        bits = cpu_identify(0x80000008).eax & 0xff; /* SDM 2A, CPUID */
    address_end = 1ull << clamp(bits, ADDRESS_BITS_LEAST, ADDRESS_BITS_MOST);
    largest_level = cpu_identify(0x80000001).edx & CPUID_PAGES_OF_1_GIB ? 3 : 2;
    no_execute = cpu_read_msr(MSR_EFER) & EFER_NO_EXECUTE ? execution_bit : 0; /* set in boot/start.asm */
}

/* What a null pointer or an overflowing stack would touch. */
static bool set_guards(void)
{
    extern char boot_stack_guard[]; /* boot/start.asm */
    bool set = set_guard(0) && set_guard((uint64_t)boot_stack_guard);
    for (size_t i = 0; set && i < EXCEPTION_STACKS; i++)
        set = set_guard((uint64_t)exception_stacks + i * EXCEPTION_STACK_STRIDE);
    return set;
}

/* The kernel, each part with its own rights, and the usable memory. */
static bool build_map(void)
{
    extern char kernel_start[], kernel_text_end[], kernel_rodata_end[], kernel_end[]; /* boot/kernel.ld */
    uint64_t data = rights_for(CACHE_WRITE_BACK);
    top_table = pages_allocate_zeroed(1, ZONE_ANY);
    tables = 1;
    bool built = top_table && map((uint64_t)kernel_start, (uint64_t)kernel_text_end, PRESENT) &&
                 map((uint64_t)kernel_text_end, (uint64_t)kernel_rodata_end, PRESENT | no_execute) &&
                 map((uint64_t)kernel_rodata_end, (uint64_t)kernel_end, data) && set_guards();
    for (size_t i = 0; built && i < usable_memory.count; i++)
        built = map(usable_memory.ranges[i].start, minimum(usable_memory.ranges[i].end, address_end), data);
    return built;
}

const char *page_tables_start(void)
{
    static char found[80];
    ask_cpu();
    program_page_attributes();
    if (!build_map()) {
        top_table = NULL;
        address_end = FOUR_GIB;
        return "no memory for tables: the boot map stays";
    }
    cpu_write_cr3((uint64_t)top_table);
    pages_reachable(address_end);
    return format(found, sizeof found, "%zu tables, pages up to %s, %s", tables, largest_level == 3 ? "1 GiB" : "2 MiB",
                  no_execute ? "data is never executed" : "but this CPU executes data");
}
