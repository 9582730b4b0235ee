/* Chapter 19: how does what is in a file get out of it, and into another?
 *
 * Through whole pages, as many as there are up to a MiB: the more a call carries, the
 * fewer calls, and each may be a journey to the host. */
#include "kernel/commands/file_contents.h"
#include "kernel/files/file_identity.h"
#include "kernel/memory/pages.h"
#include "kernel/time/wall_clock.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/string.h"

enum {
    COPY_BYTES = 1 << 20,  /* at once */
    SHOW_BYTES = 4096,     /* the same, to a terminal: Ctrl-C is heard in between */
    SUM_BYTES = 16384,     /* between two looks at the others */
    HEAD_LINES = 10,
    TOUCH_NANOSECONDS = 1000, /* a microsecond */
};

/* What is done with each piece of a file that is read. */
struct reading {
    struct call *call;
    int (*piece)(struct reading *reading, const char *bytes, size_t count);
    uint64_t offset;
    bool enough;
    uint64_t lines; /* head */
    uint32_t sum;   /* sum */
    struct file to; /* where the pieces go */
    bool appends;   /* to its end */
    uint64_t written;
    bool is_writing; /* else what fails is the reading */
};

/* Up to the end that the file had when it was opened, so that nobody asks the host where it ends. Some files
 * that a system makes up say that they are empty: those are read until nothing comes. */
static int read_piece(struct reading *reading, struct file *from, char *buffer, size_t size)
{
    size_t bytes = minimum(size, from->bytes ? from->bytes - reading->offset : SIZE_MAX), wanted = bytes;
    int status = file_read(from, reading->offset, buffer, &bytes);
    bytes = minimum(bytes, wanted);
    reading->enough = !bytes || reading->offset + bytes == from->bytes;
    if (status >= 0 && bytes)
        status = reading->piece(reading, buffer, bytes);
    reading->offset += status >= 0 ? bytes : 0;
    return status >= 0 && !bytes && reading->offset < from->bytes ? FILE_ENDED : status;
}

/* Hands a whole file on, piece by piece. Where there is no MiB in one piece, half of one will
 * do, and so on. A status of files. */
static int read_through(struct reading *reading, struct file *from, size_t size)
{
    char *buffer;
    int status = FILE_OK;
    while (!(buffer = pages_allocate(size / PAGE_BYTES, ZONE_ANY)))
        if ((size /= 2) < PAGE_BYTES)
            return FILE_NO_MEMORY;
    while (status >= 0 && !reading->enough)
        status = call_cancelled(reading->call) ? FILE_CANCELLED : read_piece(reading, from, buffer, size);
    file_free(buffer, size / PAGE_BYTES);
    return status;
}

/* The same for the file at call->path, complaints included. */
static int read_path(struct reading *reading, size_t size)
{
    struct call *call = reading->call;
    struct file file;
    int status = file_open(&file, call->path, FILE_READ);
    if (status >= 0) {
        status = read_through(reading, &file, size);
        file_close(&file);
    }
    return status < 0 ? call_fail(call, call->path, status) : 0;
}

static int read_each(struct call *call, int (*piece)(struct reading *, const char *, size_t), size_t size,
                     void (*done)(const struct reading *reading))
{
    int ends = 0;
    for (int i = 1; i < call->count && ends != COMMAND_CANCELLED; i++) {
        struct reading reading = { .call = call, .piece = piece };
        int each = call_path(call, call->path, call->arguments[i]) ? read_path(&reading, size) : COMMAND_FAILED;
        if (!each && done)
            done(&reading);
        ends = each ? each : ends;
    }
    return ends;
}

/* Copying. */

/* Writes all; a medium that takes nothing more is full. */
static int write_piece(struct reading *reading, const char *bytes, size_t count)
{
    reading->is_writing = true;
    for (size_t done = 0; done < count; reading->written = reading->offset + done) {
        size_t more = count - done;
        uint64_t offset = reading->appends ? FILE_END : reading->offset + done;
        int status = file_write(&reading->to, offset, bytes + done, &more);
        if (status < 0)
            return status;
        if (!more || more > count - done)
            return FILE_FULL;
        done += more;
    }
    reading->is_writing = false;
    return FILE_OK;
}

