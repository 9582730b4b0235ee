/* Chapter 9: the local APIC is on and lets in what it should, through memory and through MSRs. */
// sources: kernel/machine/local_apic.c tests/host/fake/registers.c
#include "kernel/machine/local_apic.h"
#include "kernel/core/cpu.h"
#include "kernel/faults/exceptions.h"
#include "kernel/memory/page_tables.h"
#include "tests/host/fake/registers.h"
#include "tests/host/test.h"

enum { ADDRESS = 0x1ee00000, BOOT_PROCESSOR = 0x100, X2APIC = 0x400, ENABLED = 0x800, MASKED = 0x10000 };

/* A local APIC (SDM 3A chapter 11). */

static uint32_t values[0x400 / 16];
static uint64_t base = ADDRESS | BOOT_PROCESSOR | ENABLED;
static bool no_apic, cannot_be_mapped;
static int mappings, ends;

static uint32_t *value(uint32_t offset) { return &values[offset / 16]; }
static bool is_on(void) { return *value(0xf0) & 0x100; }
static bool is_entry(uint32_t offset) { return offset >= 0x320 && offset <= 0x370; }

/* Off, and all entries are masked. */
static void reset(void)
{
    *value(0x80) = 0xf0; /* a priority that lets nothing in, as a loader may leave it */
    *value(0xf0) = 0xff;
    for (uint32_t entry = 0x320; entry <= 0x370; entry += 0x10)
        *value(entry) = MASKED;
}

static uint32_t read_value(uint32_t offset)
{
    EXPECT(base & ENABLED, ==, ENABLED);
    EXPECT(offset % 16, ==, 0);
    EXPECT(offset, <, 0x400);
    return *value(offset);
}

static void write_value(uint32_t offset, uint32_t written)
{
    EXPECT(base & ENABLED, ==, ENABLED);
    EXPECT(offset % 16, ==, 0);
    EXPECT(offset, <, 0x400);
    EXPECT(offset == 0x20 || offset == 0x390, ==, false); /* read only */
    if (offset == 0xb0) {
        EXPECT(written, ==, 0); /* all else is an exception in x2APIC mode */
        ends++;
    }
    if (is_entry(offset) && !is_on())
        written |= MASKED; /* SDM 3A 11.4.7.2 */
    if (offset == 0x380) /* the count begins */
        *value(0x390) = written;
    *value(offset) = written;
}

static uint32_t read_memory(struct fake_registers *device, uint32_t offset)
{
    (void)device;
    EXPECT(base & X2APIC, ==, 0);
    return read_value(offset);
}

static void write_memory(struct fake_registers *device, uint32_t offset, uint32_t written)
{
    (void)device;
    EXPECT(base & X2APIC, ==, 0);
    write_value(offset, written);
}

struct cpuid cpu_identify(uint32_t leaf) { return (struct cpuid){ .edx = leaf == 1 && !no_apic ? 0x200 : 0 }; }

uint64_t cpu_read_msr(uint32_t number)
{
    EXPECT(no_apic, ==, false);
    if (number == 0x1b)
        return base;
    EXPECT(base & X2APIC, ==, X2APIC);
    return read_value((number - 0x800) * 16);
}

void cpu_write_msr(uint32_t number, uint64_t written)
{
    EXPECT(no_apic, ==, false);
    if (number == 0x1b) {
        base = written;
        return;
    }
    EXPECT(base & X2APIC, ==, X2APIC);
    EXPECT(written >> 32, ==, 0);
    write_value((number - 0x800) * 16, (uint32_t)written);
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    EXPECT(physical, ==, ADDRESS);
    EXPECT(bytes, ==, 4096);
    EXPECT(cache, ==, CACHE_OFF);
    mappings++;
    return cannot_be_mapped ? NULL : (void *)physical;
}

static void (*vectors[VECTORS])(uint8_t);
void vector_attach(uint8_t vector, void (*handle)(uint8_t)) { vectors[vector] = handle; }

