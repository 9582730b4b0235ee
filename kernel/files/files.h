/* Chapter 19: what is a file, wherever it lies?
 *
 * A file system is a table of operations. Mounted as NAME, its files are at /NAME/...,
 * and whoever uses the functions below does not know which one answers. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PATH_BYTES = 4096,     /* with the 0 at its end */
    FILE_NAME_BYTES = 256, /* the same, of one part of a path */
};

/* What can go wrong, and how it is said. The numbers are VirtualBox's (iprt/err.h), so that a host's go through
 * unchanged; others than these are as good. */
#define FILE_STATUSES(STATUS)                                                                                          \
    STATUS(FILE_INVALID, -2, "this cannot be")                                                                         \
    STATUS(FILE_BAD_HANDLE, -4, "no longer open")                                                                      \
    STATUS(FILE_NO_MEMORY, -8, "no memory")                                                                            \
    STATUS(FILE_NO_PERMISSION, -10, "not permitted")                                                                   \
    STATUS(FILE_NOT_A_LINK, -19, "not a link")                                                                         \
    STATUS(FILE_NOT_SUPPORTED, -37, "this file system cannot do that")                                                 \
    STATUS(FILE_ACCESS_DENIED, -38, "access denied")                                                                   \
    STATUS(FILE_UNLISTED, -58, "not empty: it holds names that are no UTF-8, or too long")                             \
    STATUS(FILE_NOT_UTF8, -61, "not UTF-8")                                                                            \
    STATUS(FILE_CANCELLED, -70, "cancelled")                                                                           \
    STATUS(FILE_GONE, -78, "no longer there")                                                                          \
    STATUS(FILE_MEDIUM, -100, "the medium fails")                                                                      \
    STATUS(FILE_NOT_FOUND, -102, "not found")                                                                          \
    STATUS(FILE_PATH_NOT_FOUND, -103, "no such folder")                                                                \
    STATUS(FILE_INVALID_NAME, -104, "a name that cannot be")                                                           \
    STATUS(FILE_EXISTS, -105, "exists")                                                                                \
    STATUS(FILE_TOO_MANY_OPEN, -106, "too many open files")                                                            \
    STATUS(FILE_ENDED, -110, "ends before its length")                                                                 \
    STATUS(FILE_WRITE_PROTECTED, -113, "write-protected")                                                              \
    STATUS(FILE_SHARED, -114, "in use")                                                                                \
    STATUS(FILE_LOCKED, -116, "in use")                                                                                \
    STATUS(FILE_OTHER_SYSTEM, -119, "on another file system")                                                          \
    STATUS(FILE_NAME_TOO_LONG, -120, "the name is too long")                                                           \
    STATUS(FILE_FOLDER_NOT_EMPTY, -125, "not empty")                                                                   \
    STATUS(FILE_NOT_A_FOLDER, -126, "not a folder")                                                                    \
    STATUS(FILE_IS_A_FOLDER, -127, "a folder")                                                                         \
    STATUS(FILE_TOO_BIG, -128, "too big")                                                                              \
    STATUS(FILE_BUSY, -138, "in use")                                                                                  \
    STATUS(FILE_FULL, -152, "full")                                                                                    \
    STATUS(FILE_TOO_MANY_LINKS, -156, "too many links")                                                                \
    STATUS(FILE_DEVICE, -250, "the medium fails")                                                                      \
    STATUS(FILE_SERVICE, -2905, "the service is gone")                                                                 \
    STATUS(FILE_NO_PRIVILEGE, -22410, "not permitted to the host's user")

/* 0, or what went wrong. Positive ones are success. */
enum file_status {
    FILE_OK = 0,
#define STATUS_NUMBER(name, number, words) name = (number),
    FILE_STATUSES(STATUS_NUMBER)
#undef STATUS_NUMBER
};

enum file_kind { FILE_PLAIN, FILE_FOLDER, FILE_LINK, FILE_OTHER };

struct file_attributes {
    enum file_kind kind;
    uint32_t permissions; /* as on Unix: 0755 */
    uint64_t bytes;
    int64_t modified; /* nanoseconds since 1970, UTC; 0: unknown */
};

struct file_volume {
    uint64_t bytes, available;
    bool read_only;
};

enum file_mode {
    FILE_READ,   /* it exists */
    FILE_WRITE,  /* it is made, or loses what is in it; may be read as well */
    FILE_CHANGE, /* it is made, or keeps what is in it; may be read as well */
    FILE_APPEND, /* it is made, or keeps what is in it; only to be written to at FILE_END */
};

/* An offset for write: wherever the file ends when that comes about, whoever else adds to it. */
#define FILE_END UINT64_MAX

/* One entry of a folder. May read files; does not change this folder. False: enough. */
typedef bool file_entry(void *argument, const char *name, const struct file_attributes *attributes);

struct file_system;

/* What a file system can do; NULL: FILE_NOT_SUPPORTED. In the task of the caller, and any
 * of them may wait, so several run at a time.
 *
 * A path begins below the mount and is clean: "" is the mount itself, else parts with one
 * `/` between them, none of them empty, `.` or `..`, valid UTF-8, less than PATH_BYTES.
 * Links on the way are followed; a link at the end by open and list alone.
 *
 * What waits looks at the task's flag `cancelled` (kernel/time/task.h), and returns FILE_CANCELLED
 * soon after it is true; what was asked for may happen all the same. */
