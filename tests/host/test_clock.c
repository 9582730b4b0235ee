/* Chapter 9: the clock measures itself against whichever timer runs. */
// sources: kernel/time/clock.c
#include "kernel/time/clock.h"
#include "kernel/faults/exceptions.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/local_apic.h"
#include "tests/host/test.h"

enum { PM_PORT = 0x4008, TICKS_PER_MICROSECOND = 2000 };

struct acpi_machine acpi_machine;
static void (*timer_vector)(uint8_t);
static uint8_t timer_number;

/* All timers of this machine run along the time-stamp counter, at 2 GHz; `missed` is what that one has not counted. */
static enum { ALWAYS, AT_WORK, ASLEEP, NEVER, RARELY } counts;
static uint64_t missed, sleeps;
static uint32_t pm_offset; /* what the power management timer counted before the test */
static bool pm_stopped, pit_stopped;
static uint64_t apic_hz = 62500000;
static uint64_t apic_started;
static uint32_t apic_count;
static int apic_starts, apic_ends;

static uint64_t true_ticks(void) { return fake_timestamp + missed; }

static void pass_counted(uint64_t microseconds, bool is_counted)
{
    *(is_counted ? &fake_timestamp : &missed) += microseconds * TICKS_PER_MICROSECOND;
}

/* A busy host takes the processor away for `theft` after each slice: the counter goes on, but not the other timers. */
static uint64_t slice, theft, ran;

static void steal(uint64_t microseconds)
{
    ran += microseconds;
    if (!slice || ran < slice)
        return;
    ran = 0;
    fake_timestamp += theft * TICKS_PER_MICROSECOND;
    missed -= theft * TICKS_PER_MICROSECOND;
}

static void pass(uint64_t microseconds)
{
    steal(microseconds);
    uint64_t counted = counts == RARELY ? microseconds / 5 : microseconds; /* between two exits */
    pass_counted(microseconds - counted, false);
    pass_counted(counted, counts == ALWAYS || counts == AT_WORK || counts == RARELY);
}

static uint64_t elapsed(uint64_t since, uint64_t hz)
{
    return (uint64_t)((unsigned __int128)(true_ticks() - since) * hz / (TICKS_PER_MICROSECOND * 1000000ull));
}

static bool is_mute; /* the local APIC's timer counts, but never interrupts */
static int lazy;     /* interrupts that a busy host holds back, one for each look at a timer */

static void interrupt(void)
{
    bool has_ended = apic_count && elapsed(apic_started, apic_hz) >= apic_count;
    if (!has_ended || fake_interrupts_off || is_mute || lazy-- > 0)
        return;
    apic_count = 0;
    fake_interrupts_off = true;
    timer_vector(timer_number);
    fake_interrupts_off = false;
}

static uint32_t read_pm(uint16_t port, int bytes)
{
    EXPECT(port, ==, PM_PORT);
    EXPECT(bytes, ==, 4);
    pass(1);
    interrupt();
    uint32_t ticks = pm_offset + (pm_stopped ? 0 : (uint32_t)elapsed(0, 3579545));
    return acpi_machine.timer_32_bits ? ticks : ticks & 0xffffff;
}

static uint8_t gate = 0x03; /* the speaker beeps */
static uint32_t pit_count, pit_bytes;
static uint64_t pit_started;

static void write_pit(uint16_t port, uint32_t value, int bytes)
{
    EXPECT(bytes, ==, 1);
    if (port == 0x43) {
        EXPECT(value, ==, 0xb0);
        pit_count = pit_bytes = 0;
    } else if (port == 0x42) {
        pit_count |= value << 8 * pit_bytes++;
    } else {
        if (value & 1 && !(gate & 1))
            pit_started = true_ticks();
        gate = (uint8_t)value;
    }
}

static uint32_t read_pit(uint16_t port, int bytes)
{
    EXPECT(port, ==, 0x61);
    EXPECT(bytes, ==, 1);
    pass(1);
    interrupt();
    bool done = !pit_stopped && gate & 1 && pit_bytes == 2 && elapsed(pit_started, 1193182) >= pit_count;
    return (gate & 0xdfu) | (done ? 0x20 : 0);
}

