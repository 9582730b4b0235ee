/* Chapter 16: how is a mode set on VirtualBox's VMSVGA adapter?
 *
 * Width, height and depth go to registers. They answer at once; what the window shows is
 * changed later, by the thread of the host that reads the queue. Where there is none it
 * sleeps for 15 seconds at a time. So there is one, empty, and the thread is asked to look.
 *
 * GRUB has left a mode of the VGA BIOS behind. Switching the adapter on ends that: the
 * host puts the first 512 KiB of video memory aside and clears them. Switching it off
 * would lay them back over the picture, so it is never switched off. */
#include "drivers/display/display_svga.h"
#include "kernel/core/cpu.h"
#include "kernel/core/port.h"
#include "kernel/memory/page_tables.h"
#include "lib/number.h"

/* Offsets of the ports: svga_reg.h */
enum {
    PORT_INDEX = 0,
    PORT_VALUE = 1, /* 32 bits beside the index, at no multiple of 4 */
    PORT_BYTES = 5,
};
static const uint32_t VERSION_2 = 0x90000002;

volatile uint32_t *svga_queue;
static uint16_t ports;

uint32_t svga_read(enum svga_register index)
{
    uint64_t flags = cpu_interrupts_save();
    port_write32(ports + PORT_INDEX, index);
    uint32_t value = port_read32(ports + PORT_VALUE);
    cpu_interrupts_restore(flags);
    return value;
}

void svga_write(enum svga_register index, uint32_t value)
{
    uint64_t flags = cpu_interrupts_save();
    port_write32(ports + PORT_INDEX, index);
    port_write32(ports + PORT_VALUE, value);
    cpu_interrupts_restore(flags);
}

/* A queue that begins among its own first nine words, as it does before anyone says where, makes VirtualBox keep the
 * pitch of one mode for all later ones. */
void svga_stop_queue(void)
{
    svga_write(SVGA_CONFIGURED, 0); /* turns the tracing on, which is off at first */
    svga_queue[SVGA_QUEUE_START] = SVGA_FIRST_COMMAND * SVGA_WORD_BYTES;
    svga_queue[SVGA_QUEUE_END] = SVGA_QUEUE_WORDS * SVGA_WORD_BYTES;
    svga_queue[SVGA_QUEUE_NEXT] = SVGA_FIRST_COMMAND * SVGA_WORD_BYTES;
    svga_queue[SVGA_QUEUE_STOP] = SVGA_FIRST_COMMAND * SVGA_WORD_BYTES;
    svga_queue[SVGA_QUEUE_PITCH] = 0;
}

void svga_start_queue(void)
{
    svga_write(SVGA_ENABLE, 1);
    svga_write(SVGA_CONFIGURED, 1);
    svga_write(SVGA_SYNC, 1);
}

/* The adapter ignores what it cannot do, without a word. */
static bool is_set(const struct display_mode *mode)
{
    return svga_read(SVGA_WIDTH) == mode->width && svga_read(SVGA_HEIGHT) == mode->height &&
           svga_read(SVGA_BITS_PER_PIXEL) == 8 * DISPLAY_PIXEL_BYTES && svga_read(SVGA_ENABLE) == 1;
}

static bool svga_set(const struct display_mode *mode, size_t count, struct boot_framebuffer *video)
{
    if (count != 1 || !display_lay_out(mode, count, video))
        return false;
    svga_stop_queue();
    svga_write(SVGA_WIDTH, mode->width);
    svga_write(SVGA_HEIGHT, mode->height);
    svga_write(SVGA_BITS_PER_PIXEL, 8 * DISPLAY_PIXEL_BYTES);
    svga_start_queue();
    return is_set(mode) && display_take_pitch(video, svga_read(SVGA_PITCH)) && display_clear(video);
}

/* The device's range of this kind, behind so many others of it. VMSVGA has ports, video memory, queue; VBoxSVGA has
 * video memory, ports, queue. */
static const struct pci_bar *find_range(const struct pci_device *device, enum pci_bar_kind kind, unsigned int others)
{
    for (const struct pci_bar *bar = device->bars; bar < device->bars + PCI_BARS; bar++)
        if (bar->kind == kind && !others--)
            return bar;
    return NULL;
}

static bool answers(void)
{
    svga_write(SVGA_ID, VERSION_2);
    return svga_read(SVGA_ID) == VERSION_2 && svga_read(SVGA_QUEUE_BYTES) >= SVGA_QUEUE_WORDS * SVGA_WORD_BYTES;
}

bool svga_find(const struct pci_device *device)
{
    const struct pci_bar *registers = find_range(device, PCI_BAR_PORTS, 0);
    const struct pci_bar *memory = find_range(device, PCI_BAR_MEMORY, 0);
    const struct pci_bar *queue = find_range(device, PCI_BAR_MEMORY, 1);
    if (!registers || registers->bytes < PORT_BYTES || !memory || !queue ||
        queue->bytes < SVGA_QUEUE_WORDS * SVGA_WORD_BYTES)
        return false;
    pci_enable(device, PCI_COMMAND_PORTS | PCI_COMMAND_MEMORY);
    ports = (uint16_t)registers->address;
    if (!answers())
        return false;
    svga_queue = map_device(queue->address, SVGA_QUEUE_WORDS * SVGA_WORD_BYTES, CACHE_OFF);
    if (!svga_queue)
        return false;
    uint32_t side = minimum(svga_read(SVGA_WIDTH_MAXIMUM), svga_read(SVGA_HEIGHT_MAXIMUM)); /* VirtualBox: the same */
    display_found(memory->address, minimum(svga_read(SVGA_MEMORY_BYTES), memory->bytes),
                  minimum(side, SCREEN_SIDE_MAXIMUM));
    display_drive(1, svga_set, NULL);
    return true;
}
