/* Chapter 18: which day is it, so many seconds after 1970 began? */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct date {
    uint32_t year;                 /* 1970 to 9999 */
    uint32_t month, day;           /* from 1 */
    uint32_t hour, minute, second; /* from 0 */
};

#define DATE_SECONDS_END 253402300800ull /* the end of the year 9999 */

/* `seconds` < DATE_SECONDS_END. Leap seconds do not exist here, as in all computers' counts. */
struct date date_of(uint64_t seconds);

/* The other way round, for a date that exists. */
uint64_t date_seconds(struct date date);

/* Whether there is such a day and time. */
bool date_exists(struct date date);
