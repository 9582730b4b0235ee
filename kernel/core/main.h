/* Chapter 1: the table of contents, and what the rest needs to know of it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* One chapter of the book. The table is written by the build from boot/contents. */
struct chapter {
    const char *heading; /* " 9  Interrupts that arrive       " */
    const char *title;   /* "Interrupts that arrive" */
    /* Starts what the chapter is about; returns what it found, for the log. */
    const char *(*start)(void);
};

extern const struct chapter contents[];
extern const unsigned int chapter_count;

/* The chapter that is being started, or the last one. Counts from 1. */
extern unsigned int chapter_now;

/* All chapters have been started. */
extern bool boot_is_over;

/* Physical address of the multiboot2 boot information. */
extern uintptr_t boot_information_address;

/* What an idle kernel does, again and again. Chapter 1: sleep. A later chapter
 * that has something to wait for puts its own function here. */
extern void (*idle_step)(void);

/* Chapter 1 itself: what it found. */
const char *first_instruction_start(void);

/* boot/start.asm: text ending in 0 to COM1 and the host's log, without any setup. */
void boot_say(const char *text);
