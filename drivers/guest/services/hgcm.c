/* Chapter 20: how does a guest call a function of its host?
 *
 * The request says which service, which function, and with what. The host takes it while
 * the OUT instruction lasts and answers when it is done, which may be never: DONE is set in
 * the request, and an interrupt says that somewhere one was set. Until then the page is
 * the host's: whoever gives up must take the call back first, and if that fails, or is not
 * enough, the call is left to the host with all that it was lent, until it has ended. */
#include "drivers/guest/services/hgcm.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/commands/leave.h"
#include "kernel/core/print.h"
#include "kernel/desktop/board.h"
#include "kernel/faults/panic.h"
#include "kernel/time/task.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    CONNECT_TIME = 10 * 1000 * 1000, /* microseconds */
    COMPLETION_TIME = 500 * 1000,    /* of a call that cannot be taken back, because it is being completed */
    RESTING_PAGES = 8,
};

struct hgcm_counts hgcm_counts;
static struct hgcm_client *clients;
static struct hgcm_call *left;
static bool is_offered;

/* What hgcm_begin returns where there is no memory. Nobody waits before it ends, so one serves all. */
static struct hgcm_call unsent;

/* What the host changes behind the compiler's back; the result is valid once it is done. */
static bool is_done(const struct hgcm_call *call)
{
    return *(const volatile uint32_t *)&call->header.header.flags & HGCM_DONE;
}

static int32_t result_of(const struct hgcm_call *call)
{
    return *(const volatile int32_t *)&call->header.header.result;
}

static bool is_unwanted(const struct hgcm_call *call) { return call->cancelled && *call->cancelled; }
static bool has_ended(void *call) { return is_done(call); }
static bool is_over(void *call) { return is_done(call) || is_unwanted(call); }

/* True: the host will never write into the call again. */
static bool take_back(struct hgcm_call *call)
{
    static struct hgcm_cancel request;
    request.address = (uint32_t)(uintptr_t)call;
    return vmmdev_ask(&request.request, VMMDEV_HGCM_CANCEL, sizeof request) >= 0 ||
           wait_until(has_ended, call, COMPLETION_TIME);
}

static void leave(struct hgcm_call *call)
{
    call->is_left = true;
    call->next = left;
    left = call;
    hgcm_counts.left++;
}

/* One that nobody waits for any more. What VMMDev gives back it forgets, but not the service, which carries it out: it
 * reads and writes what was lent directly, and opens what nobody closes. Such a call is not taken back. */
static int32_t give_up(struct hgcm_call *call)
{
    static bool is_said;
    bool must_end = call->is_direct || call->ended, is_back = !must_end && take_back(call);
    if (is_done(call)) /* after all, while we took it back */
        return result_of(call);
    hgcm_counts.cancelled++;
    if (!is_back)
        leave(call);
    if (!is_back && !must_end && !is_said)
        print("    HGCM: the host neither ends a call nor gives it back; the page at 0x%x stays with it\n",
              (uint32_t)(uintptr_t)call);
    is_said |= !is_back && !must_end;
    return is_unwanted(call) ? HGCM_CANCELLED : HGCM_TIME_OUT;
}

/* Sends any of the three kinds of request that are answered later. Whatever its status was,
 * unless that is a failure: the host is done when it says DONE, and not before. */
static int32_t send(struct hgcm_call *call, enum vmmdev_request_type type, size_t size, uint64_t microseconds)
{
    call->header.header.flags = 0;
    call->header.header.result = VMMDEV_NO_ANSWER;
    int32_t status = vmmdev_send(&call->header.header.request, type, size);
    if (status < 0)
        return status;
    hgcm_counts.waiting++;
    wait_until(is_over, call, status == HGCM_ACCEPTED ? microseconds : 0);
    hgcm_counts.waiting--;
    return is_done(call) ? result_of(call) : give_up(call);
}

static struct hgcm_call *new_call(void)
{
    return is_offered ? pages_allocate_zeroed(1, ZONE_BELOW_4G) : NULL;
}

/* A page rests before it goes to somebody else: a host that completes a call twice finds nobody there. */
void hgcm_end(struct hgcm_call *call)
{
    static struct hgcm_call *resting[RESTING_PAGES];
    static size_t oldest;
    if (call == &unsent || call->is_left)
        return;
    if (resting[oldest])
        pages_free(resting[oldest], 1);
    resting[oldest] = call;
    oldest = (oldest + 1) % RESTING_PAGES;
}

void hgcm_free(void *start, size_t count)
{
    uintptr_t from = (uintptr_t)start, end = from + count * PAGE_BYTES;
    struct hgcm_call *call = left;
    while (call && (call->lent_end <= from || call->lent >= end))
        call = call->next;
    if (!call) {
        pages_free(start, count);
        return;
    }
    call->freed = start;
    call->freed_pages = count;
}

