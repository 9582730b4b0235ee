/* Which hosts are there?
 *
 * VirtualBox runs on Linux, Windows and macOS, and a guest meets whatever release somebody has installed. Each test
 * that meets a host meets all of these, one after the other in processes of their own; TEST_ON (tests/host/test.h) is
 * for tests about some of them. HOST_PROFILE=6.1-windows in the environment runs tests on that host alone.
 *
 * What is known of each host, and whence, stands in profiles.c; the fakes behave accordingly. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Of VirtualBox, on whatever system. */
struct host_release {
    const char *version; /* "7.2.22" */
    uint16_t major, minor;
    uint32_t build, revision;
    uint32_t features; /* request 4 */
    uint32_t mouse;    /* the host's own bits of request 1 */
};

/* What VirtualBox runs on. */
struct host_system {
    const char *name;
};

struct host_profile {
    const char *name;
    const struct host_release *release;
    const struct host_system *system;
};

extern const struct host_profile host_profiles[]; /* the last has no name */
extern const struct host_profile *host_profile;   /* this test's */
