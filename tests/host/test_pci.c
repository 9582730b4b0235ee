/* Chapter 10: a PCI bus made of arrays, sound and hostile. */
// sources: drivers/pci.c drivers/pci_access.c drivers/pci_bars.c drivers/pci_interrupt.c lib/format.c
#include "tests/host/test.h"
#include "drivers/acpi.h"
#include "drivers/pci.h"
#include "kernel/page_tables.h"
#include "kernel/print.h"

struct acpi_machine acpi_machine;

/* A function: 256 bytes of registers, the bits of each BAR that can be written, and
 * whether its address decoding was on while a BAR changed. */
struct function {
    uint8_t bus, slot, function;
    union {
        uint8_t bytes[256];
        uint16_t words[128];
        uint32_t dwords[64];
    } space;
    uint32_t writable[6];
    bool changed_while_decoding;
};

static struct function functions[512];
static size_t function_count;
static uint32_t selected;
static unsigned int ports_used;

static struct function *find_function(uint8_t bus, uint8_t slot, uint8_t number)
{
    for (size_t i = 0; i < function_count; i++)
        if (functions[i].bus == bus && functions[i].slot == slot && functions[i].function == number)
            return &functions[i];
    return NULL;
}

static struct function *plug(uint8_t bus, uint8_t slot, uint8_t number, uint16_t vendor, uint16_t device)
{
    struct function *function = &functions[function_count++];
    *function = (struct function){ .bus = bus, .slot = slot, .function = number };
    function->space.words[0] = vendor;
    function->space.words[1] = device;
    function->space.words[2] = 0x0107; /* decoding is on, and a bit that is to stay */
    function->space.words[3] = 0xf900; /* status: written back, these bits would be cleared */
    return function;
}

static struct function *plug_bridge(uint8_t bus, uint8_t slot, uint8_t secondary)
{
    struct function *bridge = plug(bus, slot, 0, 0x1b36, 1);
    bridge->space.bytes[0x0a] = 4;
    bridge->space.bytes[0x0b] = 6;
    bridge->space.bytes[0x0e] = 1;
    bridge->space.bytes[0x18] = bus;
    bridge->space.bytes[0x19] = secondary;
    return bridge;
}

static void give_bar(struct function *function, int index, uint32_t value, uint32_t writable)
{
    function->space.dwords[4 + index] = value;
    function->writable[index] = writable;
}

static struct function *addressed(uint16_t port)
{
    (void)port;
    EXPECT(selected & 0x7f000003, ==, 0);
    ports_used++;
    return selected >> 31 ? find_function(selected >> 16 & 255, selected >> 11 & 31, selected >> 8 & 7) : NULL;
}

static uint32_t read_config(uint16_t port, int bytes)
{
    if (port == 0xcf8)
        return bytes == 4 ? selected : 0xffffffff;
    struct function *function = addressed(port);
    uint32_t value = UINT32_MAX;
    if (function)
        memcpy(&value, function->space.bytes + (selected & 0xfc) + (port & 3), bytes);
    return value;
}

static void write_config(uint16_t port, uint32_t value, int bytes)
{
    if (port == 0xcf8) {
        selected = value & 0x80fffffc;
        return;
    }
    struct function *function = addressed(port);
    uint32_t offset = (selected & 0xfc) + (port & 3);
    if (!function)
        return;
    if (offset >= 0x10 && offset < 0x28) {
        uint32_t *bar = &function->space.dwords[offset / 4], writable = function->writable[offset / 4 - 4];
        EXPECT(bytes, ==, 4);
        if ((function->space.bytes[0x0e] & 0x7f) == 1)
            EXPECT(offset, <, 0x18); /* what follows are the bridge's bus numbers and windows */
        if (function->space.words[2] & 3)
            function->changed_while_decoding = true;
        *bar = (*bar & ~writable) | (value & writable);
    } else {
        EXPECT(offset, ==, 4); /* nothing else is written */
        EXPECT(bytes, ==, 2);
        function->space.words[2] = (uint16_t)value;
    }
}

