/* Parameters of a call, from the guest's request to what a service sees, and back. Numbers are VirtualBox's own. */
#include "tests/host/fake/hgcm_part.h"
#include <stdlib.h>

enum { NUMBER_32 = 1, NUMBER_64 = 2, PAGE_LIST = 10, EMBEDDED = 11, CONTIGUOUS = 12, NO_BOUNCE = 13 };
enum { TO_HOST = 1, FROM_HOST = 2, PAGE = 4096, DATA_MOST = 128 << 20, LIST_HEADER = 8 };
enum { STATUS_FLAGS = -13 };

struct buffer { /* where the guest's bytes of a parameter are */
    uint32_t type, direction, size, place; /* place: of embedded data in the request, or of a page list */
    uint32_t offset, count;                /* of a page list */
};

static uint8_t *parameter_at(const struct fake_call *call, uint32_t index)
{
    return call->request + CALL_HEADER + index * PARAMETER;
}

static struct buffer buffer_of(const struct fake_call *call, uint32_t index)
{
    const uint8_t *parameter = parameter_at(call, index);
    struct buffer buffer = { .type = fake_get(parameter, 0) };
    if (buffer.type == EMBEDDED) {
        buffer.direction = fake_get(parameter, 4) & 0xff;
        buffer.place = fake_get(parameter, 4) >> 8;
        buffer.size = fake_get(parameter, 8);
    } else {
        buffer.size = fake_get(parameter, 4);
        buffer.place = fake_get(parameter, 8);
        if (buffer.place <= call->size - LIST_HEADER) {
            buffer.direction = fake_get(call->request, buffer.place);
            buffer.offset = fake_get16(call->request, buffer.place + 4);
            buffer.count = fake_get16(call->request, buffer.place + 6);
        }
    }
    return buffer;
}

static int32_t judge_pages(struct fake_vmmdev *device, const struct fake_call *call, const struct buffer *buffer)
{
    uint64_t needed = ((uint64_t)buffer->offset + buffer->size + PAGE - 1) / PAGE;
    if (!buffer->count || buffer->offset >= PAGE || buffer->count > (call->size - buffer->place - LIST_HEADER) / 8)
        return FAKE_ERROR_PARAMETER;
    if (buffer->type == CONTIGUOUS && buffer->count != 1)
        return FAKE_ERROR_PARAMETER;
    if (buffer->type == NO_BOUNCE && buffer->count != needed)
        return FAKE_ERROR_PARAMETER;
    for (uint32_t i = 0; i < buffer->count; i++)
        if (fake_get64(call->request, buffer->place + LIST_HEADER + 8 * i) % PAGE) {
            fake_vmmdev_complain(device, "page %u of a list is not a page's address\n", i);
            return FAKE_ERROR_PARAMETER;
        }
    return 0;
}

static int32_t judge_buffer(struct fake_vmmdev *device, const struct fake_call *call, const struct buffer *buffer)
{
    uint32_t behind = CALL_HEADER + call->count * PARAMETER;
    if (buffer->size > DATA_MOST || buffer->place < behind || buffer->place > call->size)
        return FAKE_ERROR_PARAMETER;
    if (buffer->type == EMBEDDED && buffer->size > call->size - buffer->place)
        return FAKE_ERROR_PARAMETER;
    if (buffer->type != EMBEDDED && buffer->place > call->size - LIST_HEADER)
        return FAKE_ERROR_PARAMETER;
    if (!buffer->direction || buffer->direction > 3)
        return STATUS_FLAGS;
    return buffer->type == EMBEDDED ? 0 : judge_pages(device, call, buffer);
}

/* Between the guest's memory and the host's copy, so many bytes. */
static void transfer(struct fake_vmmdev *device, const struct fake_call *call, const struct buffer *buffer,
                     uint8_t *data, uint32_t bytes, bool to_guest)
{
    uint64_t address = call->address + buffer->place;
    uint32_t done = 0;
    while (done < bytes) {
        uint32_t part = bytes;
        if (buffer->type != EMBEDDED) {
            uint32_t at = buffer->offset + done, page = buffer->type == CONTIGUOUS ? 0 : at / PAGE;
            if (page >= buffer->count)
                return;
            address = fake_get64(call->request, buffer->place + LIST_HEADER + 8 * page) +
                      (buffer->type == CONTIGUOUS ? at : at % PAGE);
            part = buffer->type == CONTIGUOUS ? bytes : PAGE - at % PAGE;
        }
        part = part < bytes - done ? part : bytes - done;
        if (to_guest)
            device->machine->write(address, data + done, part);
        else
            device->machine->read(address, data + done, part);
        done += part;
    }
}