void vector_attach(uint8_t vector, void (*handle)(uint8_t))
{
    timer_number = vector;
    timer_vector = handle;
}

void local_apic_timer(uint32_t count, uint8_t vector)
{
    EXPECT(vector, ==, timer_number);
    apic_count = count;
    apic_started = true_ticks();
    apic_starts++;
}

uint32_t local_apic_timer_left(void)
{
    uint64_t gone = elapsed(apic_started, apic_hz);
    return gone > apic_count ? 0 : apic_count - (uint32_t)gone;
}

void local_apic_end(void) { apic_ends++; }

/* Until the timer has counted down. */
static void sleep(void)
{
    EXPECT(apic_count, >, 0);
    EXPECT(is_mute, ==, false); /* for ever */
    uint64_t microseconds = (uint64_t)apic_count * 1000000 / apic_hz - elapsed(apic_started, 1000000);
    pass_counted(microseconds, counts != AT_WORK && counts != NEVER);
    apic_count = 0;
    sleeps++;
    timer_vector(timer_number);
}

static uint64_t start(bool pm, bool pit, bool local_apic)
{
    static struct fake_device pm_timer = { PM_PORT, PM_PORT + 3, read_pm, 0, 0 };
    static struct fake_device channel = { 0x42, 0x43, 0, write_pit, 0 };
    static struct fake_device gates = { 0x61, 0x61, read_pit, write_pit, 0 };
    fake_timestamp_step = counts == ALWAYS || counts == AT_WORK ? 20 : 0;
    if (!fake_halted)
        fake_halted = sleep;
    acpi_machine.timer_port = pm ? PM_PORT : 0;
    if (pm)
        fake_plug(&pm_timer);
    if (pit) {
        fake_plug(&channel);
        fake_plug(&gates);
    }
    return clock_start(local_apic);
}

static void expect_2_ghz(uint64_t frequency)
{
    EXPECT(frequency, >, 1998000000);
    EXPECT(frequency, <, 2002000000);
}

TEST(before_the_chapter_there_is_no_time) { EXPECT(clock_now(), ==, 0); }

TEST(the_power_management_timer_is_asked_first)
{
    expect_2_ghz(start(true, true, true));
    EXPECT_TEXT(fake_log, "");
    for (size_t i = 0; i < fake_access_count; i++)
        EXPECT(fake_accesses[i].port, ==, PM_PORT);
}

TEST(a_timer_of_24_bits_may_wrap_meanwhile)
{
    for (uint32_t before = 0; before < 40000; before += 1999) {
        pm_offset = 0x1000000 - before - (uint32_t)elapsed(0, 3579545);
        expect_2_ghz(start(true, false, true));
    }
}

TEST(a_timer_of_32_bits_may_wrap_meanwhile)
{
    acpi_machine.timer_32_bits = true;
    for (uint32_t before = 0; before < 40000; before += 1999) {
        pm_offset = 0 - before - (uint32_t)elapsed(0, 3579545);
        expect_2_ghz(start(true, false, true));
    }
}

TEST(without_one_the_8254_measures)
{
    expect_2_ghz(start(false, true, true));
    EXPECT(gate & 3, ==, 0); /* neither counting nor beeping afterwards */
    EXPECT_TEXT(fake_log, "");
}

TEST(a_busy_host_does_not_spoil_the_measurement)
{
    static const uint64_t slices[] = { 1500, 2000, 3000, 3700, 4000, 6000, 10000 };
    static const uint64_t thefts[] = { 50, 500, 3000, 9000, 50000 };
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++)
        for (size_t j = 0; j < sizeof thefts / sizeof thefts[0]; j++)
            for (uint64_t phase = 0; phase < 10; phase++) {
                slice = slices[i];
                theft = thefts[j];
                ran = slice * phase / 10;
                expect_2_ghz(start(true, false, true));
                slice = 0;
            }
    EXPECT_TEXT(fake_log, "");
}

TEST(a_stopped_timer_is_given_up)
{
    pm_stopped = true;
    expect_2_ghz(start(true, true, true));
    EXPECT_TEXT(fake_log, "");
}

