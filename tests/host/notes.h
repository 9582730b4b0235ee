/* What the tests of chapter 21 share: a kernel with notes for the host, and the command `prop` as a person types it. */
// sources: drivers/guest/services/properties.c drivers/guest/services/hgcm.c drivers/guest/events.c
// sources: drivers/guest/vmmdev.c kernel/commands/leave.c drivers/guest/services/notes.c
// sources: drivers/guest/services/property_commands.c kernel/machine/interrupts.c kernel/time/task.c
// sources: kernel/time/task_switch.asm kernel/memory/pages.c kernel/memory/memory_map.c lib/format.c lib/utf8.c
// sources: tests/host/fake/services.c tests/host/fake/hgcm.c tests/host/fake/hgcm_properties.c tests/host/fake/vmmdev.c
// sources: tests/host/fake/machine.c
#pragma once
#include "drivers/guest/services/properties.h"
#include "drivers/guest/health/session.h"
#include "drivers/guest/services/hgcm.h"
#include "drivers/guest/services/notes.h"
#include "kernel/commands/leave.h"
#include "kernel/core/main.h"
#include "kernel/desktop/board.h"
#include "kernel/memory/pages.h"
#include "kernel/shell/shell.h"
#include "kernel/time/task.h"
#include "tests/host/fake/hgcm_properties.h"
#include "tests/host/fake/services.h"
#include "tests/host/test.h"
#include <stdarg.h>

/* What the kernel's other chapters are to these: a table of contents, and a shell that keeps what it is told. */

const struct chapter contents[] = { { "", "Signing the guest book", NULL }, { "", "Notes for the host", NULL } };
const unsigned int chapter_count = 2;
unsigned int chapter_now = 2;
bool boot_is_over;
struct session session;

static struct command *prop;
static struct board_row *board_row;
static char orders[65536];
static const char *output;
static int ends;

void commands_add(struct command *table, size_t count)
{
    EXPECT(count, ==, 1);
    prop = table;
}

void board_add(struct board_row *row) { board_row = row; }

void completion_offer(struct completion *completion, const char *text, char after)
{
    (void)after;
    strcat((char *)completion, text);
    strcat((char *)completion, " ");
}

int shell_run(const char *line, struct stream *stream, const volatile bool *unwanted)
{
    strncat(orders, line, sizeof orders - strlen(orders) - 2);
    strcat(orders, ";");
    if (output)
        stream->write(stream, output, strlen(output));
    while (strcmp(line, "for ever") == 0 && !*unwanted)
        wait_for(1000);
    wait_for(1000);
    return *unwanted ? COMMAND_CANCELLED : ends;
}

/* The command `prop`, as a person types it. */

static char said[65536];
static volatile bool cancelled;

static void keep_text(struct stream *stream, const char *text, size_t length)
{
    (void)stream;
    strncat(said, text, length);
}

static struct stream screen = { NULL, keep_text };

static inline void say(struct call *call, const char *pattern, va_list arguments)
{
    char text[8192];
    vsnprintf(text, sizeof text, pattern, arguments);
    call->output->write(call->output, text, strlen(text));
}

void call_print(struct call *call, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    say(call, pattern, arguments);
    va_end(arguments);
}

void call_complain(struct call *call, const char *pattern, ...)
{
    va_list arguments;
    call_print(call, "%s: ", call->arguments[0]);
    va_start(arguments, pattern);
    say(call, pattern, arguments);
    va_end(arguments);
    call_print(call, "\n");
}

bool call_cancelled(struct call *call)
{
    wait_for(0);
    return *call->cancelled;
}

static inline int type(int count, ...)
{
    static struct call call;
    static char *words[8] = { "prop" };
    va_list arguments;
    va_start(arguments, count);
    for (int i = 0; i < count; i++)
        words[1 + i] = va_arg(arguments, char *);
    va_end(arguments);
    call.count = 1 + count;
    call.arguments = words;
    call.output = call.error = &screen;
    call.cancelled = &cancelled;
    said[0] = 0;
    return prop->run(&call);
}

static size_t pages_before;

static inline const char *boot(void)
{
    if (!host.machine)
        services_machine();
    fake_properties_start();
    services_start();
    const char *found = notes_start();
    boot_is_over = true;
    machine_settle();
    struct property property;
    for (int i = 0; i < 10; i++) /* so that the pages that rest are there */
        property_get("/a", &property);
    pages_before = pages_allocated();
    return found;
}

static inline void expect_whole(void)
{
    EXPECT(pages_allocated(), ==, pages_before);
    EXPECT_TEXT(host.complaints, "");
}

static inline void order(const char *line)
{
    fake_properties_set(&host, "/Guestbook/Command", line, 0);
    machine_pass(100000);
}

static inline const char *status(void) { return fake_properties_get("/Guestbook/Status"); }
static inline const char *answer(void) { return fake_properties_get("/Guestbook/Answer"); }
