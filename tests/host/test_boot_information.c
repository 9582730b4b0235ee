/* Chapter 4: what GRUB says is bounded, copied, and used as far as it is sound. */
// sources: kernel/memory/boot_information.c lib/format.c
#include "tests/host/test.h"
#include "kernel/core/main.h"
#include "kernel/memory/boot_information.h"

uintptr_t boot_information_address;
static struct boot_information read;

/* A list being written. It is copied to memory of exactly its size before it is read, so that the sanitizer
 * sees every byte read beyond it. */
static _Alignas(8) uint8_t list[256 << 10];
static uint32_t list_bytes = 8;

static void put_tag(uint32_t type, const void *body, uint32_t bytes)
{
    uint32_t header[2] = { type, bytes + 8 };
    memcpy(list + list_bytes, header, 8);
    memcpy(list + list_bytes + 8, body, bytes);
    list_bytes += (8 + bytes + 7) & ~7u;
}

static void put_text(uint32_t type, const char *text) { put_tag(type, text, strlen(text) + 1); }

struct entry {
    uint64_t start, bytes;
    uint32_t type, reserved;
};

static void put_memory_map(const struct entry *entries, uint32_t count)
{
    static struct {
        uint32_t entry_bytes, version;
        struct entry entries[8192];
    } map = { .entry_bytes = 24 };
    memcpy(map.entries, entries, count * sizeof entries[0]);
    put_tag(6, &map, 8 + count * 24);
}

struct __attribute__((packed)) framebuffer {
    uint64_t address;
    uint32_t pitch, width, height;
    uint8_t bits, type;
    uint16_t reserved;
    uint8_t colors[6];
};
static const struct framebuffer rgb = { 0xfd000000, 4096, 1024, 768, 32, 1, 0, { 16, 8, 8, 8, 0, 8 } };

static bool read_bytes(uint32_t bytes)
{
    uint8_t *exact = malloc(bytes);
    memcpy(exact, list, bytes);
    fake_log[0] = 0;
    boot_information_read(exact, &read);
    free(exact); /* nothing may point there afterwards */
    return !fake_log[0];
}

static bool read_in_silence(void)
{
    put_tag(0, "", 0);
    memcpy(list, &list_bytes, 4);
    return read_bytes(list_bytes);
}

static const struct entry usual_map[] = {
    { 0, 0x9fc00, 1, 0 }, { 0x9fc00, 0x400, 2, 0 }, { 0x100000, 0x1fee0000, 1, 0 }, { 0x1ffe0000, 0x20000, 3, 0 }
};

static void put_usual(void)
{
    uint8_t rsdp[36] = "RSD PTR ";
    put_text(1, "quiet");
    put_text(2, "GRUB 2.06");
    put_memory_map(usual_map, 4);
    put_tag(8, &rgb, sizeof rgb);
    put_tag(14, rsdp, 20);
    put_tag(15, rsdp, 36);
}

TEST(the_usual_list_is_read_whole)
{
    put_usual();
    EXPECT(read_in_silence(), ==, true);
    EXPECT_TEXT(read.command_line, "quiet");
    EXPECT_TEXT(read.loader, "GRUB 2.06");
    EXPECT(read.memory_ranges, ==, 4);
    EXPECT(read.framebuffer.present, ==, true);
    EXPECT(read.framebuffer.address, ==, 0xfd000000);
    EXPECT(read.framebuffer.pitch, ==, 4096);
    EXPECT(read.framebuffer.red.position, ==, 16);
    EXPECT(read.framebuffer.blue.bits, ==, 8);
    EXPECT(read.rsdp_bytes, ==, 36);
    EXPECT(read.efi, ==, false);
    EXPECT_TEXT(fake_log, "");
}

TEST(the_start_says_it_in_one_phrase)
{
    put_usual();
    put_tag(12, "12345678", 8);
    put_tag(0, "", 0);
    memcpy(list, &list_bytes, 4);
    boot_information_address = (uintptr_t)list;
    EXPECT_TEXT(boot_information_start(), "GRUB 2.06, 511 MiB in 4 ranges, UEFI");
}

TEST(a_list_cut_off_anywhere_is_reported_and_never_overrun)
{
    put_usual();
    put_tag(0, "", 0);
    for (uint32_t bytes = 8; bytes < list_bytes; bytes++) {
        memcpy(list, &bytes, 4);
        EXPECT(read_bytes(bytes), ==, false);
    }
    EXPECT(read.memory_ranges, ==, 4); /* only the end tag was missing */
}

