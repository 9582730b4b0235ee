/* VMMDev, on request. Numbers and order of checks: VirtualBox's own device. */
// sources: tests/host/fake/vmmdev_introductions.c tests/host/fake/vmmdev_mouse.c tests/host/fake/profiles.c
#include "tests/host/fake/vmmdev_part.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PORT_SUBMIT = 0, PORT_EVENTS = 8, HEADER = 24, REQUEST_MOST = 1 << 20, HEADER_VERSION = 0x10001 };
enum { PRESET = -225 };
enum { AT_SIZE = 0, AT_VERSION = 4, AT_TYPE = 8, AT_STATUS = 12, AT_RESERVED = 16, AT_REQUESTOR = 20 };
enum { BAR1_SIZE = 0, BAR1_VERSION = 4, BAR1_HAVE_EVENTS = 8 };
enum { EVENT_HGCM = 0x2, EVENT_DISPLAY = 0x4, EVENT_RESTORED = 0x10, EVENTS_VALID = 0x7ff };

void fake_vmmdev_complain(struct fake_vmmdev *device, const char *pattern, ...)
{
    size_t used = strlen(device->complaints);
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(device->complaints + used, sizeof device->complaints - used, pattern, arguments);
    va_end(arguments);
}

/* Events and the line: as level-triggered as the real one, and as easy to silence. */

static void set_line(struct fake_vmmdev *device, bool up)
{
    if (device->lies.never_dry && device->mask)
        up = true;
    device->memory[BAR1_HAVE_EVENTS] = (up || device->lies.flag_stuck) && !device->lies.flag_dead;
    if (up == device->line)
        return;
    device->line = up;
    device->machine->set_line(up);
}

void fake_vmmdev_lower(struct fake_vmmdev *device) { set_line(device, false); }

static void raise_line_if_needed(struct fake_vmmdev *device)
{
    if (device->guest_known && device->events & device->mask)
        set_line(device, true);
}

void fake_vmmdev_raise(struct fake_vmmdev *device, uint32_t events)
{
    if (device->paused)
        return;
    bool had_events = device->events & device->mask;
    device->events |= events;
    if (!had_events) /* else the line is thought to be up already, which need not be true after request 50 or 58 */
        raise_line_if_needed(device);
}

static uint32_t acknowledge(struct fake_vmmdev *device)
{
    if (device->mask_deferred)
        device->mask = device->next_mask;
    device->mask_deferred = false;
    uint32_t events = device->events & device->mask;
    if (!device->lies.never_dry)
        device->events &= ~device->mask;
    set_line(device, false);
    return events | device->lies.foreign_events;
}

/* Which events wake the guest: at once, or with the next acknowledge while some are pending. */
static int32_t change_mask(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t set = fake_get(request, FAKE_BODY), clear = fake_get(request, FAKE_BODY + 4) & ~(uint32_t)EVENT_HGCM;
    if (set & ~(uint32_t)EVENTS_VALID)
        fake_vmmdev_complain(device, "request 42 asks for unknown events 0x%x\n", set);
    if (device->events & device->mask) {
        device->next_mask = ((device->mask_deferred ? device->next_mask : device->mask) | set) & ~clear;
        device->mask_deferred = true;
        return 0;
    }
    device->mask = (device->mask | set) & ~clear;
    raise_line_if_needed(device);
    return 0;
}

static int32_t answer_acknowledge(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t events = acknowledge(device);
    if (device->interface_version >= 0x10004)
        fake_put(request, FAKE_BODY, events);
    return 0;
}

/* Requests. */

static const struct fake_vmmdev_request requests[] = {
    { 41, 28, .answer = answer_acknowledge },
    { 42, 32, .answer = change_mask },
    { 0 },
};

static struct fake_vmmdev_part own = { .requests = requests };

static const struct fake_vmmdev_request *find_request(const struct fake_vmmdev *device, uint32_t type)
{
    for (const struct fake_vmmdev_part *part = device->parts; part; part = part->next)
        for (const struct fake_vmmdev_request *request = part->requests; request->type; request++)
            if (request->type == type)
                return request;
    return NULL;
}

