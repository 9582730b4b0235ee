/* Chapter 17: the region goes to the host when it is wanted, and when it is another. */
// sources: drivers/guest/screens/seamless.c drivers/guest/events.c drivers/guest/vmmdev.c lib/format.c
// sources: kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/vmmdev_display.c tests/host/fake/machine.c
#include "drivers/guest/screens/seamless.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/desktop/desktop.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/vmmdev_display.h"
#include "tests/host/test.h"

struct rectangle desktop_windows[DESKTOP_WINDOWS];
size_t desktop_window_count;
void (*desktop_arranged)(void);

static void arrange(size_t windows)
{
    for (size_t i = 0; i < windows; i++)
        desktop_windows[i] = (struct rectangle){ (int32_t)i - 1, 10, 100 + (int32_t)i, 20 };
    desktop_window_count = windows;
    if (desktop_arranged)
        desktop_arranged();
}

static void start(void)
{
    machine_start();
    fake_vmmdev_display_add(&host);
    vmmdev_start();
    events_start();
    arrange(2);
    seamless_start();
    machine_settle();
}

static void switch_to(uint32_t mode)
{
    EXPECT(fake_vmmdev_seamless(&host, mode), ==, true);
    machine_settle();
}

TEST(nobody_is_told_who_does_not_ask)
{
    start();
    arrange(2);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 0);
    switch_to(VMMDEV_SEAMLESS_HOST_WINDOW);
    arrange(2);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 0);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_switch_while_the_machine_is_paused_is_found_by_asking)
{
    start();
    host.paused = true;
    switch_to(VMMDEV_SEAMLESS_REGION);
    host.paused = false;
    EXPECT(seamless_mode, ==, VMMDEV_SEAMLESS_OFF);
    events_ask_again();
    machine_pass(1100000); /* VMMDev's line has not proved itself yet */
    EXPECT(seamless_mode, ==, VMMDEV_SEAMLESS_REGION);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 1);
}

TEST(the_host_gets_the_region_when_it_wants_it)
{
    start();
    switch_to(VMMDEV_SEAMLESS_REGION);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 1);
    EXPECT(fake_vmmdev_display.region_count, ==, 2);
    EXPECT(fake_vmmdev_display.region[1][0] == 0 && fake_vmmdev_display.region[1][1] == 10, ==, true);
    EXPECT(fake_vmmdev_display.region[1][2] == 101 && fake_vmmdev_display.region[1][3] == 20, ==, true);
    EXPECT(fake_vmmdev_display.region[0][0], ==, -1);
    EXPECT_TEXT(host.complaints, "");
}

/* Others send it with every picture. */
TEST(only_another_region_is_sent)
{
    start();
    switch_to(VMMDEV_SEAMLESS_REGION);
    for (int i = 0; i < 10; i++)
        arrange(2);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 1);
    arrange(1);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 2);
    EXPECT(fake_vmmdev_display.region_count, ==, 1);
    arrange(0); /* nothing at all is a region, too */
    EXPECT(fake_vmmdev_display.regions_sent, ==, 3);
    EXPECT(fake_vmmdev_display.region_count, ==, 0);
    EXPECT(seamless_reports, ==, 3);
}

TEST(whoever_switches_it_on_again_gets_it_again)
{
    start();
    switch_to(VMMDEV_SEAMLESS_REGION);
    switch_to(VMMDEV_SEAMLESS_OFF);
    EXPECT(seamless_mode, ==, VMMDEV_SEAMLESS_OFF);
    arrange(1);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 1);
    switch_to(VMMDEV_SEAMLESS_REGION);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 2);
}

/* Others store the count and clamp the list later; the host refuses that. */
TEST(size_and_count_of_the_region_agree)
{
    start();
    arrange(DESKTOP_WINDOWS);
    switch_to(VMMDEV_SEAMLESS_REGION);
    EXPECT(fake_vmmdev_display.region_count, ==, DESKTOP_WINDOWS);
    EXPECT(fake_vmmdev_display.region[DESKTOP_WINDOWS - 1][2], ==, 100 + DESKTOP_WINDOWS - 1);
    arrange(3);
    EXPECT(fake_vmmdev_display.region_count, ==, 3);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_region_that_was_refused_is_sent_again)
{
    start();
    host.lies.refused = 72;
    host.lies.status = -8;
    switch_to(VMMDEV_SEAMLESS_REGION);
    EXPECT(seamless_reports, ==, 0);
    host.lies.refused = 0;
    arrange(2);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 1);
    EXPECT(seamless_reports, ==, 1);
}

TEST(a_mode_that_nobody_knows_is_off)
{
    start();
    switch_to(7);
    EXPECT(seamless_mode, ==, VMMDEV_SEAMLESS_OFF);
    EXPECT(fake_vmmdev_display.regions_sent, ==, 0);
}

TEST(after_a_restore_the_host_gets_it_again)
{
    start();
    switch_to(VMMDEV_SEAMLESS_REGION);
    fake_vmmdev_restore(&host);
    machine_settle();
    EXPECT(fake_vmmdev_display.regions_sent, ==, 2);
}

TEST(a_wish_from_before_the_driver_is_answered)
{
    machine_start();
    fake_vmmdev_display_add(&host);
    fake_vmmdev_display.seamless = VMMDEV_SEAMLESS_REGION;
    vmmdev_start();
    events_start();
    arrange(2);
    seamless_start();
    EXPECT(fake_vmmdev_display.regions_sent, ==, 1);
    EXPECT_TEXT(host.complaints, "");
}

TEST(without_a_host_nothing_happens)
{
    machine.without_device = true;
    start();
    arrange(2);
    EXPECT(host.accesses, ==, 0);
}
