/* Chapter 20: a call is answered, its interrupt comes, and nobody wants it any more, in every order. In the end host
 * and guest agree how it ended, and its page is the guest's again. */
// sources: drivers/guest/services/hgcm.c drivers/guest/events.c drivers/guest/vmmdev.c kernel/commands/leave.c
// sources: lib/format.c kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: kernel/memory/pages.c kernel/memory/memory_map.c tests/host/fake/services.c tests/host/fake/hgcm.c
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c tests/host/fake/interleave.c
#include "drivers/guest/services/hgcm.h"
#include "kernel/memory/pages.h"
#include "kernel/time/task.h"
#include "tests/host/fake/interleave.h"
#include "tests/host/fake/services.h"
#include "tests/host/test.h"

enum { FUNCTION = 7, ANSWER = 42, EVENT_HGCM = 2, RESTING = 8 };

static struct hgcm_client client = { .service = "service" };
static volatile bool wanted, cancelled;
static int ended;
static int32_t status;
static uint64_t completed, taken_back;
static size_t pages;

static int32_t answer_later(struct fake_call *call)
{
    (void)call;
    return FAKE_LATER;
}

static bool is_wanted(void *unused)
{
    (void)unused;
    return wanted;
}

static void work(void *unused)
{
    (void)unused;
    for (;;) {
        wait_until(is_wanted, NULL, WAIT_FOREVER);
        wanted = false;
        struct hgcm_call *call = hgcm_begin(&client, FUNCTION);
        call->cancelled = &cancelled;
        status = hgcm_finish(call, WAIT_FOREVER);
        EXPECT(call->is_left, ==, false);
        hgcm_end(call);
        ended++;
    }
}

static void begin(void)
{
    static struct fake_service service = { .name = "service", .call = answer_later };
    if (!host.machine) {
        services_machine();
        interleave_plug();
        fake_hgcm_offer(&service);
        services_start();
        EXPECT(hgcm_connect(&client), >=, 0);
        services_task(work, NULL);
    }
    cancelled = false;
    ended = 0;
    completed = fake_hgcm.completed;
    taken_back = fake_hgcm.cancelled;
    wanted = true;
    machine_settle();
}

static void answer(void)
{
    struct fake_call *call = fake_hgcm_find(FUNCTION);
    fake_hgcm.slow = true;
    if (call)
        fake_hgcm_complete(&host, call, ANSWER);
}

/* DONE stands in the guest's memory, and no event has come yet. */
static void write_answer(void)
{
    host.paused = true;
    fake_hgcm_deliver(&host);
    host.paused = false;
    fake_hgcm.slow = false;
}

static void raise_event(void) { fake_vmmdev_raise(&host, EVENT_HGCM); }

static void cancel(void)
{
    cancelled = true;
    fake_vmmdev_raise(&host, 0x400); /* a key, in truth: it wakes the processor */
}

static void judge(void)
{
    EXPECT(ended, ==, 1);
    EXPECT(fake_hgcm.completed - completed + fake_hgcm.cancelled - taken_back, ==, 1);
    EXPECT(status, ==, fake_hgcm.completed != completed ? ANSWER : HGCM_CANCELLED);
    EXPECT(fake_hgcm.pending, ==, 0);
    EXPECT(hgcm_counts.waiting + hgcm_counts.left, ==, 0);
    pages = pages ? pages : pages_allocated();
    EXPECT(pages_allocated(), <=, pages + RESTING);
    EXPECT_TEXT(host.complaints, "");
    EXPECT_TEXT(fake_log, "");
}

static void try(host_act *const acts[4]) { EXPECT(interleave(begin, acts, 4, judge), >, 20); }

TEST(a_call_that_is_answered_and_given_up_ends_once)
{
    static host_act *const acts[][4] = {
        { answer, write_answer, raise_event, cancel },
        { answer, write_answer, cancel, raise_event },
        { answer, cancel, write_answer, raise_event },
        { cancel, answer, write_answer, raise_event },
    };
    for (size_t i = 0; i < 4; i++)
        try(acts[i]);
}