void fake_vmmdev_add(struct fake_vmmdev *device, struct fake_vmmdev_part *part)
{
    part->next = device->parts;
    device->parts = part;
    if (part->reset)
        part->reset(device);
}

/* What the real device does not look at, and a careful guest gets right. */
static void judge_header(struct fake_vmmdev *device, const uint8_t *header)
{
    uint32_t type = fake_get(header, AT_TYPE);
    if ((int32_t)fake_get(header, AT_STATUS) >= 0)
        fake_vmmdev_complain(device, "request %u: its status is not preset to a failure\n", type);
    if (fake_get(header, AT_RESERVED))
        fake_vmmdev_complain(device, "request %u: reserved field 0x%x\n", type, fake_get(header, AT_RESERVED));
    if (device->fills_requestor && !(fake_get(header, AT_REQUESTOR) & 7))
        fake_vmmdev_complain(device, "request %u: no requestor, though it was announced\n", type);
}

static int32_t judge(struct fake_vmmdev *device, uint8_t *request, const struct fake_vmmdev_request *known)
{
    uint32_t type = fake_get(request, AT_TYPE), size = fake_get(request, AT_SIZE);
    if (device->lies.refused == (uint32_t)ALL_REQUESTS || device->lies.refused == type)
        return device->lies.status;
    if (!device->guest_known && !(known && known->for_strangers))
        return FAKE_ERROR_NOT_SUPPORTED;
    if (size > REQUEST_MOST)
        return FAKE_ERROR_NOT_SUPPORTED;
    if (!known)
        return FAKE_ERROR_UNKNOWN;
    if (known->any_size ? size < known->size : size != known->size)
        return FAKE_ERROR_PARAMETER;
    return known->answer(device, request);
}

static void make_noise(struct fake_vmmdev *device, uint8_t *request, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        device->noise_state = device->noise_state * 1664525 + 1013904223;
        if (i < AT_STATUS || i >= AT_STATUS + 4)
            request[i] = (uint8_t)(device->noise_state >> 24);
    }
    fake_put(request, AT_STATUS, device->noise_state >> 1); /* success, of an unknown kind */
}

static struct fake_vmmdev_access *note(struct fake_vmmdev *device, int kind)
{
    size_t most = sizeof device->trace / sizeof device->trace[0];
    struct fake_vmmdev_access *access = &device->trace[device->accesses < most ? device->accesses : most - 1];
    device->accesses++;
    *access = (struct fake_vmmdev_access){ .kind = kind };
    return access;
}

static void submit(struct fake_vmmdev *device, uint32_t address)
{
    struct fake_vmmdev_access *access = note(device, FAKE_VMMDEV_REQUEST);
    uint8_t header[HEADER];
    device->machine->read(address, header, HEADER);
    uint32_t size = fake_get(header, AT_SIZE);
    access->type = fake_get(header, AT_TYPE);
    access->size = size;
    access->status = PRESET;
    if (size < HEADER || fake_get(header, AT_VERSION) != HEADER_VERSION) {
        fake_vmmdev_complain(device, "a request of %u bytes and version 0x%x: dropped\n", size,
                             fake_get(header, AT_VERSION));
        return;
    }
    judge_header(device, header);
    if (device->lies.silent)
        return;
    const struct fake_vmmdev_request *known = find_request(device, access->type);
    size_t copied = size > REQUEST_MOST ? HEADER : size;
    uint8_t *request = malloc(copied);
    device->machine->read(address, request, copied);
    device->address = address;
    access->status = judge(device, request, known);
    fake_put(request, AT_STATUS, (uint32_t)access->status);
    if (device->lies.noise)
        make_noise(device, request, copied);
    device->machine->write(address, request, copied);
    free(request);
    for (struct fake_vmmdev_part *part = device->parts; part; part = part->next)
        if (part->after)
            part->after(device);
}

/* Ports. */

