/* Chapter 10: which devices are found on a bus, what they can do, and what a hostile bus does to the kernel. */
// sources: drivers/pci/pci.c drivers/pci/pci_access.c drivers/pci/pci_bars.c drivers/pci/pci_interrupt.c lib/format.c
// sources: tests/host/fake/pci.c
#include "tests/host/fake/pci.h"
#include "tests/host/test.h"

TEST(no_pci_at_all)
{
    EXPECT_TEXT(pci_start(), "no PCI");
    EXPECT(pci_device_count, ==, 0);
    EXPECT(pci_find(0x80ee, 0xcafe) == NULL, ==, true);
}

TEST(an_empty_bus)
{
    EXPECT_TEXT(fake_pci_start(), "0 devices on 1 bus");
}

TEST(a_device_is_described)
{
    fake_vmmdev_plug();
    EXPECT_TEXT(fake_pci_start(), "1 device on 1 bus");
    struct pci_device *device = pci_find(0x80ee, 0xcafe);
    EXPECT(device == &pci_devices[0], ==, true);
    EXPECT(device->class_code, ==, 8);
    EXPECT(device->subclass, ==, 0x80);
    EXPECT(device->interrupt_pin, ==, 1);
    EXPECT(device->bars[0].kind, ==, PCI_BAR_PORTS);
    EXPECT(device->bars[0].address, ==, 0xd040);
    EXPECT(device->bars[0].bytes, ==, 0x20);
    EXPECT(device->bars[1].kind, ==, PCI_BAR_MEMORY);
    EXPECT(device->bars[1].address, ==, 0xf0400000);
    EXPECT(device->bars[1].bytes, ==, 0x400000);
    EXPECT(device->bars[3].kind, ==, PCI_BAR_NONE);
    EXPECT_LOGGED("    00:04.0 80ee:cafe  ports d040+20, memory f0400000+400000, memory f0800000+4000\n");
}

TEST(functions_are_looked_for_only_where_there_are_several)
{
    fake_function_plug(0, 1, 0, 0x8086, 0x7000)->space.bytes[0x0e] = 0x80;
    fake_function_plug(0, 1, 1, 0x8086, 0x7111);
    fake_function_plug(0, 1, 7, 0x8086, 0x7113);
    fake_function_plug(0, 2, 0, 0x1234, 0x1111);
    fake_function_plug(0, 2, 3, 0x1234, 0x2222); /* function 0 does not mention it */
    fake_function_plug(0, 3, 2, 0x1234, 0x3333); /* there is no function 0 */
    EXPECT_TEXT(fake_pci_start(), "4 devices on 1 bus");
    EXPECT(pci_find(0x8086, 0x7113)->function, ==, 7);
    EXPECT(pci_find(0x1234, 0x2222) == NULL, ==, true);
    EXPECT(pci_find(0x1234, 0x3333) == NULL, ==, true);
}

TEST(bridges_are_followed_and_nothing_else)
{
    fake_bridge_plug(0, 3, 1);
    fake_function_plug(1, 31, 0, 0x1111, 1);
    fake_bridge_plug(1, 2, 5);
    fake_function_plug(5, 0, 0, 0x2222, 2);
    fake_function_plug(2, 0, 0, 0x3333, 3); /* no bridge leads to bus 2 */
    EXPECT_TEXT(fake_pci_start(), "4 devices on 3 buses");
    struct pci_device *device = pci_find(0x2222, 2);
    EXPECT(device->bus, ==, 5);
    EXPECT(device->bridge->bus, ==, 1);
    EXPECT(device->bridge->bridge->slot, ==, 3);
    EXPECT(device->bridge->bridge->bridge == NULL, ==, true);
    EXPECT_LOGGED("    00:03.0 1b36:0001  bridge to bus 1\n");
    EXPECT(pci_find(0x3333, 3) == NULL, ==, true);
}

