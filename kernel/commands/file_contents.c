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
    COPY_BYTES = 1 << 20, /* at once */
    SHOW_BYTES = 4096,    /* the same, to a terminal: Ctrl-C is heard in between */
    INPUT_BYTES = 256,    /* of what is typed */
    SUM_BYTES = 16384,    /* between two looks at the others */
    HEAD_LINES = 10,
    TOUCH_NANOSECONDS = 1000, /* a microsecond */
};

/* Reading. */

/* A file that is read from its beginning to its end. */
struct reader {
    struct call *call;
    struct file file;
    char *piece;        /* pages; NULL: it is not open */
    size_t size, count; /* bytes of the piece: how many have room, and how many are there */
    uint64_t offset;    /* where in the file they lie; at the end, how many there were */
    int status;         /* of files; negative: that was the end */
};

/* Opens a file to read so many bytes at a time. Where they have no room in one piece, half of them will do, and so on.
 * A failure ends the reading, too. */
static void reader_open(struct reader *reader, struct call *call, const char *path, size_t size)
{
    *reader = (struct reader){ .call = call, .size = size };
    reader->status = file_open(&reader->file, path, FILE_READ);
    if (reader->status < 0)
        return;
    while (!(reader->piece = pages_allocate(reader->size / PAGE_BYTES, ZONE_ANY)))
        if ((reader->size /= 2) < PAGE_BYTES) {
            file_close(&reader->file);
            reader->status = FILE_NO_MEMORY;
            return;
        }
}

/* Returns how the reading has ended. */
static int reader_close(struct reader *reader)
{
    if (reader->piece) {
        file_free(reader->piece, reader->size / PAGE_BYTES);
        file_close(&reader->file);
    }
    return reader->status;
}

/* Up to the end that the file had when it was opened, so that nobody asks the host where it ends. Some files that a
 * system makes up say that they are empty: those are read until nothing comes. */
static int read_piece(struct reader *reader)
{
    uint64_t length = reader->file.bytes;
    size_t wanted = length ? minimum(reader->size, length - reader->offset) : reader->size, count = wanted;
    if (!wanted)
        return FILE_OK;
    if (call_cancelled(reader->call))
        return FILE_CANCELLED;
    int status = file_read(&reader->file, reader->offset, reader->piece, &count);
    reader->count = status >= 0 ? minimum(count, wanted) : 0;
    return status >= 0 && length && !count ? FILE_ENDED : status;
}

/* Goes on to the next piece. False: there is none. */
static bool reader_next(struct reader *reader)
{
    reader->offset += reader->count;
    reader->count = 0;
    if (reader->status >= 0)
        reader->status = read_piece(reader);
    return reader->count;
}

/* Showing. */

static void show(struct call *call, const char *bytes, size_t count)
{
    call->output->write(call->output, bytes, count);
}

/* What is typed; 0: there is no more. */
static size_t read_input(struct call *call, char *text, size_t size)
{
    return call->input ? minimum(call->input->read(call->input, text, size), size) : 0;
}

static int show_input(struct call *call)
{
    char text[INPUT_BYTES];
    for (size_t count; (count = read_input(call, text, sizeof text)) > 0;)
        show(call, text, count);
    return 0;
}

