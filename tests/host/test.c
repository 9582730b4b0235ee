/* Runs the tests that a program contains: all of them, or the one that is named. */
#include "tests/host/test.h"

static struct test *tests;

void test_add(struct test *test)
{
    test->next = tests;
    tests = test;
}

void test_fail(const char *file, int line, const char *what, long long left, long long right)
{
    fprintf(stderr, "%s:%d: %s: %lld (0x%llx) and %lld (0x%llx)\nlog so far:\n%s", file, line, what, left, left, right,
            right, fake_log);
    exit(1);
}

void test_expect_text(const char *file, int line, const char *is, const char *should_be)
{
    if (strcmp(is, should_be) == 0)
        return;
    fprintf(stderr, "%s:%d: is        \"%s\"\n%s:%d: should be \"%s\"\n", file, line, is, file, line, should_be);
    exit(1);
}

void test_expect_logged(const char *file, int line, const char *part)
{
    if (strstr(fake_log, part))
        return;
    fprintf(stderr, "%s:%d: the log lacks \"%s\":\n%s", file, line, part, fake_log);
    exit(1);
}

static uint64_t random_state; /* xorshift64, never 0 */

void test_random_restart(uint32_t which)
{
    const char *seed = getenv("FUZZ_SEED");
    random_state = ((seed ? strtoul(seed, NULL, 10) : 0) << 32 | which) * 0x9e3779b97f4a7c15 | 1;
}

uint64_t test_random(void)
{
    if (!random_state)
        test_random_restart(0);
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

int main(int count, char **arguments)
{
    int run = 0;
    for (struct test *test = tests; test; test = test->next) {
        if (count > 1 && strcmp(arguments[1], test->name) != 0)
            continue;
        test->run();
        run++;
    }
    return run ? 0 : 2;
}
