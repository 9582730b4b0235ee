/* Calls to services as VirtualBox 7.2 takes and completes them. Numbers are its own. */
// sources: tests/host/fake/hgcm_parameters.c
#include "tests/host/fake/hgcm_part.h"
#include "tests/host/fake/fake.h"
#include <stdlib.h>

enum { EVENT_HGCM = 2, DONE = 1, AT_FLAGS = 24, AT_RESULT = 28, HGCM_BODY = 32 };
enum { CONNECT = 60, DISCONNECT = 61, CALL = 63, CANCEL = 65 };
enum { AT_CLIENT = 32, AT_FUNCTION = 36, AT_COUNT = 40, NAME_BYTES = 128, AT_NEW_CLIENT = 164, PAGE = 4096 };
enum { STATUS_NOT_FOUND = -78, NO_SERVICE = -2900, BAD_CLIENT = -2905, TOO_MANY_CALLS = -2909 };

struct fake_hgcm fake_hgcm;
static bool is_in_request; /* until the guest has its answer, nothing is completed */

/* Pending requests. */

static struct fake_call *keep(struct fake_vmmdev *device, const uint8_t *request)
{
    struct fake_call *call = calloc(1, sizeof *call), **end = &fake_hgcm.calls;
    is_in_request = true;
    call->number = fake_hgcm.taken;
    call->address = device->address;
    call->size = fake_size(request);
    call->type = fake_get(request, 8);
    call->request = malloc(call->size);
    memcpy(call->request, request, call->size);
    while (*end)
        end = &(*end)->next;
    *end = call;
    fake_hgcm.taken++;
    fake_hgcm.pending++;
    if (fake_hgcm.pending > fake_hgcm.most_pending)
        fake_hgcm.most_pending = fake_hgcm.pending;
    device->mask |= EVENT_HGCM; /* by itself */
    return call;
}

static void take_out(struct fake_call *call)
{
    struct fake_call **link = &fake_hgcm.calls;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    fake_hgcm.pending--;
}

static void discard(struct fake_call *call)
{
    for (uint32_t i = 0; i < call->count; i++)
        free(call->parameters[i].data);
    free(call->request);
    free(call);
}

static void drop(struct fake_call *call)
{
    take_out(call);
    discard(call);
}

static struct fake_service *service_of(uint32_t client)
{
    return client && client <= fake_hgcm.newest_client ? fake_hgcm.clients[client].service : NULL;
}

static uint32_t calls_of(uint32_t client)
{
    uint32_t count = 0;
    for (const struct fake_call *call = fake_hgcm.calls; call; call = call->next)
        count += call->type == CALL && call->client == client;
    return count;
}

/* Completion: values, then the result, then DONE, then the event. */

static bool is_kept_in_place(const struct fake_call *call)
{
    return call->type == CALL && call->address % PAGE + call->size < PAGE;
}

/* A pending request is the host's: nobody else may have changed it. */
static void judge_untouched(struct fake_vmmdev *device, const struct fake_call *call)
{
    uint8_t *now = malloc(call->size);
    device->machine->read(call->address, now, call->size);
    fake_put(now, 12, fake_get(call->request, 12)); /* the status was ours */
    for (uint32_t i = 0; i < call->size; i++)
        if (now[i] != call->request[i]) {
            fake_vmmdev_complain(device, "request %u: byte %u was touched while it was pending\n", call->type, i);
            break;
        }
    free(now);
}

static void write_back(struct fake_vmmdev *device, const struct fake_call *call)
{
    uint64_t address = call->address;
    uint32_t done = DONE, accepted = FAKE_LATER;
    if (is_kept_in_place(call)) {
        fake_hgcm.kept_in_place++;
    } else {
        fake_hgcm.written_whole++;
        device->machine->write(address, call->request, call->size);
        device->machine->write(address + 12, &accepted, sizeof accepted);
    }
    fake_parameters_write(device, call);
    if (call->type == CONNECT)
        device->machine->write(address + AT_NEW_CLIENT, &call->client, sizeof call->client);
    device->machine->write(address + AT_RESULT, &call->status, sizeof call->status);
    if (fake_hgcm.lies.without_done)
        return;
    device->machine->write(address + AT_FLAGS, &done, sizeof done);
    fake_vmmdev_raise(device, EVENT_HGCM);
}

