/* Chapter 9: what time is it since we woke up, and who wakes us later?
 *
 * The processor counts its own ticks and has a timer of its own, but does not know how
 * long either takes. Both are measured at the start, against a timer whose speed is
 * fixed: the power management timer that the firmware named, or the PC's oldest, the
 * 8254. A hypervisor may take the processor away in the middle of a measurement and make
 * it worthless, so there are several, and the one in the middle counts; for the counter
 * they are short ones.
 *
 * Some hypervisors let the counter stand still while the processor works, or while it
 * sleeps. Where the two do not agree the power management timer is the clock itself. */
#include "kernel/time/clock.h"
#include "kernel/core/cpu.h"
#include "kernel/core/port.h"
#include "kernel/core/print.h"
#include "kernel/faults/exceptions.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/local_apic.h"
#include "lib/number.h"

enum {
    PM_TIMER_HZ = 3579545, /* ACPI 6.5, 4.8.2.1 */
    MEASURE_MS = 4,
    MEASUREMENTS = 5,
    SHORT_PM_TICKS = PM_TIMER_HZ / 2000, /* half a millisecond: a busy host lets the processor run for longer */
    SHORT_MEASUREMENTS = 41,
    MEASURE_PM_TICKS = PM_TIMER_HZ / 1000 * MEASURE_MS,
    WAITS_FOR_TIMER = 250, /* a second in all; a host may be busy */
    SLEEP_MS = 20, /* an interrupt comes a few too late now and then */
    PIT_HZ = 1193182, /* Intel 8254 in the PC */
    PIT_CHANNEL2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_CHANNEL2_ONCE = 0xb0, /* channel 2, low then high byte, mode 0 */
    PIT_GATE_PORT = 0x61,
    GATE_OPEN = 1,
    SPEAKER = 2,
    PIT_DONE = 0x20,
    PATIENCE = 1000 * 1000, /* polls until a timer counts as stopped */
    TIMER_VECTOR = 0xfe,
};

static const uint64_t NANOSECONDS = 1000 * 1000 * 1000;

static bool by_pm_timer; /* else by the time-stamp counter */
static uint64_t start_ticks;
static uint64_t microseconds_per_tick; /* times 2^32 */
static uint64_t timer_ticks_per_second; /* of the local APIC's timer; 0: none */

static uint32_t pm_timer_most(void) { return acpi_machine.timer_32_bits ? 0xffffffff : 0xffffff; }

/* Each waits; returns the nanoseconds that did pass since the counter was *before, 0: that timer does not run. */
static uint64_t wait_for_pm_ticks(uint32_t least, uint64_t *before)
{
    uint32_t start = port_read32(acpi_machine.timer_port);
    *before = cpu_timestamp();
    for (int polls = 0; polls < PATIENCE; polls++) {
        uint64_t ticks = (port_read32(acpi_machine.timer_port) - start) & pm_timer_most();
        if (ticks >= least)
            return ticks * NANOSECONDS / PM_TIMER_HZ;
    }
    return 0;
}

static uint64_t wait_for_pm_timer(uint64_t *before) { return wait_for_pm_ticks(MEASURE_PM_TICKS, before); }
static uint64_t wait_shortly(uint64_t *before) { return wait_for_pm_ticks(SHORT_PM_TICKS, before); }

static uint64_t wait_for_pit(uint64_t *before)
{
    uint16_t count = PIT_HZ / 1000 * MEASURE_MS;
    uint8_t gate = port_read8(PIT_GATE_PORT) & (uint8_t)~(GATE_OPEN | SPEAKER);
    port_write8(PIT_GATE_PORT, gate);
    port_write8(PIT_COMMAND, PIT_CHANNEL2_ONCE);
    port_write8(PIT_CHANNEL2, (uint8_t)count);
    port_write8(PIT_CHANNEL2, (uint8_t)(count >> 8));
    *before = cpu_timestamp();
    port_write8(PIT_GATE_PORT, gate | GATE_OPEN);
    int polls = 0;
    while (!(port_read8(PIT_GATE_PORT) & PIT_DONE) && polls < PATIENCE)
        polls++;
    port_write8(PIT_GATE_PORT, gate);
    if (polls == 0 || polls == PATIENCE) /* done at once: nobody is there */
        return 0;
    return NANOSECONDS / 1000 * MEASURE_MS;
}

/* The power management timer without its turns: somebody looks before each half of one. */
static uint64_t count_pm_timer(void)
{
    static uint64_t total;
    static uint32_t last;
    uint64_t flags = cpu_interrupts_save(); /* handlers look, too */
    uint32_t now = port_read32(acpi_machine.timer_port);
    total += (now - last) & pm_timer_most();
    last = now;
    cpu_interrupts_restore(flags);
    return total;
}

static volatile bool has_woken;

/* Waking up is all: whoever sleeps looks again. */
static void wake(uint8_t vector)
{
    (void)vector;
    has_woken = true;
    if (by_pm_timer) {
        count_pm_timer();
        clock_wake_after(UINT64_MAX);
    }
    local_apic_end();
}

/* What one measurement finds, Hz. */
struct speed {
    uint64_t counter, timer;
};

