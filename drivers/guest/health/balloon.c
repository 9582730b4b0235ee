/* Chapter 18: how does a host get back memory that it has given to a guest?
 *
 * It asks, and a balloon swells in the guest: pages that the guest has taken from its own allocator and does not touch
 * any more, so that the host can use them elsewhere. They go and come by the MiB. What the host has taken we keep a
 * list of; a MiB that it refused in the middle may be half its own, so nobody may use that one either, and it is the
 * first to be offered again. */
#include "drivers/guest/health/balloon.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/print.h"
#include "kernel/memory/pages.h"
#include "kernel/time/task.h"
#include "lib/number.h"

enum {
    MIB_PAGES = VMMDEV_BALLOON_PAGES,
    RESERVE_PAGES = 16 * MIB_PAGES, /* of which the kernel lives: surfaces of new screens, stacks, buffers */
};

/* The list of what was lent: a stack of addresses, in as many pages as it takes. */
struct lent {
    struct lent *below;
    size_t count;
    uint8_t *chunks[PAGE_BYTES / sizeof(void *) - 2];
};
_Static_assert(sizeof(struct lent) == PAGE_BYTES, "a page of the list");
enum { CHUNKS = sizeof((struct lent *)0)->chunks / sizeof(void *) };

struct balloon balloon;
static struct lent *lent;
static uint8_t *doubtful; /* a MiB that the host may or may not have taken */
static bool asked;
static struct task task;

/* Room on the list for one more. */
static bool make_room(void)
{
    if (lent && lent->count < CHUNKS)
        return true;
    struct lent *page = pages_allocate(1, ZONE_ANY);
    if (!page)
        return false;
    page->below = lent;
    page->count = 0;
    lent = page;
    return true;
}

static void drop_empty_page(void)
{
    if (!lent || lent->count)
        return;
    struct lent *below = lent->below;
    pages_free(lent, 1);
    lent = below;
}

static bool tell_host(uint8_t *chunk, bool inflate)
{
    static struct vmmdev_balloon_pages request;
    request.count = MIB_PAGES;
    request.inflate = inflate;
    for (size_t i = 0; i < MIB_PAGES; i++)
        request.pages[i] = (uintptr_t)chunk + i * PAGE_BYTES;
    return vmmdev_send(&request.header, VMMDEV_CHANGE_BALLOON, sizeof request) >= 0;
}

/* A MiB that the kernel can do without; NULL: it cannot. */
static uint8_t *find_chunk(void)
{
    if (doubtful)
        return doubtful;
    if (pages_total() - pages_allocated() < RESERVE_PAGES + MIB_PAGES)
        return NULL;
    return pages_allocate(MIB_PAGES, ZONE_ANY);
}

/* One MiB more, or one less. False: not possible now. */
static bool inflate(void)
{
    uint8_t *chunk = make_room() ? find_chunk() : NULL;
    balloon.kept = !chunk;
    if (!chunk)
        return false;
    doubtful = chunk;
    balloon.refused = !tell_host(chunk, true);
    if (balloon.refused)
        return false;
    doubtful = NULL;
    lent->chunks[lent->count++] = chunk;
    balloon.held++;
    return true;
}

static bool deflate(void)
{
    uint8_t *chunk = lent->chunks[lent->count - 1];
    balloon.refused = !tell_host(chunk, false);
    if (balloon.refused)
        return false;
    lent->count--;
    balloon.held--;
    pages_free(chunk, MIB_PAGES);
    return true;
}

static void ask_size(void)
{
    static struct vmmdev_balloon request;
    request.acknowledge = VMMDEV_EVENT_BALLOON_CHANGE;
    asked = false;
    if (vmmdev_send(&request.header, VMMDEV_GET_BALLOON_CHANGE, sizeof request) >= 0)
        balloon.wanted = request.wanted;
}

/* MiB by MiB, so that others run in between, until it is as large as asked, or can get no larger. */
static void adjust(void)
{
    balloon.kept = balloon.refused = false;
    while (!asked && balloon.held != balloon.wanted && (balloon.held < balloon.wanted ? inflate() : deflate())) {
        drop_empty_page();
        wait_for(0);
    }
    drop_empty_page();
}

static void log_once(bool *logged, const char *why)
{
    if (!*logged)
        print("    Balloon: the host wants %lu MiB and has %lu; %s\n", balloon.wanted, balloon.held, why);
    *logged = true;
}

static bool is_asked(void *unused)
{
    (void)unused;
    return asked;
}

static void run_balloon(void *unused)
{
    static bool kept_logged, refused_logged;
    (void)unused;
    for (;;) {
        ask_size();
        adjust();
        if (balloon.kept)
            log_once(&kept_logged, "the kernel needs the rest");
        if (balloon.refused)
            log_once(&refused_logged, "it refuses the next, which nobody uses from now on");
        wait_until(is_asked, NULL, WAIT_FOREVER);
    }
}

static void ask_again(uint32_t events)
{
    (void)events;
    asked = true;
}

static struct event_subscriber changes = { VMMDEV_EVENT_BALLOON_CHANGE | VMMDEV_EVENT_RESTORED, NULL, ask_again, NULL };

void balloon_start(void)
{
    events_subscribe(&changes);
    task_create(&task, "balloon", run_balloon, NULL);
}
