/* Hosts, and what is different about them. Behind each number is where it can be read: file and function of
 * VirtualBox's sources, or the release in which it was seen. */
#include "tests/host/fake/profiles.h"

/* Devices/VMMDev/VMMDev.cpp, vmmdevReqHandler_GetHostVersion. */
enum { HGCM_BUFFERS = 0xf, FAST_ACKNOWLEDGE = 0x80000000 };
enum { RECHECKS = 0x20, FULL_STATE = 0x100 };

static const struct host_release release_6_1 = {
    .version = "6.1.50", .major = 6, .minor = 1, .build = 50, .revision = 161033,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS,
};

static const struct host_release release_7_0 = {
    .version = "7.0.14", .major = 7, .minor = 0, .build = 14, .revision = 161095,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS | FULL_STATE,
};

static const struct host_release release_7_1 = {
    .version = "7.1.6", .major = 7, .minor = 1, .build = 6, .revision = 167084,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS | FULL_STATE,
};

static const struct host_release release_7_2 = {
    .version = "7.2.22", .major = 7, .minor = 2, .build = 22, .revision = 175245,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS | FULL_STATE,
};

static const struct host_system on_linux = { .name = "Linux" };
static const struct host_system on_windows = { .name = "Windows" };
static const struct host_system on_macos = { .name = "macOS" };

const struct host_profile host_profiles[] = {
    { "7.2-linux", &release_7_2, &on_linux }, { "7.2-windows", &release_7_2, &on_windows },
    { "7.2-macos", &release_7_2, &on_macos }, { "7.1-linux", &release_7_1, &on_linux },
    { "7.1-windows", &release_7_1, &on_windows }, { "7.1-macos", &release_7_1, &on_macos },
    { "7.0-linux", &release_7_0, &on_linux }, { "7.0-windows", &release_7_0, &on_windows },
    { "7.0-macos", &release_7_0, &on_macos }, { "6.1-linux", &release_6_1, &on_linux },
    { "6.1-windows", &release_6_1, &on_windows }, { "6.1-macos", &release_6_1, &on_macos },
    { 0 },
};
const struct host_profile *host_profile = host_profiles;