TEST(a_total_that_cannot_be_is_not_followed)
{
    static const uint32_t totals[] = { 0, 1, 7, (16 << 20) + 1, 0x7fffffff, 0xffffffff };
    put_usual();
    for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++) {
        memcpy(list, &totals[i], 4);
        EXPECT(read_bytes(16), ==, false);
        EXPECT(read.memory_ranges, ==, 0);
    }
    EXPECT_LOGGED("nothing of it is used");
    boot_information_read(NULL, &read);
    boot_information_read(list + 4, &read);
    EXPECT(read.memory_ranges, ==, 0);
}

TEST(a_tag_of_a_wrong_size_ends_the_list_but_not_what_came_before)
{
    static const uint32_t sizes[] = { 0, 7, 1000, 0xfffffff8, 0xffffffff };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        list_bytes = 8;
        put_memory_map(usual_map, 4);
        memcpy(list + list_bytes, &(uint32_t[2]){ 1, sizes[i] }, 8);
        list_bytes += 8;
        EXPECT(read_in_silence(), ==, false);
        EXPECT(read.memory_ranges, ==, 4);
    }
    EXPECT_LOGGED("tag 1 claims 4294967295 bytes of 16");
}

TEST(texts_are_bounded_and_printable)
{
    char text[400];
    memset(text, 'x', sizeof text);
    text[1] = '\033';
    put_tag(1, text, sizeof text); /* no 0 at the end */
    put_tag(2, text, 3);
    put_memory_map(usual_map, 4);
    EXPECT(read_in_silence(), ==, true);
    EXPECT(strlen(read.command_line), ==, COMMAND_LINE_BYTES - 1);
    EXPECT_TEXT(read.loader, "x?x");
}

TEST(memory_entries_may_be_larger_than_today_but_not_smaller)
{
    struct {
        uint32_t entry_bytes, version;
        uint8_t entries[3][40];
    } map = { .entry_bytes = 40 };
    for (int i = 0; i < 3; i++)
        memcpy(map.entries[i], &(struct entry){ (1 + i) << 20, 4096, 1, 0 }, 24);
    put_tag(6, &map, sizeof map);
    EXPECT(read_in_silence(), ==, true);
    EXPECT(read.memory_ranges, ==, 3);
    EXPECT(read.memory[2].start, ==, 3 << 20);

    static const uint32_t small[] = { 0, 1, 23 };
    for (int i = 0; i < 3; i++) {
        list_bytes = 8;
        map.entry_bytes = small[i];
        put_tag(6, &map, sizeof map);
        EXPECT(read_in_silence(), ==, false);
        EXPECT(read.memory_ranges, ==, 0);
    }
    EXPECT_LOGGED("entries of 23 bytes");
}

TEST(available_memory_that_wraps_is_a_lie_and_reserved_memory_is_cut)
{
    static const struct entry entries[] = {
        { 0xfffffffffffff000, 0x2000, 1, 0 }, { 0xfffffffffffff000, 0x2000, 2, 0 }, { 5 << 20, 0, 1, 0 },
        { 0xfffffffffffff000, 0x1000, 2, 0 }, { 1 << 20, UINT64_MAX, 1, 0 },        { 2 << 20, 4096, 77, 0 },
    };
    put_memory_map(entries, 6);
    EXPECT(read_in_silence(), ==, false);
    EXPECT(read.memory_ranges, ==, 3);
    EXPECT(read.memory[0].end == UINT64_MAX, ==, true);
    EXPECT(read.memory[2].type, ==, MEMORY_RESERVED); /* of a type that nobody knows */
    EXPECT_LOGGED("3 memory ranges are empty or wrap");
}

TEST(a_map_too_long_loses_memory_but_no_restriction)
{
    static struct entry entries[5000];
    for (uint64_t i = 0; i < 5000; i++)
        entries[i] = (struct entry){ i << 20, 1 << 20, i < 3000 ? 1 : 2, 0 };
    put_memory_map(entries, 5000);
    EXPECT(read_in_silence(), ==, false);
    EXPECT(read.memory_ranges, ==, MEMORY_RANGES);
    EXPECT(read.memory[0].start, ==, 3000ull << 20);
    EXPECT(read.memory[MEMORY_RANGES - 1].end, ==, 5000ull << 20);
    EXPECT_LOGGED("4744 memory ranges more than 256");
}

