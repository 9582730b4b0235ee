/* Chapter 18: the time outside, from readings that are cut to milliseconds, with clocks that drift and machines that
 * stop. */
// sources: kernel/time/wall_clock.c lib/date.c
#include "kernel/time/wall_clock.h"
#include "kernel/time/clock.h"
#include "tests/host/test.h"

enum { SECOND = 1000000 };
#define START 1795381445000000ull /* 2026-11-22 21:04:05 */

static int64_t ahead; /* what the host's clock has more than the guest's */
static double drift;  /* millionths that the guest's clock is too slow */

static uint64_t host_time(void)
{
    return START + fake_time + (uint64_t)(ahead + (int64_t)((double)fake_time * drift / 1e6));
}
static int64_t error(void) { return (int64_t)(host_time() - wall_clock_now()); }

/* As drivers/guest/health/host_time.c tells it. */
static void read_host(void) { wall_clock_correct(host_time() / 1000 * 1000 + 500, fake_time, true); }

static int64_t worst; /* error, since it was set to 0 */

/* So much time passes, with a reading every two seconds and some looks at the clock in between. */
static void pass(uint64_t seconds)
{
    for (uint64_t step = 0; step < seconds * 10; step++) {
        uint64_t before = wall_clock_now();
        fake_time += SECOND / 10;
        uint64_t after = wall_clock_now();
        EXPECT(after, >, before);
        EXPECT(after - before, <, SECOND / 10 + SECOND / 100); /* smooth: never off by a tenth */
        EXPECT(after - before, >, SECOND / 10 - SECOND / 100);
        if (step % 20 == 0)
            read_host();
        worst = llabs(error()) > worst ? llabs(error()) : worst;
    }
}

TEST(nobody_has_told_the_time)
{
    fake_time = 5 * SECOND;
    EXPECT(wall_clock_now(), ==, 0);
    EXPECT(wall_clock.known, ==, false);
}

TEST(the_first_reading_sets_the_clock_without_a_word)
{
    fake_time = 5 * SECOND;
    read_host();
    EXPECT(llabs(error()), <=, 600);
    EXPECT(wall_clock.steps, ==, 0);
    EXPECT(wall_clock.readings, ==, 1);
    EXPECT_TEXT(fake_log, "");
}

TEST(between_readings_time_goes_on)
{
    read_host();
    uint64_t before = wall_clock_now();
    fake_time += 3600ull * SECOND;
    EXPECT(wall_clock_now() - before, ==, 3600ull * SECOND + 1); /* looking takes a microsecond here */
}

/* However wrong chapter 9 has measured: within a minute the drift is known, and the clock right to two milliseconds. */
static void drift_away(double millionths)
{
    drift = millionths;
    read_host();
    pass(60);
    worst = 0;
    pass(6 * 3600);
    EXPECT(worst, <=, 2500);
    EXPECT(wall_clock.drift, >, (int64_t)(millionths * 1000) - 5000);
    EXPECT(wall_clock.drift, <, (int64_t)(millionths * 1000) + 5000);
    EXPECT(wall_clock.steps, ==, 0);
    EXPECT(wall_clock.slews, >, 10);
    EXPECT_TEXT(fake_log, "");
}

TEST(a_clock_that_is_right_stays_right) { drift_away(0); }
TEST(a_slow_clock_is_made_faster) { drift_away(200); }
TEST(a_fast_clock_is_made_slower) { drift_away(-200); }
TEST(a_very_slow_clock_is_made_faster) { drift_away(5000); }
TEST(a_very_fast_clock_is_made_slower) { drift_away(-5000); }

/* Machines whose time has another speed (VirtualBox: WarpDrivePercentage). */

static void set_speed(uint64_t percent)
{
    double changed = 1e8 / (double)percent - 1e6;
    ahead += (int64_t)((double)fake_time * (drift - changed) / 1e6);
    drift = changed;
}

/* So many beats, with looks at the clock in between: it is never set back by less than a second. */
static void beat(int times)
{
    for (int i = 0; i < times * 20; i++) {
        uint64_t before = wall_clock_now();
        fake_time += SECOND / 10;
        EXPECT(wall_clock_now(), >, before);
        before = wall_clock_now();
        if (i % 20 == 19) {
            read_host();
            for (bool again = wall_clock_is_unsure(); again; again = false) {
                fake_time += SECOND / 2;
                read_host();
            }
        }
        EXPECT(wall_clock_now() >= before || wall_clock.last_step <= -SECOND, ==, true);
        worst = llabs(error()) > worst ? llabs(error()) : worst;
    }
}

static void run_at(uint64_t percent, const char *line, uint64_t most_steps)
{
    set_speed(percent);
    read_host();
    beat(5);
    EXPECT_LOGGED(line);
    EXPECT(wall_clock.steps, <=, most_steps);
    uint64_t steps = wall_clock.steps;
    worst = 0;
    beat(2000);
    EXPECT(worst, <=, 5000);
    EXPECT(wall_clock.steps, ==, steps);
    EXPECT(fake_log_count("\n"), ==, 1 + steps);
    EXPECT(llabs((int64_t)wall_clock_span(SECOND) - (int64_t)(SECOND * percent / 100)), <=, 100);
}

