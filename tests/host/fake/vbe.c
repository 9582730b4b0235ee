/* A display adapter with VBE registers, for the host tests. */
// sources: tests/host/fake/video_memory.c
#include "tests/host/fake/vbe.h"
#include "tests/host/test.h"
#include <stdarg.h>

enum { ID, XRES, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET };

struct fake_vbe fake_vbe;

void fake_vbe_complain(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    fake_append(fake_vbe.complaints, sizeof fake_vbe.complaints, pattern, arguments);
    va_end(arguments);
}

bool fake_vbe_is_on(void) { return fake_vbe.registers[ENABLE] & 1; }

uint32_t fake_vbe_bytes(void)
{
    return fake_vbe_is_on() ? fake_vbe.registers[VIRT_WIDTH] * 4u * fake_vbe.registers[YRES] : 0;
}

static bool knows_id(uint16_t id)
{
    return (id >= 0xb0c0 && id <= fake_vbe.newest_id) || id == 0xbe00 || id == 0xbe02 ||
           (id == 0xbe01 && !fake_vbe.without_hgsmi);
}

static void turn_on(uint16_t value)
{
    uint16_t *registers = fake_vbe.registers;
    uint64_t bytes = (uint64_t)registers[XRES] * registers[YRES] * (registers[BPP] / 8);
    if (!bytes || bytes > fake_vbe.memory_bytes || fake_vbe.refuses)
        return; /* without a word */
    if (!(value & 0x80))
        memset(fake_vbe.memory, 0, bytes);
    registers[ENABLE] = value;
    fake_vbe.modes_set++;
}

static void write_register(uint16_t value)
{
    uint16_t *registers = fake_vbe.registers;
    switch (fake_vbe.index) {
    case ID:
        if (knows_id(value))
            registers[ID] = value;
        break;
    case XRES:
    case YRES:
    case BPP:
        if (fake_vbe_is_on())
            fake_vbe_complain("register %u was written while a mode was on\n", fake_vbe.index);
        if (value > 16384)
            break;
        registers[fake_vbe.index] = value;
        if (fake_vbe.index == XRES) {
            registers[XRES] &= fake_vbe.rounds_width ? 0xfff8 : 0xffff;
            registers[VIRT_WIDTH] = fake_vbe.row_pixels ? (uint16_t)fake_vbe.row_pixels : registers[XRES];
        }
        if (fake_vbe.index == BPP && fake_vbe.bits)
            registers[BPP] = fake_vbe.bits;
        break;
    case ENABLE:
        if (value & 1 && !fake_vbe_is_on())
            turn_on(value);
        else
            registers[ENABLE] = value;
        break;
    default:
        fake_vbe_complain("register %u was written\n", fake_vbe.index);
    }
}

static void write_port(uint16_t port, uint32_t value, int bytes)
{
    if (bytes != 2)
        fake_vbe_complain("port %x was written with %d bytes\n", port, bytes);
    else if (port == 0x1ce)
        fake_vbe.index = (uint16_t)value;
    else
        write_register((uint16_t)value);
}

static uint32_t read_port(uint16_t port, int bytes)
{
    if (port == 0x1cf && bytes == 4)
        return fake_vbe.claimed_bytes;
    if (port != 0x1cf || bytes != 2 || fake_vbe.index >= 16) {
        fake_vbe_complain("port %x was read with %d bytes at register %u\n", port, bytes, fake_vbe.index);
        return 0xffffffff;
    }
    return fake_vbe.registers[fake_vbe.index];
}

void fake_vbe_plug(uint32_t memory_bytes)
{
    static struct fake_device ports = { 0x1ce, 0x1cf, read_port, write_port, 0 };
    uint8_t *memory = fake_video_memory(memory_bytes);
    fake_vbe = (struct fake_vbe){
        .pci = { .vendor = 0x80ee, .device = 0xbeef, .bars[0] = { PCI_BAR_MEMORY, (uintptr_t)memory, memory_bytes } },
        .memory = memory,
        .memory_bytes = memory_bytes,
        .claimed_bytes = memory_bytes,
        .newest_id = 0xb0c4,
    };
    fake_plug(&ports);
}

struct pci_device *pci_find(uint16_t vendor, uint16_t device)
{
    return fake_vbe.pci.vendor == vendor && fake_vbe.pci.device == device ? &fake_vbe.pci : NULL;
}

uint32_t pci_read32(const struct pci_device *device, uint16_t offset)
{
    EXPECT(device == &fake_vbe.pci, ==, true);
    EXPECT(offset, ==, 0x2c);
    return fake_vbe.subsystem;
}

void pci_enable(const struct pci_device *device, uint16_t command_bits)
{
    EXPECT(device == &fake_vbe.pci, ==, true);
    fake_vbe.decodes = command_bits & PCI_COMMAND_MEMORY;
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    if (fake_map_fails)
        return NULL;
    fake_video_memory_mapped(physical - (uintptr_t)fake_vbe.memory, bytes, fake_vbe.memory_bytes, cache,
                             fake_vbe_complain);
    return (void *)(uintptr_t)physical;
}
