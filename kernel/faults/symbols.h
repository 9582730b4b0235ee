/* Chapter 3: which function does this address belong to? */
#pragma once
#include <stdint.h>

struct symbol {
    uint32_t address; /* the kernel lies below 4 GiB */
    uint32_t chapter; /* that the function belongs to */
    const char *name;
};

/* All functions by address; written by boot/symbols.py after linking. */
extern const struct symbol symbols[];
extern const unsigned int symbol_count;

/* The function around this address; NULL outside the kernel's code. */
const struct symbol *symbol_find(uint64_t address);