struct file_operations {
    /* *handle is the file system's own; *bytes the length of what was opened. */
    int (*open)(struct file_system *system, const char *path, enum file_mode mode, uint64_t *handle, uint64_t *bytes);
    void (*close)(struct file_system *system, uint64_t handle);
    /* *bytes: wanted, then done, which is less only at the end of the file (0: it begins
     * there) or when the medium is full (an error if nothing could be written). `buffer` may
     * be of any size and is where the bytes come from and go to: nobody copies in between.
     * Pages that were one are given back by file_free, for after FILE_CANCELLED the host may
     * be at work in them still. On a stack: at most 2 KiB. */
    int (*read)(struct file_system *system, uint64_t handle, uint64_t offset, void *buffer, size_t *bytes);
    int (*write)(struct file_system *system, uint64_t handle, uint64_t offset, const void *buffer, size_t *bytes);
    int (*resize)(struct file_system *system, uint64_t handle, uint64_t bytes); /* new ones are 0 */
    int (*look_open)(struct file_system *system, uint64_t handle, struct file_attributes *attributes);
    /* Calls `entry` for all that a folder holds but `.` and `..`, in any order. Returns how many have
     * names that cannot be one here: no UTF-8, or too long. */
    int (*list)(struct file_system *system, const char *path, file_entry *entry, void *argument);
    int (*look)(struct file_system *system, const char *path, struct file_attributes *attributes);
    int (*remove)(struct file_system *system, const char *path); /* a file or a link */
    int (*remove_folder)(struct file_system *system, const char *path); /* an empty one */
    /* A file or link that is at `to` is replaced; a folder is not (FILE_EXISTS). */
    int (*rename)(struct file_system *system, const char *from, const char *to);
    int (*make_folder)(struct file_system *system, const char *path);
    int (*set_time)(struct file_system *system, const char *path, int64_t modified);
    int (*make_link)(struct file_system *system, const char *path, const char *target); /* target: as it was typed */
    int (*read_link)(struct file_system *system, const char *path, char *target, size_t size);
    int (*volume)(struct file_system *system, struct file_volume *volume);
};

/* The caller's, for ever. A file system with more to say of itself has this as a member. */
struct file_system {
    const char *name; /* UTF-8, without `/`; the caller's as long as it is mounted */
    const char *kind; /* "memory", "shared folder": for df */
    bool is_host;     /* its status numbers are the host's words, and are shown */
    const struct file_operations *operations;
    uint32_t mounted; /* the mount table's: 0, or a number that no other mount had */
    struct file_system *next;
};

/* Adds a file system at /NAME. FILE_EXISTS: there is one with this name. Task context. */
int file_mount(struct file_system *system);

/* Takes it off. Files that are open then fail from now on (FILE_BAD_HANDLE), and can still be
 * closed. Operations that wait meanwhile end as they like. */
void file_unmount(struct file_system *system);

/* All that are mounted, oldest first: for who does not wait in between. */
extern struct file_system *file_systems;

/* The first of them, or for who does the first behind another: `mounted` is 0, or the other's number. NULL: none. */
struct file_system *file_mounted_after(uint32_t mounted);

/* Makes a clean absolute path (PATH_BYTES) of what was typed while in `folder`, itself a
 * clean absolute path: `.`, `..` and doubled slashes are gone; `..` of / is /. The three do
 * not overlap. FILE_NAME_TOO_LONG, FILE_NOT_UTF8. */
int path_make(char *path, const char *folder, const char *typed);

/* Whether what was typed can only be a folder, for it ends in a slash. */
bool path_wants_folder(const char *typed);

/* The last part of a path: "c" of "/a/b/c"; "" of "/". */
const char *path_name(const char *path);

/* The file system of a clean absolute path, and in *rest the path in it; / has one of its own. NULL: a name that is not
 * mounted. */
struct file_system *path_system(const char *path, const char **rest);

/* The functions below take clean absolute paths and return a status. They can be used from
 * several tasks at a time; see struct file_operations for the rest of each contract. */

struct file {
    struct file_system *system;
    uint32_t mounted;
    uint64_t handle, bytes; /* bytes: when it was opened */
};

int file_open(struct file *file, const char *path, enum file_mode mode);
void file_close(struct file *file);
int file_read(struct file *file, uint64_t offset, void *buffer, size_t *bytes);
int file_write(struct file *file, uint64_t offset, const void *buffer, size_t *bytes);
int file_resize(struct file *file, uint64_t bytes);
int file_look_open(struct file *file, struct file_attributes *attributes);

/* Frees `count` pages, all of an allocation, which were read into or written from: at once, or when
 * nobody is at work in them any more. pages_free, unless a file system knows better. */
extern void (*file_free)(void *start, size_t count);

int file_list(const char *path, file_entry *entry, void *argument);
int file_look(const char *path, struct file_attributes *attributes);
int file_remove(const char *path);
int file_remove_folder(const char *path);
int file_rename(const char *from, const char *to); /* FILE_OTHER_SYSTEM: between two mounts */
int file_make_folder(const char *path);
int file_set_time(const char *path, int64_t modified);
int file_make_link(const char *path, const char *target);
int file_read_link(const char *path, char *target, size_t size);
int file_volume(const char *path, struct file_volume *volume);

/* Whether a folder is there, perhaps behind a link. */
bool file_is_folder(const char *path);

/* What a status means, in words; in brackets the number if `path` is on the host or there are no words. */
const char *file_words(char *text, size_t size, const char *path, int status);
