/* Chapter 2: how does a number become text? */
#include "lib/format.h"
#include "lib/memory.h"
#include <stdbool.h>
#include <stdint.h>

struct sink {
    char *end;   /* of what is written */
    size_t room; /* behind it, beside the 0 */
};

/* Makes what is written longer by so many bytes, or by as many as there is room for. Returns how many. */
static size_t take(struct sink *sink, size_t wanted)
{
    size_t taken = wanted < sink->room ? wanted : sink->room;
    sink->end += taken;
    sink->room -= taken;
    return taken;
}

static void put(struct sink *sink, const char *text, size_t length)
{
    size_t taken = take(sink, length);
    memcpy(sink->end - taken, text, taken);
}

static void put_spaces(struct sink *sink, size_t count)
{
    size_t taken = take(sink, count);
    memset(sink->end - taken, ' ', taken);
}

/* One conversion, as read from the pattern. */
struct field {
    int width, precision; /* precision -1: none given */
    bool left, zeros, wide;
};

static void put_padded(struct sink *sink, struct field field, const char *text, int length)
{
    size_t padding = field.width > length ? (size_t)(field.width - length) : 0;
    if (!field.left)
        put_spaces(sink, padding);
    put(sink, text, (size_t)length);
    if (field.left)
        put_spaces(sink, padding);
}

static void put_number(struct sink *sink, struct field field, uint64_t value, unsigned int base, bool negative)
{
    char digits[65];
    char *start = digits + sizeof digits;
    do
        *--start = "0123456789abcdef"[value % base];
    while (value /= base);
    int sign = negative ? 1 : 0;
    while (field.zeros && !field.left && digits + sizeof digits - start + sign < field.width && start > digits + 1)
        *--start = '0';
    if (negative)
        *--start = '-';
    put_padded(sink, field, start, (int)(digits + sizeof digits - start));
}

static void put_text(struct sink *sink, struct field field, const char *text)
{
    if (!text)
        text = "(null)";
    int length = 0;
    while ((field.precision < 0 || length < field.precision) && text[length])
        length++;
    put_padded(sink, field, text, length);
}

static const char *read_number(const char *pattern, int *number)
{
    for (*number = 0; *pattern >= '0' && *pattern <= '9'; pattern++)
        *number = *number * 10 + (*pattern - '0');
    return pattern;
}

static const char *read_field(const char *pattern, struct field *field)
{
    *field = (struct field){ .precision = -1 };
    for (; *pattern == '-' || *pattern == '0'; pattern++) {
        field->left |= *pattern == '-';
        field->zeros |= *pattern == '0';
    }
    pattern = read_number(pattern, &field->width);
    if (*pattern == '.')
        pattern = read_number(pattern + 1, &field->precision);
    for (; *pattern == 'l' || *pattern == 'z'; pattern++)
        field->wide = true;
    return pattern;
}

static void put_signed(struct sink *sink, struct field field, int64_t value)
{
    put_number(sink, field, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
}

char *format_list(char *buffer, size_t size, const char *pattern, va_list arguments)
{
    struct sink sink = { buffer, size ? size - 1 : 0 };
    while (*pattern) {
        const char *start = pattern;
        if (*pattern != '%') {
            while (*pattern && *pattern != '%')
                pattern++;
            put(&sink, start, (size_t)(pattern - start));
            continue;
        }
        struct field field;
        pattern = read_field(pattern + 1, &field);
        char conversion = *pattern;
        if (conversion)
            pattern++;
        if (conversion == 'd') {
            put_signed(&sink, field, field.wide ? va_arg(arguments, int64_t) : va_arg(arguments, int));
        } else if (conversion == 'u' || conversion == 'x') {
            uint64_t value = field.wide ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned int);
            put_number(&sink, field, value, conversion == 'x' ? 16 : 10, false);
        } else if (conversion == 'p') {
            field = (struct field){ .width = 16, .zeros = true };
            put(&sink, "0x", 2);
            put_number(&sink, field, (uintptr_t)va_arg(arguments, void *), 16, false);
        } else if (conversion == 's') {
            put_text(&sink, field, va_arg(arguments, const char *));
        } else if (conversion == 'c') {
            put(&sink, &(char){ (char)va_arg(arguments, int) }, 1);
        } else if (conversion == '%') {
            put(&sink, "%", 1);
        } else {
            put(&sink, start, (size_t)(pattern - start));
        }
    }
    if (size)
        *sink.end = 0;
    return buffer;
}

char *format(char *buffer, size_t size, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    format_list(buffer, size, pattern, arguments);
    va_end(arguments);
    return buffer;
}

char *format_append(char *buffer, size_t size, const char *pattern, ...)
{
    size_t used = 0;
    while (used < size && buffer[used])
        used++;
    va_list arguments;
    va_start(arguments, pattern);
    format_list(buffer + used, size - used, pattern, arguments);
    va_end(arguments);
    return buffer;
}
