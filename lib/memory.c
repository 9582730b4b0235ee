/* Chapter 1: which four functions does a C compiler call on its own?
 *
 * The string instructions do the work, eight bytes at a time and then the rest: fast
 * on a CPU, and carried out in bulk by most that are emulated. */
#include "lib/memory.h"
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    void *start = to;
    size_t words = bytes / 8, rest = bytes % 8;
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest)::"memory");
    return start;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    if ((uintptr_t)to - (uintptr_t)from >= bytes)
        return memcpy(to, from, bytes); /* copying upwards does not reach what is still to be read */
    uint8_t *last_to = (uint8_t *)to + bytes - 1;
    const uint8_t *last_from = (const uint8_t *)from + bytes - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(last_to), "+S"(last_from), "+c"(bytes)::"memory", "cc");
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    void *start = to;
    size_t words = bytes / 8, rest = bytes % 8;
    uint64_t eight = (uint8_t)value * 0x0101010101010101ull;
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(eight) : "memory");
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(eight) : "memory");
    return start;
}

int memcmp(const void *left, const void *right, size_t bytes)
{
    const uint8_t *a = left, *b = right;
    for (size_t i = 0; i < bytes; i++)
        if (a[i] != b[i])
            return a[i] - b[i];
    return 0;
}
