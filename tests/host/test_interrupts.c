/* Chapter 9: the 8259 as its data sheet wants it, and the way from a line to its handlers. */
// sources: kernel/interrupts.c drivers/pic.c lib/format.c
#include "kernel/clock.h"
#include "kernel/interrupts.h"
#include "drivers/acpi.h"
#include "drivers/io_apic.h"
#include "drivers/local_apic.h"
#include "drivers/pic.h"
#include "kernel/exceptions.h"
#include "kernel/main.h"
#include "tests/host/test.h"

void (*idle_step)(void);
struct acpi_machine acpi_machine;
static void (*vectors[VECTORS])(uint8_t);
static bool no_local_apic;

void vector_attach(uint8_t vector, void (*handle)(uint8_t)) { vectors[vector] = handle; }
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

/* A pair of 8259s (Intel 8259A data sheet; the slave hangs on line 2). */

static struct chip {
    int words; /* of the initialisation still to come */
    uint8_t vector, mask, request, service;
    bool shows_service;
} chips[2];
static uint16_t trigger; /* edge or level, a bit a line */

static void end_highest(struct chip *chip) { chip->service &= (uint8_t)(chip->service - 1); }

static void write_chip(uint16_t port, uint32_t value, int bytes)
{
    struct chip *chip = &chips[port >= 0xa0];
    EXPECT(bytes, ==, 1);
    if (port & 1 && !chip->words) {
        chip->mask = (uint8_t)value;
    } else if (port & 1) {
        int word = 5 - chip->words--; /* ICW2, 3, 4 */
        EXPECT(word == 3 ? value : 0, ==, word != 3 ? 0 : port == 0x21 ? 4 : 2);
        EXPECT(word == 4 ? value : 1, ==, 1);
        if (word == 2)
            chip->vector = (uint8_t)value;
    } else if (value & 0x10) {
        EXPECT(value, ==, 0x11);
        *chip = (struct chip){ .words = 3 };
    } else if (value & 8) {
        chip->shows_service = (value & 3) == 3;
    } else {
        EXPECT(value, ==, 0x20);
        end_highest(chip);
    }
}

static uint32_t read_chip(uint16_t port, int bytes)
{
    struct chip *chip = &chips[port >= 0xa0];
    EXPECT(bytes, ==, 1);
    return port & 1 ? chip->mask : chip->shows_service ? chip->service : chip->request;
}

static uint32_t read_trigger(uint16_t port, int bytes)
{
    EXPECT(bytes, ==, 1);
    return port == 0x4d0 ? trigger & 0xff : trigger >> 8;
}

static void write_trigger(uint16_t port, uint32_t value, int bytes)
{
    EXPECT(bytes, ==, 1);
    trigger = port == 0x4d0 ? (trigger & 0xff00) | (uint16_t)value : (trigger & 0xff) | (uint16_t)(value << 8);
}

/* The vector that this chip answers an acknowledge with; without a request: a spurious one. */
static uint8_t acknowledge(struct chip *chip)
{
    uint8_t wanting = chip->request & (uint8_t)~chip->mask;
    for (int line = 0; line < 8; line++)
        if (wanting & 1 << line) {
            chip->request &= (uint8_t) ~(1 << line);
            chip->service |= (uint8_t)(1 << line);
            return (uint8_t)(chip->vector + line);
        }
    return chip->vector + 7;
}

static void interrupt(uint8_t vector)
{
    EXPECT(vectors[vector] != NULL, ==, true); /* else the kernel panics */
    fake_interrupts_off = true;
    vectors[vector](vector);
    fake_interrupts_off = false;
}

/* A device calls; if `withdrawn`, only until the processor asks who it was. */
static void call(int line, bool withdrawn)
{
    struct chip *chip = &chips[line / 8];
    if (chip->mask & 1 << line % 8)
        return;
    if (line < 8) {
        chip->request |= withdrawn ? 0 : (uint8_t)(1 << line);
        interrupt(acknowledge(chip));
        return;
    }
    chips[0].request |= 4;
    EXPECT(acknowledge(&chips[0]), ==, chips[0].vector + 2);
    chip->request |= withdrawn ? 0 : (uint8_t)(1 << line % 8);
    interrupt(acknowledge(chip));
}

static void start(uint32_t io_apic_lines)
{
    static struct fake_device master = { 0x20, 0x21, read_chip, write_chip, 0 };
    static struct fake_device slave = { 0xa0, 0xa1, read_chip, write_chip, 0 };
    static struct fake_device triggers = { 0x4d0, 0x4d1, read_trigger, write_trigger, 0 };
    fake_plug(&master);
    fake_plug(&slave);
    fake_plug(&triggers);
    io_apic.lines = io_apic_lines;
    interrupts_start();
}

/* Handlers. */

static bool a_called, b_called;
static int a_asked, b_asked;

