/* Chapter 16: VMSVGA by registers, with adapters that refuse in silence and that lie. */
#include "tests/host/svga.h"

TEST(the_adapter_says_what_it_has)
{
    find(16 * MIB);
    EXPECT(display.memory, ==, (uintptr_t)fake_svga.memory);
    EXPECT(display.memory_bytes, ==, 16 * MIB);
    EXPECT(display.side_maximum, ==, 2048);
    EXPECT(display.screens, ==, 1);
    EXPECT(display.update == NULL, ==, true);
}

TEST(any_width_and_height_up_to_the_maximum_is_a_mode)
{
    static const uint32_t sides[][2] = { { 1280, 800 }, { 1366, 768 }, { 801, 603 }, { 1, 1 },
                                         { 640, 480 },  { 2048, 1 },   { 1, 2048 },  { 2048, 2048 } };
    find(16 * MIB);
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        expect_mode(sides[i][0], sides[i][1]);
}

TEST(four_mebibytes_hold_1024_by_768)
{
    find(4 * MIB);
    EXPECT(display.side_maximum, ==, 1024);
    expect_mode(1024, 768);
    expect_impossible(1025, 768);
    expect_mode(1024, 1024);
}

TEST(the_same_mode_again_is_a_mode)
{
    find(16 * MIB);
    expect_mode(1024, 768);
    expect_mode(1024, 768);
}

TEST(vboxsvga_has_its_ranges_in_another_order)
{
    fake_svga_plug(16 * MIB, 1);
    struct pci_bar ports = fake_svga.pci.bars[0];
    fake_svga.pci.bars[0] = fake_svga.pci.bars[1];
    fake_svga.pci.bars[1] = ports;
    EXPECT(svga_find(&fake_svga.pci), ==, true);
    expect_mode(1280, 800);
}

TEST(what_cannot_be_is_not_tried)
{
    find(16 * MIB);
    expect_mode(640, 480);
    expect_nonsense_is_untried();
    expect_impossible(2049, 1);
    expect_impossible(0x40000000, 1); /* no bytes in 32 bits */
    EXPECT(fake_svga.screens[0].width, ==, 640); /* the mode before is still there */
}

TEST(video_memory_is_what_both_say)
{
    fake_svga_plug(16 * MIB, 1);
    fake_svga.claimed_bytes = UINT32_MAX;
    fake_svga.pci.bars[1].bytes = 4 * MIB;
    EXPECT(svga_find(&fake_svga.pci), ==, true);
    EXPECT(display.memory_bytes, ==, 4 * MIB);
    expect_mode(2048, 512);
    expect_impossible(2048, 513);
}

TEST(the_smaller_of_two_limits_holds_for_both_sides)
{
    fake_svga_plug(16 * MIB, 1);
    fake_svga.side_maximum = 2368; /* as in QEMU */
    fake_svga.height_maximum = 1770;
    EXPECT(svga_find(&fake_svga.pci), ==, true);
    expect_mode(1770, 1770);
    expect_impossible(1, 1771);
    expect_impossible(1771, 1);
}

TEST(no_limit_is_beyond_what_a_screen_may_have)
{
    fake_svga_plug(16 * MIB, 1);
    fake_svga.side_maximum = fake_svga.height_maximum = UINT32_MAX;
    EXPECT(svga_find(&fake_svga.pci), ==, true);
    EXPECT(display.side_maximum, ==, 16384);
    expect_impossible(16385, 1);
}

TEST(a_pitch_that_somebody_left_behind_is_forgotten)
{
    find(16 * MIB);
    fake_svga.queue[0] = 4096; /* bytes: the word for the pitch counts */
    fake_svga.queue[8] = 8192;
    expect_mode(640, 480);
    expect_mode(800, 600);
}

TEST(what_does_not_answer_is_no_adapter)
{
    fake_svga_plug(16 * MIB, 1);
    fake_svga.other_version = true;
    EXPECT(svga_find(&fake_svga.pci), ==, false);
    EXPECT(svga_screens_start(), ==, false);
}

TEST(a_device_without_its_ranges_is_no_adapter)
{
    for (size_t i = 0; i < 3; i++) {
        fake_svga_plug(16 * MIB, 1);
        fake_svga.pci.bars[i] = (struct pci_bar){ 0 };
        EXPECT(svga_find(&fake_svga.pci), ==, false);
        EXPECT(fake_access_count, ==, 0);
    }
    fake_svga_plug(16 * MIB, 1);
    fake_svga.pci.bars[0].bytes = 4; /* the value's port is not among them */
    EXPECT(svga_find(&fake_svga.pci), ==, false);
    fake_svga_plug(16 * MIB, 1);
    fake_svga.pci.bars[2].bytes = 32768;
    EXPECT(svga_find(&fake_svga.pci), ==, false);
    fake_svga_plug(16 * MIB, 1);
    fake_svga.claimed_queue_bytes = 32768;
    EXPECT(svga_find(&fake_svga.pci), ==, false);
    fake_svga_plug(16 * MIB, 1);
    fake_map_fails = true;
    EXPECT(svga_find(&fake_svga.pci), ==, false);
    EXPECT(svga_screens_start(), ==, false);
}

TEST(video_memory_that_cannot_be_mapped_is_no_mode)
{
    find(16 * MIB);
    fake_map_fails = true;
    EXPECT(set(640, 480), ==, false);
}

TEST(a_silent_refusal_is_noticed)
{
    find(16 * MIB);
    fake_svga.refuses_enable = true;
    EXPECT(set(640, 480), ==, false);
    fake_svga.refuses_enable = false;
    fake_svga.rounds_width = 8;
    EXPECT(set(801, 603), ==, false);
    expect_mode(800, 603);
    fake_svga.claimed_bits = 16;
    EXPECT(set(800, 600), ==, false);
}

TEST(a_pitch_that_cannot_be_is_no_mode)
{
    static const uint32_t pitches[] = { 1, 639 * 4, 640 * 4 + 2, 64 * MIB, UINT32_MAX };
    find(16 * MIB);
    for (size_t i = 0; i < sizeof pitches / sizeof pitches[0]; i++) {
        fake_svga.claimed_pitch = pitches[i];
        EXPECT(set(640, 480), ==, false);
    }
    fake_svga.claimed_pitch = 4096;
    EXPECT(set(640, 480), ==, true);
    EXPECT(video[0].pitch, ==, 4096);
}

/* The register "busy" is not asked, and the host is told to look: seven writes, and five reads to compare. */
TEST(a_mode_costs_24_port_accesses)
{
    find(16 * MIB);
    size_t before = fake_access_count;
    expect_mode(1280, 800);
    EXPECT(fake_access_count - before, ==, 24);
}

TEST(one_monitor_is_left_to_the_registers)
{
    find(16 * MIB);
    EXPECT(svga_screens_start(), ==, false);
    EXPECT(display.screens, ==, 1);
    expect_mode(1280, 800);
}

TEST(a_host_without_screen_commands_has_one_screen)
{
    fake_svga_plug(16 * MIB, 2);
    fake_svga.queue[4] = 0x155;
    EXPECT(svga_find(&fake_svga.pci), ==, true);
    EXPECT(svga_screens_start(), ==, false);
}
