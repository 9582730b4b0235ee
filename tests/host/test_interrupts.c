/* Chapter 9: the way from a line to its handlers, and what happens to a line that nobody answers. */
// sources: kernel/machine/interrupts.c kernel/machine/pic.c lib/format.c tests/host/fake/pic.c
#include "kernel/time/clock.h"
#include "kernel/core/main.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/interrupts.h"
#include "kernel/machine/io_apic.h"
#include "kernel/machine/local_apic.h"
#include "kernel/machine/pic.h"
#include "tests/host/fake/pic.h"
#include "tests/host/test.h"

struct acpi_machine acpi_machine;
static bool no_local_apic;

uint64_t clock_start(bool has_local_apic) { return has_local_apic ? 2400000000 : 0; }

bool local_apic_start(void) { return !no_local_apic; }

/* An I/O APIC that only remembers. */

static struct interrupt_line enabled;
static uint8_t enabled_vector;
static int enables, disables, ends;
static uint32_t disabled;

static void remember_enable(struct interrupt_line line, uint8_t vector)
{
    enabled = line;
    enabled_vector = vector;
    enables++;
}

static void remember_disable(uint32_t number)
{
    disabled = number;
    disables++;
}

static void remember_end(uint32_t number)
{
    (void)number;
    ends++;
}

static struct interrupt_controller io_apic = { "I/O APIC", 0, remember_enable, remember_disable, remember_end };
const struct interrupt_controller *io_apic_start(void) { return io_apic.lines ? &io_apic : NULL; }

static void start(uint32_t io_apic_lines)
{
    fake_pic_plug();
    io_apic.lines = io_apic_lines;
    interrupts_start();
}

/* Handlers. */

static bool a_called, b_called;
static int a_asked, b_asked, ends_when_asked;

static bool ask_a(void)
{
    EXPECT(fake_interrupts_off, ==, true);
    ends_when_asked = ends;
    a_asked++;
    return a_called;
}

static bool ask_b(void)
{
    b_asked++;
    return b_called;
}

static struct interrupt_handler a = { "a", ask_a, 0 }, b = { "b", ask_b, 0 };
static struct interrupt_line isa(uint32_t number) { return (struct interrupt_line){ number, false, false }; }
static struct interrupt_line pci(uint32_t number) { return (struct interrupt_line){ number, true, true }; }

TEST(the_chapter_says_which_controller_serves)
{
    start(0);
    EXPECT_TEXT(interrupts_start(), "8259, 16 lines, local APIC, clock 2400 MHz");
    io_apic.lines = 24;
    EXPECT_TEXT(interrupts_start(), "I/O APIC, 24 lines, local APIC, clock 2400 MHz");
    EXPECT(fake_interrupts_off, ==, false);
    no_local_apic = true; /* then nobody takes what the I/O APIC sends */
    EXPECT_TEXT(interrupts_start(), "8259, 16 lines, no local APIC, clock 0 MHz");
}

TEST(an_io_apic_of_16_pins_is_not_an_8259)
{
    acpi_machine.overrides[0] = (struct acpi_override){ .isa = 0, .line = 2 };
    acpi_machine.override_count = 1;
    start(16);
    EXPECT(interrupt_isa_line(0).number, ==, 2);
}

TEST(every_handler_of_a_shared_line_is_asked)
{
    start(0);
    interrupt_attach(pci(11), &a);
    interrupt_attach(pci(11), &b);
    a_called = b_called = true;
    fake_pic_call(11, false);
    EXPECT(a_asked, ==, 1);
    EXPECT(b_asked, ==, 1);
    EXPECT(interrupts_unclaimed, ==, 0);
    a_called = false;
    fake_pic_call(11, false);
    EXPECT(a_asked, ==, 2);
    EXPECT(interrupts_unclaimed, ==, 0);
    EXPECT(fake_pics[0].service | fake_pics[1].service, ==, 0);
}

TEST(spurious_interrupts_without_a_handler_are_no_bug_of_the_kernel)
{
    start(0);
    fake_interrupt(39);
    fake_interrupt(47);
    EXPECT(interrupts_unclaimed, ==, 2);
}

TEST(a_storm_that_nobody_wants_closes_its_line)
{
    start(0);
    interrupt_attach(pci(11), &a);
    int calls = 0;
    while (!(fake_pics[1].mask & 8) && calls < 100000) {
        fake_pic_call(11, false);
        calls++;
    }
    EXPECT(calls, ==, 10000);
    EXPECT(interrupt_is_open(11), ==, false);
    EXPECT_TEXT(fake_log, "    Interrupts: line 11 came 10000 times and nobody answered; closed\n");
    EXPECT(fake_pics[0].service | fake_pics[1].service, ==, 0);
    EXPECT(interrupt_attach(pci(11), &b), ==, false); /* it would not be heard */
    EXPECT_LOGGED("    Interrupts: b wants line 11, which is closed\n");
}

