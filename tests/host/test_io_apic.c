/* Chapter 9: every line has a pin of some I/O APIC, and no pin is ever open by half. */
// sources: kernel/machine/io_apic.c tests/host/fake/registers.c
#include "kernel/machine/io_apic.h"
#include "kernel/machine/acpi.h"
#include "kernel/machine/local_apic.h"
#include "kernel/memory/page_tables.h"
#include "tests/host/fake/registers.h"
#include "tests/host/test.h"

enum { CHIPS = 3, PINS = 120, OPEN = 0x00000, MASKED = 0x10000, LOW = 0x2000, LEVEL = 0x8000 };

struct acpi_machine acpi_machine;

/* I/O APICs (82093AA data sheet): one register at a time, in the window, is the one that the index names. */

static struct chip {
    struct fake_registers registers;
    uint8_t index;
    uint32_t version, pins; /* pins: what it really has */
    uint32_t low[PINS], high[PINS];
    int writes;
} chips[CHIPS];

static uint32_t read_window(struct fake_registers *device, uint32_t offset)
{
    struct chip *chip = (struct chip *)device;
    EXPECT(offset, ==, 0x10);
    EXPECT(chip->index, ==, 1); /* the driver wants to know nothing else */
    return chip->version;
}

static void write_pin_half(struct chip *chip, uint32_t pin, bool is_high, uint32_t value)
{
    EXPECT(pin, <, chip->pins);
    chip->writes++;
    if (is_high) {
        EXPECT(chip->low[pin] & MASKED, ==, MASKED); /* else an interrupt may go astray now */
        chip->high[pin] = value;
    } else {
        chip->low[pin] = value;
    }
}

static void write_register(struct fake_registers *device, uint32_t offset, uint32_t value)
{
    struct chip *chip = (struct chip *)device;
    if (offset == 0) {
        EXPECT(value, <=, 255);
        chip->index = (uint8_t)value;
        return;
    }
    EXPECT(offset, ==, 0x10);
    EXPECT(chip->index, >=, 16);
    write_pin_half(chip, (chip->index - 16u) / 2, chip->index % 2, value);
}

/* The processor's side. */

static uint32_t apic_id;
static int ends;
uint32_t local_apic_id(void) { return apic_id; }
void local_apic_end(void) { ends++; }

static uint32_t unmappable;
void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    EXPECT(bytes, ==, 0x20);
    EXPECT(cache, ==, CACHE_OFF);
    return physical == unmappable ? NULL : (void *)physical;
}

/* One more I/O APIC in the firmware's table; all its pins are open, as careless firmware may leave them. */
static struct chip *add_chip(uint32_t pins, uint32_t first_line)
{
    struct chip *chip = &chips[acpi_machine.io_apic_count];
    uint32_t address = 0x1ec00000 + (uint32_t)acpi_machine.io_apic_count * 0x1000;
    *chip = (struct chip){ .registers = { address, read_window, write_register, NULL }, .pins = pins,
                           .version = (pins - 1) << 16 | 0x20 };
    for (uint32_t pin = 0; pin < pins; pin++)
        chip->low[pin] = OPEN;
    fake_registers_plug(&chip->registers);
    acpi_machine.io_apics[acpi_machine.io_apic_count++] = (struct acpi_io_apic){ address, first_line };
    return chip;
}

static void expect_masked(const struct chip *chip)
{
    for (uint32_t pin = 0; pin < chip->pins; pin++)
        EXPECT(chip->low[pin], ==, MASKED);
}

static struct interrupt_line isa(uint32_t number) { return (struct interrupt_line){ number, false, false }; }
static struct interrupt_line pci(uint32_t number) { return (struct interrupt_line){ number, true, true }; }

TEST(without_an_io_apic_there_is_none)
{
    EXPECT(io_apic_start() == NULL, ==, true);
}

TEST(every_pin_is_masked_at_the_start)
{
    struct chip *chip = add_chip(24, 0);
    const struct interrupt_controller *controller = io_apic_start();
    EXPECT_TEXT(controller->name, "I/O APIC");
    EXPECT(controller->lines, ==, 24);
    expect_masked(chip);
}

