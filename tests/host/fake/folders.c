/* Shared folders as VirtualBox 7.2 serves them. Numbers are its own. */
// sources: tests/host/fake/folders_shares.c tests/host/fake/folders_files.c tests/host/fake/folders_paths.c
// sources: tests/host/fake/folders_values.c tests/host/fake/folders_names.c
#include "tests/host/fake/folders_part.h"
#include "tests/host/test.h"

struct fake_folders fake_folders;

static int32_t take_utf8(struct fake_call *call)
{
    (void)call;
    fake_folders.is_utf8 |= 1ull << call->client;
    return 0;
}

static int32_t show_links(struct fake_call *call)
{
    (void)call;
    fake_folders.shows_links |= 1ull << call->client;
    return 0;
}

static const struct fake_folders_function settings[] = { { 16, take_utf8 }, { 20, show_links }, { 0, NULL } };

static int32_t answer(struct fake_call *call)
{
    static const struct fake_folders_function *const all[] = {
        settings, fake_folders_of_shares, fake_folders_of_files, fake_folders_of_paths
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (const struct fake_folders_function *function = all[i]; function->answer; function++)
            if (function->number == call->function)
                return function->answer(call);
    return FAKE_ERROR_UNKNOWN;
}

static int32_t spoil(struct fake_call *call, int32_t status)
{
    for (uint32_t i = 0; i < call->count; i++) {
        struct fake_parameter *parameter = &call->parameters[i];
        if (test_random() % 4 == 0)
            parameter->number = test_random() >> test_random() % 64;
        for (uint64_t n = test_random() % 16; n && parameter->size; n--)
            parameter->data[test_random() % (parameter->size < 512 ? parameter->size : 512)] = (uint8_t)test_random();
    }
    return test_random() % 8 ? status : (int32_t)(test_random() % 512) - 256;
}

bool fake_shows_links(const struct fake_call *call) { return fake_folders.shows_links >> call->client & 1; }

static int32_t serve(struct fake_call *call)
{
    if (call->function >= FAKE_FUNCTIONS)
        return FAKE_ERROR_UNKNOWN;
    fake_folders.calls[call->function]++;
    if (fake_folders.before)
        fake_folders.before(call);
    if (fake_folders.lies.refused[call->function])
        return fake_folders.lies.refused[call->function];
    if (fake_folders.linger == (int)call->function)
        fake_folders.is_busy = !fake_folders.has_threads;
    if (fake_folders.linger == (int)call->function || fake_folders.is_busy)
        return FAKE_LATER;
    int32_t status = answer(call);
    return fake_folders.lies.noise && status != FAKE_LATER ? spoil(call, status) : status;
}

/* The oldest in a list that is not answered; waits for changes end otherwise. */
static struct fake_call *oldest(struct fake_call *list)
{
    struct fake_call *found = NULL;
    for (struct fake_call *call = list; call; call = call->next)
        if (!call->is_answered && call->function != 22 && (!found || call->number < found->number))
            found = call;
    return found;
}

/* In the order in which they came, whether somebody still waits for them or not. */
void fake_folders_go_on(void)
{
    struct fake_call *pending, *taken_back;
    fake_folders.linger = 0;
    fake_folders.is_busy = false;
    while ((pending = oldest(fake_hgcm.calls)) || fake_hgcm.taken_back) {
        taken_back = oldest(fake_hgcm.taken_back);
        if (!pending || (taken_back && taken_back->number < pending->number)) {
            fake_hgcm_carry_out(&host, taken_back, answer);
            fake_hgcm_forget(taken_back);
        } else {
            fake_hgcm_complete(&host, pending, fake_hgcm_carry_out(&host, pending, answer));
        }
    }
}

/* Another process goes on with the machine: mappings are there, handles are not. */
static void restore(void)
{
    fake_folders_close_all();
    fake_folders.version++;
    fake_folders.waits = 0;
    fake_folders.is_busy = false;
}

static void disconnect(uint32_t client)
{
    (void)client;
    fake_folders_close_all();
    for (uint32_t root = 0; root < FAKE_SHARES; root++)
        fake_folders.shares[root].maps = 0;
}

void fake_folders_start(void)
{
    static struct fake_service service = {
        .name = "VBoxSharedFolders", .takes_pages = true, .disconnect = disconnect, .call = serve, .restore = restore
    };
    fake_folders.room = UINT64_MAX;
    fake_folders.ignores_case = host_profile->system->ignores_case;
    fake_hgcm_offer(&service);
}
