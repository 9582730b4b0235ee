/* What the tests of chapter 20 share: a service that gives everything back changed, and a client of it. */
// sources: drivers/guest/services/hgcm.c drivers/guest/events.c drivers/guest/vmmdev.c kernel/commands/leave.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm kernel/memory/pages.c
// sources: kernel/memory/memory_map.c lib/format.c tests/host/fake/services.c tests/host/fake/hgcm.c
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#pragma once
#include "drivers/guest/services/hgcm.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/commands/leave.h"
#include "kernel/time/task.h"
#include "tests/host/fake/services.h"
#include "tests/host/test.h"

enum { ECHO = 1, WAIT = 2, FAIL = 3, PLAIN = 4, SHORT = 5, GROW = 6 };
enum { IO_ERROR = -100 };

/* Numbers come back one larger, bytes inverted. */
static inline void change(struct fake_parameter *parameter)
{
    parameter->number++;
    for (uint32_t i = 0; i < parameter->size; i++)
        parameter->data[i] ^= 0xff;
}

static inline int32_t serve(struct fake_call *call)
{
    if (call->function == WAIT)
        return FAKE_LATER;
    for (uint32_t i = 0; i < call->count && call->function != PLAIN; i++) {
        change(&call->parameters[i]);
        call->parameters[i].size >>= call->function == SHORT;
        call->parameters[i].size += call->function == GROW ? 1000 : 0;
    }
    return call->function == FAIL ? IO_ERROR : 7;
}

static struct fake_service service = { .name = "Echo", .takes_pages = true, .call = serve };
static struct hgcm_client client = { "Echo", 0, NULL };
static size_t pages_before;

/* Some calls first, so that the pages that rest are there. */
static inline void start(void)
{
    services_start();
    fake_hgcm_offer(&service);
    EXPECT(hgcm_connect(&client), >=, 0);
    for (int i = 0; i < 8; i++) {
        struct hgcm_call *call = hgcm_begin(&client, PLAIN);
        EXPECT(hgcm_finish(call, WAIT_FOREVER), ==, 7);
        hgcm_end(call);
    }
    pages_before = pages_allocated();
}

static inline void expect_all_given_back(void)
{
    EXPECT(pages_allocated(), ==, pages_before);
    EXPECT(hgcm_counts.waiting, ==, 0);
    EXPECT_TEXT(host.complaints, "");
}
