/* A chapter of the tests, before the one that reads the boot information: what if the loader
 * or the firmware left nonsense? The word danger=NAME on the command line says which. */
#include "kernel/core/log.h"
#include "kernel/core/main.h"
#include "kernel/core/print.h"
#include "lib/memory.h"
#include <stddef.h>

enum { END = 0, COMMAND_LINE = 1, MEMORY_MAP = 6, FRAMEBUFFER = 8, RSDP_OLD = 14, RSDP_NEW = 15, UNKNOWN = 99 };

struct tag {
    uint32_t type, bytes;
    uint8_t body[];
};
struct acpi_table {
    char signature[4];
    uint32_t bytes;
    uint8_t revision, checksum, rest[26];
    uint32_t entries[]; /* of the RSDT */
};

const char *danger_name(void);
const char *danger_before_start(void);

static uint32_t *list(void) { return (uint32_t *)boot_information_address; }

static struct tag *find_tag(uint32_t type)
{
    for (struct tag *tag = (struct tag *)(list() + 2);;
         tag = (struct tag *)((uint8_t *)tag + ((tag->bytes + 7) & ~7u))) {
        if (tag->type == type)
            return tag;
        if (tag->type == END)
            return NULL;
    }
}

static char name[32];

const char *danger_name(void) { return name; }

static void read_name(void)
{
    const struct tag *line = find_tag(COMMAND_LINE);
    const char *text = line ? (const char *)line->body : "";
    for (; *text; text++)
        if (memcmp(text, "danger=", 7) == 0) {
            for (int i = 0; i < 31 && text[7 + i] > ' '; i++)
                name[i] = text[7 + i];
            return;
        }
}

static struct acpi_table *rsdt(void)
{
    const struct tag *root = find_tag(RSDP_OLD) ? find_tag(RSDP_OLD) : find_tag(RSDP_NEW);
    uint32_t address;
    memcpy(&address, root->body + 16, sizeof address);
    return (struct acpi_table *)(uintptr_t)address;
}

static struct acpi_table *table(const char *signature)
{
    struct acpi_table *root = rsdt();
    for (uint32_t i = 0; i < (root->bytes - 36) / 4; i++) {
        struct acpi_table *found = (struct acpi_table *)(uintptr_t)root->entries[i];
        if (memcmp(found->signature, signature, 4) == 0)
            return found;
    }
    print("no table %s here\n", signature);
    return NULL;
}

static void total_huge(void) { list()[0] = 0xfffffff0; }
static void total_nothing(void) { list()[0] = 0; }
static void total_cut(void) { list()[0] = 16; }
static void not_aligned(void) { boot_information_address += 4; }
static void null_list(void) { boot_information_address = 0; }
static void tag_empty(void) { find_tag(MEMORY_MAP)->bytes = 0; }
static void tag_huge(void) { find_tag(MEMORY_MAP)->bytes = 0xfffffff8; }
static void map_missing(void) { find_tag(MEMORY_MAP)->type = UNKNOWN; }
static void map_entries_of_nothing(void) { memset(find_tag(MEMORY_MAP)->body, 0, 4); }

static void framebuffer_missing(void)
{
    if (find_tag(FRAMEBUFFER))
        find_tag(FRAMEBUFFER)->type = UNKNOWN;
}

/* Address (8 bytes), pitch, width, height (4 each). */
static void framebuffer_absurd(void) { memset(find_tag(FRAMEBUFFER)->body + 12, 0xff, 8); }
static void framebuffer_nowhere(void) { memset(find_tag(FRAMEBUFFER)->body, 0, 8); }
static void framebuffer_without_pitch(void) { memset(find_tag(FRAMEBUFFER)->body + 8, 0, 4); }
static void rsdp_wrong_sum(void)
{
    for (uint32_t type = RSDP_OLD; type <= RSDP_NEW; type++)
        if (find_tag(type))
            find_tag(type)->body[8]++;
}

static void rsdt_wrong_sum(void) { rsdt()->checksum++; }
static void rsdt_huge(void) { rsdt()->bytes = 0xffffffff; }
static void madt_wrong_sum(void) { table("APIC")->checksum++; }
static void madt_short(void) { table("APIC")->bytes = 20; }
static void madt_missing(void) { memcpy(table("APIC")->signature, "NONE", 4); }
static void fadt_huge(void) { table("FACP")->bytes = 1u << 31; }
static void tables_elsewhere(void) { memset(rsdt()->entries, 0xf0, 4); }

/* An entry that says it has no length would be read for ever; the sum is right. */
static void madt_entry_of_nothing(void)
{
    struct acpi_table *madt = table("APIC");
    uint8_t *entry = (uint8_t *)madt + 44;
    madt->checksum = (uint8_t)(madt->checksum + entry[1]);
    entry[1] = 0;
}

static const struct {
    const char *name;
    void (*make)(void);
} dangers[] = {
    { "total-huge", total_huge },
    { "total-nothing", total_nothing },
    { "total-cut", total_cut },
    { "not-aligned", not_aligned },
    { "null-list", null_list },
    { "tag-empty", tag_empty },
    { "tag-huge", tag_huge },
    { "map-missing", map_missing },
    { "map-entries-of-nothing", map_entries_of_nothing },
    { "framebuffer-missing", framebuffer_missing },
    { "framebuffer-absurd", framebuffer_absurd },
    { "framebuffer-nowhere", framebuffer_nowhere },
    { "framebuffer-without-pitch", framebuffer_without_pitch },
    { "rsdp-wrong-sum", rsdp_wrong_sum },
    { "rsdt-wrong-sum", rsdt_wrong_sum },
    { "rsdt-huge", rsdt_huge },
    { "madt-wrong-sum", madt_wrong_sum },
    { "madt-short", madt_short },
    { "madt-missing", madt_missing },
    { "madt-entry-of-nothing", madt_entry_of_nothing },
    { "fadt-huge", fadt_huge },
    { "tables-elsewhere", tables_elsewhere },
};

static bool is_same(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return *left == *right;
}

const char *danger_before_start(void)
{
    read_name();
    for (size_t i = 0; i < sizeof dangers / sizeof dangers[0]; i++)
        if (is_same(dangers[i].name, name))
            dangers[i].make();
    return name[0] ? name : "none";
}