TEST(at_half_the_speed_it_is_learned) { run_at(50, "at about 50 % of the host's speed; made up for\n", 2); }
TEST(at_80_percent_it_is_learned) { run_at(80, "at about 80 % of the host's speed; made up for\n", 2); }
TEST(at_120_percent_it_is_learned) { run_at(120, "at about 120 % of the host's speed; made up for\n", 0); }
TEST(at_twice_the_speed_it_is_learned) { run_at(200, "at about 200 % of the host's speed; made up for\n", 2); }

TEST(a_speed_that_changes_is_learned_anew)
{
    static const uint64_t speeds[] = { 120, 100, 80, 150, 100 };
    read_host();
    beat(30);
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        set_speed(speeds[i]);
        beat(10);
        worst = 0;
        beat(100);
        EXPECT(worst, <=, 5000);
    }
    EXPECT(wall_clock.steps, <=, 2 * 5);
    EXPECT(fake_log_count("speed"), ==, 1);
}

TEST(a_clock_that_is_ahead_by_less_than_a_second_goes_slowly)
{
    read_host();
    pass(100);
    ahead -= 900000;
    beat(4);
    EXPECT(wall_clock.steps, ==, 0);
    EXPECT(llabs(error()), <=, 2500);
    EXPECT(llabs(wall_clock.drift), <, 1000000);
}

TEST(pauses_in_a_row_are_no_speed)
{
    read_host();
    pass(100);
    for (int i = 0; i < 10; i++) {
        ahead += SECOND;
        fake_time += 3 * SECOND / 2;
        read_host();
        EXPECT(wall_clock_is_unsure(), ==, true);
        fake_time += SECOND / 2;
        read_host();
        EXPECT(wall_clock_is_unsure(), ==, false);
    }
    for (int i = 0; i < 10; i++) {
        ahead += SECOND;
        fake_time += 2 * SECOND;
        read_host();
    }
    EXPECT(wall_clock.steps, ==, 20);
    EXPECT(llabs(wall_clock.drift), <, 1000000);
    EXPECT(fake_log_count("speed"), ==, 0);
}

TEST(corrections_become_rare)
{
    drift = 30;
    read_host();
    pass(12 * 3600);
    EXPECT(wall_clock.slews, <, 100); /* of 21600 readings */
}

TEST(an_error_of_a_few_milliseconds_is_spread_over_time)
{
    read_host();
    pass(600);
    ahead += 30000;
    pass(30); /* in which pass() saw no jump */
    EXPECT(llabs(error()), <=, 2500);
    EXPECT(wall_clock.steps, ==, 0);
    ahead -= 60000;
    pass(60);
    EXPECT(llabs(error()), <=, 2500);
    EXPECT(wall_clock.steps, ==, 0);
}

TEST(a_debt_is_paid_once_even_if_no_reading_follows)
{
    read_host();
    pass(600);
    ahead += 30000;
    read_host();
    fake_time += 100ull * SECOND;
    EXPECT(llabs(error()), <=, 100 * 15000 / 2 + 2500); /* half of it was taken for drift, which none of it was */
    EXPECT(error(), <, 2500);
}

static void jump(int64_t microseconds)
{
    ahead += microseconds;
    read_host();
    EXPECT(llabs(error()), <=, 600);
    EXPECT(wall_clock.steps, ==, 1);
    EXPECT(llabs(wall_clock.last_step - microseconds), <=, 3000);
    pass(600);
    EXPECT(wall_clock.steps, ==, 1);
    EXPECT(llabs(error()), <=, 2500);
}

TEST(after_a_pause_the_clock_is_set)
{
    read_host();
    pass(100);
    jump(5 * SECOND);
    EXPECT_LOGGED("    Clock: stepped by +");
}

TEST(a_host_whose_clock_was_set_back_is_followed)
{
    read_host();
    pass(100);
    jump(-3600ll * SECOND);
    EXPECT_LOGGED("    Clock: stepped by -3");
}

TEST(a_pause_teaches_no_drift)
{
    drift = 100;
    read_host();
    pass(600);
    int64_t before = wall_clock.drift;
    ahead += 5 * SECOND;
    read_host();
    EXPECT(wall_clock.drift, ==, before);
    pass(10);
    EXPECT(wall_clock.drift, >, before - 100000); /* a tenth of a thousandth, by readings two seconds apart */
    EXPECT(wall_clock.drift, <, before + 100000);
}

TEST(a_host_that_jumps_about_does_not_fill_the_log)
{
    read_host();
    for (int i = 0; i < 1000; i++) {
        ahead += i % 2 ? 10 * SECOND : -10 * SECOND;
        read_host();
    }
    EXPECT(wall_clock.steps, ==, 1000);
    EXPECT(fake_log_count("\n"), ==, 16);
}

/* Years, hours without a reading, readings in a row: no overflow, and never a standstill. */
TEST(readings_of_any_kind_are_survived)
{
    for (int i = 0; i < 20000; i++) {
        fake_time += test_random() % 4 ? test_random() % SECOND : test_random() % (1000ull * 86400 * SECOND);
        if (fake_time > 1ull << 60)
            fake_time = 0;
        uint64_t told = test_random() % 253402300800000000ull;
        wall_clock_correct(told, fake_time, true);
        uint64_t now = wall_clock_now();
        EXPECT(wall_clock_now(), >=, now);
        EXPECT(wall_clock.drift, >=, -900000000);
        EXPECT(wall_clock.drift, <=, 2000000000);
    }
}
