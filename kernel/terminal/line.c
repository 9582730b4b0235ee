/* Chapter 19: how is a line typed, mistakes included?
 *
 * The line is kept apart from what the terminal shows of it. After each byte the row is
 * made anew, and sent from the cursor on, or from the first character that differs if that
 * comes before: so a character typed at the end is one character. Backspaces and blanks do
 * all of it, so every terminal will do. A line that is wider than the terminal is seen
 * through a window, which moves by half its width. */
#include "kernel/terminal/line.h"
#include "kernel/terminal/terminal.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/string.h"
#include "lib/utf8.h"

enum {
    COLUMNS_MOST = 80,
    HISTORY_LINES = 63,
    SEQUENCE_BYTES = 8, /* "1;5" of "\e[1;5C" fits well */
    FIRST_PRINTABLE = ' ',
    DELETE = 0x7f,
    LAST_CONTROL = 0x9f, /* from DELETE on: Unicode's second set of control characters */
    ESCAPE = 0x1b,
};
#define CONTROL(letter) ((letter) & 0x1f)

char line_text[LINE_BYTES];
size_t line_at;
static size_t line_length;
static const char *prompt;

/* Parts. */

static bool is_inside(char byte) { return ((uint8_t)byte & 0xc0) == 0x80; /* of a character */ }

static size_t left_of(size_t at)
{
    while (at > 0 && is_inside(line_text[--at]))
        ;
    return at;
}

static size_t right_of(size_t at)
{
    while (at < line_length && is_inside(line_text[++at]))
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
    char text[COLUMNS_MOST * UTF8_BYTES + 1];
    size_t bytes, at; /* the cursor is before byte number `at` */
};

static struct row shown;
static size_t scrolled; /* characters of the line before the window */

static size_t count_characters(const char *text, size_t bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += !is_inside(text[i]);
    return count;
}

/* The bytes of so many characters; of all, if there are fewer. */
static size_t bytes_of(const char *text, size_t characters)
{
    size_t bytes = 0;
    for (; text[bytes]; bytes++)
        if (!is_inside(text[bytes]) && !characters--)
            break;
    return bytes;
}

static void add(struct row *row, const char *text, size_t bytes)
{
    memcpy(row->text + row->bytes, text, bytes);
    row->bytes += bytes;
}

static struct row make_row(void)
{
    struct row row = { .bytes = 0 };
    size_t width = clamp(terminal_columns(), 2, COLUMNS_MOST) - 1; /* in the last column, terminals differ */
    size_t cursor = count_characters(line_text, line_at);
    add(&row, prompt, bytes_of(prompt, width / 2));
    size_t room = width - count_characters(row.text, row.bytes) - 1; /* one for the cursor behind the end */
    if (cursor < scrolled || cursor > scrolled + room)
        scrolled = cursor > room / 2 ? cursor - room / 2 : 0;
    size_t first = bytes_of(line_text, scrolled);
    row.at = row.bytes + line_at - first;
    add(&row, line_text + first, bytes_of(line_text + first, room + 1));
    return row;
}

static void repeat(char character, size_t times)
{
    while (times--)
        terminal_write(&character, 1);
}

/* What stands before the cursor stays as far as it is right; all from there on is written anew. */
static void show_line(void)
{
    struct row row = make_row();
    size_t stays = 0;
    while (stays < shown.at && row.text[stays] == shown.text[stays])
        stays++;
    while (is_inside(row.text[stays]))
        stays--;
    size_t columns = count_characters(row.text, row.bytes), were = count_characters(shown.text, shown.bytes);
    size_t blanks = were > columns ? were - columns : 0;
    repeat('\b', count_characters(shown.text + stays, shown.at - stays));
    terminal_write(row.text + stays, row.bytes - stays);
    repeat(' ', blanks);
    repeat('\b', blanks + count_characters(row.text + row.at, row.bytes - row.at));
    shown = row;
}

void line_show(void)
{
    shown = (struct row){ .bytes = 0 };
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

/* History: line number i is in slot i, modulo their number. Behind the newest is the one being typed, while others are
 * looked at. */

static char history[HISTORY_LINES + 1][LINE_BYTES];
static size_t remembered, looked_at; /* looked_at: 0, the line being typed; else a line of the history, from 1 */

/* The line that was typed so many before the one being typed. */
static char *slot(size_t before) { return history[(remembered - before) % (HISTORY_LINES + 1)]; }

const char *line_remembered(size_t number)
{
    return number < minimum(remembered, HISTORY_LINES) ? slot(number + 1) : NULL;
}

void line_remember(const char *text)
{
    const char *newest = line_remembered(0);
    if (!*text || (newest && string_is(newest, text)))
        return;
    memcpy(slot(0), text, string_length(text) + 1);
    remembered++;
}

static void look_at_history(size_t number)
{
    if (number > minimum(remembered, HISTORY_LINES))
        return;
    if (!looked_at)
        memcpy(slot(0), line_text, line_length + 1);
    looked_at = number;
    line_length = line_at = string_length(slot(number));
    memcpy(line_text, slot(number), line_length + 1);
}

/* Bytes of a terminal. */

static enum { PLAIN, ESCAPED, SEQUENCE } state;
static char sequence[SEQUENCE_BYTES]; /* what is between "\e[" and its last byte, if it fits */
static size_t sequence_used;
static char character[UTF8_BYTES]; /* one that is not whole yet */
static size_t character_used;
static bool returned; /* the last byte was \r */

/* A key that has no character; ECMA-48 as the terminals of the world send it. */
static void do_key(char last)
{
    bool by_words = string_is(sequence, "1;5") || string_is(sequence, "5");
    if (last == 'A')
        look_at_history(looked_at + 1);
    else if (last == 'B' && looked_at)
        look_at_history(looked_at - 1);
    else if (last == 'C')
        line_at = by_words ? word_right_of(line_at) : right_of(line_at);
    else if (last == 'D')
        line_at = by_words ? word_left_of(line_at) : left_of(line_at);
    else if (last == 'H' || (last == '~' && (string_is(sequence, "1") || string_is(sequence, "7"))))
        line_at = 0;
    else if (last == 'F' || (last == '~' && (string_is(sequence, "4") || string_is(sequence, "8"))))
        line_at = line_length;
    else if (last == '~' && string_is(sequence, "3"))
        cut(line_at, right_of(line_at));
}

static void do_sequence(char byte)
{
    if (byte >= '@' && byte <= '~') {
        state = PLAIN;
        do_key(byte);
    } else if (sequence_used < SEQUENCE_BYTES - 1) {
        sequence[sequence_used++] = byte;
    }
}

static void clear_screen(void)
{
    terminal_write("\f", 1);
    shown = (struct row){ .bytes = 0 };
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
        memset(sequence, 0, sizeof sequence);
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