/* Where a left call that has ended is in the list; else the list's end. */
static struct hgcm_call **find_ended(void)
{
    struct hgcm_call **link = &left;
    while (*link && !is_done(*link))
        link = &(*link)->next;
    return link;
}

static bool one_has_ended(void *unused)
{
    (void)unused;
    return *find_ended();
}

static void end_left(struct hgcm_call **link)
{
    struct hgcm_call *call = *link;
    *link = call->next;
    call->is_left = false;
    hgcm_counts.left--;
    if (call->ended)
        call->ended(call, result_of(call));
    if (call->freed)
        hgcm_free(call->freed, call->freed_pages);
    hgcm_end(call);
}

static void run_calls(void *unused)
{
    (void)unused;
    for (;;) {
        struct hgcm_call **link = find_ended();
        if (*link)
            end_left(link);
        else
            wait_until(one_has_ended, NULL, WAIT_FOREVER);
    }
}

int32_t hgcm_connect(struct hgcm_client *client)
{
    check(client->identifier, ==, 0);
    struct hgcm_call *call = new_call();
    if (!call)
        return is_offered ? HGCM_NO_MEMORY : VMMDEV_NOT_SUPPORTED;
    struct hgcm_connect *request = (struct hgcm_connect *)call;
    request->location = HGCM_LOCATION_LOCAL;
    format(request->service, sizeof request->service, "%s", client->service);
    int32_t status = send(call, VMMDEV_HGCM_CONNECT, sizeof *request, CONNECT_TIME);
    client->identifier = status >= 0 ? request->client : 0;
    if (status >= 0 && !client->identifier)
        status = VMMDEV_NO_ANSWER;
    hgcm_end(call);
    if (status >= 0) {
        client->next = clients;
        clients = client;
        hgcm_counts.clients++;
    }
    return status;
}

static void forget(const struct hgcm_client *client)
{
    struct hgcm_client **link = &clients;
    while (*link && *link != client)
        link = &(*link)->next;
    if (!*link)
        return;
    *link = client->next;
    hgcm_counts.clients--;
}

void hgcm_disconnect(struct hgcm_client *client)
{
    uint32_t identifier = client->identifier;
    forget(client);
    client->identifier = 0; /* from now on nobody begins a call */
    struct hgcm_call *call = identifier ? new_call() : NULL;
    if (!call)
        return;
    ((struct hgcm_disconnect *)call)->client = identifier;
    send(call, VMMDEV_HGCM_DISCONNECT, sizeof(struct hgcm_disconnect), CONNECT_TIME);
    hgcm_end(call);
}

struct hgcm_call *hgcm_begin(const struct hgcm_client *client, uint32_t function)
{
    struct hgcm_call *call = new_call();
    if (!call) {
        call = memset(&unsent, 0, sizeof unsent);
        call->refused = HGCM_NO_MEMORY;
    }
    call->cancelled = task_current()->cancelled;
    call->header.client = client->identifier;
    call->header.function = function;
    return call;
}

/* The next parameter, or, where there is no room for one, the last again: the call will not be sent. */
static struct hgcm_parameter *add(struct hgcm_call *call, enum hgcm_parameter_type type)
{
    if (call->header.count == HGCM_PARAMETERS)
        call->refused = HGCM_TOO_LARGE;
    call->header.count = minimum(call->header.count + 1, HGCM_PARAMETERS);
    struct hgcm_parameter *parameter = &call->parameters[call->header.count - 1];
    *parameter = (struct hgcm_parameter){ .type = type };
    return parameter;
}

/* Where so many bytes of `data` begin, on a multiple of 8; NULL: there are not so many left. */
static uint8_t *reserve(struct hgcm_call *call, size_t bytes)
{
    uint32_t start = (call->used + 7) & ~7u;
    if (bytes > HGCM_DATA_BYTES - start) {
        call->refused = HGCM_TOO_LARGE;
        return NULL;
    }
    call->used = start + (uint32_t)bytes;
    return call->data + start;
}

void hgcm_give_32(struct hgcm_call *call, uint32_t number) { add(call, HGCM_NUMBER_32)->number_32 = number; }
void hgcm_give_64(struct hgcm_call *call, uint64_t number) { add(call, HGCM_NUMBER_64)->number_64 = number; }

static uint32_t offset_in_call(const struct hgcm_call *call, const void *at)
{
    return (uint32_t)((uintptr_t)at - (uintptr_t)call);
}

