/* Chapter 22: what does the service of shared folders want to hear?
 *
 * Little-endian, packed. Functions and structures of VirtualBox's service VBoxSharedFolders. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum folders_function {
    FOLDERS_QUERY_MAPPINGS = 1,
    FOLDERS_CREATE = 3, /* open, look, make a folder: all that begins with a path */
    FOLDERS_CLOSE = 4,
    FOLDERS_READ = 5,
    FOLDERS_WRITE = 6,
    FOLDERS_LIST = 8,
    FOLDERS_INFORMATION = 9,
    FOLDERS_REMOVE = 11,
    FOLDERS_UNMAP = 13,
    FOLDERS_RENAME = 14,
    FOLDERS_SET_UTF8 = 16,
    FOLDERS_MAP = 17,
    FOLDERS_READ_LINK = 18,
    FOLDERS_MAKE_LINK = 19,
    FOLDERS_SHOW_LINKS = 20, /* as links, from now on */
    FOLDERS_QUERY_MAP_INFO = 21,
    FOLDERS_WAIT_FOR_CHANGE = 22, /* of the mappings */
    FOLDERS_SET_SIZE = 24,
};

enum { /* status */
    FOLDERS_NO_MORE_FILES = -201,
    FOLDERS_OVERFLOW = 41, /* the next entry is larger than the buffer */
};

enum folders_create_flag {
    FOLDERS_LOOK = 0x1, /* opens nothing */
    FOLDERS_FOLDER = 0x4,
    FOLDERS_FAIL_IF_OLD = 0x10,
    FOLDERS_EMPTY_IF_OLD = 0x30,
    FOLDERS_FAIL_IF_NEW = 0x100,
    FOLDERS_TO_READ = 0x1000,
    FOLDERS_TO_WRITE = 0x2000,
    FOLDERS_TO_CHANGE_ATTRIBUTES = 0x20000,
    FOLDERS_TO_APPEND = 0x40000,
};

enum folders_create_result { FOLDERS_NONE, FOLDERS_NO_PATH, FOLDERS_NO_FILE, FOLDERS_FILE_EXISTS };

#define FOLDERS_NO_HANDLE UINT64_MAX

enum { /* of REMOVE and RENAME */
    FOLDERS_IS_FILE = 1,
    FOLDERS_IS_FOLDER = 2,
    FOLDERS_IS_LINK = 4,
    FOLDERS_REPLACE = 4,
};

enum { /* of INFORMATION */
    FOLDERS_GET_ATTRIBUTES = 8,
    FOLDERS_SET_ATTRIBUTES = 9,
    FOLDERS_GET_VOLUME = 0x10,
};

struct folders_string {
    uint16_t size, length; /* bytes: with the 0, without it */
    char text[];
};

struct folders_object {
    int64_t bytes, allocated;
    int64_t accessed, modified, changed, born; /* nanoseconds since 1970, UTC */
    uint32_t mode;                             /* bits 0 to 11 as on Unix, 12 to 15 the kind */
    uint32_t more;                             /* 1: nothing behind */
    uint8_t unused[36];
} __attribute__((packed));

enum { /* mode */
    FOLDERS_PERMISSIONS = 07777,
    FOLDERS_KIND = 0xf000,
    FOLDERS_KIND_FOLDER = 0x4000,
    FOLDERS_KIND_FILE = 0x8000,
    FOLDERS_KIND_LINK = 0xa000,
};

struct folders_create {
    uint64_t handle;
    uint32_t result, flags;
    struct folders_object object;
} __attribute__((packed));

struct folders_entry {
    struct folders_object object;
    uint8_t short_name[30];
    uint16_t size, length; /* of the name, as in struct folders_string */
    char name[];
} __attribute__((packed));

struct folders_volume {
    int64_t bytes, available;
    uint32_t unit, sector, serial, name_most;
    uint8_t is_remote, is_case_sensitive, is_read_only, unused[5];
} __attribute__((packed));

struct folders_mapping {
    uint32_t status, root;
};

enum { FOLDERS_WRITABLE = 1 }; /* QUERY_MAP_INFO */

_Static_assert(sizeof(struct folders_object) == 92, "object information");
_Static_assert(sizeof(struct folders_create) == 108, "parameters of CREATE");
_Static_assert(offsetof(struct folders_entry, name) == 126, "entry of LIST");
_Static_assert(sizeof(struct folders_volume) == 40, "volume information");
