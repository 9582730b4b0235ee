/* Chapter 16: modes by VBE registers, with adapters that refuse in silence and that lie. */
// sources: drivers/display/display_adapters.c kernel/desktop/display.c drivers/display/display_vbe.c
// sources: tests/host/fake/vbe.c
#include "tests/host/display_modes.h"
#include "tests/host/fake/vbe.h"

static bool svga_works;

bool svga_find(const struct pci_device *device)
{
    EXPECT(device == &fake_vbe.pci, ==, true);
    return svga_works;
}

static void find(uint32_t memory_bytes)
{
    fake_vbe_plug(memory_bytes);
    EXPECT(display_find(), ==, true);
}

static void expect_mode(uint32_t width, uint32_t height)
{
    EXPECT(set(width, height), ==, true);
    expect_picture(&video[0], fake_vbe.memory, width, height);
    EXPECT(fake_vbe_is_on(), ==, true);
    EXPECT(fake_vbe_bytes(), ==, width * height * 4);
    EXPECT_TEXT(fake_vbe.complaints, "");
}

TEST(any_width_and_height_that_memory_holds_is_a_mode)
{
    static const uint32_t sides[][2] = { { 1280, 800 }, { 1366, 768 },  { 801, 603 },
                                         { 1, 1 },      { 16384, 256 }, { 256, 16384 } };
    find(16 * MIB);
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        expect_mode(sides[i][0], sides[i][1]);
    expect_mode(2048, 2048); /* all of memory */
}

TEST(a_new_mode_shows_black)
{
    find(4 * MIB);
    expect_mode(640, 480);
    for (uint32_t i = 0; i < 640 * 480 * 4; i++)
        EXPECT(fake_vbe.memory[i], ==, 0);
    EXPECT(fake_vbe.memory[640 * 480 * 4], ==, 0xa5);
}

TEST(what_cannot_be_is_not_tried)
{
    find(16 * MIB);
    expect_mode(640, 480);
    expect_nonsense_is_untried();
    expect_impossible(16385, 1);
    expect_impossible(65536 + 640, 480); /* 640 in 16 bits */
    expect_impossible(2048, 2049);
    expect_impossible(0x80000000, 2);
    EXPECT(fake_vbe_bytes(), ==, 640 * 480 * 4); /* the mode before is still there */
}

TEST(a_silent_refusal_is_noticed)
{
    find(16 * MIB);
    fake_vbe.refuses = true;
    EXPECT(set(640, 480), ==, false);
    fake_vbe.refuses = false;
    expect_mode(640, 480);
}

TEST(a_mode_of_another_size_or_depth_is_not_the_mode)
{
    find(16 * MIB);
    fake_vbe.rounds_width = true;
    EXPECT(set(801, 603), ==, false);
    expect_mode(800, 603);
    fake_vbe.bits = 16;
    EXPECT(set(800, 600), ==, false);
}

TEST(the_adapter_says_how_long_a_row_is)
{
    find(16 * MIB);
    fake_vbe.row_pixels = 1024;
    EXPECT(set(800, 600), ==, true);
    EXPECT(video[0].pitch, ==, 4096);
}

TEST(a_row_that_cannot_be_is_refused)
{
    find(4 * MIB);
    fake_vbe.row_pixels = 799;
    EXPECT(set(800, 600), ==, false);
    fake_vbe.row_pixels = 65535;
    EXPECT(set(800, 600), ==, false); /* beyond video memory */
    EXPECT(set(800, 16), ==, true);   /* not these */
}

TEST(video_memory_is_what_both_the_bar_and_the_adapter_say)
{
    fake_vbe_plug(16 * MIB);
    fake_vbe.claimed_bytes = 9 * MIB + 100;
    EXPECT(display_find(), ==, true);
    EXPECT(display.memory, ==, (uintptr_t)fake_vbe.memory);
    EXPECT(display.memory_bytes, ==, 9 * MIB);
    fake_vbe.claimed_bytes = 0xffffffff; /* nobody answers a read of 32 bits: QEMU */
    EXPECT(display_find(), ==, true);
    EXPECT(display.memory_bytes, ==, 16 * MIB);
    fake_vbe.claimed_bytes = 0;
    EXPECT(display_find(), ==, true);
    expect_impossible(1, 1);
}