TEST(a_line_gets_its_vector_trigger_and_processor)
{
    struct chip *chip = add_chip(24, 0);
    const struct interrupt_controller *controller = io_apic_start();
    apic_id = 5;
    controller->enable(isa(1), 33);
    controller->enable(pci(20), 52);
    controller->enable((struct interrupt_line){ 9, true, false }, 41);
    controller->enable((struct interrupt_line){ 10, false, true }, 42);
    EXPECT(chip->low[1], ==, 33);
    EXPECT(chip->low[20], ==, 52 | LEVEL | LOW);
    EXPECT(chip->low[9], ==, 41 | LEVEL);
    EXPECT(chip->low[10], ==, 42 | LOW);
    EXPECT(chip->high[1], ==, 0x05000000);
    EXPECT(chip->low[2], ==, MASKED);
}

/* write_pin_half looks whether the pin is masked when the other half changes. */
TEST(a_line_that_is_open_is_masked_while_it_changes)
{
    struct chip *chip = add_chip(24, 0);
    const struct interrupt_controller *controller = io_apic_start();
    controller->enable(isa(1), 33);
    apic_id = 7;
    controller->enable(isa(1), 34);
    EXPECT(chip->low[1], ==, 34);
    EXPECT(chip->high[1], ==, 0x07000000);
    controller->disable(1);
    EXPECT(chip->low[1], ==, MASKED);
}

TEST(lines_are_counted_over_all_chips)
{
    struct chip *second = add_chip(32, 24), *first = add_chip(24, 0); /* in any order */
    const struct interrupt_controller *controller = io_apic_start();
    EXPECT(controller->lines, ==, 56);
    expect_masked(first);
    expect_masked(second);
    controller->enable(pci(23), 55);
    controller->enable(pci(24), 56);
    controller->enable(pci(55), 87);
    EXPECT(first->low[23], ==, 55 | LEVEL | LOW);
    EXPECT(second->low[0], ==, 56 | LEVEL | LOW);
    EXPECT(second->low[31], ==, 87 | LEVEL | LOW);
    controller->disable(24);
    EXPECT(second->low[0], ==, MASKED);
    EXPECT(first->low[23], ==, 55 | LEVEL | LOW);
}

TEST(a_line_that_no_pin_has_touches_nothing)
{
    struct chip *first = add_chip(24, 0), *second = add_chip(24, 32); /* 24 to 31 belong to nobody */
    const struct interrupt_controller *controller = io_apic_start();
    int writes = first->writes + second->writes;
    EXPECT(controller->lines, ==, 56);
    for (uint32_t line = 24; line < 32; line++)
        controller->enable(pci(line), 60);
    controller->enable(pci(56), 61);
    controller->enable(pci(0xffffffff), 62);
    controller->disable(56);
    EXPECT(first->writes + second->writes, ==, writes);
}

TEST(a_chip_may_have_one_pin_or_as_many_as_the_index_reaches)
{
    struct chip *small = add_chip(1, 0), *large = add_chip(120, 1);
    const struct interrupt_controller *controller = io_apic_start();
    EXPECT(controller->lines, ==, 121);
    expect_masked(small);
    controller->enable(isa(120), 152);
    EXPECT(large->low[119], ==, 152);
}

TEST(a_chip_that_claims_more_pins_than_can_be_addressed_has_120)
{
    struct chip *chip = add_chip(120, 0);
    chip->version = 0x00ff0020;
    EXPECT(io_apic_start()->lines, ==, 120);
    expect_masked(chip);
}

TEST(a_chip_that_does_not_answer_is_left_out_and_said)
{
    struct chip *silent = add_chip(24, 0), *sound = add_chip(24, 24);
    silent->version = 0xffffffff;
    const struct interrupt_controller *controller = io_apic_start();
    EXPECT_TEXT(fake_log, "    Interrupts: no I/O APIC answers at 0x1ec00000\n");
    EXPECT(controller->lines, ==, 48);
    controller->enable(isa(1), 33);
    EXPECT(silent->writes, ==, 0);
    controller->enable(isa(25), 57);
    EXPECT(sound->low[1], ==, 57);
}

TEST(a_chip_that_cannot_be_mapped_is_left_out)
{
    struct chip *chip = add_chip(24, 0);
    unmappable = chip->registers.address;
    EXPECT(io_apic_start() == NULL, ==, true);
    EXPECT(chip->writes, ==, 0);
}

TEST(the_end_goes_to_the_processor_s_own_controller)
{
    struct chip *chip = add_chip(24, 0);
    const struct interrupt_controller *controller = io_apic_start();
    controller->enable(pci(20), 52);
    int writes = chip->writes;
    controller->end(20);
    EXPECT(ends, ==, 1);
    EXPECT(chip->writes, ==, writes);
}
