/* Chapter 17: how does a guest speak to VirtualBox's display adapter?
 *
 * A command has a header, a payload and a tail with a checksum over the other two (and over
 * the place), so that noise in video memory does nothing. HGSMI is VirtualBox's name: host
 * guest shared memory interface. */
#include "drivers/display/hgsmi.h"
#include "kernel/core/cpu.h"
#include "kernel/core/port.h"
#include "kernel/faults/panic.h"
#include "lib/memory.h"

enum {
    PORT_COMMAND = 0x3d0, /* offset of a command, 32 bits */
    CHANNEL_SCREENS = 2,
    PORT_VBE_INDEX = 0x1ce, /* chapter 16 */
    PORT_VBE_DATA = 0x1cf,
    VBE_ID = 0,
    VBE_ID_HGSMI = 0xbe01,
};

struct header {
    uint32_t bytes; /* of the payload */
    uint8_t flags;  /* 0: the command is in one piece */
    uint8_t channel;
    uint16_t command;
    uint64_t sequence; /* of a command in pieces */
};
_Static_assert(sizeof(struct header) == 16, "HGSMI header");

struct tail {
    uint32_t reserved, checksum;
};

static uint8_t *buffer;
static uint32_t buffer_offset;

/* Jenkins's one-at-a-time hash. */
static uint32_t hash(uint32_t hash, const void *from, size_t bytes)
{
    for (const uint8_t *byte = from; bytes > 0; byte++, bytes--) {
        hash += *byte;
        hash += hash << 10;
        hash ^= hash >> 6;
    }
    return hash;
}

static uint32_t finish_hash(uint32_t hash)
{
    hash += hash << 3;
    hash ^= hash >> 11;
    return hash + (hash << 15);
}

/* The payload is not in it: the host writes its answer there. */
static uint32_t checksum(uint32_t offset, const struct header *header, const struct tail *tail)
{
    uint32_t sum = hash(0, &offset, sizeof offset);
    sum = hash(sum, header, sizeof *header);
    sum = hash(sum, &tail->reserved, sizeof tail->reserved);
    return finish_hash(sum);
}

void hgsmi_send(enum hgsmi_command command, void *payload, size_t bytes)
{
    check(bytes, <=, HGSMI_PAYLOAD_MAXIMUM);
    struct header header = { .bytes = (uint32_t)bytes, .channel = CHANNEL_SCREENS, .command = (uint16_t)command };
    struct tail tail = { 0 };
    tail.checksum = checksum(buffer_offset, &header, &tail);
    uint8_t *place = buffer + sizeof header;
    uint64_t flags = cpu_interrupts_save(); /* there is one buffer, and handlers send as well */
    memcpy(buffer, &header, sizeof header);
    memcpy(place, payload, bytes);
    memcpy(place + bytes, &tail, sizeof tail);
    port_write32(PORT_COMMAND, buffer_offset);
    memcpy(payload, place, bytes);
    cpu_interrupts_restore(flags);
}

uint32_t hgsmi_ask(enum hgsmi_question question, uint32_t otherwise)
{
    struct {
        uint32_t question, answer;
    } payload = { question, otherwise };
    hgsmi_send(HGSMI_ASK, &payload, sizeof payload);
    return payload.answer;
}

/* The adapter says that it has the port; nothing else may be asked of that port's owner. */
static bool has_port(void)
{
    port_write16(PORT_VBE_INDEX, VBE_ID);
    port_write16(PORT_VBE_DATA, VBE_ID_HGSMI);
    return port_read16(PORT_VBE_DATA) == VBE_ID_HGSMI;
}

bool hgsmi_start(void *memory, uint32_t offset)
{
    buffer = memory;
    buffer_offset = offset;
    return has_port() && hgsmi_ask(HGSMI_ANYBODY, 0) == HGSMI_ANYBODY;
}