static int32_t read_parameter(struct fake_vmmdev *device, struct fake_call *call, uint32_t index)
{
    const uint8_t *parameter = parameter_at(call, index);
    struct fake_parameter *seen = &call->parameters[index];
    struct buffer buffer = buffer_of(call, index);
    if (buffer.type == NUMBER_32 || buffer.type == NUMBER_64) {
        *seen = (struct fake_parameter){ .kind = buffer.type == NUMBER_32 ? FAKE_NUMBER_32 : FAKE_NUMBER_64 };
        seen->number = buffer.type == NUMBER_32 ? fake_get(parameter, 4) : fake_get64(parameter, 4);
        return 0;
    }
    if (buffer.type != EMBEDDED && buffer.type != CONTIGUOUS && buffer.type != NO_BOUNCE && buffer.type != PAGE_LIST)
        return FAKE_ERROR_PARAMETER;
    int32_t status = judge_buffer(device, call, &buffer);
    if (status < 0)
        return status;
    *seen = (struct fake_parameter){ .kind = buffer.type == NO_BOUNCE ? FAKE_PAGES : FAKE_BYTES, .size = buffer.size };
    seen->data = calloc(1, buffer.size + 1);
    if (buffer.type != NO_BOUNCE && buffer.direction & TO_HOST)
        transfer(device, call, &buffer, seen->data, buffer.size, false);
    return 0;
}

int32_t fake_parameters_read(struct fake_vmmdev *device, struct fake_call *call, const struct fake_service *service)
{
    for (uint32_t i = 0; i < call->count; i++) {
        free(call->parameters[i].data);
        call->parameters[i].data = NULL;
        int32_t status = read_parameter(device, call, i);
        if (status < 0)
            return status;
        if (call->parameters[i].kind == FAKE_PAGES && !service->takes_pages)
            fake_vmmdev_complain(device, "%s does not know pages\n", service->name);
    }
    return 0;
}

static void put_size(struct fake_vmmdev *device, const struct fake_call *call, uint32_t index, uint32_t size)
{
    bool is_embedded = fake_get(parameter_at(call, index), 0) == EMBEDDED;
    uint64_t address = call->address + CALL_HEADER + index * PARAMETER + (is_embedded ? 8 : 4);
    device->machine->write(address, &size, sizeof size);
}

static void write_parameter(struct fake_vmmdev *device, const struct fake_call *call, uint32_t index)
{
    const struct fake_parameter *said = &call->parameters[index];
    struct buffer buffer = buffer_of(call, index);
    if (said->kind == FAKE_NUMBER_32 || said->kind == FAKE_NUMBER_64) {
        device->machine->write(call->address + CALL_HEADER + index * PARAMETER + 4, &said->number,
                               said->kind == FAKE_NUMBER_32 ? 4 : 8);
        return;
    }
    if (said->kind != FAKE_PAGES && buffer.direction & FROM_HOST)
        transfer(device, call, &buffer, said->data, said->size < buffer.size ? said->size : buffer.size, true);
    if (buffer.type != PAGE_LIST)
        put_size(device, call, index, fake_hgcm.lies.too_large ? 0xffffff00 + index : said->size);
}

static void spoil(struct fake_vmmdev *device, const struct fake_call *call)
{
    for (uint32_t i = 0; i < call->count; i++) {
        uint64_t address = call->address + CALL_HEADER + i * PARAMETER;
        uint32_t type = 13 - fake_get(parameter_at(call, i), 0);
        if (fake_hgcm.lies.retyped)
            device->machine->write(address, &type, sizeof type);
        for (uint32_t at = 0; at < PARAMETER && fake_hgcm.lies.noise; at++) {
            uint8_t byte = (uint8_t)((device->noise_state = device->noise_state * 1664525 + 1013904223) >> 24);
            device->machine->write(address + at, &byte, 1);
        }
    }
}

void fake_parameters_write(struct fake_vmmdev *device, const struct fake_call *call)
{
    for (uint32_t i = 0; i < call->count; i++)
        write_parameter(device, call, i);
    spoil(device, call);
}

void fake_parameters_read_pages(struct fake_vmmdev *device, struct fake_call *call)
{
    for (uint32_t i = 0; i < call->count; i++) {
        struct buffer buffer = buffer_of(call, i);
        if (call->parameters[i].kind == FAKE_PAGES && buffer.direction & TO_HOST)
            transfer(device, call, &buffer, call->parameters[i].data, buffer.size, false);
    }
}

void fake_parameters_write_pages(struct fake_vmmdev *device, const struct fake_call *call)
{
    for (uint32_t i = 0; i < call->count; i++) {
        const struct fake_parameter *said = &call->parameters[i];
        struct buffer buffer = buffer_of(call, i);
        if (said->kind == FAKE_PAGES && buffer.direction & FROM_HOST)
            transfer(device, call, &buffer, said->data, said->size < buffer.size ? said->size : buffer.size, true);
    }
}

bool fake_parameters_are(const struct fake_call *call, const char *kinds)
{
    if (call->count != strlen(kinds))
        return false;
    for (uint32_t i = 0; i < call->count; i++) {
        int kind = (int)call->parameters[i].kind;
        if (kinds[i] == '4' ? kind != FAKE_NUMBER_32
            : kinds[i] == '8' ? kind != FAKE_NUMBER_64
                              : kind != FAKE_BYTES && !(kinds[i] == 'd' && kind == FAKE_PAGES))
            return false;
    }
    return true;
}