static bool start(uint64_t mode)
{
    static struct fake_registers registers = { ADDRESS, read_memory, write_memory, NULL };
    fake_registers_plug(&registers);
    if (!*value(0xf0))
        reset();
    base = ADDRESS | BOOT_PROCESSOR | mode;
    return local_apic_start();
}

static void expect_ready(void)
{
    EXPECT(*value(0xf0), ==, 0x1ff); /* on; spurious interrupts on vector 255 */
    EXPECT(*value(0x80), ==, 0);     /* every vector may come */
    EXPECT(*value(0x350), ==, 0x700); /* the 8259, whose own vector it is */
    EXPECT(*value(0x360), ==, 0x400); /* NMI */
    EXPECT(*value(0x320) & MASKED, ==, MASKED);
    EXPECT(*value(0x370) & MASKED, ==, MASKED);
    EXPECT(*value(0x3e0), ==, 3); /* 16 bus cycles a step */
    EXPECT(ends, ==, 0);
}

TEST(it_lets_in_what_it_should)
{
    EXPECT(start(ENABLED), ==, true);
    expect_ready();
    EXPECT(mappings, ==, 1);
    EXPECT_TEXT(fake_log, "");
}

TEST(in_x2apic_mode_it_does_the_same_through_msrs)
{
    EXPECT(start(ENABLED | X2APIC), ==, true);
    expect_ready();
    EXPECT(mappings, ==, 0);
}

TEST(one_that_the_firmware_switched_off_is_switched_on)
{
    EXPECT(start(0), ==, true);
    EXPECT(base, ==, ADDRESS | BOOT_PROCESSOR | ENABLED);
    expect_ready();
}

TEST(what_the_firmware_left_open_is_closed)
{
    reset();
    *value(0xf0) = 0x10f;
    *value(0x320) = 0x20030; /* a periodic timer */
    *value(0x370) = 0x31;
    EXPECT(start(ENABLED), ==, true);
    expect_ready();
}

TEST(a_processor_without_one_is_said)
{
    no_apic = true;
    EXPECT(start(ENABLED), ==, false);
    EXPECT_TEXT(fake_log, "    Interrupts: this CPU has no local APIC; the 8259 serves, without a timer\n");
}

TEST(one_that_cannot_be_mapped_is_none)
{
    cannot_be_mapped = true;
    EXPECT(start(ENABLED), ==, false);
    EXPECT(is_on(), ==, false);
}

TEST(the_id_has_8_bits_in_memory)
{
    start(ENABLED);
    *value(0x20) = 0x2a000000;
    EXPECT(local_apic_id(), ==, 0x2a);
}

TEST(the_id_of_x2apic_mode_has_32_bits)
{
    start(ENABLED | X2APIC);
    *value(0x20) = 0x12a;
    EXPECT(local_apic_id(), ==, 0x12a);
}

static void expect_timer(void)
{
    local_apic_timer(1000, 224);
    EXPECT(*value(0x320), ==, 224); /* open, and once: bits 17 and 18 are 0 */
    EXPECT(*value(0x380), ==, 1000);
    *value(0x390) = 400;
    EXPECT(local_apic_timer_left(), ==, 400);
    local_apic_timer(0, 224);
    EXPECT(local_apic_timer_left(), ==, 0);
}

TEST(the_timer_counts_down_once)
{
    start(ENABLED);
    expect_timer();
}

TEST(the_timer_of_x2apic_mode_counts_down_once)
{
    start(ENABLED | X2APIC);
    expect_timer();
}

TEST(an_end_is_one_write_of_0)
{
    start(ENABLED);
    local_apic_end();
    EXPECT(ends, ==, 1);
}

TEST(an_end_is_one_write_of_0_to_an_msr_too)
{
    start(ENABLED | X2APIC);
    local_apic_end();
    EXPECT(ends, ==, 1);
}

TEST(a_spurious_interrupt_is_not_ended)
{
    start(ENABLED);
    EXPECT(vectors[255] != NULL, ==, true);
    vectors[255](255);
    EXPECT(ends, ==, 0);
}
