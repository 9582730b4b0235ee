/* How often does the guest copy what it reads from a share, or writes to it, before the fake host?
 *
 * The kernel's own sources, from file_read to the call. Prints one JSON object; tests/bench/bench.py reads it, and
 * takes off what the fake itself moves: each byte once, between the guest's pages and its file. */
#include "tests/host/folder_files.h"

static uint64_t copied; /* bytes */

/* The linker puts this in everybody's way (--wrap). */
void *__real_memcpy(void *to, const void *from, size_t bytes);
void *__wrap_memcpy(void *to, const void *from, size_t bytes);
void *__wrap_memcpy(void *to, const void *from, size_t bytes)
{
    copied += bytes;
    return __real_memcpy(to, from, bytes);
}

TEST(folders)
{
    start();
    fill(large, 4 * MIB);
    fake_folders_put(folder, "large", large, 4 * MIB);
    memset(large, 0, 4 * MIB);
    struct file from = opened("/s/large", FILE_READ), to = opened("/s/copy", FILE_WRITE);
    size_t bytes = copied = 0;
    for (uint64_t offset = 0; offset < 4 * MIB; offset += bytes) {
        bytes = MIB;
        EXPECT(file_read(&from, offset, large + offset, &bytes), ==, FILE_OK);
        EXPECT(file_write(&to, offset, large + offset, &bytes), ==, FILE_OK);
    }
    printf("{\"copied\": %lu, \"moved\": %u}\n", copied, 2 * 4 * MIB);
    fake_folders_expect(folder, "copy", large, 4 * MIB);
    file_close(&from);
    file_close(&to);
    end();
}
