/* Chapter 9: what time is it since we woke up, and who wakes us later?
 *
 * The processor counts its own ticks and has a timer of its own, but does not know how
 * long either takes. Both are measured at the start, against a timer whose speed is
 * fixed: the power management timer that the firmware named, or the PC's oldest, the
 * 8254. A hypervisor may take the processor away in the middle of a measurement and make
 * it worthless, so there are several, and the one in the middle counts. */
#include "kernel/clock.h"
#include "drivers/acpi.h"
#include "drivers/local_apic.h"
#include "kernel/cpu.h"
#include "kernel/exceptions.h"
#include "kernel/port.h"
#include "kernel/print.h"

enum {
    PM_TIMER_HZ = 3579545, /* ACPI 6.5, 4.8.2.1 */
    MEASURE_MS = 4,
    MEASUREMENTS = 5,
    MEASURE_PM_TICKS = PM_TIMER_HZ / 1000 * MEASURE_MS,
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

static uint64_t start_ticks;
static uint64_t microseconds_per_tick; /* times 2^32 */
static uint64_t timer_ticks_per_second; /* of the local APIC's timer; 0: none */

/* Each waits MEASURE_MS or a little longer; returns the microseconds that did pass, 0:
 * that timer does not run. */
static uint64_t wait_for_pm_timer(void)
{
    uint32_t mask = acpi_machine.timer_32_bits ? 0xffffffff : 0xffffff;
    uint32_t start = port_read32(acpi_machine.timer_port);
    for (int polls = 0; polls < PATIENCE; polls++) {
        uint64_t ticks = (port_read32(acpi_machine.timer_port) - start) & mask;
        if (ticks >= MEASURE_PM_TICKS)
            return ticks * 1000000 / PM_TIMER_HZ;
    }
    return 0;
}

static uint64_t wait_for_pit(void)
{
    uint16_t count = PIT_HZ / 1000 * MEASURE_MS;
    uint8_t gate = port_read8(PIT_GATE_PORT) & (uint8_t)~(GATE_OPEN | SPEAKER);
    port_write8(PIT_GATE_PORT, gate);
    port_write8(PIT_COMMAND, PIT_CHANNEL2_ONCE);
    port_write8(PIT_CHANNEL2, (uint8_t)count);
    port_write8(PIT_CHANNEL2, (uint8_t)(count >> 8));
    port_write8(PIT_GATE_PORT, gate | GATE_OPEN);
    int polls = 0;
    while (!(port_read8(PIT_GATE_PORT) & PIT_DONE) && polls < PATIENCE)
        polls++;
    port_write8(PIT_GATE_PORT, gate);
    if (polls == 0 || polls == PATIENCE) /* done at once: nobody is there */
        return 0;
    return MEASURE_MS * 1000;
}

static void wake(uint8_t vector)
{
    (void)vector; /* waking up is all: whoever sleeps looks again */
    local_apic_end();
}

/* What one measurement finds, Hz. */
struct speed {
    uint64_t counter, timer;
};

/* Runs both of the processor's timers along `wait`. False: the timer it waits for does not run. */
static bool measure_once(uint64_t (*wait)(void), bool has_local_apic, struct speed *speed)
{
    uint64_t before = cpu_timestamp(), timer_ticks = 0;
    if (has_local_apic)
        local_apic_timer(UINT32_MAX, TIMER_VECTOR); /* far longer than the measurement */
    uint64_t microseconds = wait();
    uint64_t ticks = cpu_timestamp() - before;
    if (has_local_apic)
        timer_ticks = UINT32_MAX - local_apic_timer_left();
    if (!microseconds || ticks < microseconds) /* no processor is slower than 1 MHz: the timer lies */
        return false;
    *speed = (struct speed){ ticks * 1000000 / microseconds, timer_ticks * 1000000 / microseconds };
    return true;
}

static bool measure(uint64_t (*wait)(void), bool has_local_apic, struct speed *speed)
{
    struct speed speeds[MEASUREMENTS]; /* the slowest first */
    for (int done = 0; done < MEASUREMENTS; done++) {
        struct speed newest;
        if (!measure_once(wait, has_local_apic, &newest))
            return false;
        int place = done;
        for (; place > 0 && speeds[place - 1].counter > newest.counter; place--)
            speeds[place] = speeds[place - 1];
        speeds[place] = newest;
    }
    *speed = speeds[MEASUREMENTS / 2];
    return true;
}

uint64_t clock_start(bool has_local_apic)
{
    struct speed speed;
    vector_attach(TIMER_VECTOR, wake);
    if (!(acpi_machine.timer_port && measure(wait_for_pm_timer, has_local_apic, &speed)) &&
        !measure(wait_for_pit, has_local_apic, &speed)) {
        print("    Clock: no timer of known speed; 1000 MHz assumed\n");
        speed = (struct speed){ 1000000000, 0 };
    }
    if (has_local_apic)
        local_apic_timer(0, TIMER_VECTOR);
    timer_ticks_per_second = speed.timer;
    microseconds_per_tick = (1000000ull << 32) / speed.counter;
    start_ticks = cpu_timestamp();
    return speed.counter;
}

uint64_t clock_now(void)
{
    if (!microseconds_per_tick)
        return 0;
    return (uint64_t)((unsigned __int128)(cpu_timestamp() - start_ticks) * microseconds_per_tick >> 32);
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
    if (microseconds > longest)
        microseconds = longest; /* whoever sleeps looks again, and asks again */
    uint64_t ticks = microseconds * timer_ticks_per_second / 1000000 + 1; /* 0 would stop the timer */
    local_apic_timer((uint32_t)ticks, TIMER_VECTOR);
    return true;
}