static struct fake_device config_ports = { 0xcf8, 0xcff, read_config, write_config, NULL };

/* The window in memory: two buses. */
enum { BUS_BYTES = 1 << 20 };
static _Alignas(4096) uint8_t window[2 * BUS_BYTES];
static _Alignas(16384) uint8_t root_complex[0x4000];
static bool cannot_map;

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    uint64_t start = (uintptr_t)window, end = start + sizeof window;
    uint64_t chipset = (uintptr_t)root_complex;
    EXPECT(cache, ==, CACHE_OFF);
    bool is_window = physical >= start && physical + bytes <= end;
    bool is_chipset = physical >= chipset && physical + bytes <= chipset + sizeof root_complex;
    if (cannot_map || (!is_window && !is_chipset)) {
        print("    0x%lx cannot be mapped\n", physical);
        return NULL;
    }
    return (void *)(uintptr_t)physical;
}

static uint8_t *in_window(uint8_t bus, uint8_t slot, uint8_t function)
{
    return window + (uint32_t)bus * BUS_BYTES + slot * 0x8000 + function * 0x1000;
}

static void offer_window(uint8_t first_bus, uint8_t last_bus)
{
    memset(window, 0xff, sizeof window);
    acpi_machine.pci_window = (struct acpi_pci_window){ (uintptr_t)window, first_bus, last_bus };
}

static void put_in_window(uint8_t bus, uint8_t slot, uint16_t vendor, uint16_t device)
{
    uint8_t *space = in_window(bus, slot, 0);
    memset(space, 0, 4096);
    memcpy(space, &vendor, 2);
    memcpy(space + 2, &device, 2);
}

static struct interrupt_controller controller = { "I/O APIC", 24, NULL, NULL, NULL };
const struct interrupt_controller *interrupt_controller = &controller;

struct interrupt_line interrupt_isa_line(uint8_t irq)
{
    struct interrupt_line line = { irq, false, false };
    if (irq == 5)
        line = (struct interrupt_line){ 21, true, false }; /* as an override may have it */
    return line;
}

static const char *start(void)
{
    fake_plug(&config_ports);
    return pci_start();
}

/* Scan */

TEST(no_pci_at_all)
{
    EXPECT_TEXT(pci_start(), "no PCI");
    EXPECT(pci_device_count, ==, 0);
    EXPECT(pci_find(0x80ee, 0xcafe) == NULL, ==, true);
}

TEST(the_address_port_is_left_as_it_was)
{
    fake_plug(&config_ports);
    selected = 0x80001234;
    EXPECT(pci_find_access(), ==, true);
    EXPECT(selected, ==, 0x80001234);
}

TEST(an_empty_bus)
{
    EXPECT_TEXT(start(), "0 devices on 1 bus");
}

static struct function *plug_vmmdev(void)
{
    struct function *function = plug(0, 4, 0, 0x80ee, 0xcafe);
    function->space.bytes[0x0a] = 0x80;
    function->space.bytes[0x0b] = 8;
    function->space.bytes[0x3c] = 11;
    function->space.bytes[0x3d] = 1;
    give_bar(function, 0, 0xd041, 0xffffffe0);
    give_bar(function, 1, 0xf0400000, 0xffc00000);
    give_bar(function, 2, 0xf0800008, 0xffffc000);
    return function;
}

