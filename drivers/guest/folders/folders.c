/* Chapter 22: which folders does the host share, and where are they?
 *
 * A share named NAME is at /NAME. Shares come and go while the machine runs: one task waits
 * until the host says so. The host lets a machine wait 64 times in its life; then the
 * task asks every few seconds instead. */
#include "drivers/guest/folders/folders.h"
#include "drivers/guest/events.h"
#include "drivers/guest/folders/folders_wire.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/print.h"
#include "kernel/time/task.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    REST = 100 * 1000,               /* microseconds between two looks at least, whatever the host says */
    POLL_INTERVAL = 5 * 1000 * 1000, /* the same, where it says nothing */
    MAP_UTF8 = 1,                    /* flag of QUERY_MAPPINGS: names in UTF-8, from now on */
    CHANGED = -70,                   /* status of the wait: the mappings are others than before */
    OVERFLOW = -41,                  /* of QUERY_MAP_INFO: name or mount point have no room */
    MOUNT_POINT_BYTES = 3072,        /* where somebody wants it in a guest; not used here */
};

struct share shares[FOLDERS_MOST];
struct hgcm_client folders_client = { "VBoxSharedFolders", 0, NULL };
struct hgcm_client folders_follower = { "VBoxSharedFolders", 0, NULL };
volatile uint32_t folders_restores;

static uint32_t root_of(const struct share *share) { return (uint32_t)(share - shares); }

static int32_t call_plain(const struct hgcm_client *client, enum folders_function function)
{
    struct hgcm_call *call = hgcm_begin(client, function);
    int32_t status = hgcm_finish(call, WAIT_FOREVER);
    hgcm_end(call);
    return status;
}

/* Makes the folder of this name usable, once more; *root: its number. */
static int32_t map(const struct hgcm_client *client, const char *name, uint32_t *root)
{
    struct hgcm_call *call = hgcm_begin(client, FOLDERS_MAP);
    folders_give_string(call, name);
    hgcm_give_32(call, 0);
    hgcm_give_32(call, '/');
    hgcm_give_32(call, true); /* upper and lower case differ */
    int32_t status = hgcm_finish(call, WAIT_FOREVER);
    *root = hgcm_number_32(call, 1);
    hgcm_end(call);
    return status;
}

/* As often as it was mapped. */
static void unmap(const struct hgcm_client *client, uint32_t root)
{
    struct hgcm_call *call = hgcm_begin(client, FOLDERS_UNMAP);
    hgcm_give_32(call, root);
    hgcm_finish(call, WAIT_FOREVER);
    hgcm_end(call);
}

/* What the host took away while it was mapped is listed still, and what it shares anew under
 * the same name has another number. Only mapping once more tells. */
static bool is_gone(const struct share *share)
{
    uint32_t root;
    int32_t status = map(&folders_client, share->name, &root);
    if (status < 0)
        return status == FILE_NOT_FOUND;
    unmap(&folders_client, root);
    return root != root_of(share);
}

static void drop(struct share *share)
{
    file_unmount(&share->system);
    unmap(&folders_client, root_of(share));
}

/* Name and flags of one of the host's folders. */
static int32_t ask_name(struct share *share)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_QUERY_MAP_INFO);
    hgcm_give_32(call, root_of(share));
    struct folders_string *text = hgcm_give_buffer(call, sizeof *text + FILE_NAME_BYTES, HGCM_BOTH);
    struct folders_string *mount_point = hgcm_give_buffer(call, sizeof *mount_point + MOUNT_POINT_BYTES, HGCM_BOTH);
    text->size = FILE_NAME_BYTES;
    mount_point->size = MOUNT_POINT_BYTES;
    hgcm_give_64(call, 0);
    hgcm_give_32(call, 0);
    int32_t status = hgcm_finish(call, WAIT_FOREVER);
    if (status >= 0 && text->length >= FILE_NAME_BYTES)
        status = OVERFLOW;
    if (status >= 0) {
        memset(share->name, 0, sizeof share->name);
        memcpy(share->name, text->text, text->length);
        share->is_writable = hgcm_number_64(call, 3) & FOLDERS_WRITABLE;
    }
    hgcm_end(call);
    return status;
}