static bool read_framebuffer(struct framebuffer framebuffer, uint32_t bytes)
{
    list_bytes = 8;
    put_memory_map(usual_map, 4);
    put_tag(8, &framebuffer, bytes);
    return read_in_silence();
}

TEST(screens_of_other_types_are_said)
{
    static const struct framebuffer bad[] = {
        { 0xfd000000, 4096, 1024, 768, 24, 1, 0, { 16, 8, 8, 8, 0, 8 } },
        { 0xfd000000, 4096, 1024, 768, 32, 0, 0, { 16, 8, 8, 8, 0, 8 } }, /* a palette */
        { 0xfd000000, 4096, 1024, 768, 32, 3, 0, { 16, 8, 8, 8, 0, 8 } }, /* of a type that nobody knows */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EXPECT(read_framebuffer(bad[i], sizeof bad[i]), ==, false);
        EXPECT(read.framebuffer.present, ==, false);
        EXPECT(read.framebuffer.text_mode, ==, false);
        EXPECT_LOGGED("screen of type");
    }
    EXPECT(read_framebuffer(rgb, sizeof rgb), ==, true);
    EXPECT(read_framebuffer(rgb, sizeof rgb - 1), ==, false); /* its last byte is still there, but not in the tag */
    EXPECT(read_framebuffer(rgb, 23), ==, false);
    EXPECT_LOGGED("tag 8 has only 23 bytes");
}

TEST(text_mode_is_no_framebuffer_but_known)
{
    struct framebuffer text = { 0xb8000, 160, 80, 25, 16, 2, 0, { 0 } };
    EXPECT(read_framebuffer(text, 24), ==, true);
    EXPECT(read.framebuffer.present, ==, false);
    EXPECT(read.framebuffer.text_mode, ==, true);
    EXPECT(read.framebuffer.width, ==, 80);
}

TEST(the_new_root_pointer_wins_in_any_order)
{
    uint8_t old[20] = "old", new[36] = "new";
    put_memory_map(usual_map, 4);
    put_tag(15, new, 36);
    put_tag(14, old, 20);
    EXPECT(read_in_silence(), ==, true);
    EXPECT(read.rsdp_bytes, ==, 36);
    EXPECT_TEXT((char *)read.rsdp, "new");

    list_bytes = 8;
    put_memory_map(usual_map, 4);
    put_tag(14, old, 20);
    put_tag(15, new, 35);
    EXPECT(read_in_silence(), ==, false);
    EXPECT(read.rsdp_bytes, ==, 20);
    EXPECT_TEXT((char *)read.rsdp, "old");
}

static void expect_bounded(void)
{
    EXPECT(read.memory_ranges, <=, MEMORY_RANGES);
    for (size_t i = 0; i < read.memory_ranges; i++)
        EXPECT(read.memory[i].start < read.memory[i].end, ==, true);
    EXPECT(memchr(read.command_line, 0, sizeof read.command_line) != NULL, ==, true);
    EXPECT(memchr(read.loader, 0, sizeof read.loader) != NULL, ==, true);
    EXPECT(read.rsdp_bytes == 0 || read.rsdp_bytes == 20 || read.rsdp_bytes == 36, ==, true);
    EXPECT(read.framebuffer.present && read.framebuffer.text_mode, ==, false);
}

TEST(a_usual_list_with_random_bytes_changed_is_survived)
{
    put_usual();
    put_tag(0, "", 0);
    memcpy(list, &list_bytes, 4);
    for (int round = 0; round < 20000; round++) {
        uint8_t kept[8] = { 0 };
        uint32_t at = (uint32_t)(4 + test_random() % (list_bytes - 12)) & ~3u;
        memcpy(kept, list + at, 8);
        for (int i = 0; i < 8; i++)
            if (test_random() % 2)
                list[at + i] = test_random() % 3 ? (uint8_t)test_random() : 0xff;
        if (at >= 8) /* the total stays true: it alone cannot be checked against anything */
            read_bytes(list_bytes), expect_bounded();
        memcpy(list + at, kept, 8);
    }
}

TEST(pure_noise_is_survived)
{
    for (int round = 0; round < 20000; round++) {
        uint32_t bytes = 8 + (uint32_t)(test_random() % 64) * 8;
        for (uint32_t i = 8; i < bytes; i += 4) {
            uint32_t value = test_random() % 2 ? (uint32_t)test_random() % 32 : (uint32_t)test_random();
            memcpy(list + i, &value, 4);
        }
        memcpy(list, &bytes, 4);
        read_bytes(bytes);
        expect_bounded();
    }
}