TEST(a_device_is_described)
{
    plug_vmmdev();
    EXPECT_TEXT(start(), "1 device on 1 bus");
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
    plug(0, 1, 0, 0x8086, 0x7000)->space.bytes[0x0e] = 0x80;
    plug(0, 1, 1, 0x8086, 0x7111);
    plug(0, 1, 7, 0x8086, 0x7113);
    plug(0, 2, 0, 0x1234, 0x1111);
    plug(0, 2, 3, 0x1234, 0x2222); /* function 0 does not mention it */
    plug(0, 3, 2, 0x1234, 0x3333); /* there is no function 0 */
    EXPECT_TEXT(start(), "4 devices on 1 bus");
    EXPECT(pci_find(0x8086, 0x7113)->function, ==, 7);
    EXPECT(pci_find(0x1234, 0x2222) == NULL, ==, true);
    EXPECT(pci_find(0x1234, 0x3333) == NULL, ==, true);
}

TEST(bridges_are_followed_and_nothing_else)
{
    plug_bridge(0, 3, 1);
    plug(1, 31, 0, 0x1111, 1);
    plug_bridge(1, 2, 5);
    plug(5, 0, 0, 0x2222, 2);
    plug(2, 0, 0, 0x3333, 3); /* no bridge leads to bus 2 */
    EXPECT_TEXT(start(), "4 devices on 3 buses");
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
    plug_bridge(0, 3, 0);   /* to itself, or never numbered */
    plug_bridge(0, 4, 1);
    plug_bridge(0, 5, 1);   /* to the same bus */
    plug_bridge(1, 1, 2);
    plug_bridge(2, 1, 1);   /* back */
    EXPECT_TEXT(start(), "5 devices on 3 buses");
    EXPECT_LOGGED("PCI: 00:03.0 leads to bus 0, which is known; not followed\n");
    EXPECT_LOGGED("PCI: 00:05.0 leads to bus 1, which is known; not followed\n");
    EXPECT_LOGGED("PCI: 02:01.0 leads to bus 1, which is known; not followed\n");
}

TEST(a_chain_of_bridges_longer_than_the_list)
{
    for (int bus = 0; bus < 255; bus++)
        plug_bridge((uint8_t)bus, 1, (uint8_t)(bus + 1));
    EXPECT_TEXT(start(), "64 devices on 65 buses");
    EXPECT_LOGGED("PCI: 1 devices more than there is room for; left out\n");
}

TEST(more_devices_than_there_is_room_for)
{
    for (int i = 0; i < 80; i++) {
        struct function *function = plug(0, (uint8_t)(i / 8), i % 8, 0x1234, (uint16_t)i);
        function->space.bytes[0x0e] = 0x80;
        give_bar(function, 0, 0xe0000000, 0xfffff000);
    }
    EXPECT_TEXT(start(), "64 devices on 1 bus");
    EXPECT_LOGGED("16 devices more than there is room for");
}

TEST(host_bridges_with_several_functions_have_buses_of_their_own)
{
    for (int i = 0; i < 3; i++) {
        struct function *bridge = plug(0, 0, (uint8_t)i, 0x8086, 0x1000);
        bridge->space.bytes[0x0b] = i == 1 ? 8 : 6; /* function 1 is something else */
        bridge->space.bytes[0x0e] = 0x80;
    }
    plug(1, 0, 0, 0x1111, 1);
    plug_bridge(2, 0, 9);
    plug(9, 0, 0, 0x9999, 9);
    EXPECT_TEXT(start(), "5 devices on 3 buses");
    EXPECT(pci_find(0x1111, 1) == NULL, ==, true);
    EXPECT(pci_find(0x9999, 9)->bus, ==, 9);
}

/* Base addresses */

TEST(decoding_is_off_while_sizing_and_all_is_as_before_afterwards)
{
    struct function *function = plug_vmmdev(), before = *function;
    give_bar(function, 4, 0xe000000c, 0xfff00000);
    give_bar(function, 5, 1, 0xffffffff);
    before = *function;
    start();
    EXPECT(function->changed_while_decoding, ==, false);
    EXPECT(memcmp(&function->space, &before.space, sizeof before.space), ==, 0);
}