TEST(a_timer_that_is_not_there_is_given_up)
{
    acpi_machine.timer_port = PM_PORT; /* named, but all ones */
    static struct fake_device nothing = { PM_PORT, PM_PORT + 3, 0, 0, 0 };
    fake_plug(&nothing);
    expect_2_ghz(start(false, true, true));
}

TEST(without_any_timer_the_clock_guesses_and_says_so)
{
    EXPECT(start(false, false, true), ==, 1000000000);
    EXPECT_TEXT(fake_log, "    Clock: no timer of known speed; 1000 MHz assumed\n");
    EXPECT(clock_wake_after(1000), ==, false);
}

TEST(a_stopped_8254_is_given_up)
{
    pit_stopped = true;
    EXPECT(start(false, true, true), ==, 1000000000);
    EXPECT(gate & 1, ==, 0);
}

TEST(without_a_local_apic_nobody_wakes_us)
{
    expect_2_ghz(start(true, true, false));
    EXPECT(apic_starts, ==, 0);
    EXPECT(clock_wake_after(1000), ==, false);
}

TEST(a_local_apic_whose_timer_stands_still_is_no_timer)
{
    apic_hz = 0;
    start(true, true, true);
    EXPECT(clock_wake_after(1000), ==, false);
}

static void expect_mute(bool pm)
{
    is_mute = true;
    fake_interrupts_off = true;
    expect_2_ghz(start(pm, true, true));
    EXPECT_TEXT(fake_log, "    Clock: the local APIC's timer never interrupts; nobody sleeps until a time\n");
    EXPECT(fake_interrupts_off, ==, true);
    EXPECT(apic_count, ==, 0);
    EXPECT(elapsed(0, 1000000), <, 2000000);
    EXPECT(clock_wake_after(1000), ==, false);
}

TEST(a_timer_that_never_interrupts_is_no_timer) { expect_mute(true); }
TEST(nor_is_it_one_beside_the_8254) { expect_mute(false); }

TEST(a_timer_that_interrupts_late_is_one)
{
    lazy = 20000;
    expect_2_ghz(start(true, true, true));
    EXPECT_TEXT(fake_log, "");
    EXPECT(clock_wake_after(1000), ==, true);
}

TEST(time_passes_at_the_right_speed)
{
    start(true, true, true);
    uint64_t before = clock_now();
    pass(1000000);
    EXPECT(clock_now() - before, >, 999000);
    EXPECT(clock_now() - before, <, 1001000);
    before = clock_now();
    pass(86400ull * 1000000 * 365 * 10); /* ten years later */
    EXPECT(clock_now() - before, >, 86400ull * 999000 * 365 * 10);
    EXPECT(clock_now() - before, <, 86400ull * 1001000 * 365 * 10);
}

TEST(time_begins_at_nothing_and_never_goes_back)
{
    start(true, true, true);
    uint64_t before = clock_now();
    EXPECT(before, <, 10);
    fake_timestamp_step = 1; /* 1/2000 of a microsecond a look */
    for (int i = 0; i < 10000; i++) {
        uint64_t now = clock_now();
        EXPECT(now, >=, before);
        before = now;
    }
}

TEST(waiting_takes_as_long_as_it_should)
{
    start(true, true, true);
    uint64_t before = fake_timestamp;
    clock_wait(500);
    EXPECT(fake_timestamp - before, >=, 499 * TICKS_PER_MICROSECOND);
    EXPECT(fake_timestamp - before, <, 502 * TICKS_PER_MICROSECOND);
}

/* Processors whose counter does not always count. */

static void sleep_for(uint64_t microseconds)
{
    for (uint64_t end = clock_now() + microseconds, now; (now = clock_now()) < end;) {
        EXPECT(clock_wake_after(end - now), ==, true);
        sleep();
    }
}

static void expect_right_time(int counting, bool has_32_bits)
{
    counts = counting;
    acpi_machine.timer_32_bits = has_32_bits;
    EXPECT(start(true, true, true), ==, 3579545);
    EXPECT_TEXT(fake_log, "    Clock: the processor's counter stands still at times; "
                          "the power management timer serves\n");
    static const uint64_t lengths[] = { 1000, 1000000, 60000000, 3600000000, 86400000000 };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint64_t before = clock_now(), truly = elapsed(0, 1000000);
        sleep_for(lengths[i] / 2);
        if (lengths[i] <= 1000000)
            clock_wait(lengths[i] / 2);
        int64_t passed = (int64_t)(clock_now() - before), right = (int64_t)(elapsed(0, 1000000) - truly);
        EXPECT(llabs(passed - right), <=, 2 + right / 1000000000);
        EXPECT(right, >=, (int64_t)lengths[i] / 2);
        EXPECT(right, <=, (int64_t)(lengths[i] + lengths[i] / 1000) + 100);
    }
}

