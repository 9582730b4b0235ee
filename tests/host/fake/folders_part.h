/* What the parts of the fake service of shared folders have in common. */
#pragma once
#include "tests/host/fake/folders.h"
#include "tests/host/fake/machine.h"

enum { OBJECT = 92 };
enum { /* status */
    BAD_HANDLE = -4,
    BUFFER_OVERFLOW = -41,
    BAD_NAME = -104,
    CANCELLED = -70,
    GONE = -78,
    NOT_THERE = -102,
    EXISTS = -105,
    PROTECTED = -113,
    WRONG_COUNT = -22415,
    SHARING_VIOLATION = -114,
    DISK_FULL = -152,
};

/* Each part has a table of what it answers; the last has no answer. */
struct fake_folders_function {
    uint32_t number;
    int32_t (*answer)(struct fake_call *call);
};
extern const struct fake_folders_function fake_folders_of_shares[], fake_folders_of_files[], fake_folders_of_paths[];

struct stat;
int32_t fake_status(int error);   /* of an errno */
int32_t fake_outcome(int answer); /* of a function that sets errno */
int32_t fake_status_at(const char *path, int error);   /* the same of what was done at a path, */
int32_t fake_outcome_at(const char *path, int answer); /* which may lead through what is not there */
void fake_put_object(uint8_t *object, const struct stat *info);

/* A string as the service demands it: {bytes with the 0, bytes without, text}; and one that the guest made room for. */
const char *fake_string(const struct fake_call *call, uint32_t index);
int32_t fake_put_string(struct fake_call *call, uint32_t index, const char *text);

/* A share; NULL: there is none. And the one that the call's first parameter names, if the guest may use it now. */
struct fake_share *fake_share_at(uint64_t root);
int32_t fake_find_share(const struct fake_call *call, struct fake_share **share);

/* Whether this client wants to hear of links. */
bool fake_shows_links(const struct fake_call *call);

/* Where a path of the guest is on this computer; path: FAKE_PATH bytes. */
int32_t fake_make_path(const struct fake_call *call, uint32_t index, char *path, bool writes);
/* The same, where the last part is a new name: it is not taken for another that the host thinks equal. */
int32_t fake_make_new_path(const struct fake_call *call, uint32_t index, char *path);

/* Whether a guest has it open, or something in it, and the host cares. */
bool fake_is_locked(const char *path);

void fake_folders_close_all(void);
