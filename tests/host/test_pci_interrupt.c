/* Chapter 10: which line a device's pin arrives on, on every chipset that we know and on one that we do not. */
// sources: drivers/pci/pci.c drivers/pci/pci_access.c drivers/pci/pci_bars.c drivers/pci/pci_interrupt.c lib/format.c
// sources: tests/host/fake/pci.c
#include "tests/host/fake/pci.h"
#include "tests/host/test.h"

static void expect_line(struct pci_device *device, uint32_t number, bool low)
{
    struct interrupt_line line = { 99, false, false };
    EXPECT(pci_interrupt(device, &line), ==, true);
    EXPECT(line.number, ==, number);
    EXPECT(line.level, ==, true);
    EXPECT(line.low, ==, low);
}

static struct fake_function *plug_piix3(uint8_t slot)
{
    struct fake_function *piix3 = fake_function_plug(0, slot, 0, 0x8086, 0x7000);
    memcpy(piix3->space.bytes + 0x60, "\x0b\x0a\x09\x05", 4);
    return piix3;
}

TEST(piix3_deals_out_four_routes)
{
    plug_piix3(1);
    for (uint8_t slot = 2; slot < 8; slot++)
        fake_function_plug(0, slot, 0, 0x1234, slot)->space.bytes[0x3d] = 1 + slot % 2;
    fake_pci_start();
    expect_line(pci_find(0x1234, 2), 10, true);  /* slot 2, INTA: PIRQB */
    expect_line(pci_find(0x1234, 3), 21, false); /* slot 3, INTB: PIRQD, IRQ 5, and an override for that */
    expect_line(pci_find(0x1234, 4), 21, false); /* slot 4, INTA: PIRQD */
    expect_line(pci_find(0x1234, 5), 10, true);  /* slot 5, INTB: PIRQB */
    expect_line(pci_find(0x1234, 6), 10, true);  /* slot 6, INTA: PIRQB */
    expect_line(pci_find(0x1234, 7), 21, false);
}

TEST(the_power_management_of_the_chipset_has_a_pin_in_name_only)
{
    plug_piix3(1)->space.bytes[0x0e] = 0x80;
    struct fake_function *power = fake_function_plug(0, 1, 3, 0x8086, 0x7113);
    power->space.bytes[0x0b] = 6;
    power->space.bytes[0x3d] = 1;
    fake_pci_start();
    EXPECT_LOGGED("    00:01.3 8086:7113\n");
}

TEST(vmmdev_on_piix3)
{
    memcpy(plug_piix3(1)->space.bytes + 0x60, "\x0b\x0a\x09\x0b", 4);
    fake_vmmdev_plug();
    fake_pci_start();
    expect_line(pci_find(0x80ee, 0xcafe), 11, true);
    EXPECT_LOGGED("memory f0800000+4000, line 11\n");
    fake_controller.lines = 16;
    expect_line(pci_find(0x80ee, 0xcafe), 11, true);
}

TEST(piix3_that_routes_nothing_leaves_the_line_register)
{
    memcpy(plug_piix3(1)->space.bytes + 0x60, "\x80\x8a\x80\x80", 4);
    fake_vmmdev_plug()->space.bytes[0x3c] = 9;
    fake_pci_start();
    expect_line(pci_find(0x80ee, 0xcafe), 9, true);
}

TEST(lines_that_are_none)
{
    static const uint8_t none[] = { 0, 16, 255 };
    struct fake_function *function = fake_vmmdev_plug();
    struct interrupt_line line;
    memcpy(plug_piix3(1)->space.bytes + 0x60, "\x80\x80\x80\x80", 4);
    fake_pci_start();
    for (int i = 0; i < 3; i++) {
        function->space.bytes[0x3c] = none[i];
        EXPECT(pci_interrupt(&pci_devices[1], &line), ==, false);
    }
    EXPECT_LOGGED("00:04.0 80ee:cafe: nobody says where its interrupt arrives");
}

TEST(a_device_without_a_pin_or_with_an_impossible_one)
{
    struct interrupt_line line;
    plug_piix3(1);
    fake_function_plug(0, 2, 0, 0x1234, 1)->space.bytes[0x3d] = 0;
    fake_function_plug(0, 3, 0, 0x1234, 2)->space.bytes[0x3d] = 5;
    fake_pci_start();
    EXPECT(pci_interrupt(pci_find(0x1234, 1), &line), ==, false);
    EXPECT(pci_interrupt(pci_find(0x1234, 2), &line), ==, false);
}

static struct fake_function *plug_ich9(void) { return fake_function_plug(0, 31, 0, 0x8086, 0x2918); }

