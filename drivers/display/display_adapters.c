/* Chapter 16: which modes can the display adapter show?
 *
 * A machine has one of three adapters, with the names of VirtualBox's settings. VMSVGA is
 * VMware's adapter, VBoxVGA Bochs's, and VBoxSVGA is VMware's with the identity of VBoxVGA. */
#include "drivers/display/display_adapters.h"

enum { PCI_SUBSYSTEM = 0x2c }; /* vendor, device behind it; PCI 3.0 6.2.4 */
static const uint32_t VMWARE_SVGA = 0x040515ad;

/* VMware's registers come first: VirtualBox lets those of Bochs drive one screen alone where it has both. */
static bool find_svga(const struct pci_device *device, const char *name)
{
    if (!device || (!svga_find(device) && !vbe_find(device)))
        return false;
    display.name = name;
    return true;
}

static bool find_vga(const struct pci_device *device, const char *name)
{
    if (!device || !vbe_find(device))
        return false;
    display.name = name;
    return true;
}

bool display_find(void)
{
    const struct pci_device *vbox = pci_find(0x80ee, 0xbeef);
    if (vbox && pci_read32(vbox, PCI_SUBSYSTEM) == VMWARE_SVGA)
        return find_svga(vbox, "VBoxSVGA");
    return find_vga(vbox, "VBoxVGA") || find_svga(pci_find(0x15ad, 0x0405), "VMSVGA") ||
           find_vga(pci_find(0x1234, 0x1111), "Bochs VGA"); /* QEMU's */
}
