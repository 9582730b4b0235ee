/* Chapter 19: how is a line typed, mistakes included?
 *
 * The line is kept apart from what the terminal shows of it. After each byte both are
 * compared, and only what differs is sent: a character typed at the end is one character.
 * Backspaces and blanks do all of it, so every terminal will do. A line that is wider than
 * the terminal is seen through a window, which moves by half its width. */
#include "kernel/terminal/line.h"
#include "kernel/terminal/terminal.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/string.h"
#include "lib/utf8.h"

enum {
    COLUMNS_MOST = 80,
    HISTORY_BYTES = 16384,
    SEQUENCE_BYTES = 8, /* "\e[1;5C" without its first two */
    FIRST_PRINTABLE = ' ',
    DELETE = 0x7f,
    LAST_CONTROL = 0x9f, /* from DELETE on: Unicode's second set of control characters */
    ESCAPE = 0x1b,
};
#define CONTROL(letter) ((letter) & 0x1f)

char line_text[LINE_BYTES + 1];
size_t line_at;
static size_t line_length;
static const char *prompt;

/* Parts. */

static bool is_inside(size_t at) { return ((uint8_t)line_text[at] & 0xc0) == 0x80; /* of a character */ }

static size_t left_of(size_t at)
{
    while (at > 0 && is_inside(--at))
        ;
    return at;
}

static size_t right_of(size_t at)
{
    while (at < line_length && is_inside(++at))
        ;
    return at;
}

