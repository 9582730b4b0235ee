/* Chapter 19: which words does a line consist of? */
#include "kernel/shell/words.h"

/* Lines that a host's programs write end in a carriage return at times. */
static bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }

static bool ends_command(char byte) { return !byte || byte == ';' || byte == '\n'; }

/* Moves a word to *out without its quotes, *in behind it. False: its end is missing. */
static bool take_word(const char **in, char **out)
{
    char quote = 0;
    for (; **in && (quote || (!is_blank(**in) && !ends_command(**in))); (*in)++) {
        if (quote && **in == quote) {
            quote = 0;
        } else if (!quote && (**in == '"' || **in == '\'')) {
            quote = **in;
        } else if (**in == '\\' && quote != '\'') {
            if (!*++*in)
                return false;
            *(*out)++ = **in == 'n' ? '\n' : **in == 't' ? '\t' : **in;
        } else {
            *(*out)++ = **in;
        }
    }
    return !quote;
}

size_t words_split(struct words *words, char *line, size_t from)
{
    const char *in = line + from;
    char *out = line + from; /* never ahead of `in` */
    char end = ' ';
    *words = (struct words){ .count = 0 };
    for (;;) {
        while (end == ' ' && is_blank(*in))
            in++;
        if (end == ' ' && ends_command(*in))
            end = *in++;
        if (end != ' ')
            return end ? (size_t)(in - line) : 0;
        if (words->count == WORDS_MOST) {
            words->too_many = true;
            return 0;
        }
        words->start[words->count] = (size_t)(in - line);
        words->word[words->count++] = out;
        words->open = !take_word(&in, &out);
        words->touched = !*in;
        end = ends_command(*in) ? *in : ' ';
        in += end != 0;
        *out++ = 0; /* perhaps where the word's end was */
    }
}

bool words_quote(char *to, size_t size, const char *text)
{
    size_t used = 0;
    for (; *text; text++) {
        bool plain = true;
        for (const char *special = " \t\n'\"\\;"; *special; special++)
            plain &= *text != *special;
        bool control = (unsigned char)*text < ' ' || *text == 0x7f;
        if (used + (plain ? 1 : 2) >= size || (control && plain))
            return false;
        if (!plain)
            to[used++] = '\\';
        to[used++] = *text == '\n' ? 'n' : *text == '\t' ? 't' : *text;
    }
    if (used >= size)
        return false;
    to[used] = 0;
    return true;
}
