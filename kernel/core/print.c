/* Chapter 2: how does a number get into the log? */
#include "kernel/core/print.h"
#include "kernel/core/log.h"
#include "lib/format.h"

void print(const char *pattern, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, pattern);
    log_text(format_list(line, sizeof line, pattern, arguments));
    va_end(arguments);
}