int32_t fake_hgcm_carry_out(struct fake_vmmdev *device, struct fake_call *call, int32_t (*answer)(struct fake_call *))
{
    fake_parameters_read_pages(device, call);
    int32_t status = answer(call);
    if (status != FAKE_LATER)
        fake_parameters_write_pages(device, call);
    return status;
}

void fake_hgcm_forget(struct fake_call *call)
{
    struct fake_call **link = &fake_hgcm.taken_back;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    discard(call);
}

/* The second completion of a call that the guest has forgotten. */
static void write_again(struct fake_vmmdev *device, uint32_t address)
{
    uint32_t done = DONE, result = 1;
    device->machine->write(address + AT_RESULT, &result, sizeof result);
    device->machine->write(address + AT_FLAGS, &done, sizeof done);
    fake_vmmdev_raise(device, EVENT_HGCM);
}

static void deliver(struct fake_vmmdev *device, struct fake_call *call)
{
    static uint32_t before;
    judge_untouched(device, call);
    uint32_t address = call->address;
    struct fake_call kept = *call; /* raising the event may let the guest call again */
    struct fake_call **link = &fake_hgcm.calls;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    fake_hgcm.pending--;
    fake_hgcm.completed++;
    write_back(device, &kept);
    for (uint32_t i = 0; i < kept.count; i++)
        free(kept.parameters[i].data);
    free(kept.request);
    free(call);
    if (fake_hgcm.lies.twice && before)
        write_again(device, before);
    before = address;
}

static struct fake_call *next_answered(void)
{
    struct fake_call *found = NULL;
    for (struct fake_call *call = fake_hgcm.calls; call; call = call->next)
        if (call->is_answered && (!found || fake_hgcm.backwards))
            found = call;
    return found;
}

void fake_hgcm_deliver(struct fake_vmmdev *device)
{
    struct fake_call *call;
    while ((call = next_answered()))
        deliver(device, call);
}

void fake_hgcm_complete(struct fake_vmmdev *device, struct fake_call *call, int32_t status)
{
    call->is_answered = true;
    call->status = status;
    if (!fake_hgcm.slow && !is_in_request)
        fake_hgcm_deliver(device);
}

struct fake_call *fake_hgcm_find(uint32_t function)
{
    struct fake_call *call = fake_hgcm.calls;
    while (call && (call->type != CALL || call->function != function || call->is_answered))
        call = call->next;
    return call;
}

/* Requests. */

static int32_t answer_connect(struct fake_vmmdev *device, uint8_t *request)
{
    const char *name = (const char *)request + 36;
    if (!memchr(name, 0, NAME_BYTES))
        return FAKE_ERROR_PARAMETER;
    if (fake_get(request, HGCM_BODY) != 2)
        fake_vmmdev_complain(device, "connect: location %u\n", fake_get(request, HGCM_BODY));
    struct fake_call *call = keep(device, request);
    struct fake_service *service = fake_hgcm.services;
    while (service && strcmp(service->name, name) != 0)
        service = service->next;
    call->is_answered = true;
    call->status = service ? 0 : NO_SERVICE;
    if (service && fake_hgcm.newest_client + 1 < FAKE_HGCM_CLIENTS) {
        uint32_t client = ++fake_hgcm.newest_client;
        call->status = service->connect ? service->connect(client) : 0;
        if (call->status >= 0) {
            fake_hgcm.clients[client].service = service;
            fake_hgcm.connected++;
            call->client = client;
        }
    }
    return FAKE_LATER;
}

static void give_back(uint32_t client)
{
    struct fake_service *service = fake_hgcm.clients[client].service;
    fake_hgcm.clients[client].service = NULL;
    fake_hgcm.connected--;
    if (service->disconnect)
        service->disconnect(client);
}

static int32_t answer_disconnect(struct fake_vmmdev *device, uint8_t *request)
{
    struct fake_call *call = keep(device, request);
    uint32_t client = fake_get(request, AT_CLIENT);
    call->is_answered = true;
    call->status = service_of(client) ? 0 : BAD_CLIENT;
    if (service_of(client))
        give_back(client);
    return FAKE_LATER;
}