TEST(an_adapter_without_these_registers_is_left_alone)
{
    fake_vbe_plug(16 * MIB);
    fake_vbe.newest_id = 0; /* as a port without a device */
    EXPECT(display_find(), ==, false);
    EXPECT(display.name == NULL && !display.set && !fake_vbe.decodes, ==, true);
}

TEST(an_adapter_without_memory_is_left_alone)
{
    fake_vbe_plug(16 * MIB);
    fake_vbe.pci.bars[0].kind = PCI_BAR_NONE;
    EXPECT(display_find(), ==, false);
    fake_vbe.pci.bars[0].kind = PCI_BAR_PORTS;
    EXPECT(display_find(), ==, false);
    EXPECT(display.name == NULL && !display.set, ==, true);
}

TEST(each_adapter_has_its_name)
{
    find(16 * MIB);
    EXPECT_TEXT(display.name, "VBoxVGA");
    EXPECT(display.screens, ==, 1);
    EXPECT(display.side_maximum, ==, 16384);
    EXPECT(fake_vbe.decodes, ==, true);
    fake_vbe.pci.vendor = 0x1234;
    fake_vbe.pci.device = 0x1111;
    EXPECT(display_find(), ==, true);
    EXPECT_TEXT(display.name, "Bochs VGA");
    fake_vbe.pci.device = 0x1112;
    EXPECT(display_find(), ==, false);
}

TEST(what_has_both_kinds_of_registers_is_asked_for_vmwares_first)
{
    fake_vbe_plug(16 * MIB);
    fake_vbe.subsystem = 0x040515ad;
    svga_works = true;
    EXPECT(display_find(), ==, true);
    EXPECT_TEXT(display.name, "VBoxSVGA");
    EXPECT(display.set == NULL, ==, true); /* not vbe_find's */
    fake_vbe.pci.vendor = 0x15ad;
    fake_vbe.pci.device = 0x0405;
    EXPECT(display_find(), ==, true);
    EXPECT_TEXT(display.name, "VMSVGA");
    EXPECT(display.set == NULL, ==, true);
}

TEST(without_vmwares_registers_the_others_do)
{
    fake_vbe_plug(16 * MIB);
    fake_vbe.pci.vendor = 0x15ad;
    fake_vbe.pci.device = 0x0405;
    fake_vbe.pci.bars[1] = fake_vbe.pci.bars[0]; /* VMSVGA: ports, video memory, queue */
    fake_vbe.pci.bars[0] = (struct pci_bar){ PCI_BAR_PORTS, 0xd000, 16 };
    fake_vbe.pci.bars[2] = (struct pci_bar){ PCI_BAR_MEMORY, 0xf0000000, 2 * MIB };
    EXPECT(display_find(), ==, true);
    EXPECT_TEXT(display.name, "VMSVGA");
    expect_mode(801, 603);
}

TEST(a_mode_costs_twenty_port_accesses)
{
    find(16 * MIB);
    size_t before = fake_access_count;
    expect_mode(1280, 800);
    EXPECT(fake_access_count - before, ==, 20);
}

TEST(whatever_the_adapter_says_the_picture_lies_in_video_memory)
{
    fake_vbe_plug(4 * MIB);
    for (int round = 0; round < 20000; round++) {
        fake_vbe.claimed_bytes = (uint32_t)test_random();
        fake_vbe.row_pixels = (uint16_t)test_random();
        fake_vbe.rounds_width = test_random() % 2;
        EXPECT(display_find(), ==, true);
        if (!set((uint32_t)(test_random() % 3000), (uint32_t)(test_random() % 3000)))
            continue;
        EXPECT(video[0].address, ==, (uintptr_t)fake_vbe.memory);
        EXPECT((uint64_t)video[0].pitch * video[0].height, <=, fake_vbe.memory_bytes);
        EXPECT(video[0].pitch, >=, video[0].width * 4);
    }
}
