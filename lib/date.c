/* Chapter 18: which day is it, so many seconds after 1970 began? */
#include "lib/date.h"

enum {
    DAY_SECONDS = 24 * 60 * 60,
    DAYS_IN_400_YEARS = 146097, /* after which the calendar repeats */
    FIRST_YEAR = 1970,
    DAYS_BEFORE_1970 = 719162, /* had there always been this calendar, since January 1st of the year 1 */
    LAST_YEAR = 9999,
};

static const uint32_t days_before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

static bool is_leap_year(uint32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/* Days from 1970 to the first of January. */
static uint64_t days_before_year(uint32_t year)
{
    uint32_t before = year - 1;
    return before * 365ull + before / 4 - before / 100 + before / 400 - DAYS_BEFORE_1970;
}

/* Days from the first of January to the first of the month; month 13: of the year. */
static uint32_t days_before_month(uint32_t year, uint32_t month)
{
    return days_before[month - 1] + (month > 2 && is_leap_year(year));
}

struct date date_of(uint64_t seconds)
{
    uint64_t days = seconds / DAY_SECONDS;
    uint32_t rest = (uint32_t)(seconds % DAY_SECONDS), month = 1;
    uint32_t year = FIRST_YEAR + (uint32_t)(days * 400 / DAYS_IN_400_YEARS); /* right, or one too late or too early */
    while (year > FIRST_YEAR && days_before_year(year) > days)
        year--;
    while (days_before_year(year + 1) <= days)
        year++;
    uint32_t day = (uint32_t)(days - days_before_year(year));
    while (days_before_month(year, month + 1) <= day)
        month++;
    day -= days_before_month(year, month);
    return (struct date){ year, month, day + 1, rest / 3600, rest / 60 % 60, rest % 60 };
}

uint64_t date_seconds(struct date date)
{
    uint64_t days = days_before_year(date.year) + days_before_month(date.year, date.month) + date.day - 1;
    return days * DAY_SECONDS + date.hour * 3600 + date.minute * 60 + date.second;
}

bool date_exists(struct date date)
{
    if (date.year < FIRST_YEAR || date.year > LAST_YEAR || date.month < 1 || date.month > 12)
        return false;
    uint32_t length = days_before_month(date.year, date.month + 1) - days_before_month(date.year, date.month);
    return date.day >= 1 && date.day <= length && date.hour < 24 && date.minute < 60 && date.second < 60;
}
