/* Time, pulse, statistics, balloon and session of VirtualBox's VMMDev: sizes, checks and answers are its own. */
#include "tests/host/fake/vmmdev_health.h"
#include "tests/host/fake/fake.h"
#include <sys/mman.h>

enum { PAGE = 4096, CHUNK_PAGES = 256, MIB = PAGE * CHUNK_PAGES, BILLION = 1000000000 };
enum { EVENT_BALLOON = 0x40, EVENT_STATISTICS = 0x80 };
enum { BALLOON_REFUSED = -1689 }; /* what a VirtualBox without its driver answers */

struct fake_health health;

uint64_t fake_health_time(void)
{
    int64_t drifted = (int64_t)((__int128)fake_time * health.drift / BILLION);
    return health.start * 1000 + fake_time + (uint64_t)(drifted + health.ahead);
}

static int32_t answer_time(struct fake_vmmdev *device, uint8_t *request)
{
    (void)device;
    if (health.time_disabled)
        return FAKE_ERROR_NOT_SUPPORTED;
    fake_put64(request, FAKE_BODY, health.lie ? health.lie : fake_health_time() / 1000);
    fake_time += health.slow;
    health.slow = 0;
    return 0;
}

static int32_t answer_session(struct fake_vmmdev *device, uint8_t *request)
{
    (void)device;
    fake_put64(request, FAKE_BODY, health.session);
    return 0;
}

/* Heartbeat. */

bool fake_health_is_flat(void)
{
    return health.beats_expected && (fake_time - health.last_beat) * 1000 > 2 * health.beat_interval;
}

static int32_t answer_heartbeat(struct fake_vmmdev *device, uint8_t *request)
{
    (void)request;
    if (!health.beats_expected)
        fake_vmmdev_complain(device, "a heartbeat that nobody expects\n");
    health.flatlines += fake_health_is_flat();
    health.last_beat = fake_time;
    health.beats++;
    return 0;
}

static int32_t configure_heartbeat(struct fake_vmmdev *device, uint8_t *request)
{
    if (request[FAKE_BODY + 8] > 1)
        fake_vmmdev_complain(device, "heartbeat: %u is neither on nor off\n", request[FAKE_BODY + 8]);
    health.beats_expected = request[FAKE_BODY + 8];
    health.last_beat = fake_time;
    fake_put64(request, FAKE_BODY, health.beat_interval);
    return 0;
}

/* Statistics. */

static int32_t answer_statistics_change(struct fake_vmmdev *device, uint8_t *request)
{
    if (fake_get(request, FAKE_BODY + 4) != EVENT_STATISTICS)
        fake_vmmdev_complain(device, "request 112 does not say which event it answers\n");
    fake_put(request, FAKE_BODY, health.statistics_told = health.statistics_interval);
    return 0;
}

static bool is_valid(const uint8_t *request, uint32_t bit) { return fake_get(request, 28) >> bit & 1; }

/* The host believes anything; whoever reads its tables does not. */
static int32_t take_report(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t idle = fake_get(request, 32), kernel = fake_get(request, 36), user = fake_get(request, 40);
    uint32_t total = fake_get(request, 64), available = fake_get(request, 68);
    if (!health.statistics_told)
        fake_vmmdev_complain(device, "a report that nobody wants\n");
    if (is_valid(request, 0) && is_valid(request, 1) && is_valid(request, 2) && idle + kernel + user != 100)
        fake_vmmdev_complain(device, "idle %u%%, kernel %u%%, user %u%%\n", idle, kernel, user);
    if (is_valid(request, 6) && fake_get(request, 56) > 100)
        fake_vmmdev_complain(device, "memory load %u%%\n", fake_get(request, 56));
    if (available > total || fake_get(request, 72) > total)
        fake_vmmdev_complain(device, "%u pages free, %u lent, of %u\n", available, fake_get(request, 72), total);
    if (fake_get(request, 60) != PAGE)
        fake_vmmdev_complain(device, "pages of %u bytes\n", fake_get(request, 60));
    memcpy(health.report, request, sizeof health.report);
    health.reports++;
    return 0;
}

void fake_health_ask_statistics(struct fake_vmmdev *device, uint32_t seconds)
{
    if (seconds == health.statistics_told)
        return;
    health.statistics_interval = seconds;
    fake_vmmdev_raise(device, EVENT_STATISTICS);
}

/* Balloon. */

static int32_t answer_balloon_change(struct fake_vmmdev *device, uint8_t *request)
{
    if (fake_get(request, FAKE_BODY + 8) != EVENT_BALLOON)
        fake_vmmdev_complain(device, "request 111 does not say which event it answers\n");
    fake_put(request, FAKE_BODY, health.balloon_told = health.balloon_wanted);
    fake_put(request, FAKE_BODY + 4, health.memory);
    return 0;
}

