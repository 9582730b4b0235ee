/* Chapter 22: which folders does the host share, and where are they?
 *
 * A share named NAME is at /NAME. Shares come and go while the machine runs: one task waits
 * until the host says so. The host lets a machine wait 64 times in its life; then the
 * task asks every few seconds instead. */
#include "drivers/guest/folders.h"
#include "drivers/guest/folders_wire.h"
#include "drivers/guest/events.h"
#include "kernel/print.h"
#include "kernel/task.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"

enum {
    POLL_INTERVAL = 5 * 1000 * 1000, /* microseconds */
    MAP_UTF8 = 1,                    /* flag of QUERY_MAPPINGS: names in UTF-8, from now on */
    CHANGED = -70,                   /* status of the wait: the mappings are others than before */
};

struct share shares[FOLDERS_MOST];
struct hgcm_client folders_client = { "VBoxSharedFolders", 0, NULL };
static struct task task;

static int32_t call_plain(enum folders_function function)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, function);
    int32_t status = call ? hgcm_finish(call, WAIT_FOREVER) : HGCM_NO_MEMORY;
    hgcm_end(call);
    return status;
}

/* Name and flags of the host's folder number `root`. False: it has none that can be a name here. */
static bool ask_name(uint32_t root, char *name, bool *is_writable)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_QUERY_MAP_INFO);
    if (!call)
        return false;
    hgcm_give_32(call, root);
    struct folders_string *text = hgcm_give_buffer(call, sizeof *text + SHARE_NAME_BYTES, HGCM_BOTH);
    struct folders_string *mount_point = hgcm_give_buffer(call, sizeof *mount_point + SHARE_NAME_BYTES, HGCM_BOTH);
    text->size = mount_point->size = SHARE_NAME_BYTES;
    hgcm_give_64(call, 0);
    hgcm_give_32(call, 0);
    bool is_known = hgcm_finish(call, WAIT_FOREVER) >= 0 && text->length && text->length < SHARE_NAME_BYTES;
    if (is_known) {
        memcpy(name, text->text, text->length);
        name[text->length] = 0;
        *is_writable = hgcm_number_64(call, 3) & FOLDERS_WRITABLE;
    }
    hgcm_end(call);
    for (size_t i = 0; is_known && name[i]; i++)
        is_known = name[i] != '/';
    return is_known;
}

static bool is_same(const char *left, const char *right)
{
    while (*left && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

static struct share *find(uint32_t root, const char *name)
{
    for (struct share *share = shares; share < shares + FOLDERS_MOST; share++)
        if (share->system.mounted && share->root == root && is_same(share->name, name))
            return share;
    return NULL;
}

/* Makes the folder of this name usable, once more. False: there is none. */
static bool map(const char *name, uint32_t *root)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_MAP);
    if (!call)
        return false;
    folders_give_string(call, name);
    hgcm_give_32(call, 0);
    hgcm_give_32(call, '/');
    hgcm_give_32(call, true); /* upper and lower case differ */
    bool is_there = hgcm_finish(call, WAIT_FOREVER) >= 0;
    *root = hgcm_number_32(call, 1);
    hgcm_end(call);
    return is_there;
}

/* As often as it was mapped. */
static void unmap(uint32_t root)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_UNMAP);
    if (!call)
        return;
    hgcm_give_32(call, root);
    hgcm_finish(call, WAIT_FOREVER);
    hgcm_end(call);
}

static void add(const char *name, uint32_t root, bool is_writable)
{
    struct share *share = shares;
    while (share < shares + FOLDERS_MOST && share->system.mounted)
        share++;
    if (share == shares + FOLDERS_MOST)
        return;
    *share = (struct share){
        .system = { .name = share->name, .kind = "shared folder", .is_host = true, .operations = &folder_operations },
        .root = root,
        .is_writable = is_writable,
        .is_seen = true,
    };
    format(share->name, sizeof share->name, "%s", name);
    if (file_mount(&share->system) < 0) {
        print("    Folders: there is a /%s already; the host's is left out\n", name);
        unmap(root);
    }
}

/* A folder that the host took away is still listed while it is mapped; mapping it once more tells. */
static void look_at(uint32_t listed)
{
    char name[SHARE_NAME_BYTES];
    bool is_writable;
    uint32_t root;
    if (!ask_name(listed, name, &is_writable) || !map(name, &root))
        return;
    struct share *share = find(root, name);
    if (!share) {
        add(name, root, is_writable);
        return;
    }
    share->is_seen = true;
    unmap(root);
}

static void drop(struct share *share)
{
    file_unmount(&share->system);
    unmap(share->root);
}

/* Mounts what is new and lets go what is no more. False: the host does not say. */
static bool look_again(void)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_QUERY_MAPPINGS);
    if (!call)
        return false;
    hgcm_give_32(call, MAP_UTF8);
    hgcm_give_32(call, FOLDERS_MOST);
    const struct folders_mapping *mappings =
        hgcm_give_buffer(call, FOLDERS_MOST * sizeof *mappings, HGCM_FROM_HOST);
    bool is_told = hgcm_finish(call, WAIT_FOREVER) >= 0;
    uint32_t count = is_told ? minimum(hgcm_number_32(call, 1), FOLDERS_MOST) : 0;
    for (struct share *share = shares; share < shares + FOLDERS_MOST; share++)
        share->is_seen = false;
    for (uint32_t i = 0; i < count; i++)
        look_at(mappings[i].root);
    hgcm_end(call);
    for (struct share *share = shares; is_told && share < shares + FOLDERS_MOST; share++)
        if (share->system.mounted && !share->is_seen)
            drop(share);
    return is_told;
}

/* Returns when the mappings may be others. False: the host lets nobody wait any more. */
static bool wait_for_change(uint32_t *version)
{
    struct hgcm_call *call = hgcm_begin(&folders_client, FOLDERS_WAIT_FOR_CHANGE);
    if (!call)
        return false;
    hgcm_give_32(call, *version);
    int32_t status = hgcm_finish(call, WAIT_FOREVER);
    bool is_another = hgcm_number_32(call, 0) != *version;
    *version = hgcm_number_32(call, 0);
    hgcm_end(call);
    return is_another && (status >= 0 || status == CHANGED);
}

static void run(void *unused)
{
    (void)unused;
    uint32_t version = 0;
    for (bool can_wait = true;;) {
        look_again();
        can_wait = can_wait && wait_for_change(&version);
        if (!can_wait)
            wait_for(POLL_INTERVAL);
    }
}

const char *folders_start(void)
{
    static char found[64];
    int32_t status = hgcm_connect(&folders_client);
    if (status < 0)
        return format(found, sizeof found, "no such service, status %d", status);
    call_plain(FOLDERS_SET_UTF8);
    call_plain(FOLDERS_SHOW_LINKS);
    task_create(&task, "folders", run, NULL);
    return "the host's folders appear as /NAME";
}