TEST(nothing_is_logged_while_decoding_is_off)
{
    struct function *function = plug_vmmdev();
    give_bar(function, 3, 6, 0);
    start();
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
    struct function *function = plug(0, 2, 0, 0x1234, 1);
    give_bar(function, 0, 0x0000000c, 0xfffff000);
    give_bar(function, 1, 0x00000080, 0xffffffff);
    give_bar(function, 2, 0x00000004, 0x00000000); /* 8 GiB */
    give_bar(function, 3, 0x00000004, 0xfffffffe);
    start();
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
    struct function *function = plug(0, 2, 0, 0x1234, 1), *bridge = plug_bridge(0, 3, 1);
    give_bar(function, 5, 0xe0000004, 0xfffff000);
    give_bar(bridge, 1, 0xe0001004, 0xfffff000);
    start();
    EXPECT(pci_devices[0].bars[5].kind, ==, PCI_BAR_NONE);
    EXPECT(pci_devices[1].bars[1].kind, ==, PCI_BAR_NONE);
    EXPECT_LOGGED("00:02.0 BAR 5 is of an unknown type; left out");
    EXPECT_LOGGED("00:03.0 BAR 1 is of an unknown type; left out");
}

TEST(a_bridge_has_two_base_addresses)
{
    struct function *bridge = plug_bridge(0, 3, 1);
    give_bar(bridge, 0, 0xe0000004, 0xffffff00);
    give_bar(bridge, 1, 0, 0xffffffff);
    start(); /* the fake fails the test if registers behind them are written */
    EXPECT(pci_devices[0].bars[0].bytes, ==, 0x100);
}

TEST(ports_whose_upper_half_is_fixed)
{
    give_bar(plug(0, 2, 0, 0x1234, 1), 0, 0xc001, 0xfff0);
    start();
    EXPECT(pci_devices[0].bars[0].kind, ==, PCI_BAR_PORTS);
    EXPECT(pci_devices[0].bars[0].bytes, ==, 16);
}

TEST(sizes_and_addresses_that_cannot_be)
{
    struct function *function = plug(0, 2, 0, 0x1234, 1);
    give_bar(function, 0, 0xe0000000, 0xf0f00000);  /* no power of two */
    give_bar(function, 1, 0x00000000, 0xfffff000);  /* no address */
    give_bar(function, 2, 0x12340001, 0xffffff00);  /* ports end at 65536 */
    give_bar(function, 3, 0xe0000800, 0);           /* cannot be written */
    start();
    for (int i = 0; i < 4; i++)
        EXPECT(pci_devices[0].bars[i].kind, ==, PCI_BAR_NONE);
    EXPECT_LOGGED("00:02.0 BAR 0 has an impossible size or address; left out");
    EXPECT_LOGGED("00:02.0 BAR 1 was given no address; left out");
    EXPECT_LOGGED("00:02.0 BAR 2 has an impossible size or address; left out");
    EXPECT_LOGGED("00:02.0 BAR 3 has an impossible size or address; left out");
}

TEST(enabling_keeps_the_other_bits)
{
    struct function *function = plug(0, 2, 0, 0x1234, 1);
    function->space.words[2] = 0x0100;
    start();
    pci_enable(&pci_devices[0], PCI_COMMAND_MEMORY | PCI_COMMAND_PORTS);
    EXPECT(function->space.words[2], ==, 0x0103);
    EXPECT(function->space.words[3], ==, 0xf900);
}

/* Capabilities */

TEST(capabilities)
{
    struct function *function = plug(0, 2, 0, 0x1234, 1);
    function->space.words[3] = 0x10;
    function->space.bytes[0x34] = 0x43; /* the low bits mean nothing */
    memcpy(function->space.bytes + 0x40, "\x01\x51", 2);
    memcpy(function->space.bytes + 0x50, "\x05\x00", 2);
    start();
    EXPECT(pci_capability(&pci_devices[0], 1), ==, 0x40);
    EXPECT(pci_capability(&pci_devices[0], 5), ==, 0x50);
    EXPECT(pci_capability(&pci_devices[0], 9), ==, 0);
    function->space.words[3] = 0;
    EXPECT(pci_capability(&pci_devices[0], 1), ==, 0);
}