void *hgcm_give_buffer(struct hgcm_call *call, size_t bytes, enum hgcm_direction direction)
{
    struct hgcm_parameter *parameter = add(call, HGCM_EMBEDDED);
    uint8_t *place = reserve(call, bytes);
    if (!place)
        return NULL;
    parameter->embedded.place = direction | offset_in_call(call, place) << 8;
    parameter->embedded.size = (uint32_t)bytes;
    call->places[call->header.count - 1].offset = (uint16_t)(place - call->data);
    call->places[call->header.count - 1].capacity = (uint32_t)bytes;
    return place;
}

void hgcm_give_data(struct hgcm_call *call, const void *data, size_t bytes)
{
    void *place = hgcm_give_buffer(call, bytes, HGCM_TO_HOST);
    if (place)
        memcpy(place, data, bytes);
}

static void lend(struct hgcm_call *call, void *memory, size_t bytes, enum hgcm_direction direction,
                 enum hgcm_parameter_type type, size_t pages)
{
    if (!bytes) { /* a list of no pages is not allowed */
        hgcm_give_buffer(call, 0, direction);
        return;
    }
    uint64_t first = page_floor((uintptr_t)memory);
    struct hgcm_parameter *parameter = add(call, type);
    struct hgcm_pages *list = (struct hgcm_pages *)reserve(call, sizeof *list + pages * sizeof list->addresses[0]);
    if (!list)
        return;
    *list = (struct hgcm_pages){ direction, (uint16_t)((uintptr_t)memory - first), (uint16_t)pages };
    for (size_t i = 0; i < pages; i++)
        list->addresses[i] = first + i * PAGE_BYTES;
    check(call->lent_end, ==, 0);
    call->lent = (uintptr_t)memory;
    call->lent_end = call->lent + bytes;
    parameter->lent.size = (uint32_t)bytes;
    parameter->lent.pages = offset_in_call(call, list);
    call->places[call->header.count - 1].capacity = (uint32_t)bytes;
}

void hgcm_lend(struct hgcm_call *call, void *memory, size_t bytes, enum hgcm_direction direction)
{
    lend(call, memory, bytes, direction, HGCM_CONTIGUOUS, 1);
}

void hgcm_lend_direct(struct hgcm_call *call, void *memory, size_t bytes, enum hgcm_direction direction)
{
    size_t pages = pages_for((uintptr_t)memory % PAGE_BYTES + bytes);
    call->is_direct = true;
    lend(call, memory, bytes, direction, HGCM_NO_BOUNCE, pages);
}

int32_t hgcm_finish(struct hgcm_call *call, uint64_t microseconds)
{
    if (call->refused)
        return call->refused;
    if (!call->header.client)
        return HGCM_NOT_CONNECTED;
    if (is_unwanted(call))
        return HGCM_CANCELLED;
    size_t size = offsetof(struct hgcm_call, data) + call->used;
    int32_t status = send(call, VMMDEV_HGCM_CALL, size, microseconds);
    hgcm_counts.calls++;
    hgcm_counts.failed += status < 0;
    return status;
}

uint32_t hgcm_number_32(const struct hgcm_call *call, size_t index) { return call->parameters[index].number_32; }
uint64_t hgcm_number_64(const struct hgcm_call *call, size_t index) { return call->parameters[index].number_64; }

const void *hgcm_data(const struct hgcm_call *call, size_t index, size_t *bytes)
{
    *bytes = minimum(call->parameters[index].embedded.size, call->places[index].capacity);
    return call->data + call->places[index].offset;
}

size_t hgcm_lent(const struct hgcm_call *call, size_t index)
{
    return minimum(call->parameters[index].lent.size, call->places[index].capacity);
}

static void disconnect_all(void)
{
    while (clients)
        hgcm_disconnect(clients);
}

static bool tell_services(char *text, size_t size)
{
    format(text, size, "%u connections, %lu calls so far, %u without an answer yet", hgcm_counts.clients,
           hgcm_counts.calls, hgcm_counts.waiting);
    return hgcm_counts.clients;
}

const char *hgcm_start(void)
{
    enum { NEEDED = VMMDEV_HOST_EMBEDDED | VMMDEV_HOST_CONTIGUOUS | VMMDEV_HOST_NO_BOUNCE };
    static struct leave_function leaving = { disconnect_all, NULL };
    static struct board_row row = { "Services", tell_services, NULL };
    static struct task task;
    board_add(&row);
    if (!vmmdev.present)
        return "no host, no services";
    if ((vmmdev.host_features & NEEDED) != NEEDED)
        return "the host is too old for calls of this kind: no services";
    is_offered = true;
    leave_add(&leaving);
    task_create(&task, "calls", run_calls, NULL);
    return "calls with data in them, and with memory lent to the host";
}