TEST(a_counter_that_stops_in_sleep_is_no_clock) { expect_right_time(AT_WORK, true); }
TEST(a_counter_that_counts_in_sleep_alone_is_no_clock) { expect_right_time(ASLEEP, true); }
TEST(a_counter_that_never_counts_is_no_clock) { expect_right_time(NEVER, true); }
TEST(a_counter_that_stops_for_the_hypervisor_is_no_clock) { expect_right_time(RARELY, true); }
TEST(a_timer_of_24_bits_is_clock_enough) { expect_right_time(AT_WORK, false); }

/* Nobody waits for a time: the timer comes all the same, so that no turn of the other is lost. */
TEST(a_long_sleep_without_a_deadline_is_counted)
{
    counts = AT_WORK;
    start(true, true, true);
    uint64_t before = clock_now(), truly = elapsed(0, 1000000);
    for (int i = 0; i < 1000; i++)
        sleep();
    EXPECT(elapsed(0, 1000000) - truly, >, 1000000000);
    EXPECT(llabs((int64_t)(clock_now() - before - (elapsed(0, 1000000) - truly))), <=, 2);
}

static int late; /* wakings that the hypervisor delays; the other timer does not see it */

static void sleep_late(void)
{
    sleep();
    if (late-- > 0) {
        pass_counted(30000, true);
        missed -= 30000 * TICKS_PER_MICROSECOND;
    }
}

TEST(a_late_waking_is_no_verdict)
{
    late = 4;
    fake_halted = sleep_late;
    start(true, true, true);
    EXPECT(late, ==, -1);
    EXPECT_TEXT(fake_log, "");
}

TEST(a_steady_counter_sleeps_once_to_be_believed)
{
    expect_2_ghz(start(true, true, true));
    EXPECT(sleeps, ==, 1);
    EXPECT(apic_count, ==, 0);
    EXPECT(fake_interrupts_off, ==, true); /* as before */
    size_t accesses = fake_access_count;
    clock_now();
    EXPECT(fake_access_count, ==, accesses);
}

TEST(a_counter_that_stands_still_beside_the_8254_alone_is_no_counter)
{
    counts = NEVER;
    EXPECT(start(false, true, true), ==, 1000000000);
    EXPECT_LOGGED("no timer of known speed");
}

TEST(the_timer_is_quiet_until_it_is_asked)
{
    start(true, true, true);
    EXPECT(apic_count, ==, 0);
    EXPECT(clock_wake_after(1000), ==, true);
    EXPECT(apic_count, >=, 62500 * 999 / 1000);
    EXPECT(apic_count, <=, 62500 * 1001 / 1000 + 1);
    int before = apic_ends;
    timer_vector(timer_number);
    EXPECT(apic_ends, ==, before + 1);
}

TEST(waking_at_once_is_not_never)
{
    start(true, true, true);
    EXPECT(clock_wake_after(0), ==, true);
    EXPECT(apic_count, ==, 1); /* 0 would stop the timer */
}

TEST(the_longest_sleep_is_as_long_as_the_timer_can)
{
    static const uint64_t speeds[] = { 1000, 999983, 1000000, 1000001, 25000000, 62500000, 1000000000, 4000000000 };
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        for (int64_t less = 0; less < 3; less++) {
            apic_hz = speeds[i];
            start(true, true, true);
            uint64_t most = (uint64_t)UINT32_MAX * 1000000 / speeds[i];
            EXPECT(clock_wake_after(most + 1 - (uint64_t)less), ==, true);
            EXPECT(apic_count, >, 0x7fffffff); /* and not wrapped to nothing */
            EXPECT(clock_wake_after(UINT64_MAX), ==, true);
            EXPECT(apic_count, >, 0x7fffffff);
        }
}