int file_contents_cat(struct call *call)
{
    struct reader reader;
    if (call->count == 1)
        return show_input(call);
    reader_open(&reader, call, call->path, SHOW_BYTES);
    while (reader_next(&reader))
        show(call, reader.piece, reader.count);
    return reader_close(&reader);
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
    struct reader reader;
    uint64_t lines = HEAD_LINES;
    if (call->count > 2 && !read_number(call->arguments[2], &lines)) {
        call_complain(call, "%s: not a number", call->arguments[2]);
        return COMMAND_MISUSED;
    }
    reader_open(&reader, call, call->path, SHOW_BYTES);
    while (lines && reader_next(&reader)) {
        size_t shown = 0;
        while (shown < reader.count && lines)
            lines -= reader.piece[shown++] == '\n';
        show(call, reader.piece, shown);
    }
    return reader_close(&reader);
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

/* Adds a piece, and lets others run in between. */
static uint32_t add_piece(uint32_t sum, const struct reader *reader)
{
    for (size_t done = 0; done < reader->count && !call_cancelled(reader->call); done += SUM_BYTES)
        sum = add_to_sum(sum, reader->piece + done, minimum(reader->count - done, SUM_BYTES));
    return sum;
}

int file_contents_sum(struct call *call)
{
    struct reader reader;
    uint32_t sum = 0;
    reader_open(&reader, call, call->path, COPY_BYTES);
    while (reader_next(&reader))
        sum = add_piece(sum, &reader);
    int status = reader_close(&reader);
    if (status >= 0 && !*call->cancelled)
        call_print(call, "%08x %lu %s\n", sum, reader.offset, call->path);
    return status;
}

/* Writing. */

/* Writes all; *offset moves on as far as it came, but for FILE_END. A medium that takes nothing more is full. */
static int write_all(struct file *file, uint64_t *offset, const char *bytes, size_t count)
{
    for (size_t done = 0, more; done < count; done += more) {
        more = count - done;
        int status = file_write(file, *offset, bytes + done, &more);
        if (status < 0)
            return status;
        if (!more || more > count - done)
            return FILE_FULL;
        *offset += *offset == FILE_END ? 0 : more;
    }
    return FILE_OK;
}

static int write_input(struct call *call, struct file *file, uint64_t *offset)
{
    char text[INPUT_BYTES];
    int status = FILE_OK;
    for (size_t count; status >= 0 && (count = read_input(call, text, sizeof text)) > 0;)
        status = write_all(file, offset, text, count);
    return status;
}

/* In one piece: as long as a call has room for it, nobody else's line comes into its middle. */
static int write_words(struct call *call, struct file *file, uint64_t *offset)
{
    char *line = call->arguments[2];
    size_t used = 0;
    for (int i = 2; i < call->count; i++) {
        size_t length = string_length(call->arguments[i]);
        memmove(line + used, call->arguments[i], length); /* the words lie one behind another */
        used += length;
        line[used++] = i + 1 < call->count ? ' ' : '\n'; /* in the place of a 0 */
    }
    return write_all(file, offset, line, used);
}

static int write_text(struct call *call, enum file_mode mode, uint64_t offset)
{
    struct file file;
    int status = file_open(&file, call->path, mode);
    if (status < 0)
        return status;
    status = call->count > 2 ? write_words(call, &file, &offset) : write_input(call, &file, &offset);
    file_close(&file);
    return status;
}

int file_contents_write(struct call *call) { return write_text(call, FILE_WRITE, 0); }
int file_contents_append(struct call *call) { return write_text(call, FILE_APPEND, FILE_END); }

/* Copying. */

struct copy {
    struct reader reader;
    struct file file; /* the other */
    const char *from, *to;
    uint64_t written;
};

/* What was written is whole as far as it goes, and stays; so it is said how far. */
static int tell_part(const struct copy *copy, const char *failed, int status)
{
    struct call *call = copy->reader.call;
    char words[80];
    file_words(words, sizeof words, failed, status);
    if (*call->cancelled)
        call_complain(call, "cancelled; %s has the first %lu bytes of %s", copy->to, copy->written, copy->from);
    else
        call_complain(call, "%s: %s; %s has the first %lu bytes of %s", failed, words, copy->to, copy->written,
                      copy->from);
    return COMMAND_FAILED;
}

static int copy_pieces(struct copy *copy)
{
    while (reader_next(&copy->reader)) {
        int status = write_all(&copy->file, &copy->written, copy->reader.piece, copy->reader.count);
        if (status < 0)
            return tell_part(copy, copy->to, status);
    }
    return copy->reader.status < 0 ? tell_part(copy, copy->from, copy->reader.status) : 0;
}

/* Nothing is emptied before it is certain that it is not what is to be copied. */
static int copy_over(struct copy *copy)
{
    struct call *call = copy->reader.call;
    bool are_two;
    int status = file_tell_apart(&copy->reader.file, &copy->file, copy->to, &are_two);
    if (status >= 0 && !are_two) {
        call_complain(call, "%s and %s: one file, as far as can be told", copy->from, copy->to);
        return COMMAND_FAILED;
    }
    if (status >= 0)
        status = file_resize(&copy->file, 0);
    return status < 0 ? call_fail(call, copy->to, status) : copy_pieces(copy);
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
static int expect_unchanged(struct copy *copy, const struct file_attributes *before)
{
    struct file_attributes after, written;
    int status = look_again(copy->from, &after);
    if (status >= 0)
        status = file_look_open(&copy->file, &written);
    if (status < 0)
        return status;
    if (file_is_alike(before, &after) && written.bytes == copy->written)
        return 0;
    call_complain(copy->reader.call, "%s: changed while it was copied, and stays", copy->from);
    return COMMAND_FAILED;
}

static int copy_to_other(struct copy *copy, bool moves)
{
    struct file_attributes before;
    int status = moves ? file_look_open(&copy->reader.file, &before) : FILE_OK;
    if (status < 0)
        return status;
    status = file_open(&copy->file, copy->to, FILE_CHANGE);
    if (status < 0)
        return call_fail(copy->reader.call, copy->to, status);
    int ends = copy_over(copy);
    if (!ends && moves)
        ends = expect_unchanged(copy, &before);
    file_close(&copy->file);
    return ends;
}

int file_contents_copy(struct call *call, const char *from, const char *to, bool moves)
{
    struct copy copy = { .from = from, .to = to };
    reader_open(&copy.reader, call, from, COPY_BYTES);
    int ends = copy.reader.status < 0 ? copy.reader.status : copy_to_other(&copy, moves);
    reader_close(&copy.reader);
    return ends;
}

/* Length and time. */

int file_contents_truncate(struct call *call)
{
    struct file file;
    uint64_t bytes;
    if (!read_number(call->arguments[2], &bytes)) {
        call_complain(call, "%s: not a number", call->arguments[2]);
        return COMMAND_MISUSED;
    }
    int status = file_open(&file, call->path, FILE_CHANGE);
    if (status < 0)
        return status;
    status = file_resize(&file, bytes);
    file_close(&file);
    return status;
}

int file_contents_touch(struct call *call)
{
    struct file file;
    int status = file_open(&file, call->path, FILE_CHANGE);
    if (status >= 0)
        file_close(&file);
    else if (status != FILE_IS_A_FOLDER)
        return status;
    uint64_t now = wall_clock_now();
    return now ? file_set_time(call->path, (int64_t)now * TOUCH_NANOSECONDS) : 0;
}