static size_t word_left_of(size_t at)
{
    while (at > 0 && line_text[at - 1] == ' ')
        at--;
    while (at > 0 && line_text[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_right_of(size_t at)
{
    while (at < line_length && line_text[at] == ' ')
        at++;
    while (at < line_length && line_text[at] != ' ')
        at++;
    return at;
}

/* What the terminal shows of the line. */

struct row {
    uint32_t cells[COLUMNS_MOST];
    size_t used, at;
};

struct sink {
    char bytes[3 * COLUMNS_MOST * UTF8_BYTES];
    size_t used;
};

static struct row shown;
static size_t scrolled; /* characters of the line before the window */

static size_t count_characters(size_t end)
{
    size_t count = 0;
    for (size_t at = 0; at < end; at = right_of(at))
        count++;
    return count;
}

/* Adds the characters of a text from number `skip` on, as far as they fit. */
static void fill(struct row *row, size_t width, const char *text, size_t length, size_t skip)
{
    while (length && row->used < width) {
        uint32_t character;
        size_t bytes = utf8_read(text, length, &character);
        if (!bytes)
            return;
        if (skip)
            skip--;
        else
            row->cells[row->used++] = character;
        text += bytes;
        length -= bytes;
    }
}

static struct row make_row(void)
{
    struct row row = { .used = 0 };
    size_t width = clamp(terminal_columns(), 2, COLUMNS_MOST) - 1; /* in the last column, terminals differ */
    size_t cursor = count_characters(line_at);
    fill(&row, width / 2, prompt, string_length(prompt), 0);
    size_t room = width - row.used - 1; /* one for the cursor behind the end */
    if (cursor < scrolled || cursor > scrolled + room)
        scrolled = cursor > room / 2 ? cursor - room / 2 : 0;
    row.at = row.used + cursor - scrolled;
    fill(&row, width, line_text, line_length, scrolled);
    return row;
}

static void put(struct sink *sink, uint32_t character)
{
    sink->used += utf8_write(sink->bytes + sink->used, character);
}

/* Brings the cursor to a column by backspaces, or by writing what is there already. */
static void go_to(struct sink *sink, const struct row *row, size_t from, size_t to)
{
    for (; from > to; from--)
        put(sink, '\b');
    for (; from < to; from++)
        put(sink, row->cells[from]);
}

static void show_line(void)
{
    struct row row = make_row();
    struct sink sink = { .used = 0 };
    size_t same = 0;
    while (same < row.used && same < shown.used && row.cells[same] == shown.cells[same])
        same++;
    size_t at = shown.at;
    if (same < row.used || same < shown.used) {
        go_to(&sink, &shown, at, same);
        for (at = same; at < row.used; at++)
            put(&sink, row.cells[at]);
        for (; at < shown.used; at++)
            put(&sink, ' ');
    }
    go_to(&sink, &row, at, row.at);
    shown = row;
    terminal_write(sink.bytes, sink.used);
}

void line_show(void)
{
    shown = (struct row){ .used = 0 };
    show_line();
}

/* Changes. */

static void cut(size_t from, size_t to)
{
    memmove(line_text + from, line_text + to, line_length - to + 1);
    line_length -= to - from;
    line_at = from;
}

static void insert(const char *text, size_t length)
{
    if (length > LINE_BYTES - 1 - line_length)
        return;
    memmove(line_text + line_at + length, line_text + line_at, line_length - line_at + 1);
    memcpy(line_text + line_at, text, length);
    line_length += length;
    line_at += length;
}

void line_replace(size_t from, const char *text)
{
    size_t length = string_length(text);
    if (length > LINE_BYTES - 1 - line_length + (line_at - from))
        return;
    cut(from, line_at);
    insert(text, length);
    show_line();
}

/* History: lines with a 0 behind each, the oldest first. */

static char history[HISTORY_BYTES];
static size_t history_used, looked_at; /* looked_at: 0, the line being typed; else a line of the history, from 1 */
static char draft[LINE_BYTES];         /* the line being typed, meanwhile */

const char *line_remembered(size_t number)
{
    size_t at = history_used;
    for (size_t i = 0; i <= number; i++) {
        if (!at)
            return NULL;
        at--;
        while (at && history[at - 1])
            at--;
    }
    return history + at;
}

void line_remember(const char *text)
{
    size_t bytes = string_length(text) + 1;
    const char *newest = line_remembered(0);
    if (bytes == 1 || bytes > LINE_BYTES || (newest && string_is(newest, text)))
        return;
    while (history_used + bytes > HISTORY_BYTES) {
        size_t oldest = string_length(history) + 1;
        history_used -= oldest;
        memmove(history, history + oldest, history_used);
    }
    memcpy(history + history_used, text, bytes);
    history_used += bytes;
}

static void look_at_history(size_t number)
{
    const char *text = number ? line_remembered(number - 1) : draft;
    if (!text)
        return;
    if (!looked_at)
        memcpy(draft, line_text, line_length + 1);
    looked_at = number;
    line_length = line_at = string_length(text);
    memmove(line_text, text, line_length + 1);
}

/* Bytes of a terminal. */

static enum { PLAIN, ESCAPED, SEQUENCE } state;
static char sequence[SEQUENCE_BYTES]; /* what is between "\e[" and its last byte, if it fits */
static size_t sequence_used;
static char character[UTF8_BYTES]; /* one that is not whole yet */
static size_t character_used;
static bool returned; /* the last byte was \r */

static bool is_sequence(const char *text)
{
    return string_length(text) == sequence_used && memcmp(sequence, text, sequence_used) == 0;
}

/* A key that has no character; ECMA-48 as the terminals of the world send it. */
static void do_key(char last)
{
    bool by_words = is_sequence("1;5") || is_sequence("5");
    if (last == 'A')
        look_at_history(looked_at + 1);
    else if (last == 'B' && looked_at)
        look_at_history(looked_at - 1);
    else if (last == 'C')
        line_at = by_words ? word_right_of(line_at) : right_of(line_at);
    else if (last == 'D')
        line_at = by_words ? word_left_of(line_at) : left_of(line_at);
    else if (last == 'H' || (last == '~' && (is_sequence("1") || is_sequence("7"))))
        line_at = 0;
    else if (last == 'F' || (last == '~' && (is_sequence("4") || is_sequence("8"))))
        line_at = line_length;
    else if (last == '~' && is_sequence("3"))
        cut(line_at, right_of(line_at));
}

static void do_sequence(char byte)
{
    if (byte >= '@' && byte <= '~') {
        state = PLAIN;
        do_key(byte);
    } else if (sequence_used < SEQUENCE_BYTES) {
        sequence[sequence_used++] = byte;
    }
}

static void clear_screen(void)
{
    terminal_write("\f", 1);
    shown = (struct row){ .used = 0 };
}

static void do_control(char byte)
{
    switch (byte) {
    case CONTROL('A'): line_at = 0; break;
    case CONTROL('B'): line_at = left_of(line_at); break;
    case CONTROL('D'): cut(line_at, right_of(line_at)); break;
    case CONTROL('E'): line_at = line_length; break;
    case CONTROL('F'): line_at = right_of(line_at); break;
    case CONTROL('H'):
    case DELETE: cut(left_of(line_at), line_at); break;
    case CONTROL('K'): cut(line_at, line_length); break;
    case CONTROL('L'): clear_screen(); break;
    case CONTROL('N'): look_at_history(looked_at ? looked_at - 1 : 0); break;
    case CONTROL('P'): look_at_history(looked_at + 1); break;
    case CONTROL('U'): cut(0, line_at); break;
    case CONTROL('W'): cut(word_left_of(line_at), line_at); break;
    case ESCAPE: state = ESCAPED; break;
    }
}

static void do_character(char byte)
{
    uint32_t read;
    size_t bytes;
    character[character_used++] = byte;
    while ((bytes = utf8_read(character, character_used, &read)) > 0) {
        if (read != UTF8_MISTAKE && read > LAST_CONTROL)
            insert(character, bytes);
        character_used -= bytes;
        memmove(character, character + bytes, character_used);
    }
}

/* The line is over: the cursor goes behind it, and the terminal to the next row. */
static enum line_event end(enum line_event event)
{
    line_at = line_length;
    show_line();
    terminal_write("\n", 1);
    return event;
}

static enum line_event do_plain(char byte)
{
    if (byte == '\r' || byte == '\n')
        return end(LINE_DONE);
    if (byte == CONTROL('C'))
        return end(LINE_CANCELLED);
    if (byte == CONTROL('D') && !line_length)
        return end(LINE_ENDS);
    if (byte == '\t')
        return LINE_COMPLETE;
    if ((uint8_t)byte < FIRST_PRINTABLE || byte == DELETE)
        do_control(byte);
    else if ((uint8_t)byte > DELETE)
        do_character(byte);
    else
        insert(&byte, 1);
    return LINE_GOES_ON;
}

enum line_event line_type(char byte)
{
    enum line_event event = LINE_GOES_ON;
    bool second = returned && byte == '\n'; /* Return as two bytes */
    returned = byte == '\r';
    if ((uint8_t)byte <= DELETE)
        character_used = 0;
    if (state != PLAIN && (uint8_t)byte < FIRST_PRINTABLE)
        state = PLAIN;
    if (second)
        return event;
    if (state == ESCAPED && (byte == '[' || byte == 'O')) {
        state = SEQUENCE;
        sequence_used = 0;
    } else if (state == SEQUENCE) {
        do_sequence(byte);
    } else {
        state = PLAIN;
        event = do_plain(byte);
    }
    if (event == LINE_GOES_ON)
        show_line();
    return event;
}

void line_begin(const char *new_prompt)
{
    prompt = new_prompt;
    line_text[0] = 0;
    line_length = line_at = scrolled = looked_at = 0;
    line_show();
}
