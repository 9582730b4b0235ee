/* A pair of 8259s, and the vectors that they reach (Intel 8259A data sheet; the slave hangs on line 2). */
#include "tests/host/fake/pic.h"
#include "kernel/faults/exceptions.h"
#include "tests/host/test.h"

struct fake_pic fake_pics[2];
uint16_t fake_pic_trigger;

static void end_highest(struct fake_pic *chip) { chip->service &= (uint8_t)(chip->service - 1); }

static void write_chip(uint16_t port, uint32_t value, int bytes)
{
    struct fake_pic *chip = &fake_pics[port >= 0xa0];
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
        *chip = (struct fake_pic){ .words = 3 };
    } else if (value & 8) {
        chip->shows_service = (value & 3) == 3;
    } else {
        EXPECT(value, ==, 0x20);
        end_highest(chip);
    }
}

static uint32_t read_chip(uint16_t port, int bytes)
{
    struct fake_pic *chip = &fake_pics[port >= 0xa0];
    EXPECT(bytes, ==, 1);
    return port & 1 ? chip->mask : chip->shows_service ? chip->service : chip->request;
}

static uint32_t read_trigger(uint16_t port, int bytes)
{
    EXPECT(bytes, ==, 1);
    return port == 0x4d0 ? fake_pic_trigger & 0xff : fake_pic_trigger >> 8;
}

static void write_trigger(uint16_t port, uint32_t value, int bytes)
{
    EXPECT(bytes, ==, 1);
    if (port == 0x4d0)
        fake_pic_trigger = (uint16_t)((fake_pic_trigger & 0xff00) | value);
    else
        fake_pic_trigger = (uint16_t)((fake_pic_trigger & 0xff) | value << 8);
}

/* The vector that this chip answers an acknowledge with; without a request: a spurious one. */
static uint8_t acknowledge(struct fake_pic *chip)
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

static void (*vectors[VECTORS])(uint8_t);
void vector_attach(uint8_t vector, void (*handle)(uint8_t)) { vectors[vector] = handle; }

void fake_interrupt(uint8_t vector)
{
    EXPECT(vectors[vector] != NULL, ==, true); /* else the kernel panics */
    fake_interrupts_off = true;
    vectors[vector](vector);
    fake_interrupts_off = false;
}

void fake_pic_call(int line, bool withdrawn)
{
    struct fake_pic *chip = &fake_pics[line / 8];
    if (chip->mask & 1 << line % 8)
        return;
    if (line < 8) {
        chip->request |= withdrawn ? 0 : (uint8_t)(1 << line);
        fake_interrupt(acknowledge(chip));
        return;
    }
    fake_pics[0].request |= 4;
    EXPECT(acknowledge(&fake_pics[0]), ==, fake_pics[0].vector + 2);
    chip->request |= withdrawn ? 0 : (uint8_t)(1 << line % 8);
    fake_interrupt(acknowledge(chip));
}

void fake_pic_plug(void)
{
    static struct fake_device master = { 0x20, 0x21, read_chip, write_chip, 0 };
    static struct fake_device slave = { 0xa0, 0xa1, read_chip, write_chip, 0 };
    static struct fake_device triggers = { 0x4d0, 0x4d1, read_trigger, write_trigger, 0 };
    fake_plug(&master);
    fake_plug(&slave);
    fake_plug(&triggers);
}