TEST(bridges_in_circles_are_not_followed)
{
    fake_bridge_plug(0, 3, 0);   /* to itself, or never numbered */
    fake_bridge_plug(0, 4, 1);
    fake_bridge_plug(0, 5, 1);   /* to the same bus */
    fake_bridge_plug(1, 1, 2);
    fake_bridge_plug(2, 1, 1);   /* back */
    EXPECT_TEXT(fake_pci_start(), "5 devices on 3 buses");
    EXPECT_LOGGED("PCI: 00:03.0 leads to bus 0, which is known; not followed\n");
    EXPECT_LOGGED("PCI: 00:05.0 leads to bus 1, which is known; not followed\n");
    EXPECT_LOGGED("PCI: 02:01.0 leads to bus 1, which is known; not followed\n");
}

TEST(a_chain_of_bridges_longer_than_the_list)
{
    for (int bus = 0; bus < 255; bus++)
        fake_bridge_plug((uint8_t)bus, 1, (uint8_t)(bus + 1));
    EXPECT_TEXT(fake_pci_start(), "64 devices on 65 buses");
    EXPECT_LOGGED("PCI: 1 devices more than there is room for; left out\n");
}

TEST(more_devices_than_there_is_room_for)
{
    for (int i = 0; i < 80; i++) {
        struct fake_function *function = fake_function_plug(0, (uint8_t)(i / 8), i % 8, 0x1234, (uint16_t)i);
        function->space.bytes[0x0e] = 0x80;
        fake_bar(function, 0, 0xe0000000, 0xfffff000);
    }
    EXPECT_TEXT(fake_pci_start(), "64 devices on 1 bus");
    EXPECT_LOGGED("16 devices more than there is room for");
}

TEST(host_bridges_with_several_functions_have_buses_of_their_own)
{
    for (int i = 0; i < 3; i++) {
        struct fake_function *bridge = fake_function_plug(0, 0, (uint8_t)i, 0x8086, 0x1000);
        bridge->space.bytes[0x0b] = i == 1 ? 8 : 6; /* function 1 is something else */
        bridge->space.bytes[0x0e] = 0x80;
    }
    fake_function_plug(1, 0, 0, 0x1111, 1);
    fake_bridge_plug(2, 0, 9);
    fake_function_plug(9, 0, 0, 0x9999, 9);
    EXPECT_TEXT(fake_pci_start(), "5 devices on 3 buses");
    EXPECT(pci_find(0x1111, 1) == NULL, ==, true);
    EXPECT(pci_find(0x9999, 9)->bus, ==, 9);
}

/* Random */

TEST(random_buses)
{
    for (int i = 0; i < 300; i++) {
        uint8_t bus = (uint8_t)(i % 7), slot = (uint8_t)(i / 7 % 32), number = (uint8_t)(i / 200);
        struct fake_function *function = fake_function_plug(bus, slot, number, 1, 1);
        for (int byte = 2; byte < 256; byte++) {
            function->space.bytes[byte] = (uint8_t)test_random();
        }
        uint32_t state = (uint32_t)test_random();
        function->space.bytes[0x0e] = (state >> 20 & 0x80) | (state >> 16 & 1);
        function->space.bytes[0x19] %= 12;
        for (int bar = 0; bar < 6; bar++) {
            state = (uint32_t)test_random();
            function->writable[bar] = state & (state >> 4) ? ~0u << (state >> 27) : state;
        }
    }
    fake_pci_start();
    EXPECT(pci_device_count, <=, PCI_DEVICES);
    for (size_t i = 0; i < pci_device_count; i++) {
        struct interrupt_line line;
        pci_interrupt(&pci_devices[i], &line);
        for (int bar = 0; bar < PCI_BARS; bar++)
            if (pci_devices[i].bars[bar].kind == PCI_BAR_PORTS)
                EXPECT(pci_devices[i].bars[bar].address + pci_devices[i].bars[bar].bytes, <=, 0x10000);
    }
}
