/* Chapter 18: what time is it outside?
 *
 * Chapter 9's clock counts from the start of the kernel, not quite at the right speed, and stands still while the
 * machine is paused. Somebody who knows the time is asked now and then. Between two readings this clock runs on with
 * chapter 9's, faster or slower by what the readings have taught. A small error is never corrected by a jump: it is
 * spread over the time to come, so that no second is missing and none comes twice. A large one is no drift: the
 * machine was paused, or somebody has set the host's clock. Then this one is set as well, and says so. Twice in a row
 * it is the machine whose time has another speed, and that is learned like any drift. */
#include "kernel/time/wall_clock.h"
#include "kernel/core/print.h"
#include "kernel/time/clock.h"
#include "lib/date.h"
#include "lib/number.h"

enum {
    SECOND = 1000 * 1000, /* microseconds, as all times here */
    BILLION = 1000 * 1000 * 1000,
    STEP_FROM = SECOND / 10,    /* an error that a person may notice: set at once, but back */
    BACK_FROM = SECOND,         /* by a second or more; by less, time does not go back but on ... */
    SLOWED = 4,                 /* ... more slowly, by a fourth */
    FAR_FROM = SECOND / 100,    /* more than drift explains, once that is learned */
    READING_GOOD_TO = 2 * 1000, /* the error of a clock that is right, by readings in milliseconds */
    SPAN_SHORTEST = 2 * SECOND,
    SOON = SECOND,
    SPAN_LONGEST = 1024 * SECOND, /* by then a reading tells drifts of a millionth */
    DRIFT_LEAST = -BILLION / 10 * 9, /* of a machine whose time is ten times too fast, ... */
    DRIFT_MOST = 2 * BILLION,        /* ... or three times too slow */
    STEPS_LOGGED = 16,
};

static const int64_t DIFFERENCE_MOST = INT64_MAX / BILLION / 2; /* an hour */

struct wall_clock wall_clock;

/* A piece of straight line: at base_time it was base_utc; `owed` is made up for in the `span` after it. */
static uint64_t base_time, base_utc, span;
static int64_t owed;
static int64_t rate, paying; /* wall_clock.drift, and owed / span, in parts of 2^32, which need no division */
static bool drift_known;
static bool is_soon; /* after the last reading: no time for another pause */
static int64_t suspected; /* by how much the drift is wrong, if that was the reason for the last large error; else 0 */

static int64_t magnitude(int64_t number) { return number < 0 ? -number : number; }

static __int128 paid(uint64_t passed) { return (__int128)minimum(passed, span) * paying; }

/* Rounded once: two roundings could be a step back. */
static uint64_t utc_at(uint64_t time)
{
    uint64_t passed = time - base_time;
    return base_utc + passed + (uint64_t)(((__int128)passed * rate + paid(passed)) >> 32);
}

static void start_line(uint64_t utc, uint64_t time, int64_t error, uint64_t length)
{
    base_utc = utc;
    base_time = time;
    owed = error;
    span = length;
    paying = error * (1ll << 32) / (int64_t)length;
}

static void set_drift(int64_t drift)
{
    wall_clock.drift = clamp(drift, DRIFT_LEAST, DRIFT_MOST);
    rate = wall_clock.drift * (1ll << 32) / BILLION;
    drift_known = true;
}

/* The drift that would explain all of the difference between this reading and the last one; or one too large. */
static int64_t measure_drift(uint64_t utc, uint64_t time)
{
    static uint64_t last_utc, last_time;
    int64_t passed = (int64_t)(time - last_time);
    int64_t difference = clamp((int64_t)(utc - last_utc) - passed, -DIFFERENCE_MOST, DIFFERENCE_MOST);
    last_utc = utc;
    last_time = time;
    is_soon = passed <= SOON;
    return passed > 0 ? difference * BILLION / passed : 0;
}

/* An error that grows as fast again is none of a pause, nor of a host that has jumped: we are fast or slow. */
static bool learn_speed(int64_t drift)
{
    static bool is_said;
    int64_t differs = drift - wall_clock.drift - suspected;
    drift -= differs / 2; /* the mean of both: a busy host answers late */
    if (!is_soon || magnitude(differs) >= magnitude(suspected) / 4 || drift < DRIFT_LEAST || drift > DRIFT_MOST)
        return false;
    set_drift(drift);
    if (!is_said)
        print("    Clock: the machine's time passes at about %ld %% of the host's speed; made up for\n",
              (100l * BILLION + (BILLION + drift) / 2) / (BILLION + drift));
    is_said = true;
    return true;
}

static void step(uint64_t utc, uint64_t time, int64_t error)
{
    struct date date = date_of(utc / SECOND);
    if (wall_clock.steps++ < STEPS_LOGGED)
        print("    Clock: stepped by %s%ld.%03ld s to %02u:%02u:%02u.%03lu\n", error < 0 ? "-" : "+",
              magnitude(error) / SECOND, magnitude(error) % SECOND / 1000, date.hour, date.minute, date.second,
              utc % SECOND / 1000);
    wall_clock.last_step = error;
    start_line(utc, time, 0, SPAN_SHORTEST);
}

/* What is wrong beyond what was still owed, the drift is to blame for; half of it, from the second time on, since
 * a reading is not exact either. */
static void learn(int64_t error, uint64_t passed)
{
    int64_t unexplained = error - (owed - (int64_t)(paid(passed) >> 32));
    int64_t wrong_by = unexplained * BILLION / (int64_t)passed;
    set_drift(wall_clock.drift + wrong_by / (drift_known ? 2 : 1));
}

static void slew(uint64_t time, int64_t error)
{
    uint64_t passed = time - base_time, now = utc_at(time), next = SPAN_SHORTEST;
    if (magnitude(error) <= READING_GOOD_TO)
        next = minimum(span * 2, SPAN_LONGEST);
    else if (magnitude(error) < FAR_FROM)
        next = span;
    learn(error, passed);
    start_line(now, time, error, next);
    wall_clock.slews++;
}

void wall_clock_correct(uint64_t utc, uint64_t time, bool from_host)
{
    wall_clock.readings++;
    wall_clock.from_host = from_host;
    int64_t drift = measure_drift(utc, time);
    if (!wall_clock.known) {
        wall_clock.known = true;
        start_line(utc, time, 0, SPAN_SHORTEST);
        return;
    }
    uint64_t now = utc_at(time);
    int64_t error = wall_clock.error = (int64_t)(utc - now), wrong_by = drift - wall_clock.drift;
    bool is_far = magnitude(error) >= STEP_FROM, is_speed = learn_speed(drift);
    suspected = is_far && !is_speed ? clamp(wrong_by, 2 * (int64_t)DRIFT_LEAST, 2 * (int64_t)DRIFT_MOST) : 0;
    if (is_far && (error > 0 || error <= -BACK_FROM))
        step(utc, time, error);
    else if (is_far || is_speed)
        start_line(now, time, error, maximum(wall_clock_span(SLOWED * (uint64_t)magnitude(error)), SPAN_SHORTEST));
    else if (time - base_time >= span || (magnitude(error) >= FAR_FROM && time - base_time >= SPAN_SHORTEST))
        slew(time, error);
}

bool wall_clock_is_unsure(void) { return suspected; }

uint64_t wall_clock_span(uint64_t microseconds)
{
    return microseconds * BILLION / (uint64_t)(BILLION + wall_clock.drift);
}

uint64_t wall_clock_now(void) { return wall_clock.known ? utc_at(clock_now()) : 0; }
