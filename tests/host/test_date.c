/* Chapter 18: the calendar, day by day, against one that only knows how to count to the end of a month. */
// sources: lib/date.c
#include "lib/date.h"
#include "tests/host/test.h"

static uint32_t length_of(uint32_t year, uint32_t month)
{
    if (month == 2)
        return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool same(struct date left, struct date right)
{
    return left.year == right.year && left.month == right.month && left.day == right.day && left.hour == right.hour &&
           left.minute == right.minute && left.second == right.second;
}

/* Every day until the calendar has repeated, at its first and its last second. */
TEST(every_day_of_400_years_has_its_date)
{
    struct date date = { 1970, 1, 1, 0, 0, 0 };
    for (uint64_t day = 0; date.year < 2371; day++) {
        EXPECT(same(date_of(day * 86400), date), ==, true);
        EXPECT(date_seconds(date), ==, day * 86400);
        struct date last = { date.year, date.month, date.day, 23, 59, 59 };
        EXPECT(same(date_of(day * 86400 + 86399), last), ==, true);
        EXPECT(date_seconds(last), ==, day * 86400 + 86399);
        EXPECT(date_exists(last), ==, true);
        if (++date.day <= length_of(date.year, date.month))
            continue;
        EXPECT(date_exists(date), ==, false); /* one day too many */
        date.day = 1;
        date.month = date.month % 12 + 1;
        date.year += date.month == 1;
    }
}

TEST(known_moments)
{
    EXPECT(date_seconds((struct date){ 2000, 2, 29, 12, 30, 15 }), ==, 951827415);
    EXPECT(date_seconds((struct date){ 2026, 11, 22, 21, 4, 5 }), ==, 1795381445);
    EXPECT(date_seconds((struct date){ 2038, 1, 19, 3, 14, 8 }), ==, 1ll << 31);
    EXPECT(date_seconds((struct date){ 2106, 2, 7, 6, 28, 16 }), ==, 1ll << 32);
    EXPECT(same(date_of(DATE_SECONDS_END - 1), (struct date){ 9999, 12, 31, 23, 59, 59 }), ==, true);
}

TEST(what_is_no_date)
{
    static const struct date none[] = {
        { 1969, 12, 31, 23, 59, 59 }, { 10000, 1, 1, 0, 0, 0 }, { 2026, 0, 1, 0, 0, 0 },  { 2026, 13, 1, 0, 0, 0 },
        { 2026, 1, 0, 0, 0, 0 },      { 2026, 2, 29, 0, 0, 0 }, { 2100, 2, 29, 0, 0, 0 }, { 2026, 1, 1, 24, 0, 0 },
        { 2026, 1, 1, 0, 60, 0 },     { 2026, 1, 1, 0, 0, 60 },
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        EXPECT(date_exists(none[i]), ==, false);
    EXPECT(date_exists((struct date){ 2000, 2, 29, 0, 0, 0 }), ==, true);
}
