/* Chapter 4: what did GRUB know about the machine?
 *
 * GRUB left a list of tags in memory (multiboot2 specification 3.6). All that the
 * kernel wants of it is copied, because that memory is handed out in chapter 5. The
 * list is checked like anything else that somebody wrote before us: a tag that does
 * not fit is said and left out, and what was sound is used. */
#include "kernel/memory/boot_information.h"
#include "kernel/core/main.h"
#include "kernel/core/print.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    LIST_BYTES_MOST = 16 << 20, /* GRUB's lists have a few KiB; symbols of the kernel may add more */
    LIST_HEADER_BYTES = 8,      /* multiboot2 specification 3.6.1: total size, reserved */
    TAG_HEADER_BYTES = 8,       /* 3.6.2: type, size */
    TAG_ALIGNMENT = 8,
};

/* multiboot2 specification 3.6.3 to 3.6.22 */
enum tag_type {
    TAG_END = 0,
    TAG_COMMAND_LINE = 1,
    TAG_LOADER = 2,
    TAG_MEMORY_MAP = 6,
    TAG_FRAMEBUFFER = 8,
    TAG_EFI_32 = 11,
    TAG_EFI_64 = 12,
    TAG_RSDP_OLD = 14,
    TAG_RSDP_NEW = 15,
    TAG_EFI_MEMORY_MAP = 17,
};

enum { FRAMEBUFFER_RGB = 1, FRAMEBUFFER_TEXT = 2 }; /* 3.6.12 */

enum { RSDP_OLD_BYTES = 20, RSDP_NEW_BYTES = 36 }; /* ACPI specification 5.2.5.3 */

/* What follows a tag's header, as it lies in memory. */
struct wire_memory_map {
    uint32_t entry_bytes, entry_version; /* entries may grow: their size is in the tag */
};

struct wire_memory_entry {
    uint64_t start, bytes;
    uint32_t type, reserved;
};

struct __attribute__((packed)) wire_framebuffer {
    uint64_t address;
    uint32_t pitch, width, height;
    uint8_t bits, type;
    uint16_t reserved;
};

_Static_assert(sizeof(struct wire_memory_entry) == 24, "multiboot2 specification 3.6.8");
_Static_assert(sizeof(struct wire_framebuffer) == 24, "multiboot2 specification 3.6.12");
_Static_assert(sizeof(struct color_field) == 2, "copied from the wire as it is");

struct tag {
    uint32_t type;
    const uint8_t *body;
    uint32_t body_bytes;
};

struct boot_information boot_information;

/* Copies the start of a tag's body; false: the body is shorter. */
static bool read_body(struct tag tag, void *into, size_t bytes)
{
    if (tag.body_bytes < bytes) {
        print("    Boot information: tag %u has only %u bytes; left out\n", tag.type, tag.body_bytes);
        return false;
    }
    memcpy(into, tag.body, bytes);
    return true;
}

/* A text that ends within the tag or with it; what could upset a terminal becomes '?'. */
static void read_text(struct tag tag, char *into, size_t size)
{
    size_t length = 0;
    while (length < tag.body_bytes && length + 1 < size && tag.body[length]) {
        uint8_t byte = tag.body[length];
        into[length++] = byte < ' ' || byte > '~' ? '?' : (char)byte;
    }
    into[length] = 0;
}

/* When the table is full, available memory is lost, but a restriction never is: the
 * last entry grows to cover it. */
static bool add_range(struct boot_information *into, struct memory_range range)
{
    if (into->memory_ranges < MEMORY_RANGES) {
        into->memory[into->memory_ranges++] = range;
        return true;
    }
    struct memory_range *last = &into->memory[MEMORY_RANGES - 1];
    if (range.type != MEMORY_AVAILABLE) {
        last->start = minimum(last->start, range.start);
        last->end = maximum(last->end, range.end);
        last->type = MEMORY_RESERVED;
    }
    return false;
}

/* An entry as a range; false: it is nothing to be used. Unknown types are reserved. */
static bool read_entry(const uint8_t *at, struct memory_range *range)
{
    struct wire_memory_entry entry;
    memcpy(&entry, at, sizeof entry);
    bool known = entry.type >= MEMORY_AVAILABLE && entry.type <= MEMORY_BAD;
    *range = (struct memory_range){ entry.start, entry.start + entry.bytes, known ? entry.type : MEMORY_RESERVED };
    if (range->end < range->start) { /* reserved up to the last address is usual, available is a lie */
        range->end = UINT64_MAX;
        return range->type != MEMORY_AVAILABLE && range->start < range->end;
    }
    return entry.bytes > 0;
}