/* What was written is whole as far as it goes, and stays; so it is said how far. */
static int tell_part(const struct reading *reading, int status)
{
    struct call *call = reading->call;
    char words[80];
    const char *failed = reading->is_writing ? call->other : call->path;
    file_words(words, sizeof words, failed, status);
    if (*call->cancelled)
        call_complain(call, "cancelled; %s has the first %lu bytes of %s", call->other, reading->written, call->path);
    else
        call_complain(call, "%s: %s; %s has the first %lu bytes of %s", failed, words, call->other, reading->written,
                      call->path);
    return *call->cancelled ? COMMAND_CANCELLED : COMMAND_FAILED;
}

/* Nothing is emptied before it is certain that it is not what is to be copied. */
static int copy_open(struct reading *reading, struct file *from)
{
    struct call *call = reading->call;
    bool are_two;
    int status = file_tell_apart(from, &reading->to, call->other, &are_two);
    if (status >= 0 && !are_two) {
        call_complain(call, "%s and %s: one file, as far as can be told", call->path, call->other);
        return COMMAND_FAILED;
    }
    if (status >= 0)
        status = file_resize(&reading->to, 0);
    if (status < 0)
        return call_fail(call, call->other, status);
    status = read_through(reading, from, COPY_BYTES);
    return status < 0 ? tell_part(reading, status) : 0;
}

/* At what is opened by a path now, links followed. A status of files. */
static int look_again(const char *path, struct file_attributes *attributes)
{
    struct file file;
    int status = file_open(&file, path, FILE_READ);
    if (status < 0)
        return status;
    status = file_look_open(&file, attributes);
    file_close(&file);
    return status;
}

/* Whether what was copied has not been written to since, nor another put in its place, as editors do; and the copy is
 * as long. */
static int expect_unchanged(struct reading *reading, const struct file_attributes *before)
{
    struct call *call = reading->call;
    struct file_attributes after, copy;
    int status = look_again(call->path, &after);
    if (status >= 0)
        status = file_look_open(&reading->to, &copy);
    if (status < 0)
        return call_fail(call, call->path, status);
    if (file_is_alike(before, &after) && copy.bytes == reading->offset)
        return 0;
    call_complain(call, "%s: changed while it was copied, and stays", call->path);
    return COMMAND_FAILED;
}

static int copy_to_other(struct call *call, struct file *from, bool moves)
{
    struct reading reading = { .call = call, .piece = write_piece };
    struct file_attributes before;
    int status = moves ? file_look_open(from, &before) : FILE_OK;
    if (status < 0)
        return call_fail(call, call->path, status);
    status = file_open(&reading.to, call->other, FILE_CHANGE);
    if (status < 0)
        return call_fail(call, call->other, status);
    int ends = copy_open(&reading, from);
    if (!ends && moves)
        ends = expect_unchanged(&reading, &before);
    file_close(&reading.to);
    return ends;
}

int file_contents_copy(struct call *call, bool moves)
{
    struct file from;
    int status = file_open(&from, call->path, FILE_READ);
    if (status < 0)
        return call_fail(call, call->path, status);
    int ends = copy_to_other(call, &from, moves);
    file_close(&from);
    return ends;
}

/* Showing. */

static int show_piece(struct reading *reading, const char *bytes, size_t count)
{
    reading->call->output->write(reading->call->output, bytes, count);
    return FILE_OK;
}

static int show_lines(struct reading *reading, const char *bytes, size_t count)
{
    size_t shown = 0;
    while (shown < count && reading->lines)
        reading->lines -= bytes[shown++] == '\n';
    if (!reading->lines)
        reading->enough = true;
    return show_piece(reading, bytes, shown);
}

static bool read_number(const char *text, uint64_t *number)
{
    *number = 0;
    if (!*text)
        return false;
    for (; *text >= '0' && *text <= '9' && *number < 1ull << 56; text++)
        *number = *number * 10 + (uint64_t)(*text - '0');
    return !*text;
}

int file_contents_head(struct call *call)
{
    struct reading reading = { .call = call, .piece = show_lines, .lines = HEAD_LINES };
    if (call->count > 2 && !read_number(call->arguments[2], &reading.lines)) {
        call_complain(call, "%s: not a number", call->arguments[2]);
        return COMMAND_MISUSED;
    }
    reading.enough = !reading.lines;
    return call_path(call, call->path, call->arguments[1]) ? read_path(&reading, SHOW_BYTES) : COMMAND_FAILED;
}