static size_t find_taken(uint64_t address)
{
    size_t i = 0;
    while (i < health.taken_count && health.taken[i] != address)
        i++;
    return i;
}

static void protect(uint64_t address, size_t bytes, bool host_has_it)
{
    mprotect((void *)address, bytes, host_has_it ? PROT_NONE : PROT_READ | PROT_WRITE);
}

static int32_t change_balloon(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t count = fake_get(request, FAKE_BODY), inflate = fake_get(request, FAKE_BODY + 4);
    uint64_t first = fake_get64(request, 32);
    health.balloon_changes++;
    if (count != CHUNK_PAGES)
        return FAKE_ERROR_PARAMETER;
    for (size_t i = 0; i < CHUNK_PAGES; i++) /* the real one takes any 256 pages; this guest lends whole pieces */
        if (fake_get64(request, 32 + i * 8) != first + i * PAGE || first % PAGE) {
            fake_vmmdev_complain(device, "page %zu of the balloon is 0x%lx\n", i, fake_get64(request, 32 + i * 8));
            return FAKE_ERROR_PARAMETER;
        }
    size_t place = find_taken(first);
    bool is_known = place < health.taken_count;
    if (inflate > 1 || is_known == inflate) {
        fake_vmmdev_complain(device, "balloon: 0x%lx %s\n", first, inflate ? "lent twice" : "was never lent");
        return FAKE_ERROR_PARAMETER;
    }
    if (!host_profile->system->has_balloon)
        return FAKE_ERROR_UNKNOWN;
    if (health.balloon_refused) {
        protect(first, MIB / 2, true);
        return BALLOON_REFUSED;
    }
    protect(first, MIB, inflate);
    if (inflate)
        health.taken[health.taken_count++] = first;
    else
        health.taken[place] = health.taken[--health.taken_count];
    return 0;
}

void fake_health_ask_balloon(struct fake_vmmdev *device, uint32_t mib)
{
    if (mib == health.balloon_told)
        return;
    health.balloon_wanted = mib;
    fake_vmmdev_raise(device, EVENT_BALLOON);
}

/* Surroundings. */

static int32_t answer_remote_display(struct fake_vmmdev *device, uint8_t *request)
{
    (void)device;
    request[FAKE_BODY] = health.remote_display;
    fake_put(request, FAKE_BODY + 4, health.experience);
    return 0;
}

static int32_t answer_processor(struct fake_vmmdev *device, uint8_t *request)
{
    (void)device;
    fake_put(request, FAKE_BODY, health.processor_change);
    fake_put(request, FAKE_BODY + 4, health.core);
    fake_put(request, FAKE_BODY + 8, health.package);
    health.processor_change = 1; /* reading clears */
    health.core = health.package = 0xffffffff;
    return 0;
}

static int32_t set_processor_status(struct fake_vmmdev *device, uint8_t *request)
{
    (void)device;
    uint32_t status = fake_get(request, FAKE_BODY);
    if (status != 1 && status != 2)
        return FAKE_ERROR_PARAMETER;
    health.processor_status = status;
    return 0;
}

void fake_health_restore(struct fake_vmmdev *device, uint64_t microseconds)
{
    health.session = health.session * 6364136223846793005u + 1442695040888963407u;
    health.ahead += (int64_t)microseconds;
    fake_vmmdev_restore(device);
}

static const struct fake_vmmdev_request requests[] = {
    { 10, 32, .answer = answer_time },
    { 110, 100, .answer = take_report },
    { 111, 36, .answer = answer_balloon_change },
    { 112, 32, .answer = answer_statistics_change },
    { 113, 2080, .answer = change_balloon },
    { 150, 32, .answer = answer_remote_display },
    { 210, 36, .answer = answer_processor },
    { 211, 28, .answer = set_processor_status },
    { 217, 32, .answer = answer_session },
    { 219, 24, .answer = answer_heartbeat },
    { 220, 36, .answer = configure_heartbeat },
    { 0 },
};

static void reset(struct fake_vmmdev *device)
{
    (void)device;
    health = (struct fake_health){
        .start = 1795381445000, /* 2026-11-22 21:04:05 */
        .session = 0x5e55104,
        .beat_interval = 2 * (uint64_t)BILLION,
        .memory = 128,
        .processor_change = 1,
        .core = 0xffffffff,
        .package = 0xffffffff,
        .processor_status = 1,
    };
}

void fake_health_start(struct fake_vmmdev *device)
{
    static struct fake_vmmdev_part part = { .requests = requests, .reset = reset };
    fake_vmmdev_add(device, &part);
}
