/* Chapter 3: which function does this address belong to? */
#include "kernel/faults/symbols.h"
#include <stddef.h>

extern const uint8_t kernel_start[], kernel_text_end[]; /* boot/kernel.ld */

const struct symbol *symbol_find(uint64_t address)
{
    if (address < (uintptr_t)kernel_start || address >= (uintptr_t)kernel_text_end)
        return NULL;
    const struct symbol *found = NULL;
    for (unsigned int i = 0; i < symbol_count && symbols[i].address <= address; i++)
        found = &symbols[i];
    return found;
}