TEST(capabilities_in_circles_or_within_the_header)
{
    struct function *function = plug(0, 2, 0, 0x1234, 1);
    function->space.words[3] = 0x10;
    function->space.bytes[0x34] = 0x40;
    memcpy(function->space.bytes + 0x40, "\x01\x80", 2);
    memcpy(function->space.bytes + 0x80, "\x05\x40", 2);
    start();
    ports_used = 0;
    EXPECT(pci_capability(&pci_devices[0], 9), ==, 0);
    EXPECT(ports_used, <, 100);
    memcpy(function->space.bytes + 0x80, "\x05\x3c", 2);
    function->space.bytes[0x3c] = 9;
    EXPECT(pci_capability(&pci_devices[0], 9), ==, 0);
}

/* Access */

TEST(registers_beyond_the_space_read_as_ones)
{
    plug(0, 2, 0, 0x1234, 1);
    start();
    ports_used = 0;
    EXPECT(pci_read32(&pci_devices[0], 256), ==, 0xffffffff);
    EXPECT(pci_read16(&pci_devices[0], 0xfffe), ==, 0xffff);
    EXPECT(pci_read8(&pci_devices[0], 256), ==, 0xff);
    pci_write32(&pci_devices[0], 256, 0);
    pci_write16(&pci_devices[0], 4096, 0);
    EXPECT(ports_used, ==, 0);
}

TEST(a_crooked_offset_is_a_mistake_of_the_kernel)
{
    plug(0, 2, 0, 0x1234, 1);
    start();
    EXPECT_PANIC("offset % 4", pci_read32(&pci_devices[0], 2));
    EXPECT_PANIC("offset % 2", pci_write16(&pci_devices[0], 5, 0));
}

TEST(the_window_in_memory_alone)
{
    offer_window(0, 1);
    put_in_window(0, 2, 0x1234, 1);
    put_in_window(0, 3, 0x1b36, 1);
    in_window(0, 3, 0)[0x0e] = 1;
    in_window(0, 3, 0)[0x19] = 1;
    put_in_window(1, 31, 0x5678, 2);
    in_window(1, 31, 0)[0xffc] = 0x42;
    EXPECT_TEXT(pci_start(), "3 devices on 2 buses");
    struct pci_device *device = pci_find(0x5678, 2);
    EXPECT(device->slot, ==, 31);
    EXPECT(pci_read32(device, 0xffc), ==, 0x42);
    EXPECT(pci_read32(device, 0x1000), ==, 0xffffffff);
    pci_write16(device, 0x100, 0xabcd);
    EXPECT(in_window(1, 31, 0)[0x101], ==, 0xab);
}

TEST(buses_that_the_window_does_not_cover_are_reached_through_ports)
{
    offer_window(0, 0);
    put_in_window(0, 3, 0x1b36, 1);
    in_window(0, 3, 0)[0x0e] = 1;
    in_window(0, 3, 0)[0x19] = 1;
    plug(1, 0, 0, 0x5678, 2);
    EXPECT_TEXT(start(), "2 devices on 2 buses");
}

TEST(a_window_that_shows_something_else_is_not_believed)
{
    offer_window(0, 1);
    put_in_window(0, 0, 0x5678, 2);
    plug(0, 0, 0, 0x1234, 1);
    EXPECT_TEXT(start(), "1 device on 1 bus");
    EXPECT(pci_find(0x1234, 1) == &pci_devices[0], ==, true);
    EXPECT_LOGGED("PCI: no configuration space at");
}

TEST(a_window_that_cannot_be_mapped)
{
    offer_window(0, 1);
    cannot_map = true;
    plug(0, 0, 0, 0x1234, 1);
    EXPECT_TEXT(start(), "1 device on 1 bus");
}

/* Interrupts */

