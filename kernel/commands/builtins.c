/* Chapter 19: what can be asked that needs no files? */
#include "kernel/commands/builtins.h"
#include "kernel/commands/leave.h"
#include "kernel/memory/pages.h"
#include "kernel/shell/shell.h"
#include "kernel/terminal/keyboard.h"
#include "kernel/time/wall_clock.h"
#include "lib/date.h"

enum { MICROSECONDS = 1000 * 1000 };


static int run_help(struct call *call)
{
    if (call->count > 1) {
        const struct command *command = command_find(call->arguments[1]);
        if (!command) {
            call_complain(call, "%s: no such command", call->arguments[1]);
            return COMMAND_FAILED;
        }
        call_print(call, "%s %s\n    %s\n", command->name, command->usage, command->help);
        return 0;
    }
    for (const struct command *command = commands; command && !call_cancelled(call); command = command->next)
        call_print(call, "%-9s %-16s %s\n", command->name, command->usage, command->help);
    call_print(call, "Tab finishes names, arrows go back to earlier lines, Ctrl-C stops a command.\n");
    return 0;
}

static void complete_help(struct completion *completion, int argument)
{
    for (const struct command *command = commands; command && argument == 1; command = command->next)
        completion_offer(completion, command->name, ' ');
}

static int run_echo(struct call *call)
{
    for (int i = 1; i < call->count; i++)
        call_print(call, i + 1 < call->count ? "%s " : "%s", call->arguments[i]);
    call_print(call, "\n");
    return 0;
}

static int run_history(struct call *call)
{
    size_t count = 0;
    while (line_remembered(count))
        count++;
    while (count-- > 0)
        call_print(call, "%s\n", line_remembered(count));
    return 0;
}

static int run_clear(struct call *call)
{
    call_print(call, "\f");
    return 0;
}

static int run_layout(struct call *call)
{
    if (call->count == 1) {
        for (size_t i = 0; i < keyboard_layout_count; i++)
            call_print(call, "%s%s\n", keyboard_layouts[i].name,
                       &keyboard_layouts[i] == keyboard_layout ? ", in use" : "");
        return 0;
    }
    const struct keyboard_layout *layout = keyboard_find(call->arguments[1]);
    if (!layout) {
        call_complain(call, "%s: no such layout", call->arguments[1]);
        return COMMAND_FAILED;
    }
    keyboard_layout = layout;
    return 0;
}

static void complete_layout(struct completion *completion, int argument)
{
    for (size_t i = 0; i < keyboard_layout_count && argument == 1; i++)
        completion_offer(completion, keyboard_layouts[i].name, ' ');
}

static int run_mem(struct call *call)
{
    call_print(call, "%lu KiB, %lu in use\n", pages_total() * PAGE_BYTES / 1024,
               pages_allocated() * PAGE_BYTES / 1024);
    return 0;
}

static int run_date(struct call *call)
{
    uint64_t seconds = wall_clock_now() / MICROSECONDS;
    if (!seconds || seconds >= DATE_SECONDS_END) {
        call_complain(call, "nobody has told the time");
        return COMMAND_FAILED;
    }
    struct date date = date_of(seconds);
    call_print(call, "%04u-%02u-%02u %02u:%02u:%02u UTC\n", date.year, date.month, date.day, date.hour, date.minute,
               date.second);
    return 0;
}

static int run_status(struct call *call)
{
    call_print(call, "%d\n", call->last);
    return 0;
}

static int run_reboot(struct call *call)
{
    call_print(call, "The machine starts anew.\n");
    leave_and_reset();
    call_complain(call, "nothing happens: there is no keyboard controller");
    return COMMAND_FAILED;
}

static struct command table[] = {
    { "clear", "", "clears the screen", 0, 0, PATHS_NONE, run_clear, NULL, NULL },
    { "date", "", "tells date and time", 0, 0, PATHS_NONE, run_date, NULL, NULL },
    { "echo", "[TEXT...]", "says it", 0, COMMAND_ANY, PATHS_NONE, run_echo, NULL, NULL },
    { "help", "[COMMAND]", "tells what can be asked", 0, 1, PATHS_NONE, run_help, complete_help, NULL },
    { "history", "", "lists the lines of before", 0, 0, PATHS_NONE, run_history, NULL, NULL },
    { "layout", "[NAME]", "tells or changes the keyboard's layout", 0, 1, PATHS_NONE, run_layout, complete_layout,
      NULL },
    { "mem", "", "tells how much memory is in use", 0, 0, PATHS_NONE, run_mem, NULL, NULL },
    { "reboot", "", "starts the machine anew", 0, 0, PATHS_NONE, run_reboot, NULL, NULL },
    { "status", "", "tells how the last line ended", 0, 0, PATHS_NONE, run_status, NULL, NULL },
};

void builtins_add(void) { commands_add(table, sizeof table / sizeof table[0]); }