static bool ask_a(void)
{
    EXPECT(fake_interrupts_off, ==, true);
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

static void expect_bytes(size_t from, size_t count, const uint16_t (*pairs)[2])
{
    EXPECT(fake_access_count, >=, from + count);
    for (size_t i = 0; i < count; i++) {
        EXPECT(fake_accesses[from + i].is_write, ==, true);
        EXPECT(fake_accesses[from + i].port, ==, pairs[i][0]);
        EXPECT(fake_accesses[from + i].value, ==, pairs[i][1]);
    }
}

TEST(the_8259_is_moved_and_masked_in_ten_bytes)
{
    static const uint16_t bytes[][2] = { { 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, 32 }, { 0xa1, 40 },   { 0x21, 4 },
                                         { 0xa1, 2 },    { 0x21, 1 },    { 0xa1, 1 },  { 0x21, 0xfb }, { 0xa1, 0xff } };
    start(0);
    EXPECT(fake_access_count, ==, 10);
    expect_bytes(0, 10, bytes);
}

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

TEST(a_line_is_opened_for_its_first_handler_alone)
{
    start(0);
    size_t before = fake_access_count;
    EXPECT(interrupt_attach(pci(11), &a), ==, true);
    EXPECT(chips[1].mask, ==, 0xf7);
    EXPECT(chips[0].mask, ==, 0xfb);
    EXPECT(trigger, ==, 1 << 11);
    size_t after = fake_access_count;
    EXPECT(interrupt_attach(pci(11), &b), ==, true);
    EXPECT(fake_access_count, ==, after);
    EXPECT(after - before, ==, 4); /* the trigger is read and written, two masks */
}

TEST(triggers_are_set_where_the_wiring_allows_it)
{
    start(0);
    trigger = 0x0e00; /* what VirtualBox's BIOS leaves */
    interrupt_attach(isa(1), &a);
    interrupt_attach(isa(12), &b);
    EXPECT(trigger, ==, 0x0e00);
    static struct interrupt_handler c = { "c", ask_a, 0 }, d = { "d", ask_b, 0 };
    interrupt_attach(isa(9), &c);
    interrupt_attach(pci(5), &d);
    EXPECT(trigger, ==, 0x0c20);
}

TEST(every_handler_of_a_shared_line_is_asked)
{
    start(0);
    interrupt_attach(pci(11), &a);
    interrupt_attach(pci(11), &b);
    a_called = b_called = true;
    call(11, false);
    EXPECT(a_asked, ==, 1);
    EXPECT(b_asked, ==, 1);
    EXPECT(interrupts_unclaimed, ==, 0);
    a_called = false;
    call(11, false);
    EXPECT(a_asked, ==, 2);
    EXPECT(interrupts_unclaimed, ==, 0);
    EXPECT(chips[0].service | chips[1].service, ==, 0);
}

TEST(both_chips_are_told_the_end)
{
    start(0);
    interrupt_attach(isa(1), &a);
    interrupt_attach(isa(12), &b);
    size_t before = fake_access_count;
    call(1, false);
    expect_bytes(before, 1, (const uint16_t[][2]){ { 0x20, 0x20 } });
    EXPECT(fake_access_count - before, ==, 1);
    before = fake_access_count;
    call(12, false);
    expect_bytes(before, 2, (const uint16_t[][2]){ { 0xa0, 0x20 }, { 0x20, 0x20 } });
    EXPECT(fake_access_count - before, ==, 2);
}

TEST(a_spurious_7_ends_nothing)
{
    start(0);
    interrupt_attach(isa(3), &a);
    interrupt_attach(isa(7), &b);
    chips[0].service = 8; /* another one is being served */
    call(7, true);
    EXPECT(chips[0].service, ==, 8);
    chips[0].service = 0;
    call(7, false);
    EXPECT(b_asked, ==, 2);
    EXPECT(chips[0].service, ==, 0);
}

TEST(a_spurious_15_ends_the_cascade_alone)
{
    start(0);
    interrupt_attach(isa(12), &a);
    interrupt_attach(isa(15), &b);
    chips[1].service = 0x10;
    call(15, true);
    EXPECT(chips[1].service, ==, 0x10);
    EXPECT(chips[0].service, ==, 0);
}

TEST(spurious_interrupts_without_a_handler_are_no_bug_of_the_kernel)
{
    start(0);
    interrupt(39);
    interrupt(47);
    EXPECT(interrupts_unclaimed, ==, 2);
}

TEST(a_storm_that_nobody_wants_closes_its_line)
{
    start(0);
    interrupt_attach(pci(11), &a);
    int calls = 0;
    while (!(chips[1].mask & 8) && calls < 100000) {
        call(11, false);
        calls++;
    }
    EXPECT(calls, ==, 10000);
    EXPECT(interrupt_is_open(11), ==, false);
    EXPECT_TEXT(fake_log, "    Interrupts: line 11 came 10000 times and nobody answered; closed\n");
    EXPECT(chips[0].service | chips[1].service, ==, 0);
    EXPECT(interrupt_attach(pci(11), &b), ==, false); /* it would not be heard */
    EXPECT_LOGGED("    Interrupts: b wants line 11, which is closed\n");
}

TEST(one_claim_in_between_and_it_is_no_storm)
{
    start(0);
    interrupt_attach(pci(11), &a);
    for (int i = 0; i < 30000; i++) {
        a_called = i % 9999 == 9998;
        call(11, false);
    }
    EXPECT(chips[1].mask & 8, ==, 0);
    EXPECT(interrupt_is_open(11), ==, true);
    EXPECT(interrupts_unclaimed, ==, 30000 - 3);
}

TEST(a_storm_on_a_line_without_handlers_closes_that_line_and_no_other)
{
    start(0);
    interrupt_attach(isa(0), &a);
    for (int i = 0; i < 10000; i++)
        interrupt(47);
    EXPECT(chips[0].mask & 1, ==, 0);
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
    EXPECT(chips[0].mask, ==, 0xfb); /* the cascade alone, behind which all is masked */
    EXPECT(chips[1].mask, ==, 0xff);
    interrupt_attach(isa(1), &a);
    EXPECT(chips[0].mask, ==, 0xfb);
    a_called = true;
    interrupt(33);
    EXPECT(ends, ==, 1);
    EXPECT(disables, ==, 0);
    EXPECT(disabled, ==, 0);
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
