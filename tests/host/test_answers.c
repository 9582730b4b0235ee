/* Chapter 12: the answer to a request belongs to whoever asked, also when an interrupt comes before it is read. */
// sources: drivers/guest/events.c drivers/guest/vmmdev.c lib/format.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/vmmdev_part.h"
#include "tests/host/test.h"

void log_join(struct log_output *output) { (void)output; }

static struct vmmdev_host_version of_handler;
static int32_t status_of_handler = VMMDEV_NO_ANSWER;

static void ask_in_handler(uint32_t events)
{
    (void)events;
    status_of_handler = vmmdev_send(&of_handler.header, VMMDEV_GET_HOST_VERSION, sizeof of_handler);
}

/* The host answers request 1, and raises an event before the guest has looked. */
static void raise_behind_answer(struct fake_vmmdev *device)
{
    const struct fake_vmmdev_access *last = &device->trace[device->accesses - 1];
    if (last->kind == FAKE_VMMDEV_REQUEST && last->type == VMMDEV_GET_MOUSE_STATUS)
        fake_vmmdev_raise(device, VMMDEV_EVENT_MOUSE_POSITION);
}

static void expect_own_answers(uint32_t missing_features)
{
    static const struct fake_vmmdev_request none[] = { { 0 } };
    static struct fake_vmmdev_part part = { .requests = none, .after = raise_behind_answer };
    static struct event_subscriber subscriber = { VMMDEV_EVENT_MOUSE_POSITION, ask_in_handler, NULL, NULL };
    machine_start();
    host.features &= ~missing_features;
    vmmdev_start();
    events_start();
    events_subscribe(&subscriber);
    fake_vmmdev_add(&host, &part);
    host.x = 1234;
    host.y = 5678;
    static struct vmmdev_mouse_status of_task;
    EXPECT(vmmdev_send(&of_task.header, VMMDEV_GET_MOUSE_STATUS, sizeof of_task), ==, VMMDEV_OK);
    EXPECT(machine.interrupts, ==, 1); /* it was so: between the answer and here */
    EXPECT(of_task.header.type, ==, VMMDEV_GET_MOUSE_STATUS);
    EXPECT(of_task.x == 1234 && of_task.y == 5678, ==, true);
    EXPECT(status_of_handler, ==, VMMDEV_OK);
    EXPECT(of_handler.major == host.major && of_handler.build == host.build, ==, true);
}

TEST(an_interrupt_before_an_answer_is_read_changes_no_answer) { expect_own_answers(0); }

/* The acknowledge itself is a request here. */
TEST(a_slow_acknowledge_before_an_answer_is_read_changes_no_answer)
{
    expect_own_answers(VMMDEV_HOST_FAST_ACKNOWLEDGE);
}
