/* Hosts, and what is different about them. Behind each number is where it can be read: file and function of
 * VirtualBox's sources, or the release in which it was seen. */
#include "tests/host/fake/profiles.h"

/* Devices/VMMDev/VMMDev.cpp, vmmdevReqHandler_GetHostVersion. */
enum { HGCM_BUFFERS = 0xf, FAST_ACKNOWLEDGE = 0x80000000 };
enum { RECHECKS = 0x20, FULL_STATE = 0x100 };

/* As the development branch of February 2020 was (revision 83121). VMMDev.cpp, vmmdevReqDispatcher: all requests of
 * these fakes but 223. VBoxGuestPropSvc.cpp, getNotificationWriteOut: three texts, in 7.0 a fourth. */
static const struct host_release release_6_1 = {
    .version = "6.1.50", .major = 6, .minor = 1, .build = 50, .revision = 161033,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS,
};

static const struct host_release release_7_0 = {
    .version = "7.0.14", .major = 7, .minor = 0, .build = 14, .revision = 161095,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS | FULL_STATE,
    .tells_deleted = true,
};

static const struct host_release release_7_1 = {
    .version = "7.1.6", .major = 7, .minor = 1, .build = 6, .revision = 167084,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS | FULL_STATE,
    .tells_deleted = true,
};

static const struct host_release release_7_2 = {
    .version = "7.2.22", .major = 7, .minor = 2, .build = 22, .revision = 175245,
    .features = HGCM_BUFFERS | FAST_ACKNOWLEDGE,
    .mouse = RECHECKS | FULL_STATE,
    .tells_deleted = true,
};

/* Files: HostServices/SharedFolders/vbsf.cpp asks the runtime library, Runtime/r3/posix/ and Runtime/r3/win/, and these
 * ask the system; what that says becomes a status in RTErrConvertFromErrno and RTErrConvertFromWin32.
 * Balloon: VMM/VMMR3/PGMPhys.cpp, PGMR3PhysChangeMemBalloon, which every host of 64 bits has except macOS. */
static const struct host_system on_linux = {
    .has_balloon = true,
    .has_modes = true,
    .time_step = 1000,       /* RTFileSetTimes of Unix: microseconds */
    .no_folder = -102,       /* ENOENT, as for the file itself */
    .unlinked_folder = -127, /* EISDIR */
    .unlinked_file = -103,   /* ENOTDIR */
    .onto_folder = -105,     /* path-posix.cpp, rtPathPosixRename looks before */
};

static const struct host_system on_windows = {
    .has_balloon = true,
    .ignores_case = true,          /* fs-win.cpp, RTFsQueryProperties */
    .forbidden = ":|\\" "*?<>\"",   /* vbsfpath.cpp, sachCharBlackList; CreateFileW, ERROR_INVALID_NAME */
    .has_backslash = true,         /* which guests never see: vbsfPathGuestToHost, vbsfReadLink */
    .cuts_names = true,            /* Win32's own, before CreateFileW; paths here are short enough to have it */
    .locks_open = true,            /* fileio-win.cpp, RTFileOpenEx: never FILE_SHARE_DELETE */
    .writes_all_or_none = true,    /* ERROR_DISK_FULL of WriteFile */
    .time_step = 100,              /* FILETIME */
    .no_folder = -103,             /* ERROR_PATH_NOT_FOUND */
    .unlinked_folder = -38,        /* DeleteFileW: ERROR_ACCESS_DENIED */
    .unlinked_file = -126,         /* RemoveDirectoryW: ERROR_DIRECTORY */
    .onto_folder = -38,            /* MoveFileExW: ERROR_ACCESS_DENIED */
    .link_made = -22410,           /* CreateSymbolicLinkW: ERROR_PRIVILEGE_NOT_HELD, of whoever is no administrator */
};

/* APFS. The service itself changes no name of a guest that speaks UTF-8 (vbsfPathGuestToHost, vbsfDirList). */
static const struct host_system on_macos = {
    .ignores_case = true,
    .names = NAMES_EQUIVALENT,
    .has_modes = true,
    .time_step = 1000,
    .no_folder = -102,
    .unlinked_folder = -38, /* EPERM of unlink, where Linux has EISDIR */
    .unlinked_file = -103,
    .onto_folder = -105,
};

/* HFS+, as most disks were when 6.1 was new: names are kept decomposed. */
static const struct host_system on_old_macos = {
    .ignores_case = true,
    .names = NAMES_DECOMPOSED,
    .has_modes = true,
    .time_step = 1000,
    .no_folder = -102,
    .unlinked_folder = -38,
    .unlinked_file = -103,
    .onto_folder = -105,
};

const struct host_profile host_profiles[] = {
    { "7.2-linux", &release_7_2, &on_linux }, { "7.2-windows", &release_7_2, &on_windows },
    { "7.2-macos", &release_7_2, &on_macos }, { "7.1-linux", &release_7_1, &on_linux },
    { "7.1-windows", &release_7_1, &on_windows }, { "7.1-macos", &release_7_1, &on_macos },
    { "7.0-linux", &release_7_0, &on_linux }, { "7.0-windows", &release_7_0, &on_windows },
    { "7.0-macos", &release_7_0, &on_macos }, { "6.1-linux", &release_6_1, &on_linux },
    { "6.1-windows", &release_6_1, &on_windows }, { "6.1-macos", &release_6_1, &on_old_macos },
    { 0 },
};
const struct host_profile *host_profile = host_profiles;
