/* Runs the tests that a program contains: all of them, or the one that is named. */
#include "tests/host/test.h"
#include "tests/host/fake/profiles.h"
#include <sys/wait.h>
#include <unistd.h>

static struct test *tests;

/* Only what is linked with a fake VMMDev has hosts. */
#pragma weak host_profiles
#pragma weak host_profile

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

static bool is_about(const struct test *test, const struct host_profile *profile)
{
    bool is_not = test->hosts && test->hosts[0] == '!';
    return !test->hosts || is_not != !!strstr(profile->name, test->hosts + is_not);
}

/* Random numbers are for one host at a time: which, they say as well. */
static bool is_wanted(const struct host_profile *profile, size_t place, size_t count)
{
    const char *name = getenv("HOST_PROFILE"), *seed = getenv("FUZZ_SEED");
    if (name)
        return strcmp(name, profile->name) == 0;
    return !seed || strtoul(seed, NULL, 10) % count == place;
}

/* True: the test held on this host. */
static bool holds_on(const struct test *test, const struct host_profile *profile)
{
    pid_t child = fork();
    if (child == 0) {
        host_profile = profile;
        test->run();
        exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    if (status)
        fprintf(stderr, "%s: that was HOST_PROFILE=%s\n\n", test->name, profile->name);
    return !status;
}

static bool holds_on_all(const struct test *test)
{
    size_t count = 0, place = 0, run = 0;
    bool holds = true;
    for (const struct host_profile *profile = host_profiles; profile->name; profile++)
        count += is_about(test, profile);
    for (const struct host_profile *profile = host_profiles; profile->name; profile++) {
        if (!is_about(test, profile) || !is_wanted(profile, place++, count))
            continue;
        run++;
        holds &= holds_on(test, profile);
    }
    if (!run)
        fprintf(stderr, "%s: no such host\n", test->name);
    return holds && run;
}

int main(int count, char **arguments)
{
    int run = 0, failed = 0;
    for (const struct test *test = tests; test; test = test->next) {
        if (count > 1 && strcmp(arguments[1], test->name) != 0)
            continue;
        if (host_profiles)
            failed += !holds_on_all(test);
        else
            test->run();
        run++;
    }
    return failed ? 1 : run ? 0 : 2;
}
