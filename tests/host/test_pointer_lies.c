/* Chapter 14: a pointer that hosts lie to. */
#include "tests/host/pointer.h"

static uint32_t random_number(void) { return (uint32_t)test_random() >> 8; }

static void lie_at_random(void)
{
    host.lies = (struct fake_vmmdev_lies){
        .silent = random_number() % 8 == 0,
        .no_event_port = random_number() % 16 == 0,
        .no_mouse_ex = random_number() % 8 == 0,
        .flag_stuck = random_number() % 8 == 0,
        .flag_dead = random_number() % 16 == 0,
        .never_dry = random_number() % 16 == 0,
        .noise = random_number() % 8 == 0,
        .foreign_events = random_number() % 8 == 0 ? random_number() : 0,
        .refused = random_number() % 8 == 0 ? (uint32_t)ALL_REQUESTS : random_number() % 256,
        .status = (int32_t)random_number() - 0x800000,
    };
    host.noise_state = random_number();
}

TEST(whatever_the_host_did_it_is_followed_when_it_is_honest_again)
{
    start();
    for (int i = 0; i < 300; i++) {
        lie_at_random();
        for (int k = 0; k < 10; k++) {
            fake_vmmdev_mouse(&host, (int32_t)random_number(), (int32_t)random_number(), (int32_t)random_number(), 0,
                              random_number());
            fake_vmmdev_raise(&host, random_number() & 0x7ff);
        }
        fake_vmmdev_integrate(&host, i % 7 != 0);
        machine_pass(20000);
        host.lies = (struct fake_vmmdev_lies){ 0 };
        fake_vmmdev_integrate(&host, true);
        machine_pass(20000);
        fake_vmmdev_mouse(&host, 65535 / 2 * (i % 2), i, 0, 0, 0);
        machine_pass(20000);
        expect_at(i % 2 * 511, i * HEIGHT / 65535);
    }
    EXPECT(fake_interrupts_off, ==, false);
}

/* In every process one start: with other numbers each time where it counts (tests/host/fuzz.py). */
TEST(a_host_that_lies_from_the_beginning_is_survived)
{
    screens = &screen;
    machine_start();
    lie_at_random();
    vmmdev_start();
    lie_at_random();
    events_start();
    lie_at_random();
    mouse_integration_start();
    for (int i = 0; i < 100; i++) {
        lie_at_random();
        fake_vmmdev_mouse(&host, (int32_t)random_number(), (int32_t)random_number(), 0, 0, random_number());
        fake_vmmdev_raise(&host, random_number() & 0x7ff);
        ps2_moves(1, 1, random_number() & 0x1f);
        machine_pass(20000);
    }
    EXPECT(fake_interrupts_off, ==, false);
}
