/* Chapter 18: what time is it outside, if nobody can be asked?
 *
 * Every PC has a clock on a battery, Motorola's MC146818, read byte by byte while it goes on: two equal readings in a
 * row were not torn by a carry. */
#include "kernel/time/cmos.h"
#include "kernel/core/port.h"
#include "lib/date.h"

enum {
    INDEX = 0x70,
    DATA = 0x71,
    SECOND = 0x00, /* registers: MC146818A data sheet */
    MINUTE = 0x02,
    HOUR = 0x04,
    DAY = 0x07,
    MONTH = 0x08,
    YEAR = 0x09, /* of the century; this kernel was born in the 21st */
    STATUS_A = 0x0a,
    UPDATING = 0x80, /* the other registers are changing */
    STATUS_B = 0x0b,
    BINARY = 4, /* else two decimal digits a byte */
    HOURS_24 = 2,
    AFTERNOON = 0x80, /* with 12 hours */
    CENTURY = 2000,
    PATIENCE = 100 * 1000, /* polls; an update takes 2 ms */
    TRIES = 4,
};

static uint32_t read(uint8_t which)
{
    port_write8(INDEX, which);
    return port_read8(DATA);
}

static uint32_t number(uint32_t value, uint32_t mode)
{
    return mode & BINARY ? value : (value >> 4) * 10 + (value & 15);
}

static struct date read_date(void)
{
    for (int polls = 0; polls < PATIENCE && read(STATUS_A) & UPDATING; polls++)
        ;
    uint32_t mode = read(STATUS_B), hour = read(HOUR);
    struct date date = { CENTURY + number(read(YEAR), mode), number(read(MONTH), mode), number(read(DAY), mode),
                         number(hour, mode),                 number(read(MINUTE), mode), number(read(SECOND), mode) };
    if (!(mode & HOURS_24))
        date.hour = number(hour & ~(uint32_t)AFTERNOON, mode) % 12 + (hour & AFTERNOON ? 12 : 0);
    return date;
}

uint64_t cmos_time(void)
{
    for (int tries = 0; tries < TRIES; tries++) {
        struct date date = read_date(), again = read_date();
        if (date_exists(date) && date_exists(again) && date_seconds(date) == date_seconds(again))
            return date_seconds(date);
    }
    return 0;
}