/* Runs both of the processor's timers along `wait`. False: the timer it waits for does not run. */
static bool measure_once(uint64_t (*wait)(uint64_t *), bool has_local_apic, struct speed *speed)
{
    uint64_t before, timer_ticks = 0;
    if (has_local_apic)
        local_apic_timer(UINT32_MAX, TIMER_VECTOR); /* far longer than the measurement */
    uint64_t passed = wait(&before), ticks = cpu_timestamp() - before;
    if (has_local_apic)
        timer_ticks = UINT32_MAX - local_apic_timer_left();
    if (!passed || (ticks && ticks < passed / 1000)) /* no processor is slower than 1 MHz: the timer lies */
        return false;
    *speed = (struct speed){ ticks * NANOSECONDS / passed, timer_ticks * NANOSECONDS / passed };
    return true;
}

static bool measure(uint64_t (*wait)(uint64_t *), int times, bool has_local_apic, struct speed *speed)
{
    struct speed speeds[SHORT_MEASUREMENTS]; /* the slowest first */
    for (int done = 0; done < times; done++) {
        struct speed newest;
        if (!measure_once(wait, has_local_apic, &newest))
            return false;
        int place = done;
        for (; place > 0 && speeds[place - 1].counter > newest.counter; place--)
            speeds[place] = speeds[place - 1];
        speeds[place] = newest;
    }
    *speed = speeds[times / 2];
    return true;
}

/* Whether the local APIC's timer interrupts. Nobody sleeps before that is known: nothing else might end the sleep. */
static bool timer_interrupts(uint64_t (*wait)(uint64_t *))
{
    uint64_t unused;
    has_woken = false;
    local_apic_timer(1, TIMER_VECTOR);
    cpu_interrupts_on();
    for (int waits = 0; waits < WAITS_FOR_TIMER && !has_woken; waits++)
        wait(&unused);
    cpu_interrupts_off();
    local_apic_timer(0, TIMER_VECTOR);
    return has_woken;
}

/* True: while the processor sleeps, its counter is about as fast as this, which it was while it worked. A hypervisor
 * that comes too late makes it look faster, but not often. */
static bool counts_asleep(uint64_t frequency)
{
    for (int tries = 0; tries < MEASUREMENTS; tries++) {
        uint64_t before = cpu_timestamp(), start = count_pm_timer();
        clock_wake_after(SLEEP_MS * 1000);
        cpu_interrupts_on_and_halt();
        cpu_interrupts_off();
        uint64_t slept = count_pm_timer() - start, ticks = cpu_timestamp() - before;
        uint64_t expected = slept * frequency / PM_TIMER_HZ;
        if (ticks >= expected / 2 && ticks <= 2 * expected)
            return true;
    }
    return false;
}

static uint64_t ticks_now(void) { return by_pm_timer ? count_pm_timer() : cpu_timestamp(); }

uint64_t clock_start(bool has_local_apic)
{
    struct speed speed, closely;
    vector_attach(TIMER_VECTOR, wake);
    bool has_pm_timer = acpi_machine.timer_port && measure(wait_for_pm_timer, MEASUREMENTS, has_local_apic, &speed);
    if (!has_pm_timer && !(measure(wait_for_pit, MEASUREMENTS, has_local_apic, &speed) && speed.counter)) {
        print("    Clock: no timer of known speed; 1000 MHz assumed\n");
        speed = (struct speed){ 1000000000, 0 };
    }
    if (has_pm_timer && measure(wait_shortly, SHORT_MEASUREMENTS, false, &closely))
        speed.counter = closely.counter;
    if (has_local_apic)
        local_apic_timer(0, TIMER_VECTOR);
    timer_ticks_per_second = speed.timer;
    if (speed.timer && !timer_interrupts(has_pm_timer ? wait_for_pm_timer : wait_for_pit)) {
        print("    Clock: the local APIC's timer never interrupts; nobody sleeps until a time\n");
        timer_ticks_per_second = 0;
    }
    by_pm_timer = has_pm_timer && (!speed.counter || (timer_ticks_per_second && !counts_asleep(speed.counter)));
    if (by_pm_timer) {
        print("    Clock: the processor's counter stands still at times; the power management timer serves\n");
        speed.counter = PM_TIMER_HZ;
        clock_wake_after(UINT64_MAX);
    }
    microseconds_per_tick = (1000000ull << 32) / speed.counter;
    start_ticks = ticks_now();
    return speed.counter;
}

uint64_t clock_now(void)
{
    if (!microseconds_per_tick)
        return 0;
    return (uint64_t)((unsigned __int128)(ticks_now() - start_ticks) * microseconds_per_tick >> 32);
}

void clock_wait(uint64_t microseconds)
{
    uint64_t end = clock_now() + microseconds;
    while (clock_now() < end)
        cpu_relax();
}

bool clock_wake_after(uint64_t microseconds)
{
    if (!timer_ticks_per_second)
        return false;
    uint64_t longest = (uint64_t)(UINT32_MAX - 1) * 1000000 / timer_ticks_per_second;
    if (by_pm_timer)
        longest = minimum(longest, (uint64_t)pm_timer_most() / 2 * 1000000 / PM_TIMER_HZ);
    microseconds = minimum(microseconds, longest); /* whoever sleeps looks again, and asks again */
    uint64_t ticks = microseconds * timer_ticks_per_second / 1000000 + 1; /* 0 would stop the timer */
    local_apic_timer((uint32_t)ticks, TIMER_VECTOR);
    return true;
}
