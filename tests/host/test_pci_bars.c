/* Chapter 10: base addresses are measured without the device noticing, and believed only if they can be. */
// sources: drivers/pci/pci.c drivers/pci/pci_access.c drivers/pci/pci_bars.c drivers/pci/pci_interrupt.c lib/format.c
// sources: tests/host/fake/pci.c
#include "tests/host/fake/pci.h"
#include "tests/host/test.h"

TEST(decoding_is_off_while_sizing_and_all_is_as_before_afterwards)
{
    struct fake_function *function = fake_vmmdev_plug(), before = *function;
    fake_bar(function, 4, 0xe000000c, 0xfff00000);
    fake_bar(function, 5, 1, 0xffffffff);
    before = *function;
    fake_pci_start();
    EXPECT(function->changed_while_decoding, ==, false);
    EXPECT(memcmp(&function->space, &before.space, sizeof before.space), ==, 0);
}

TEST(nothing_is_logged_while_decoding_is_off)
{
    struct fake_function *function = fake_vmmdev_plug();
    fake_bar(function, 3, 6, 0);
    fake_pci_start();
    size_t off = 0, on = 0;
    for (size_t i = 0; i < fake_access_count; i++) {
        struct fake_access *access = &fake_accesses[i];
        if (access->is_write && access->port == 0xcfc && access->bytes == 2)
            *(access->value & 3 ? &on : &off) = i;
    }
    EXPECT(off, >, 0);
    EXPECT(on, >, off);
    EXPECT_LOGGED("00:04.0 BAR 3 is of an unknown type; left out");
}

TEST(a_64_bit_address_takes_two_registers)
{
    struct fake_function *function = fake_function_plug(0, 2, 0, 0x1234, 1);
    fake_bar(function, 0, 0x0000000c, 0xfffff000);
    fake_bar(function, 1, 0x00000080, 0xffffffff);
    fake_bar(function, 2, 0x00000004, 0x00000000); /* 8 GiB */
    fake_bar(function, 3, 0x00000004, 0xfffffffe);
    fake_pci_start();
    struct pci_device *device = &pci_devices[0];
    EXPECT(device->bars[0].address, ==, 0x8000000000);
    EXPECT(device->bars[0].bytes, ==, 0x1000);
    EXPECT(device->bars[1].kind, ==, PCI_BAR_NONE);
    EXPECT(device->bars[2].address, ==, 0x400000000);
    EXPECT(device->bars[2].bytes, ==, 0x200000000);
    EXPECT(device->bars[3].kind, ==, PCI_BAR_NONE);
}

TEST(a_64_bit_address_without_a_second_register)
{
    struct fake_function *function = fake_function_plug(0, 2, 0, 0x1234, 1), *bridge = fake_bridge_plug(0, 3, 1);
    fake_bar(function, 5, 0xe0000004, 0xfffff000);
    fake_bar(bridge, 1, 0xe0001004, 0xfffff000);
    fake_pci_start();
    EXPECT(pci_devices[0].bars[5].kind, ==, PCI_BAR_NONE);
    EXPECT(pci_devices[1].bars[1].kind, ==, PCI_BAR_NONE);
    EXPECT_LOGGED("00:02.0 BAR 5 is of an unknown type; left out");
    EXPECT_LOGGED("00:03.0 BAR 1 is of an unknown type; left out");
}

TEST(a_bridge_has_two_base_addresses)
{
    struct fake_function *bridge = fake_bridge_plug(0, 3, 1);
    fake_bar(bridge, 0, 0xe0000004, 0xffffff00);
    fake_bar(bridge, 1, 0, 0xffffffff);
    fake_pci_start(); /* the fake fails the test if registers behind them are written */
    EXPECT(pci_devices[0].bars[0].bytes, ==, 0x100);
}

TEST(ports_whose_upper_half_is_fixed)
{
    fake_bar(fake_function_plug(0, 2, 0, 0x1234, 1), 0, 0xc001, 0xfff0);
    fake_pci_start();
    EXPECT(pci_devices[0].bars[0].kind, ==, PCI_BAR_PORTS);
    EXPECT(pci_devices[0].bars[0].bytes, ==, 16);
}

TEST(sizes_and_addresses_that_cannot_be)
{
    struct fake_function *function = fake_function_plug(0, 2, 0, 0x1234, 1);
    fake_bar(function, 0, 0xe0000000, 0xf0f00000);  /* no power of two */
    fake_bar(function, 1, 0x00000000, 0xfffff000);  /* no address */
    fake_bar(function, 2, 0x12340001, 0xffffff00);  /* ports end at 65536 */
    fake_bar(function, 3, 0xe0000800, 0);           /* cannot be written */
    fake_pci_start();
    for (int i = 0; i < 4; i++)
        EXPECT(pci_devices[0].bars[i].kind, ==, PCI_BAR_NONE);
    EXPECT_LOGGED("00:02.0 BAR 0 has an impossible size or address; left out");
    EXPECT_LOGGED("00:02.0 BAR 1 was given no address; left out");
    EXPECT_LOGGED("00:02.0 BAR 2 has an impossible size or address; left out");
    EXPECT_LOGGED("00:02.0 BAR 3 has an impossible size or address; left out");
}

TEST(enabling_keeps_the_other_bits)
{
    struct fake_function *function = fake_function_plug(0, 2, 0, 0x1234, 1);
    function->space.words[2] = 0x0100;
    fake_pci_start();
    pci_enable(&pci_devices[0], PCI_COMMAND_MEMORY | PCI_COMMAND_PORTS);
    EXPECT(function->space.words[2], ==, 0x0103);
    EXPECT(function->space.words[3], ==, 0xf900);
}