TEST(one_claim_in_between_and_it_is_no_storm)
{
    start(0);
    interrupt_attach(pci(11), &a);
    for (int i = 0; i < 30000; i++) {
        a_called = i % 9999 == 9998;
        fake_pic_call(11, false);
    }
    EXPECT(fake_pics[1].mask & 8, ==, 0);
    EXPECT(interrupt_is_open(11), ==, true);
    EXPECT(interrupts_unclaimed, ==, 30000 - 3);
}

TEST(a_storm_on_a_line_without_handlers_closes_that_line_and_no_other)
{
    start(0);
    interrupt_attach(isa(0), &a);
    for (int i = 0; i < 10000; i++)
        fake_interrupt(47);
    EXPECT(fake_pics[0].mask & 1, ==, 0);
    EXPECT_LOGGED("line 15 came");
}

TEST(lines_that_do_not_exist_are_refused)
{
    start(0);
    EXPECT(interrupt_attach(pci(16), &a), ==, false);
    EXPECT_LOGGED("a wants line 16, which the 8259 does not have");
    EXPECT(interrupt_attach(pci(0xffffffff), &a), ==, false);
    start(1000);
    EXPECT(interrupt_attach(pci(192), &a), ==, false); /* no vector left */
    EXPECT(interrupt_attach(pci(191), &a), ==, true);
    EXPECT(enabled_vector, ==, 223);
}

TEST(a_line_has_one_trigger_mode)
{
    start(24);
    EXPECT(interrupt_attach(pci(20), &a), ==, true);
    EXPECT(interrupt_attach((struct interrupt_line){ 20, true, false }, &b), ==, false);
    EXPECT(interrupt_attach(isa(20), &b), ==, false);
    EXPECT_LOGGED("b wants line 20, which is in use in another trigger mode");
    EXPECT(enables, ==, 1);
    EXPECT(enabled.level && enabled.low, ==, true);
    EXPECT(enabled_vector, ==, 52);
}

TEST(isa_interrupts_arrive_where_the_firmware_says)
{
    acpi_machine.overrides[0] = (struct acpi_override){ .isa = 0, .line = 2 };
    acpi_machine.overrides[1] = (struct acpi_override){ .isa = 9, .line = 9, .level = true, .low = true };
    acpi_machine.override_count = 2;
    start(24);
    EXPECT(interrupt_isa_line(0).number, ==, 2);
    EXPECT(interrupt_isa_line(9).level && interrupt_isa_line(9).low, ==, true);
    EXPECT(interrupt_isa_line(12).number, ==, 12);
    EXPECT(interrupt_isa_line(12).level || interrupt_isa_line(12).low, ==, false);
    start(0); /* the 8259 knows no overrides */
    EXPECT(interrupt_isa_line(0).number, ==, 0);
    EXPECT(interrupt_isa_line(9).level, ==, false);
}

TEST(with_an_io_apic_the_8259_is_silent)
{
    start(24);
    EXPECT(fake_pics[0].mask, ==, 0xfb); /* the cascade alone, behind which all is masked */
    EXPECT(fake_pics[1].mask, ==, 0xff);
    interrupt_attach(isa(1), &a);
    EXPECT(fake_pics[0].mask, ==, 0xfb);
    a_called = true;
    fake_interrupt(33);
    EXPECT(ends, ==, 1);
    EXPECT(disables, ==, 0);
    EXPECT(disabled, ==, 0);
}

/* Else a level-triggered line, which calls until its handler has answered, would call once more. */
TEST(the_end_is_told_after_the_handlers_were_asked)
{
    start(24);
    interrupt_attach(pci(20), &a);
    a_called = true;
    fake_interrupt(52);
    EXPECT(ends_when_asked, ==, 0);
    EXPECT(ends, ==, 1);
    fake_interrupt(52);
    EXPECT(ends_when_asked, ==, 1);
    EXPECT(a_asked, ==, 2);
}

TEST(a_closed_line_stays_closed)
{
    start(24);
    interrupt_attach(pci(20), &a);
    interrupt_close(20);
    interrupt_close(20);
    EXPECT(disabled, ==, 20);
    EXPECT(disables, ==, 1);
    EXPECT(interrupt_is_open(20), ==, false);
    EXPECT(interrupt_is_open(21), ==, true);
}
