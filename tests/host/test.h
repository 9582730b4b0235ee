/* How does one write a test that runs the kernel's own sources on this computer?
 *
 *     // sources: kernel/memory/pages.c lib/format.c
 *     #include "tests/host/test.h"
 *     TEST(a_freed_page_can_be_had_again) { ... EXPECT(pages_allocated(), ==, 0); }
 *
 * Every TEST runs in a process of its own, under the address and undefined-behaviour
 * sanitizers, so static state is always fresh. The fakes (tests/host/fake) stand for
 * ports, log, clock and panic. What the tests of several files begin with is in a header
 * beside them, sources included. */
#pragma once
#include "tests/host/fake/fake.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
    const char *name;
    const char *hosts; /* part of their names, or !part; NULL: all */
    void (*run)(void);
    struct test *next;
};

void test_add(struct test *test);
void test_fail(const char *file, int line, const char *what, long long left, long long right);

#define TEST(test_name) TEST_ON(test_name, NULL)

/* About those of the hosts (tests/host/fake/profiles.h) alone that have this in their names, "7.", or have
 * not: "!windows". */
#define TEST_ON(test_name, hosts)                                                                  \
    static void test_name(void);                                                                   \
    __attribute__((constructor)) static void test_name##_add(void)                                 \
    {                                                                                              \
        static struct test test = { #test_name, hosts, test_name, 0 };                             \
        test_add(&test);                                                                           \
    }                                                                                              \
    static void test_name(void)

/* Random numbers, the same in every run of a test; FUZZ_SEED=n in the environment gives others. */
uint64_t test_random(void);
/* Begins again, with numbers that belong to `which` and FUZZ_SEED. */
void test_random_restart(uint32_t which);

/* Numbers: EXPECT(pages, ==, 4). */
#define EXPECT(left, relation, right)                                                              \
    do {                                                                                           \
        long long left_ = (long long)(left), right_ = (long long)(right);                          \
        if (!(left_ relation right_))                                                              \
            test_fail(__FILE__, __LINE__, #left " " #relation " " #right, left_, right_);          \
    } while (0)

/* Text: both shown when they differ. */
void test_expect_text(const char *file, int line, const char *is, const char *should_be);
#define EXPECT_TEXT(is, should_be) test_expect_text(__FILE__, __LINE__, is, should_be)

/* The log contains this. */
void test_expect_logged(const char *file, int line, const char *part);
#define EXPECT_LOGGED(part) test_expect_logged(__FILE__, __LINE__, part)

/* The statement panics, and the message contains this. */
#define EXPECT_PANIC(part, statement)                                                              \
    do {                                                                                           \
        fake_panic_expected = true;                                                                \
        if (!setjmp(fake_panic_return)) {                                                          \
            statement;                                                                             \
            test_fail(__FILE__, __LINE__, "no panic: " #statement, 0, 0);                          \
        }                                                                                          \
        fake_panic_expected = false;                                                               \
        if (!strstr(fake_panic_message, part))                                                     \
            test_expect_text(__FILE__, __LINE__, fake_panic_message, part);                        \
    } while (0)
