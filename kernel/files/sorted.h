/* Chapter 19: in which order are names shown? */
#pragma once
#include "kernel/files/files.h"

struct sorted_entry {
    struct sorted_entry *next;
    struct file_attributes attributes;
    char name[];
};

enum { SORTED_PILES = 32 };

/* Entries of a folder, as many as there is memory for. To begin with, all zeros. */
struct sorted {
    struct sorted_entry *piles[SORTED_PILES];
    struct sorted_block *newest; /* pages with entries in them */
    size_t blocks, used;         /* used: bytes of the newest */
};

/* Keeps a copy. False: no memory. Task context. */
bool sorted_add(struct sorted *sorted, const char *name, const struct file_attributes *attributes);

/* All that were added, by the bytes of their names. They live until sorted_free. */
struct sorted_entry *sorted_all(struct sorted *sorted);

/* Gives the memory back; nothing is added then. */
void sorted_free(struct sorted *sorted);
