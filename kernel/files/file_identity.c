/* Chapter 19: are two names one file?
 *
 * Names do not tell. There are links of two kinds, folders that are shared twice, or one inside
 * another, and hosts to whom A is a; and a host has no number for a file that it tells to
 * guests. So the files themselves are asked. What is seen of the one, before and after the
 * other is looked at, is not seen of the other: they are two. */
#include "kernel/files/file_identity.h"
#include "kernel/time/task.h"

#define MARK 10000000000 /* nanoseconds; some file systems keep every other second */

bool file_is_alike(const struct file_attributes *one, const struct file_attributes *other)
{
    return one->bytes == other->bytes && one->modified == other->modified;
}

static int compare(struct file *from, struct file *to, bool *are_two)
{
    struct file_attributes before, other, after;
    int status = file_look_open(from, &before);
    if (status >= 0)
        status = file_look_open(to, &other);
    if (status >= 0)
        status = file_look_open(from, &after);
    if (status >= 0)
        *are_two = file_is_alike(&before, &after) && !file_is_alike(&before, &other);
    return status;
}

/* Ctrl-C is no reason to leave a file with another time. */
static void put_time_back(const char *path, int64_t modified)
{
    struct task *task = task_current();
    const volatile bool *cancelled = task->cancelled;
    task->cancelled = NULL;
    file_set_time(path, modified);
    task->cancelled = cancelled;
}

/* Those that look the same are given different times. If that is not permitted, it is as if they were one. */
int file_tell_apart(struct file *from, struct file *to, const char *path, bool *are_two)
{
    struct file_attributes attributes;
    *are_two = from->system->operations != to->system->operations;
    int status = *are_two ? FILE_OK : compare(from, to, are_two);
    if (status >= 0 && !*are_two)
        status = file_look_open(to, &attributes);
    if (status < 0 || *are_two)
        return status;
    file_set_time(path, (int64_t)((uint64_t)attributes.modified + MARK));
    status = compare(from, to, are_two);
    put_time_back(path, attributes.modified);
    return status;
}
