/* Shares: which there are, for the guest that asks and maps, and for the host's side that offers them. */
#define _GNU_SOURCE
#include "tests/host/fake/folders_part.h"
#include "tests/host/test.h"
#include <ftw.h>
#include <strings.h>
#include <unistd.h>

struct fake_share *fake_share_at(uint64_t root)
{
    return root < FAKE_SHARES && fake_folders.shares[root].is_listed ? &fake_folders.shares[root] : NULL;
}

int32_t fake_find_share(const struct fake_call *call, struct fake_share **share)
{
    *share = fake_share_at(call->parameters[0].number);
    if (!*share || !(*share)->maps)
        return BAD_HANDLE;
    return (*share)->is_removed ? FAKE_ERROR_DENIED : 0;
}

static void wake_waiters(void)
{
    struct fake_call *call;
    fake_folders.version++;
    while ((call = fake_hgcm_find(22))) {
        call->parameters[0].number = fake_folders.version;
        fake_hgcm_complete(&host, call, CANCELLED);
    }
}

static int32_t query_mappings(struct fake_call *call)
{
    if (!fake_parameters_are(call, "44p"))
        return FAKE_ERROR_PARAMETER;
    fake_folders.is_utf8 |= (call->parameters[0].number & 1) << call->client;
    uint32_t most = (uint32_t)call->parameters[1].number, count = 0;
    if (most != call->parameters[2].size / 8)
        return FAKE_ERROR_PARAMETER;
    for (uint32_t root = 0; root < FAKE_SHARES; root++)
        if (fake_share_at(root)) {
            if (count < most)
                fake_put64(call->parameters[2].data, 8 * count, 1 | (uint64_t)root << 32);
            count++;
        }
    call->parameters[1].number = count + fake_folders.lies.count_plus;
    return count > most ? 41 : 0;
}

static int32_t query_map_info(struct fake_call *call)
{
    if (!fake_parameters_are(call, "4pp84"))
        return WRONG_COUNT;
    struct fake_share *share = fake_share_at(call->parameters[0].number);
    if (!share)
        return NOT_THERE;
    int32_t status = fake_put_string(call, 1, share->name);
    call->parameters[3].number = (share->read_only ? 0 : 1) | (fake_folders.ignores_case ? 0 : 4) | 8 |
                                 (fake_folders.allows_links ? 16 : 0);
    call->parameters[4].number = fake_folders.version;
    return status < 0 ? status : fake_put_string(call, 2, share->mount_point);
}

static int32_t map(struct fake_call *call)
{
    if (!fake_parameters_are(call, "p444"))
        return FAKE_ERROR_PARAMETER;
    const char *name = fake_string(call, 0);
    if (!name || call->parameters[2].number != '/')
        return FAKE_ERROR_PARAMETER;
    fake_folders.has_mapped |= 1ull << call->client;
    for (uint32_t root = 0; root < FAKE_SHARES; root++) {
        struct fake_share *share = fake_share_at(root);
        if (!share || share->is_removed || strcasecmp(share->name, name) != 0)
            continue;
        share->maps++;
        call->parameters[1].number = root;
        return 0;
    }
    return NOT_THERE;
}

static int32_t unmap(struct fake_call *call)
{
    struct fake_share *share = fake_parameters_are(call, "4") ? fake_share_at(call->parameters[0].number) : NULL;
    if (!share || !share->maps)
        return FAKE_ERROR_PARAMETER;
    share->maps--;
    if (!share->maps && share->is_removed)
        *share = (struct fake_share){ 0 };
    return 0;
}

/* Waits of 64 calls in the life of a machine; the host never counts down. */
static int32_t wait_for_change(struct fake_call *call)
{
    if (!fake_parameters_are(call, "4"))
        return WRONG_COUNT;
    fake_folders.version += fake_folders.lies.restless;
    if (call->parameters[0].number != fake_folders.version) {
        call->parameters[0].number = fake_folders.version;
        return 0;
    }
    if (fake_folders.waits >= FAKE_WAITS)
        return FAKE_ERROR_FULL;
    fake_folders.waits++;
    return FAKE_LATER;
}

const struct fake_folders_function fake_folders_of_shares[] = {
    { 1, query_mappings }, { 13, unmap }, { 17, map }, { 21, query_map_info }, { 22, wait_for_change }, { 0, NULL },
};

/* The host's side. */

static char made[FAKE_SHARES * 4][256];
static size_t made_count;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static void clean_up(void)
{
    while (made_count)
        nftw(made[--made_count], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fake_folders_share_again(const char *name, const char *folder)
{
    for (uint32_t root = 0; root < FAKE_SHARES; root++) {
        struct fake_share *share = &fake_folders.shares[root];
        if (share->is_listed)
            continue;
        *share = (struct fake_share){ .is_listed = true };
        snprintf(share->name, sizeof share->name, "%s", name);
        snprintf(share->folder, sizeof share->folder, "%s", folder);
        break;
    }
    wake_waiters();
}

const char *fake_folders_share(const char *name, bool read_only)
{
    if (!made_count)
        atexit(clean_up);
    char *folder = made[made_count++];
    strcpy(folder, "/tmp/folders-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL, ==, true);
    fake_folders_share_again(name, folder);
    for (uint32_t root = 0; root < FAKE_SHARES; root++)
        if (strcmp(fake_folders.shares[root].folder, folder) == 0)
            fake_folders.shares[root].read_only = read_only;
    return folder;
}

void fake_folders_unshare(const char *name)
{
    for (uint32_t root = 0; root < FAKE_SHARES; root++) {
        struct fake_share *share = fake_share_at(root);
        if (!share || share->is_removed || strcmp(share->name, name) != 0)
            continue;
        share->is_removed = true;
        if (!share->maps)
            *share = (struct fake_share){ 0 };
    }
    wake_waiters();
}

void fake_folders_put(const char *folder, const char *name, const void *bytes, size_t count)
{
    char path[FAKE_PATH];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    EXPECT(file && fwrite(bytes, 1, count, file) == count, ==, true);
    fclose(file);
}

void fake_folders_expect(const char *folder, const char *name, const void *bytes, size_t count)
{
    char path[FAKE_PATH];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    EXPECT(file != NULL, ==, true);
    uint8_t *is = malloc(count + 1);
    EXPECT(fread(is, 1, count + 1, file), ==, count);
    EXPECT(memcmp(is, bytes, count), ==, 0);
    free(is);
    fclose(file);
}
