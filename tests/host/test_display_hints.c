/* Chapter 16: every wish of the host arrives once, whenever it was made. */
// sources: drivers/guest/screens/display_hints.c drivers/guest/events.c drivers/guest/vmmdev.c lib/format.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/vmmdev_display.c tests/host/fake/machine.c
#include "drivers/guest/screens/display_hints.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/vmmdev_display.h"
#include "tests/host/test.h"

enum { GRAPHICS = 4 };

static struct vmmdev_display_hint hints[VMMDEV_SCREENS];
static size_t hint_count, answers;

static void answer(const struct vmmdev_display_hint *from, size_t count)
{
    EXPECT(count, >=, 1);
    EXPECT(count, <=, VMMDEV_SCREENS);
    memcpy(hints, from, count * sizeof *from);
    hint_count = count;
    answers++;
}

static void start_machine(void)
{
    machine_start();
    fake_vmmdev_display_add(&host);
    vmmdev_start();
    events_start();
}

static void start(void)
{
    start_machine();
    display_hints_start(answer);
    machine_settle();
    host.accesses = 0;
}

static void expect_hint(size_t at, uint32_t screen, uint32_t width, uint32_t height)
{
    EXPECT(hint_count, >, at);
    EXPECT(hints[at].screen, ==, screen);
    EXPECT(hints[at].width, ==, width);
    EXPECT(hints[at].height, ==, height);
    EXPECT(hints[at].flags, ==, VMMDEV_DISPLAY_WIDTH | VMMDEV_DISPLAY_HEIGHT);
}

TEST(a_wish_costs_one_fetch_and_one_request)
{
    start();
    fake_vmmdev_wish(&host, 0, 1280, 800);
    machine_settle();
    expect_hint(0, 0, 1280, 800);
    EXPECT_TEXT(fake_vmmdev_trace(&host, 0), "fetch: 0x4\nrequest 81, 1824 bytes: 0\n");
    EXPECT_TEXT(host.complaints, "");
}

TEST(the_host_learns_that_this_guest_changes_its_modes)
{
    start();
    EXPECT(host.capabilities & GRAPHICS, ==, GRAPHICS);
}

/* What names event 1, as some guests do, leaves the hint pending; this one takes it. */
TEST(a_hint_that_was_taken_does_not_come_again)
{
    start();
    fake_vmmdev_wish(&host, 0, 1280, 800);
    machine_settle();
    EXPECT(fake_vmmdev_display.screens[0].is_pending, ==, false);
    fake_vmmdev_wish(&host, 0, 1280, 800);
    fake_vmmdev_restore(&host);
    machine_settle();
    EXPECT(answers, ==, 1);
    fake_vmmdev_wish(&host, 0, 1281, 800);
    machine_settle();
    EXPECT(answers, ==, 2);
}

TEST(a_wish_that_was_made_while_the_machine_was_paused_is_found_by_asking)
{
    start();
    host.paused = true;
    fake_vmmdev_wish(&host, 0, 1280, 800);
    host.paused = false;
    machine_settle();
    EXPECT(answers, ==, 0); /* nobody has called */
    events_ask_again();
    machine_pass(1100000); /* VMMDev's line has not proved itself yet */
    expect_hint(0, 0, 1280, 800);
}

TEST(hints_for_several_screens_arrive_together)
{
    start();
    fake_interrupts_off = true;
    for (uint32_t screen = 0; screen < 4; screen++)
        fake_vmmdev_wish(&host, screen, 800 + screen, 600);
    fake_interrupts_off = false;
    machine_settle();
    EXPECT(answers, ==, 1);
    EXPECT(hint_count, ==, 4);
    for (uint32_t screen = 0; screen < 4; screen++)
        expect_hint(screen, screen, 800 + screen, 600);
    EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, 81), ==, 1);
}

TEST(of_several_wishes_for_a_screen_the_last_one_counts)
{
    start();
    fake_interrupts_off = true;
    for (uint32_t width = 800; width < 900; width++)
        fake_vmmdev_wish(&host, 0, width, 600);
    fake_interrupts_off = false;
    machine_settle();
    EXPECT(answers, ==, 1);
    expect_hint(0, 0, 899, 600);
}

TEST(a_hint_that_waits_at_boot_is_taken_at_once)
{
    start_machine();
    fake_vmmdev_wish(&host, 0, 1280, 800);
    display_hints_start(answer); /* no task has run yet */
    EXPECT(answers, ==, 1);
    expect_hint(0, 0, 1280, 800);
    machine_settle();
    EXPECT(answers, ==, 1);
}

TEST(after_a_restore_hints_are_looked_for)
{
    start();
    fake_vmmdev_display.screens[0].newest = (struct fake_hint){ FAKE_HINT_SIZE, 0, 0, 0, 1280, 800, 32 };
    fake_vmmdev_display.screens[0].is_pending = true; /* its event went with the state */
    fake_vmmdev_restore(&host);
    machine_settle();
    expect_hint(0, 0, 1280, 800);
}

TEST(all_screens_that_a_host_can_have_fit)
{
    start();
    fake_interrupts_off = true;
    for (uint32_t screen = 0; screen < FAKE_SCREENS; screen++)
        fake_vmmdev_wish(&host, screen, 100 + screen, 100);
    fake_interrupts_off = false;
    machine_settle();
    EXPECT(hint_count, ==, FAKE_SCREENS);
    expect_hint(63, 63, 163, 100);
}

TEST(a_count_beyond_the_room_is_not_believed)
{
    start();
    fake_vmmdev_display.claimed_count = 0xffffffff;
    fake_vmmdev_wish(&host, 0, 1280, 800);
    machine_settle();
    EXPECT(answers, ==, 1);
    EXPECT(hint_count, ==, VMMDEV_SCREENS);
    expect_hint(0, 0, 1280, 800);
}

TEST(a_host_that_refuses_is_left_alone)
{
    start_machine();
    host.lies.refused = 81;
    host.lies.status = -12;
    fake_vmmdev_wish(&host, 0, 1280, 800);
    display_hints_start(answer);
    machine_settle();
    EXPECT(answers, ==, 0);
    EXPECT_LOGGED("request 81: refused, status -12\n");
}

TEST(without_a_host_nothing_happens)
{
    machine.without_device = true;
    start_machine();
    display_hints_start(answer);
    EXPECT(host.accesses, ==, 0);
    EXPECT(answers, ==, 0);
}

TEST(noise_is_handed_on_in_bounds)
{
    start();
    host.lies.noise = true;
    for (int i = 0; i < 100; i++) {
        fake_vmmdev_raise(&host, 4);
        machine_settle();
    }
}