/* Restrictions first, so that they are in the table when it is full. */
static void read_memory_map(struct tag tag, struct boot_information *into)
{
    struct wire_memory_map map;
    if (!read_body(tag, &map, sizeof map))
        return;
    if (map.entry_bytes < sizeof(struct wire_memory_entry)) {
        print("    Boot information: memory map entries of %u bytes; left out\n", map.entry_bytes);
        return;
    }
    size_t entries = (tag.body_bytes - sizeof map) / map.entry_bytes, left_out = 0, without_room = 0;
    for (int available = 0; available <= 1; available++) {
        for (size_t i = 0; i < entries; i++) {
            struct memory_range range;
            bool sound = read_entry(tag.body + sizeof map + i * map.entry_bytes, &range);
            if ((range.type == MEMORY_AVAILABLE) != available)
                continue;
            if (!sound)
                left_out++;
            else if (!add_range(into, range))
                without_room++;
        }
    }
    if (left_out)
        print("    Boot information: %zu memory ranges are empty or wrap; left out\n", left_out);
    if (without_room)
        print("    Boot information: %zu memory ranges more than %d; left out\n", without_room, MEMORY_RANGES);
}

static void read_rsdp(struct tag tag, struct boot_information *into, size_t bytes)
{
    bool new_was_first = into->rsdp_bytes > bytes;
    if (!new_was_first && read_body(tag, into->rsdp, bytes))
        into->rsdp_bytes = bytes;
}

/* Whether the screen can be used as it is described is judged in chapter 7. */
static void read_framebuffer(struct tag tag, struct boot_framebuffer *into)
{
    struct wire_framebuffer wire;
    struct color_field colors[3] = { { 0 } };
    if (!read_body(tag, &wire, sizeof wire))
        return;
    bool has_colors = wire.type == FRAMEBUFFER_RGB && wire.bits == 32 && tag.body_bytes >= sizeof wire + sizeof colors;
    if (!has_colors && wire.type != FRAMEBUFFER_TEXT) {
        print("    Boot information: screen of type %u with %u bits a pixel; left out\n", wire.type, wire.bits);
        return;
    }
    if (has_colors)
        memcpy(colors, tag.body + sizeof wire, sizeof colors);
    *into = (struct boot_framebuffer){ .present = has_colors,
                                       .text_mode = !has_colors,
                                       .address = wire.address,
                                       .pitch = wire.pitch,
                                       .width = wire.width,
                                       .height = wire.height,
                                       .red = colors[0],
                                       .green = colors[1],
                                       .blue = colors[2] };
}

static void read_tag(struct tag tag, struct boot_information *into)
{
    switch (tag.type) {
    case TAG_COMMAND_LINE:
        read_text(tag, into->command_line, sizeof into->command_line);
        break;
    case TAG_LOADER:
        read_text(tag, into->loader, sizeof into->loader);
        break;
    case TAG_MEMORY_MAP:
        read_memory_map(tag, into);
        break;
    case TAG_FRAMEBUFFER:
        read_framebuffer(tag, &into->framebuffer);
        break;
    case TAG_RSDP_OLD:
        read_rsdp(tag, into, RSDP_OLD_BYTES);
        break;
    case TAG_RSDP_NEW:
        read_rsdp(tag, into, RSDP_NEW_BYTES);
        break;
    case TAG_EFI_32:
    case TAG_EFI_64:
    case TAG_EFI_MEMORY_MAP:
        into->efi = true;
        break;
    default: /* of no interest here */
        break;
    }
}

/* Tags begin at multiples of 8, and the last one says that it is. */
static void read_list(const uint8_t *list, uint32_t total, struct boot_information *into)
{
    uint32_t at = LIST_HEADER_BYTES;
    for (;;) {
        uint32_t header[2]; /* type, size */
        if (at > total || total - at < TAG_HEADER_BYTES) {
            print("    Boot information: ends without an end tag; what was found is used\n");
            return;
        }
        memcpy(header, list + at, sizeof header);
        if (header[0] == TAG_END)
            return;
        if (header[1] < TAG_HEADER_BYTES || header[1] > total - at) {
            print("    Boot information: tag %u claims %u bytes of %u; the rest is left out\n", header[0], header[1],
                  total - at);
            return;
        }
        read_tag((struct tag){ header[0], list + at + TAG_HEADER_BYTES, header[1] - TAG_HEADER_BYTES }, into);
        at += (header[1] + TAG_ALIGNMENT - 1) & ~(uint32_t)(TAG_ALIGNMENT - 1);
    }
}

void boot_information_read(const void *information, struct boot_information *into)
{
    uint32_t total = 0;
    memset(into, 0, sizeof *into);
    if (information && (uintptr_t)information % TAG_ALIGNMENT == 0)
        memcpy(&total, information, sizeof total);
    if (total < LIST_HEADER_BYTES || total > LIST_BYTES_MOST || total > UINT32_MAX - (uintptr_t)information) {
        print("    Boot information: %u bytes at %p; nothing of it is used\n", total, information);
        return;
    }
    read_list(information, total, into);
}

const char *boot_information_start(void)
{
    static char found[128];
    uint64_t available = 0;
    boot_information_read((const void *)boot_information_address, &boot_information);
    for (size_t i = 0; i < boot_information.memory_ranges; i++)
        if (boot_information.memory[i].type == MEMORY_AVAILABLE)
            available += boot_information.memory[i].end - boot_information.memory[i].start;
    return format(found, sizeof found, "%s, %lu MiB in %zu ranges, %s",
                  boot_information.loader[0] ? boot_information.loader : "a loader without a name", available >> 20,
                  boot_information.memory_ranges, boot_information.efi ? "UEFI" : "BIOS");
}
