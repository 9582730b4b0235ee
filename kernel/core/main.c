/* Chapter 1: what does the kernel do, and in which order?
 *
 * It reads its own table of contents: every chapter is started once, in the
 * order of the book, and says in one line what it found. Then it idles, and
 * everything that happens from there on is the answer to an interrupt. */
#include "kernel/core/main.h"
#include "kernel/core/cpu.h"
#include "kernel/core/log.h"

unsigned int chapter_now;
bool boot_is_over;
uintptr_t boot_information_address;
void (*idle_step)(void) = cpu_halt;

const char *first_instruction_start(void) { return "64-bit long mode, the first 4 GiB mapped one to one"; }

/* Called by boot/start.asm. */
void kernel_main(uintptr_t information);

void kernel_main(uintptr_t information)
{
    boot_information_address = information;
    for (unsigned int i = 0; i < chapter_count; i++) {
        chapter_now = i + 1;
        const char *found = contents[i].start();
        log_text(contents[i].heading);
        log_text(found);
        log_text("\n");
    }
    log_last_resort();
    boot_is_over = true;
    for (;;)
        idle_step();
}