/* What the service answers at once is delivered when the OUT is over. */
static void dispatch(struct fake_vmmdev *device, struct fake_call *call)
{
    int32_t status = fake_hgcm_carry_out(device, call, service_of(call->client)->call);
    if (status == FAKE_LATER)
        return;
    call->is_answered = true;
    call->status = status;
}

static int32_t answer_call(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t client = fake_get(request, AT_CLIENT), count = fake_get(request, AT_COUNT);
    struct fake_service *service = service_of(client);
    if (count > FAKE_HGCM_PARAMETERS || fake_size(request) < CALL_HEADER + count * PARAMETER)
        return FAKE_ERROR_PARAMETER;
    if (!service)
        return BAD_CLIENT;
    if (calls_of(client) >= (service->most_calls ? service->most_calls : 8192))
        return TOO_MANY_CALLS;
    if (fake_get(request, AT_FLAGS))
        fake_vmmdev_complain(device, "request 63: flags 0x%x\n", fake_get(request, AT_FLAGS));
    struct fake_call *call = keep(device, request);
    call->client = client;
    call->function = fake_get(request, AT_FUNCTION);
    call->count = count;
    int32_t status = fake_parameters_read(device, call, service);
    if (status < 0) {
        drop(call);
        return status;
    }
    dispatch(device, call);
    if (fake_hgcm.lies.done_at_once && call->is_answered) {
        fake_put(request, AT_FLAGS, DONE);
        fake_put(request, AT_RESULT, (uint32_t)call->status);
        status = call->status;
        drop(call);
        return status;
    }
    return FAKE_LATER;
}

static int32_t answer_cancel(struct fake_vmmdev *device, uint8_t *request)
{
    (void)device;
    uint32_t address = fake_get(request, FAKE_BODY);
    if (address == 0 || address == 0xffffffff)
        return FAKE_ERROR_PARAMETER;
    struct fake_call *call = fake_hgcm.calls;
    while (call && call->address != address)
        call = call->next;
    if (!call || call->is_answered || fake_hgcm.lies.deaf)
        return STATUS_NOT_FOUND;
    take_out(call);
    call->next = fake_hgcm.taken_back; /* by VMMDev; the service has it still */
    fake_hgcm.taken_back = call;
    fake_hgcm.cancelled++;
    return 0;
}

static void after(struct fake_vmmdev *device)
{
    is_in_request = false;
    if (!fake_hgcm.slow)
        fake_hgcm_deliver(device);
}

static void reset(struct fake_vmmdev *device)
{
    (void)device;
    while (fake_hgcm.calls)
        drop(fake_hgcm.calls);
    fake_hgcm.taken_back = NULL;
    for (uint32_t client = 1; client <= fake_hgcm.newest_client; client++)
        if (service_of(client))
            give_back(client);
}

void fake_hgcm_restore(struct fake_vmmdev *device)
{
    fake_hgcm.taken_back = NULL;
    for (struct fake_service *service = fake_hgcm.services; service; service = service->next)
        if (service->restore)
            service->restore();
    for (struct fake_call *call = fake_hgcm.calls; call; call = call->next) {
        if (call->type != CALL || call->is_answered)
            continue;
        fake_parameters_read(device, call, service_of(call->client));
        dispatch(device, call);
    }
    fake_vmmdev_restore(device);
    after(device);
}

static const struct fake_vmmdev_request requests[] = {
    { 60, 168, .answer = answer_connect },
    { 61, 36, .answer = answer_disconnect },
    { 63, 44, .any_size = true, .answer = answer_call },
    { 65, 28, .answer = answer_cancel },
    { 0 },
};

void fake_hgcm_offer(struct fake_service *service)
{
    service->next = fake_hgcm.services;
    fake_hgcm.services = service;
}

void fake_hgcm_start(struct fake_vmmdev *device)
{
    static struct fake_vmmdev_part part = { .requests = requests, .reset = reset, .after = after };
    fake_vmmdev_add(device, &part);
}