/* As measured: no host bridge. */
static void expect_virtualbox_routes(uint16_t lpc_bridge)
{
    fake_function_plug(0, 31, 0, 0x8086, lpc_bridge);
    fake_vmmdev_plug();
    fake_function_plug(0, 31, 2, 0x8086, 0x2829)->space.bytes[0x3d] = 1;
    fake_functions[0].space.bytes[0x0e] = 0x80;
    fake_pci_start();
    expect_line(pci_find(0x80ee, 0xcafe), 20, true);
    expect_line(pci_find(0x8086, 0x2829), 23, true);
}

TEST(ich9_of_virtualbox) { expect_virtualbox_routes(0x27b9); }
TEST(ich9_of_virtualbox_with_the_lpc_bridge_of_an_ich9) { expect_virtualbox_routes(0x2918); }

TEST(a_true_ich7_is_not_known)
{
    struct interrupt_line line;
    fake_function_plug(0, 31, 0, 0x8086, 0x27b9);
    fake_function_plug(0, 4, 0, 0x1234, 1)->space.bytes[0x3d] = 1;
    fake_pci_start();
    EXPECT(pci_interrupt(pci_find(0x1234, 1), &line), ==, false);
}

TEST(ich9_of_qemu)
{
    plug_ich9();
    for (uint8_t slot = 1; slot < 31; slot++)
        fake_function_plug(0, slot, 0, 0x1234, slot)->space.bytes[0x3d] = 1 + slot % 4;
    fake_pci_start();
    for (uint8_t slot = 1; slot < 25; slot++)
        expect_line(pci_find(0x1234, slot), 20 + ((slot + slot % 4) & 3), true);
    for (uint8_t slot = 25; slot < 30; slot++) /* no registers: as after a reset */
        expect_line(pci_find(0x1234, slot), 16 + slot % 4, true);
    expect_line(pci_find(0x1234, 30), 20 + 30 % 4, true);
}

TEST(ich9_with_routes_of_its_own)
{
    struct fake_function *ich9 = plug_ich9();
    ich9->space.dwords[0xf0 / 4] = (uint32_t)(uintptr_t)fake_root_complex | 1;
    for (uint8_t slot = 25; slot < 30; slot++)
        fake_function_plug(0, slot, 0, 0x1234, slot)->space.bytes[0x3d] = 4;
    fake_root_complex[0x3151] = 0x70; /* 25 */
    fake_root_complex[0x314d] = 0x10; /* 26 */
    fake_root_complex[0x3149] = 0x20; /* 27 */
    fake_root_complex[0x3147] = 0xb0; /* 28: the highest bit means nothing */
    fake_root_complex[0x3145] = 0x40; /* 29 */
    fake_pci_start();
    expect_line(pci_find(0x1234, 25), 23, true);
    expect_line(pci_find(0x1234, 26), 17, true);
    expect_line(pci_find(0x1234, 27), 18, true);
    expect_line(pci_find(0x1234, 28), 19, true);
    expect_line(pci_find(0x1234, 29), 20, true);
}

TEST(ich9_with_the_8259_uses_the_line_register)
{
    fake_controller.lines = 16;
    fake_function_plug(0, 31, 0, 0x8086, 0x27b9);
    fake_vmmdev_plug();
    fake_pci_start();
    expect_line(pci_find(0x80ee, 0xcafe), 11, true);
}

TEST(ich9_with_fewer_pins_than_routes)
{
    struct interrupt_line line;
    fake_controller.lines = 20;
    fake_function_plug(0, 31, 0, 0x8086, 0x27b9);
    fake_vmmdev_plug();
    fake_pci_start();
    EXPECT(pci_interrupt(pci_find(0x80ee, 0xcafe), &line), ==, false);
}

TEST(an_unknown_chipset_has_lines_with_the_8259_alone)
{
    struct interrupt_line line;
    fake_vmmdev_plug();
    fake_pci_start();
    EXPECT(pci_interrupt(&pci_devices[0], &line), ==, false);
    fake_controller.lines = 16;
    expect_line(&pci_devices[0], 11, true);
}

TEST(pins_cross_over_behind_bridges)
{
    plug_piix3(1);
    fake_bridge_plug(0, 3, 1);
    fake_bridge_plug(1, 2, 2);
    fake_function_plug(2, 5, 0, 0x1234, 1)->space.bytes[0x3d] = 1;
    fake_function_plug(1, 6, 0, 0x1234, 2)->space.bytes[0x3d] = 2;
    fake_pci_start();
    expect_line(pci_find(0x1234, 1), 10, true); /* A, 5: B, 2: D, then slot 3, INTD: PIRQB */
    expect_line(pci_find(0x1234, 2), 10, true); /* B, 6: D, then the same */
}
