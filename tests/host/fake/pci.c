/* A PCI bus made of arrays, and the machine around it. */
#include "tests/host/fake/pci.h"
#include "kernel/core/print.h"
#include "kernel/machine/acpi.h"
#include "kernel/memory/page_tables.h"
#include "tests/host/test.h"

struct acpi_machine acpi_machine;

struct fake_function fake_functions[512];
static size_t function_count;
uint32_t fake_pci_selected;
unsigned int fake_pci_ports_used;

static struct fake_function *find_function(uint8_t bus, uint8_t slot, uint8_t number)
{
    for (size_t i = 0; i < function_count; i++)
        if (fake_functions[i].bus == bus && fake_functions[i].slot == slot && fake_functions[i].function == number)
            return &fake_functions[i];
    return NULL;
}

struct fake_function *fake_function_plug(uint8_t bus, uint8_t slot, uint8_t number, uint16_t vendor, uint16_t device)
{
    struct fake_function *function = &fake_functions[function_count++];
    *function = (struct fake_function){ .bus = bus, .slot = slot, .function = number };
    function->space.words[0] = vendor;
    function->space.words[1] = device;
    function->space.words[2] = 0x0107; /* decoding is on, and a bit that is to stay */
    function->space.words[3] = 0xf900; /* status: written back, these bits would be cleared */
    return function;
}

struct fake_function *fake_bridge_plug(uint8_t bus, uint8_t slot, uint8_t secondary)
{
    struct fake_function *bridge = fake_function_plug(bus, slot, 0, 0x1b36, 1);
    bridge->space.bytes[0x0a] = 4;
    bridge->space.bytes[0x0b] = 6;
    bridge->space.bytes[0x0e] = 1;
    bridge->space.bytes[0x18] = bus;
    bridge->space.bytes[0x19] = secondary;
    return bridge;
}

void fake_bar(struct fake_function *function, int index, uint32_t value, uint32_t writable)
{
    function->space.dwords[4 + index] = value;
    function->writable[index] = writable;
}

static struct fake_function *addressed(uint16_t port)
{
    (void)port;
    EXPECT(fake_pci_selected & 0x7f000003, ==, 0);
    fake_pci_ports_used++;
    uint32_t selected = fake_pci_selected;
    return selected >> 31 ? find_function(selected >> 16 & 255, selected >> 11 & 31, selected >> 8 & 7) : NULL;
}

static uint32_t read_config(uint16_t port, int bytes)
{
    if (port == 0xcf8)
        return bytes == 4 ? fake_pci_selected : 0xffffffff;
    struct fake_function *function = addressed(port);
    uint32_t value = UINT32_MAX;
    if (function)
        memcpy(&value, function->space.bytes + (fake_pci_selected & 0xfc) + (port & 3), bytes);
    return value;
}

static void write_config(uint16_t port, uint32_t value, int bytes)
{
    if (port == 0xcf8) {
        fake_pci_selected = value & 0x80fffffc;
        return;
    }
    struct fake_function *function = addressed(port);
    uint32_t offset = (fake_pci_selected & 0xfc) + (port & 3);
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
_Alignas(16384) uint8_t fake_root_complex[FAKE_ROOT_COMPLEX_BYTES];
bool fake_map_none;

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    uint64_t start = (uintptr_t)window, end = start + sizeof window;
    uint64_t chipset = (uintptr_t)fake_root_complex;
    EXPECT(cache, ==, CACHE_OFF);
    bool is_window = physical >= start && physical + bytes <= end;
    bool is_chipset = physical >= chipset && physical + bytes <= chipset + sizeof fake_root_complex;
    if (fake_map_none || (!is_window && !is_chipset)) {
        print("    0x%lx cannot be mapped\n", physical);
        return NULL;
    }
    return (void *)(uintptr_t)physical;
}

uint8_t *fake_window_at(uint8_t bus, uint8_t slot, uint8_t function)
{
    return window + (uint32_t)bus * BUS_BYTES + slot * 0x8000 + function * 0x1000;
}

void fake_window_offer(uint8_t first_bus, uint8_t last_bus)
{
    memset(window, 0xff, sizeof window);
    acpi_machine.pci_window = (struct acpi_pci_window){ (uintptr_t)window, first_bus, last_bus };
}

void fake_window_put(uint8_t bus, uint8_t slot, uint16_t vendor, uint16_t device)
{
    uint8_t *space = fake_window_at(bus, slot, 0);
    memset(space, 0, 4096);
    memcpy(space, &vendor, 2);
    memcpy(space + 2, &device, 2);
}

struct interrupt_controller fake_controller = { "I/O APIC", 24, NULL, NULL, NULL };
const struct interrupt_controller *interrupt_controller = &fake_controller;

struct interrupt_line interrupt_isa_line(uint8_t irq)
{
    struct interrupt_line line = { irq, false, false };
    if (irq == 5)
        line = (struct interrupt_line){ 21, true, false }; /* as an override may have it */
    return line;
}

void fake_pci_plug(void) { fake_plug(&config_ports); }

const char *fake_pci_start(void)
{
    fake_pci_plug();
    return pci_start();
}

struct fake_function *fake_vmmdev_plug(void)
{
    struct fake_function *function = fake_function_plug(0, 4, 0, 0x80ee, 0xcafe);
    function->space.bytes[0x0a] = 0x80;
    function->space.bytes[0x0b] = 8;
    function->space.bytes[0x3c] = 11;
    function->space.bytes[0x3d] = 1;
    fake_bar(function, 0, 0xd041, 0xffffffe0);
    fake_bar(function, 1, 0xf0400000, 0xffc00000);
    fake_bar(function, 2, 0xf0800008, 0xffffc000);
    return function;
}
