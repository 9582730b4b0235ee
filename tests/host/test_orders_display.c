/* Chapters 16 and 17: sizes and seamless mode are wished for and taken back while the guest asks for them. In the end
 * the guest has what the host wants last. */
// sources: drivers/guest/screens/display_hints.c drivers/guest/screens/seamless.c drivers/guest/events.c
// sources: drivers/guest/vmmdev.c kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: lib/format.c tests/host/fake/vmmdev.c tests/host/fake/vmmdev_display.c tests/host/fake/machine.c
// sources: tests/host/fake/interleave.c
#include "drivers/guest/screens/display_hints.h"
#include "drivers/guest/events.h"
#include "drivers/guest/screens/seamless.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/desktop.h"
#include "tests/host/fake/interleave.h"
#include "tests/host/fake/vmmdev_display.h"
#include "tests/host/test.h"

enum { SCREENS = 2, SMALL = 640, LARGE = 1280, LARGER = 1600 };

void log_join(struct log_output *output) { (void)output; }

static uint32_t widths[SCREENS];
struct rectangle desktop_windows[DESKTOP_WINDOWS] = { { 0, 0, 100, 10 } };
size_t desktop_window_count = 1;
void (*desktop_arranged)(void);

static void take(const struct vmmdev_display_hint *hints, size_t count)
{
    for (size_t i = 0; i < count; i++)
        widths[hints[i].screen] = hints[i].width;
}

static void wish(uint32_t screen, uint32_t width) { fake_vmmdev_wish(&host, screen, width, 600); }
static void wish_small(void) { wish(0, SMALL); }
static void wish_large(void) { wish(0, LARGE); }
static void wish_larger(void) { wish(0, LARGER); }
static void wish_other(void) { wish(1, LARGE); }
static void go_seamless(void) { fake_vmmdev_seamless(&host, VMMDEV_SEAMLESS_REGION); }
static void leave_seamless(void) { fake_vmmdev_seamless(&host, VMMDEV_SEAMLESS_OFF); }
static void restore(void) { fake_vmmdev_restore(&host); }

static void begin(void)
{
    if (!host.machine) {
        machine_start();
        fake_vmmdev_display_add(&host);
        interleave_plug();
        vmmdev_start();
        events_start();
        display_hints_start(take);
        seamless_start();
    }
    wish(0, SMALL);
    wish(1, SMALL);
    machine_settle();
    leave_seamless();
    machine_settle();
    fake_vmmdev_display.region_count = 0;
    desktop_windows[0].right++;
}

static void judge(void)
{
    for (uint32_t screen = 0; screen < SCREENS; screen++) {
        EXPECT(widths[screen], ==, fake_vmmdev_display.screens[screen].newest.width);
        EXPECT(fake_vmmdev_display.screens[screen].is_pending, ==, false);
    }
    EXPECT(seamless_mode, ==, fake_vmmdev_display.seamless);
    if (seamless_mode == VMMDEV_SEAMLESS_REGION)
        EXPECT(fake_vmmdev_display.region[0][2], ==, desktop_windows[0].right);
    EXPECT(host.line, ==, false);
    EXPECT_TEXT(host.complaints, "");
}

static void try(host_act *first, host_act *second, host_act *third)
{
    host_act *const acts[] = { first, second, third };
    EXPECT(interleave(begin, acts, 3, judge), >, 40);
}

TEST(the_last_wish_is_fulfilled_whenever_it_comes)
{
    try(wish_large, wish_larger, wish_other);
    try(wish_large, wish_other, wish_small); /* as it was */
    try(restore, wish_large, wish_larger);
    try(wish_large, restore, wish_small);
}

TEST(seamless_mode_is_what_the_host_wants_whenever_it_changes)
{
    try(go_seamless, wish_large, leave_seamless);
    try(go_seamless, leave_seamless, go_seamless);
    try(restore, go_seamless, restore);
}
