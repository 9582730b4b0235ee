/* Chapter 2: the log, with numbers in it. */
#include "kernel/print.h"
#include "kernel/log.h"
#include "lib/format.h"

void print(const char *pattern, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, pattern);
    log_text(format_list(line, sizeof line, pattern, arguments));
    va_end(arguments);
}
