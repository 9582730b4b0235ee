/* Chapter 9: the 8259 as its data sheet wants it: four words each, an end for each, and spurious interrupts. */
// sources: kernel/machine/interrupts.c kernel/machine/pic.c lib/format.c tests/host/fake/pic.c
#include "kernel/machine/pic.h"
#include "kernel/core/main.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/interrupts.h"
#include "kernel/machine/io_apic.h"
#include "kernel/machine/local_apic.h"
#include "kernel/time/clock.h"
#include "tests/host/fake/pic.h"
#include "tests/host/test.h"

struct acpi_machine acpi_machine;

uint64_t clock_start(bool has_local_apic) { return has_local_apic; }
bool local_apic_start(void) { return true; }
const struct interrupt_controller *io_apic_start(void) { return NULL; }

static void start(void)
{
    fake_pic_plug();
    interrupts_start();
}

static int b_asked;

static bool ask_a(void) { return false; }

static bool ask_b(void)
{
    b_asked++;
    return false;
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
    start();
    EXPECT(fake_access_count, ==, 10);
    expect_bytes(0, 10, bytes);
}

TEST(a_line_is_opened_for_its_first_handler_alone)
{
    start();
    size_t before = fake_access_count;
    EXPECT(interrupt_attach(pci(11), &a), ==, true);
    EXPECT(fake_pics[1].mask, ==, 0xf7);
    EXPECT(fake_pics[0].mask, ==, 0xfb);
    EXPECT(fake_pic_trigger, ==, 1 << 11);
    size_t after = fake_access_count;
    EXPECT(interrupt_attach(pci(11), &b), ==, true);
    EXPECT(fake_access_count, ==, after);
    EXPECT(after - before, ==, 4); /* the trigger is read and written, two masks */
}

TEST(triggers_are_set_where_the_wiring_allows_it)
{
    start();
    fake_pic_trigger = 0x0e00; /* what VirtualBox's BIOS leaves */
    interrupt_attach(isa(1), &a);
    interrupt_attach(isa(12), &b);
    EXPECT(fake_pic_trigger, ==, 0x0e00);
    static struct interrupt_handler c = { "c", ask_a, 0 }, d = { "d", ask_b, 0 };
    interrupt_attach(isa(9), &c);
    interrupt_attach(pci(5), &d);
    EXPECT(fake_pic_trigger, ==, 0x0c20);
}

TEST(both_chips_are_told_the_end)
{
    start();
    interrupt_attach(isa(1), &a);
    interrupt_attach(isa(12), &b);
    size_t before = fake_access_count;
    fake_pic_call(1, false);
    expect_bytes(before, 1, (const uint16_t[][2]){ { 0x20, 0x20 } });
    EXPECT(fake_access_count - before, ==, 1);
    before = fake_access_count;
    fake_pic_call(12, false);
    expect_bytes(before, 2, (const uint16_t[][2]){ { 0xa0, 0x20 }, { 0x20, 0x20 } });
    EXPECT(fake_access_count - before, ==, 2);
}

TEST(a_spurious_7_ends_nothing)
{
    start();
    interrupt_attach(isa(3), &a);
    interrupt_attach(isa(7), &b);
    fake_pics[0].service = 8; /* another one is being served */
    fake_pic_call(7, true);
    EXPECT(fake_pics[0].service, ==, 8);
    fake_pics[0].service = 0;
    fake_pic_call(7, false);
    EXPECT(b_asked, ==, 2);
    EXPECT(fake_pics[0].service, ==, 0);
}

TEST(a_spurious_15_ends_the_cascade_alone)
{
    start();
    interrupt_attach(isa(12), &a);
    interrupt_attach(isa(15), &b);
    fake_pics[1].service = 0x10;
    fake_pic_call(15, true);
    EXPECT(fake_pics[1].service, ==, 0x10);
    EXPECT(fake_pics[0].service, ==, 0);
}
