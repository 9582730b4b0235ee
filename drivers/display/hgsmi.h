/* Chapter 17: how does a guest speak to VirtualBox's display adapter?
 *
 * In video memory: the guest writes a command there and its offset to a port. When the
 * OUT instruction is done, so is the command. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HGSMI_PAYLOAD_MAXIMUM = 64, HGSMI_BUFFER_BYTES = 128 };

/* Commands to the channel of screens; VBVA is VirtualBox's name for it. Their payloads are in display_vbva.c. */
enum hgsmi_command {
    HGSMI_ASK = 1,
    HGSMI_VIEW = 3,
    HGSMI_FLUSH = 5,
    HGSMI_SCREEN = 6,
    HGSMI_ENABLE = 7,
};

enum hgsmi_question { HGSMI_MONITORS = 0, HGSMI_ANYBODY = 0xffffffff };

/* Opens the channel: commands will lie in HGSMI_BUFFER_BYTES of video memory at `buffer`,
 * which is mapped with CACHE_OFF. False: nobody answers. Task context. */
bool hgsmi_start(void *buffer, uint32_t offset);

/* Has the host carry out a command. Results are in the payload afterwards; a command that
 * the host does not like it drops in silence, and the payload stays as it was. Any context. */
void hgsmi_send(enum hgsmi_command command, void *payload, size_t bytes);

/* A number that the host knows; `otherwise` if it does not answer. Any context. */
uint32_t hgsmi_ask(enum hgsmi_question question, uint32_t otherwise);