/* CRC-32 as Ethernet, zip and Python's zlib.crc32 have it (ISO 3309), a byte at a time. */
static uint32_t add_to_sum(uint32_t sum, const char *bytes, size_t count)
{
    static uint32_t table[256];
    for (uint32_t i = 0; i < 256 && !table[255]; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
        table[i] = value;
    }
    sum = ~sum;
    for (size_t i = 0; i < count; i++)
        sum = table[(sum ^ (uint8_t)bytes[i]) & 0xff] ^ sum >> 8;
    return ~sum;
}

static int sum_piece(struct reading *reading, const char *bytes, size_t count)
{
    for (size_t done = 0; done < count; done += minimum(count - done, SUM_BYTES)) {
        reading->sum = add_to_sum(reading->sum, bytes + done, minimum(count - done, SUM_BYTES));
        if (call_cancelled(reading->call))
            return FILE_CANCELLED;
    }
    return FILE_OK;
}

static void print_sum(const struct reading *reading)
{
    call_print(reading->call, "%08x %lu %s\n", reading->sum, reading->offset, reading->call->path);
}

int file_contents_sum(struct call *call) { return read_each(call, sum_piece, COPY_BYTES, print_sum); }

/* What is typed: from the words of the line, or from the input. */

static int take_input(struct call *call, struct reading *reading)
{
    char text[256];
    size_t count;
    while (call->input && (count = call->input->read(call->input, text, sizeof text)) > 0) {
        int status = reading->piece(reading, text, minimum(count, sizeof text));
        if (status < 0)
            return status;
        reading->offset += count;
    }
    return *call->cancelled ? FILE_CANCELLED : FILE_OK;
}

int file_contents_cat(struct call *call)
{
    struct reading reading = { .call = call, .piece = show_piece };
    if (call->count > 1)
        return read_each(call, show_piece, SHOW_BYTES, NULL);
    return take_input(call, &reading) < 0 ? COMMAND_CANCELLED : 0;
}

/* In one piece: as long as a call has room for it, nobody else's line comes into its middle. */
static int take_words(struct call *call, struct reading *reading)
{
    char *line = call->arguments[2];
    size_t used = 0;
    for (int i = 2; i < call->count; i++) {
        size_t length = string_length(call->arguments[i]);
        memmove(line + used, call->arguments[i], length); /* the words lie one behind another */
        used += length;
        line[used++] = i + 1 < call->count ? ' ' : '\n'; /* in the place of a 0 */
    }
    return reading->piece(reading, line, used);
}

static int write_text(struct call *call, enum file_mode mode)
{
    struct reading reading = { .call = call, .piece = write_piece, .appends = mode == FILE_APPEND };
    if (!call_path(call, call->path, call->arguments[1]))
        return COMMAND_FAILED;
    int status = file_open(&reading.to, call->path, mode);
    if (status < 0)
        return call_fail(call, call->path, status);
    status = call->count > 2 ? take_words(call, &reading) : take_input(call, &reading);
    file_close(&reading.to);
    return status < 0 ? call_fail(call, call->path, status) : 0;
}

int file_contents_write(struct call *call) { return write_text(call, FILE_WRITE); }
int file_contents_append(struct call *call) { return write_text(call, FILE_APPEND); }

/* Length and time. */

int file_contents_truncate(struct call *call)
{
    struct file file;
    uint64_t bytes;
    if (!read_number(call->arguments[2], &bytes)) {
        call_complain(call, "%s: not a number", call->arguments[2]);
        return COMMAND_MISUSED;
    }
    if (!call_path(call, call->path, call->arguments[1]))
        return COMMAND_FAILED;
    int status = file_open(&file, call->path, FILE_CHANGE);
    if (status >= 0) {
        status = file_resize(&file, bytes);
        file_close(&file);
    }
    return status < 0 ? call_fail(call, call->path, status) : 0;
}

int file_contents_touch(const char *path)
{
    struct file file;
    int status = file_open(&file, path, FILE_CHANGE);
    if (status >= 0)
        file_close(&file);
    else if (status != FILE_IS_A_FOLDER)
        return status;
    uint64_t now = wall_clock_now();
    return now ? file_set_time(path, (int64_t)now * TOUCH_NANOSECONDS) : FILE_OK;
}
