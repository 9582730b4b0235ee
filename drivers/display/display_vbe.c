/* Chapter 16: how does one set any mode at all, without the firmware?
 *
 * Bochs gave its VGA adapter registers behind two ports: the number of a register goes to
 * one, its value through the other. Width, height, bits per pixel, on: that is a mode.
 * VirtualBox and QEMU have the same registers. A mode that they do not like they refuse in
 * silence, so what they say is read back. */
#include "drivers/display/display_adapters.h"
#include "kernel/core/port.h"
#include "lib/number.h"

enum { PORT_INDEX = 0x1ce, PORT_DATA = 0x1cf };

/* Bochs VBE registers, bochs.sourceforge.net/techspec/vbe-lfb.txt */
enum vbe_register {
    VBE_ID = 0,
    VBE_WIDTH = 1,
    VBE_HEIGHT = 2,
    VBE_BITS = 3, /* per pixel */
    VBE_ENABLE = 4,
    VBE_VIRTUAL_WIDTH = 6, /* pixels from one row to the next */
};

enum {
    VBE_ID_BOCHS = 0xb0c4, /* with 32 bits per pixel and the memory in one piece */
    VBE_OFF = 0,
    VBE_ON = 0x01,
    VBE_ONE_PIECE = 0x40, /* video memory at the BAR's address */
    VBE_SIDE_MAXIMUM = 16384,
};

static void write_register(enum vbe_register number, uint16_t value)
{
    port_write16(PORT_INDEX, number);
    port_write16(PORT_DATA, value);
}

static uint16_t read_register(enum vbe_register number)
{
    port_write16(PORT_INDEX, number);
    return port_read16(PORT_DATA);
}

/* Turning it on clears the pixels. */
static void write_mode(const struct display_mode *mode)
{
    write_register(VBE_ENABLE, VBE_OFF);
    write_register(VBE_WIDTH, (uint16_t)mode->width);
    write_register(VBE_HEIGHT, (uint16_t)mode->height);
    write_register(VBE_BITS, 8 * DISPLAY_PIXEL_BYTES);
    write_register(VBE_ENABLE, VBE_ON | VBE_ONE_PIECE);
}

static bool is_set(const struct display_mode *mode)
{
    return read_register(VBE_ENABLE) & VBE_ON && read_register(VBE_WIDTH) == mode->width &&
           read_register(VBE_HEIGHT) == mode->height && read_register(VBE_BITS) == 8 * DISPLAY_PIXEL_BYTES;
}

bool vbe_set(const struct display_mode *modes, size_t count, struct boot_framebuffer *video)
{
    if (count != 1 || !display_lay_out(modes, count, video))
        return false;
    write_mode(modes);
    return is_set(modes) && display_take_pitch(video, read_register(VBE_VIRTUAL_WIDTH) * DISPLAY_PIXEL_BYTES);
}

/* The first BAR of memory, wherever the adapter has its ports. */
static const struct pci_bar *find_memory(const struct pci_device *device)
{
    for (size_t i = 0; i < PCI_BARS; i++)
        if (device->bars[i].kind == PCI_BAR_MEMORY)
            return &device->bars[i];
    return NULL;
}

bool vbe_find(const struct pci_device *device)
{
    const struct pci_bar *memory = find_memory(device);
    write_register(VBE_ID, VBE_ID_BOCHS);
    if (!memory || read_register(VBE_ID) != VBE_ID_BOCHS)
        return false;
    pci_enable(device, PCI_COMMAND_PORTS | PCI_COMMAND_MEMORY);
    /* VirtualBox answers a read of 32 bits with the bytes of video memory, others with all ones. */
    display_found(memory->address, minimum(memory->bytes, port_read32(PORT_DATA)), VBE_SIDE_MAXIMUM);
    display_drive(1, vbe_set, NULL);
    return true;
}