uint32_t fake_vmmdev_read(struct fake_vmmdev *device, uint16_t offset, int bytes)
{
    if (offset != PORT_EVENTS || bytes != 4) {
        struct fake_vmmdev_access *odd = note(device, FAKE_VMMDEV_ODD);
        odd->type = offset;
        odd->size = (uint32_t)bytes;
        fake_vmmdev_complain(device, "%d bytes read at port +%u\n", bytes, offset);
        return 0xffffffff;
    }
    struct fake_vmmdev_access *access = note(device, FAKE_VMMDEV_FETCH);
    bool offered = device->guest_known && device->interface_version >= 0x10004 && !device->lies.no_event_port;
    access->value = 0xffffffff;
    return access->value = offered ? acknowledge(device) : 0xffffffff;
}

void fake_vmmdev_write(struct fake_vmmdev *device, uint16_t offset, uint32_t value, int bytes)
{
    if ((offset == PORT_SUBMIT || offset == PORT_EVENTS) && bytes == 4) {
        submit(device, value);
        return;
    }
    struct fake_vmmdev_access *odd = note(device, FAKE_VMMDEV_ODD);
    odd->type = offset;
    odd->size = (uint32_t)bytes;
    fake_vmmdev_complain(device, "%d bytes written at port +%u\n", bytes, offset);
}

/* Life. */

void fake_vmmdev_reset(struct fake_vmmdev *device)
{
    device->guest_known = device->fills_requestor = false;
    device->interface_version = device->operating_system = device->capabilities = 0;
    device->facility_count = 0;
    device->events &= EVENT_DISPLAY; /* a hint waits for the next guest */
    device->mask = 0;
    device->mask_deferred = false;
    memset(device->memory, 0, 16);
    fake_put(device->memory, BAR1_SIZE, device->memory_size);
    fake_put(device->memory, BAR1_VERSION, device->memory_version);
    set_line(device, false);
    for (struct fake_vmmdev_part *part = device->parts; part; part = part->next)
        if (part->reset)
            part->reset(device);
}

void fake_vmmdev_restore(struct fake_vmmdev *device) { fake_vmmdev_raise(device, EVENT_RESTORED); }

void fake_vmmdev_start(struct fake_vmmdev *device, const struct fake_vmmdev_machine *machine, uint8_t *memory)
{
    const struct host_release *release = host_profile->release;
    *device = (struct fake_vmmdev){
        .machine = machine,
        .memory = memory,
        .major = release->major,
        .minor = release->minor,
        .build = release->build,
        .revision = release->revision,
        .features = release->features,
        .memory_version = 1,
        .memory_size = 0x3ffd28,
        .mouse = release->mouse,
        .integration = true,
    };
    fake_vmmdev_add(device, &own);
    fake_vmmdev_add(device, &fake_vmmdev_introductions);
    fake_vmmdev_add(device, &fake_vmmdev_mouse_part);
    fake_vmmdev_reset(device);
}

const char *fake_vmmdev_trace(const struct fake_vmmdev *device, size_t from)
{
    static char text[16384];
    size_t used = 0;
    text[0] = 0;
    for (size_t i = from; i < device->accesses && used + 80 < sizeof text; i++) {
        const struct fake_vmmdev_access *access = &device->trace[i];
        if (access->kind == FAKE_VMMDEV_REQUEST)
            used +=
                (size_t)sprintf(text + used, "request %u, %u bytes: %d\n", access->type, access->size, access->status);
        else if (access->kind == FAKE_VMMDEV_FETCH)
            used += (size_t)sprintf(text + used, "fetch: 0x%x\n", access->value);
        else
            used += (size_t)sprintf(text + used, "odd: %u bytes at +%u\n", access->size, access->type);
    }
    return text;
}

size_t fake_vmmdev_count(const struct fake_vmmdev *device, int kind, uint32_t type)
{
    size_t count = 0;
    for (size_t i = 0; i < device->accesses; i++)
        count += (int)device->trace[i].kind == kind && (kind != FAKE_VMMDEV_REQUEST || device->trace[i].type == type);
    return count;
}