static void expect_line(struct pci_device *device, uint32_t number, bool low)
{
    struct interrupt_line line = { 99, false, false };
    EXPECT(pci_interrupt(device, &line), ==, true);
    EXPECT(line.number, ==, number);
    EXPECT(line.level, ==, true);
    EXPECT(line.low, ==, low);
}

static struct function *plug_piix3(uint8_t slot)
{
    struct function *piix3 = plug(0, slot, 0, 0x8086, 0x7000);
    memcpy(piix3->space.bytes + 0x60, "\x0b\x0a\x09\x05", 4);
    return piix3;
}

TEST(piix3_deals_out_four_routes)
{
    plug_piix3(1);
    for (uint8_t slot = 2; slot < 8; slot++)
        plug(0, slot, 0, 0x1234, slot)->space.bytes[0x3d] = 1 + slot % 2;
    start();
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
    struct function *power = plug(0, 1, 3, 0x8086, 0x7113);
    power->space.bytes[0x0b] = 6;
    power->space.bytes[0x3d] = 1;
    start();
    EXPECT_LOGGED("    00:01.3 8086:7113\n");
}

TEST(vmmdev_on_piix3)
{
    memcpy(plug_piix3(1)->space.bytes + 0x60, "\x0b\x0a\x09\x0b", 4);
    plug_vmmdev();
    start();
    expect_line(pci_find(0x80ee, 0xcafe), 11, true);
    EXPECT_LOGGED("memory f0800000+4000, line 11\n");
    controller.lines = 16;
    expect_line(pci_find(0x80ee, 0xcafe), 11, true);
}

TEST(piix3_that_routes_nothing_leaves_the_line_register)
{
    memcpy(plug_piix3(1)->space.bytes + 0x60, "\x80\x8a\x80\x80", 4);
    plug_vmmdev()->space.bytes[0x3c] = 9;
    start();
    expect_line(pci_find(0x80ee, 0xcafe), 9, true);
}

TEST(lines_that_are_none)
{
    static const uint8_t none[] = { 0, 16, 255 };
    struct function *function = plug_vmmdev();
    struct interrupt_line line;
    memcpy(plug_piix3(1)->space.bytes + 0x60, "\x80\x80\x80\x80", 4);
    start();
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
    plug(0, 2, 0, 0x1234, 1)->space.bytes[0x3d] = 0;
    plug(0, 3, 0, 0x1234, 2)->space.bytes[0x3d] = 5;
    start();
    EXPECT(pci_interrupt(pci_find(0x1234, 1), &line), ==, false);
    EXPECT(pci_interrupt(pci_find(0x1234, 2), &line), ==, false);
}

static struct function *plug_ich9(void) { return plug(0, 31, 0, 0x8086, 0x2918); }

/* As measured: no host bridge, and the LPC bridge of an ICH7. */
TEST(ich9_of_virtualbox)
{
    plug(0, 31, 0, 0x8086, 0x27b9);
    plug_vmmdev();
    plug(0, 31, 2, 0x8086, 0x2829)->space.bytes[0x3d] = 1;
    functions[0].space.bytes[0x0e] = 0x80;
    start();
    expect_line(pci_find(0x80ee, 0xcafe), 20, true);
    expect_line(pci_find(0x8086, 0x2829), 23, true);
}

TEST(a_true_ich7_is_not_known)
{
    struct interrupt_line line;
    plug(0, 31, 0, 0x8086, 0x27b9);
    plug(0, 4, 0, 0x1234, 1)->space.bytes[0x3d] = 1;
    start();
    EXPECT(pci_interrupt(pci_find(0x1234, 1), &line), ==, false);
}

