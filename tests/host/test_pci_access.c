/* Chapter 10: configuration space through ports and through memory, and no further than it reaches. */
// sources: drivers/pci/pci.c drivers/pci/pci_access.c drivers/pci/pci_bars.c drivers/pci/pci_interrupt.c lib/format.c
// sources: tests/host/fake/pci.c
#include "tests/host/fake/pci.h"
#include "tests/host/test.h"

TEST(the_address_port_is_left_as_it_was)
{
    fake_pci_plug();
    fake_pci_selected = 0x80001234;
    EXPECT(pci_find_access(), ==, true);
    EXPECT(fake_pci_selected, ==, 0x80001234);
}

TEST(registers_beyond_the_space_read_as_ones)
{
    fake_function_plug(0, 2, 0, 0x1234, 1);
    fake_pci_start();
    fake_pci_ports_used = 0;
    EXPECT(pci_read32(&pci_devices[0], 256), ==, 0xffffffff);
    EXPECT(pci_read16(&pci_devices[0], 0xfffe), ==, 0xffff);
    EXPECT(pci_read8(&pci_devices[0], 256), ==, 0xff);
    pci_write32(&pci_devices[0], 256, 0);
    pci_write16(&pci_devices[0], 4096, 0);
    EXPECT(fake_pci_ports_used, ==, 0);
}

TEST(a_crooked_offset_is_a_mistake_of_the_kernel)
{
    fake_function_plug(0, 2, 0, 0x1234, 1);
    fake_pci_start();
    EXPECT_PANIC("offset % 4", pci_read32(&pci_devices[0], 2));
    EXPECT_PANIC("offset % 2", pci_write16(&pci_devices[0], 5, 0));
}

TEST(the_window_in_memory_alone)
{
    fake_window_offer(0, 1);
    fake_window_put(0, 2, 0x1234, 1);
    fake_window_put(0, 3, 0x1b36, 1);
    fake_window_at(0, 3, 0)[0x0e] = 1;
    fake_window_at(0, 3, 0)[0x19] = 1;
    fake_window_put(1, 31, 0x5678, 2);
    fake_window_at(1, 31, 0)[0xffc] = 0x42;
    EXPECT_TEXT(pci_start(), "3 devices on 2 buses");
    struct pci_device *device = pci_find(0x5678, 2);
    EXPECT(device->slot, ==, 31);
    EXPECT(pci_read32(device, 0xffc), ==, 0x42);
    EXPECT(pci_read32(device, 0x1000), ==, 0xffffffff);
    pci_write16(device, 0x100, 0xabcd);
    EXPECT(fake_window_at(1, 31, 0)[0x101], ==, 0xab);
}

TEST(buses_that_the_window_does_not_cover_are_reached_through_ports)
{
    fake_window_offer(0, 0);
    fake_window_put(0, 3, 0x1b36, 1);
    fake_window_at(0, 3, 0)[0x0e] = 1;
    fake_window_at(0, 3, 0)[0x19] = 1;
    fake_function_plug(1, 0, 0, 0x5678, 2);
    EXPECT_TEXT(fake_pci_start(), "2 devices on 2 buses");
}

TEST(a_window_that_shows_something_else_is_not_believed)
{
    fake_window_offer(0, 1);
    fake_window_put(0, 0, 0x5678, 2);
    fake_function_plug(0, 0, 0, 0x1234, 1);
    EXPECT_TEXT(fake_pci_start(), "1 device on 1 bus");
    EXPECT(pci_find(0x1234, 1) == &pci_devices[0], ==, true);
    EXPECT_LOGGED("PCI: no configuration space at");
}

TEST(a_window_that_cannot_be_mapped)
{
    fake_window_offer(0, 1);
    fake_map_none = true;
    fake_function_plug(0, 0, 0, 0x1234, 1);
    EXPECT_TEXT(fake_pci_start(), "1 device on 1 bus");
}
