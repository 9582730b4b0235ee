/* Chapter 16: the ways to set a mode, one a file; display_find chooses. */
#pragma once
#include "drivers/pci/pci.h"
#include "kernel/desktop/display.h"

/* Finds the adapter among the PCI devices, and fills in `display`. False: none that we know. */
bool display_find(void);

/* Fills in `display`, but for its name, if this adapter sets modes in this way. Both find their BARs by kind, for
 * VMSVGA and VBoxSVGA have them in different order: the first of memory is video memory, the second SVGA's queue. */
bool vbe_find(const struct pci_device *device);
bool svga_find(const struct pci_device *device);

/* By the VBE registers, for who adds screens to them (chapter 17): as display.set, for the first screen alone. */
display_set vbe_set;