/* Says it once. */
static void leave_out(struct share *share, int status)
{
    if (share->is_left_out)
        return;
    share->is_left_out = true;
    if (status == FILE_EXISTS)
        print("    Folders: there is a /%s already; the host's is left out\n", share->name);
    else
        print("    Folders: name or mount point of host folder %u cannot be one here; left out\n", root_of(share));
}

static void mount(struct share *share)
{
    share->system = (struct file_system){
        .name = share->name, .kind = "shared folder", .is_host = true, .operations = &folder_operations
    };
    int status = file_mount(&share->system);
    if (status >= 0)
        return;
    unmap(&folders_client, root_of(share));
    leave_out(share, status);
}

static void look_at(struct share *share)
{
    uint32_t root;
    int32_t status = ask_name(share);
    if (status == OVERFLOW)
        leave_out(share, status);
    if (status < 0 || map(&folders_client, share->name, &root) < 0)
        return;
    if (map(&folders_follower, share->name, &root) >= 0) /* with its first mapping it is told what parts of */
        unmap(&folders_follower, root);                  /* paths have between them; it needs no other */
    if (root == root_of(share))
        mount(share);
    else
        unmap(&folders_client, root);
}

/* Bit n: the host lists its folder number n. False: it does not say. */
static bool ask_listed(uint64_t *listed)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_QUERY_MAPPINGS);
    hgcm_give_32(call, MAP_UTF8);
    hgcm_give_32(call, FOLDERS_MOST);
    const struct folders_mapping *mappings =
        hgcm_give_buffer(call, FOLDERS_MOST * sizeof *mappings, HGCM_FROM_HOST);
    bool is_told = hgcm_finish(call, WAIT_FOREVER) >= 0;
    uint32_t count = minimum(hgcm_number_32(call, 1), FOLDERS_MOST);
    *listed = 0;
    for (uint32_t i = 0; i < count; i++)
        if (mappings[i].root < FOLDERS_MOST)
            *listed |= 1ull << mappings[i].root;
    hgcm_end(call);
    return is_told;
}

/* Lets go what is no more and mounts what is new: in this order, for names come back. */
static void look_again(void)
{
    uint64_t listed;
    for (struct share *share = shares; share < shares + FOLDERS_MOST; share++)
        if (share->system.mounted && is_gone(share))
            drop(share);
    if (!ask_listed(&listed))
        return;
    for (struct share *share = shares; share < shares + FOLDERS_MOST; share++) {
        bool is_listed = listed >> root_of(share) & 1;
        share->is_left_out &= is_listed;
        if (is_listed && !share->system.mounted)
            look_at(share);
    }
}

/* Returns when the mappings may be others. False: the host lets nobody wait any more. */
static bool wait_for_change(uint32_t *version)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_WAIT_FOR_CHANGE);
    hgcm_give_32(call, *version);
    int32_t status = hgcm_finish(call, WAIT_FOREVER);
    *version = hgcm_number_32(call, 0);
    hgcm_end(call);
    return status >= 0 || status == CHANGED;
}

static void run_folders(void *unused)
{
    (void)unused;
    uint32_t version = 0;
    for (bool can_wait = true;;) {
        can_wait = can_wait && wait_for_change(&version);
        wait_for(can_wait ? REST : POLL_INTERVAL);
        look_again();
    }
}

static void count_restore(uint32_t events)
{
    (void)events;
    folders_restores++;
}

const char *folders_start(void)
{
    static char found[64];
    static struct task task;
    static struct event_subscriber restored = { VMMDEV_EVENT_RESTORED, count_restore, NULL, NULL };
    if (!vmmdev.present)
        return "no host, no folders";
    int32_t status = hgcm_connect(&folders_client);
    if (status < 0)
        return format(found, sizeof found, "no such service, status %d", status);
    file_free = hgcm_free;
    events_subscribe(&restored);
    hgcm_connect(&folders_follower);
    call_plain(&folders_client, FOLDERS_SET_UTF8);
    call_plain(&folders_follower, FOLDERS_SET_UTF8);
    call_plain(&folders_client, FOLDERS_SHOW_LINKS);
    look_again(); /* whoever waits for the end of the boot finds them */
    task_create(&task, "folders", run_folders, NULL);
    return "the host's folders appear as /NAME";
}
