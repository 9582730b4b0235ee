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
    bool tells_deleted; /* with a change of a property, whether it is there now */
};

/* What VirtualBox runs on, as far as the guest meets it. */
enum host_names { NAMES_AS_GIVEN, NAMES_EQUIVALENT, NAMES_DECOMPOSED }; /* a letter with its mark: one character, two */

struct host_system {
    bool has_balloon;        /* request 113 */
    bool ignores_case;       /* names that differ in case alone are one */
    enum host_names names;
    const char *forbidden;   /* characters in names, and with them all below a blank; NULL: only a / */
    bool has_backslash;      /* between the parts of paths */
    bool cuts_names;         /* blanks and dots at their ends are not there */
    bool locks_open;         /* what is open is neither removed nor renamed */
    bool writes_all_or_none; /* when the medium is full */
    bool has_modes;          /* permissions as on Unix; else one bit, and everything can be executed */
    int64_t time_step;       /* nanoseconds */
    int32_t no_folder;       /* status: something in a folder that is not there */
    int32_t unlinked_folder; /* a folder is removed as a file, */
    int32_t unlinked_file;   /* and a file as a folder */
    int32_t onto_folder;     /* a file is renamed to what is a folder */
    int32_t link_made;       /* status of a new link, where the machine's owner allows them; 0: it is there */
};

struct host_profile {
    const char *name;
    const struct host_release *release;
    const struct host_system *system;
};

extern const struct host_profile host_profiles[]; /* the last has no name */
extern const struct host_profile *host_profile;   /* this test's */
