/* What does VirtualBox's service of shared folders do?
 *
 * The shares are folders of this computer; what is answered, counted and left out are
 * VBoxSharedFolders's ways, as seen in VirtualBox 7.2: see folders_*.c for each. */
#pragma once
#include "tests/host/fake/hgcm.h"
#include <dirent.h>

enum { FAKE_SHARES = 64, FAKE_FILES = 256, FAKE_FUNCTIONS = 32, FAKE_WAITS = 64, FAKE_PATH = 4400 };

struct fake_share {
    bool is_listed; /* a free place is not */
    bool is_removed; /* by the host, but the guest has it mapped still: listed, and not to be mapped again */
    bool read_only;
    char name[300], folder[256]; /* folder: on this computer */
    char mount_point[4096];      /* where somebody wants it in the guest; "": anywhere */
    int maps;
};

struct fake_open {
    bool used;
    uint32_t root;
    int file;       /* -1: a folder */
    DIR *folder;
    struct dirent *next; /* it did not fit into the last listing */
    bool may_write;
    char path[FAKE_PATH];
};

/* A host that does not do what it should. All zeros: an honest one. */
struct fake_folders_lies {
    int32_t refused[FAKE_FUNCTIONS]; /* a function ends in this status, and nothing is done */
    uint32_t short_by;   /* each transfer stops so many bytes early, if there are more */
    uint32_t count_plus; /* counts of transfers and listings are so much more than is true */
    bool backwards;      /* the offset behind a write lies before it */
    bool no_room;        /* no first entry fits into any buffer */
    bool endless;        /* there are always more entries */
    uint32_t name_claim; /* lengths of names are said to be this; 0: the truth */
    bool restless;       /* the mappings are others whenever somebody asks */
    const char *entry;   /* is listed in the place of every name */
    bool noise;          /* some bytes of every answer are others, and some statuses and numbers */
    bool without_end;    /* texts of answers have none */
};

struct fake_folders {
    struct fake_share shares[FAKE_SHARES];
    struct fake_open files[FAKE_FILES]; /* handle 1 is files[0] */
    uint64_t is_utf8, shows_links, has_mapped; /* as the guest has asked; a bit for each client */
    uint64_t calls[FAKE_FUNCTIONS];
    size_t open;        /* handles */
    uint32_t version;   /* of the mappings */
    int waits;          /* that were to last, so far: never counted down */
    uint64_t room;      /* bytes that can still be written */
    bool keeps_times;   /* they may not be set, for the files are somebody else's */
    bool ignores_case;  /* names that differ in case alone are one */
    bool allows_links;  /* to be made; off unless the machine's owner says SharedFoldersEnableSymlinksCreate */
    int linger;         /* function whose calls are answered by fake_folders_go_on alone, ... */
    bool is_busy;       /* ... and until then the service's thread is in one of them: later ones wait as well, ... */
    bool has_threads;   /* ... unless it had others, which the real one does not */
    void (*before)(struct fake_call *call); /* a call is looked at */
    struct fake_folders_lies lies;
};
extern struct fake_folders fake_folders;

/* Is offered by the host. */
void fake_folders_start(void);

/* The host's side. Returns a new folder of this computer, which is shared under NAME and
 * goes when the test ends. */
const char *fake_folders_share(const char *name, bool read_only);
void fake_folders_share_again(const char *name, const char *folder);
void fake_folders_unshare(const char *name);
void fake_folders_go_on(void);

/* Puts a file into a share, and compares one with what it should be. */
void fake_folders_put(const char *folder, const char *name, const void *bytes, size_t count);
void fake_folders_expect(const char *folder, const char *name, const void *bytes, size_t count);