TEST(ich9_of_qemu)
{
    plug_ich9();
    for (uint8_t slot = 1; slot < 31; slot++)
        plug(0, slot, 0, 0x1234, slot)->space.bytes[0x3d] = 1 + slot % 4;
    start();
    for (uint8_t slot = 1; slot < 25; slot++)
        expect_line(pci_find(0x1234, slot), 20 + ((slot + slot % 4) & 3), true);
    for (uint8_t slot = 25; slot < 30; slot++) /* no registers: as after a reset */
        expect_line(pci_find(0x1234, slot), 16 + slot % 4, true);
    expect_line(pci_find(0x1234, 30), 20 + 30 % 4, true);
}

TEST(ich9_with_routes_of_its_own)
{
    struct function *ich9 = plug_ich9();
    ich9->space.dwords[0xf0 / 4] = (uint32_t)(uintptr_t)root_complex | 1;
    for (uint8_t slot = 25; slot < 30; slot++)
        plug(0, slot, 0, 0x1234, slot)->space.bytes[0x3d] = 4;
    root_complex[0x3151] = 0x70; /* 25 */
    root_complex[0x314d] = 0x10; /* 26 */
    root_complex[0x3149] = 0x20; /* 27 */
    root_complex[0x3147] = 0xb0; /* 28: the highest bit means nothing */
    root_complex[0x3145] = 0x40; /* 29 */
    start();
    expect_line(pci_find(0x1234, 25), 23, true);
    expect_line(pci_find(0x1234, 26), 17, true);
    expect_line(pci_find(0x1234, 27), 18, true);
    expect_line(pci_find(0x1234, 28), 19, true);
    expect_line(pci_find(0x1234, 29), 20, true);
}

TEST(ich9_with_the_8259_uses_the_line_register)
{
    controller.lines = 16;
    plug(0, 31, 0, 0x8086, 0x27b9);
    plug_vmmdev();
    start();
    expect_line(pci_find(0x80ee, 0xcafe), 11, true);
}

TEST(ich9_with_fewer_pins_than_routes)
{
    struct interrupt_line line;
    controller.lines = 20;
    plug(0, 31, 0, 0x8086, 0x27b9);
    plug_vmmdev();
    start();
    EXPECT(pci_interrupt(pci_find(0x80ee, 0xcafe), &line), ==, false);
}

TEST(an_unknown_chipset_has_lines_with_the_8259_alone)
{
    struct interrupt_line line;
    plug_vmmdev();
    start();
    EXPECT(pci_interrupt(&pci_devices[0], &line), ==, false);
    controller.lines = 16;
    expect_line(&pci_devices[0], 11, true);
}

TEST(pins_cross_over_behind_bridges)
{
    plug_piix3(1);
    plug_bridge(0, 3, 1);
    plug_bridge(1, 2, 2);
    plug(2, 5, 0, 0x1234, 1)->space.bytes[0x3d] = 1;
    plug(1, 6, 0, 0x1234, 2)->space.bytes[0x3d] = 2;
    start();
    expect_line(pci_find(0x1234, 1), 10, true); /* A, 5: B, 2: D, then slot 3, INTD: PIRQB */
    expect_line(pci_find(0x1234, 2), 10, true); /* B, 6: D, then the same */
}

/* Random */

TEST(random_buses)
{
    for (int i = 0; i < 300; i++) {
        struct function *function = plug((uint8_t)(i % 7), (uint8_t)(i / 7 % 32), (uint8_t)(i / 200), 1, 1);
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
    start();
    EXPECT(pci_device_count, <=, PCI_DEVICES);
    for (size_t i = 0; i < pci_device_count; i++) {
        struct interrupt_line line;
        pci_interrupt(&pci_devices[i], &line);
        for (int identifier = 0; identifier < 256; identifier++)
            EXPECT(pci_capability(&pci_devices[i], (uint8_t)identifier) % 4, ==, 0);
        for (int bar = 0; bar < PCI_BARS; bar++)
            if (pci_devices[i].bars[bar].kind == PCI_BAR_PORTS)
                EXPECT(pci_devices[i].bars[bar].address + pci_devices[i].bars[bar].bytes, <=, 0x10000);
    }
}
