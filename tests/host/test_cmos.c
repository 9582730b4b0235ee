/* Chapter 18: a clock on a battery, in all the ways that it may count. */
// sources: kernel/time/cmos.c lib/date.c
#include "kernel/time/cmos.h"
#include "tests/host/test.h"

enum { SECOND, MINUTE = 2, HOUR = 4, DAY = 7, MONTH, YEAR, STATUS_A, STATUS_B };
#define NOON_PAST 1795352645ull /* 2026-11-22 13:04:05 */

static uint8_t registers[128], chosen;
static int carries; /* the clock moves on while it is read, so often */

static uint32_t read(uint16_t port, int bytes)
{
    (void)bytes;
    if (port != 0x71)
        return 0xff;
    uint8_t value = registers[chosen];
    if (chosen == MINUTE && carries > 0) {
        carries--;
        registers[SECOND]++;
    }
    return value;
}

static void write(uint16_t port, uint32_t value, int bytes)
{
    (void)bytes;
    EXPECT(port, ==, 0x70); /* nothing is ever changed in it */
    chosen = value & 127;
}

static void plug(uint8_t mode, const uint8_t values[6])
{
    static struct fake_device clock = { 0x70, 0x71, read, write, 0 };
    static const uint8_t where[] = { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND };
    for (size_t i = 0; i < 6; i++)
        registers[where[i]] = values[i];
    registers[STATUS_B] = mode;
    fake_plug(&clock);
}

TEST(decimal_24_hours)
{
    plug(0x02, (uint8_t[]){ 0x26, 0x11, 0x22, 0x13, 0x04, 0x05 });
    EXPECT(cmos_time(), ==, NOON_PAST);
}

TEST(binary_24_hours)
{
    plug(0x06, (uint8_t[]){ 26, 11, 22, 13, 4, 5 });
    EXPECT(cmos_time(), ==, NOON_PAST);
}

TEST(decimal_12_hours)
{
    plug(0x00, (uint8_t[]){ 0x26, 0x11, 0x22, 0x81, 0x04, 0x05 });
    EXPECT(cmos_time(), ==, NOON_PAST);
}

TEST(midnight_is_twelve_in_the_morning)
{
    plug(0x04, (uint8_t[]){ 26, 11, 22, 12, 4, 5 });
    EXPECT(cmos_time(), ==, NOON_PAST - 13 * 3600);
}

TEST(noon_is_twelve_in_the_afternoon)
{
    plug(0x04, (uint8_t[]){ 26, 11, 22, 0x80 | 12, 4, 5 });
    EXPECT(cmos_time(), ==, NOON_PAST - 3600);
}

TEST(a_torn_reading_is_repeated)
{
    carries = 1;
    plug(0x06, (uint8_t[]){ 26, 11, 22, 13, 4, 4 });
    EXPECT(cmos_time(), ==, NOON_PAST);
}

TEST(a_clock_that_never_rests_is_given_up)
{
    carries = 1000000;
    plug(0x06, (uint8_t[]){ 26, 11, 22, 13, 4, 4 });
    registers[STATUS_A] = 0x80;
    EXPECT(cmos_time(), ==, 0);
}

TEST(what_is_no_date_is_no_time)
{
    plug(0x06, (uint8_t[]){ 26, 2, 29, 13, 4, 5 });
    EXPECT(cmos_time(), ==, 0);
}

TEST(nobody_there) { EXPECT(cmos_time(), ==, 0); }
