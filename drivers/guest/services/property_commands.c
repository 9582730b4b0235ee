/* Chapter 21: how does a person read and write the notes?
 *
 * With one command and five words behind it: get, set, delete, list, wait. */
#include "drivers/guest/services/property_commands.h"
#include "drivers/guest/services/hgcm.h"
#include "drivers/guest/services/properties.h"
#include "kernel/shell/shell.h"
#include "kernel/time/task.h"
#include "lib/string.h"

enum { SECOND = 1000 * 1000, SECONDS_MOST = 1000 * 1000 };

static const char *words_of(int32_t status)
{
    switch (status) {
    case -2: return "no name, value or flags that the host takes";
    case PROPERTIES_REFUSED: return "not ours to change";
    case PROPERTIES_ABSENT: return "there is none";
    case HGCM_TIME_OUT: return "nothing came";
    case HGCM_TOO_LARGE: return "too large";
    case HGCM_NOT_CONNECTED: return "the host keeps no notes";
    default: return "the host refuses";
    }
}

static int fail(struct call *call, const char *name, int32_t status)
{
    if (status == HGCM_CANCELLED)
        return COMMAND_CANCELLED;
    call_complain(call, "%.64s: %s (status %d)", name, words_of(status), status);
    return COMMAND_FAILED;
}

static int get(struct call *call, const char *name)
{
    struct property property;
    int32_t status = property_get(name, &property);
    if (status < 0)
        return fail(call, name, status);
    call_print(call, "%s\n", string_tame(property.value, true));
    return 0;
}

static int set(struct call *call, const char *name)
{
    if (call->count < 4) {
        call_complain(call, "set NAME VALUE [FLAGS]");
        return COMMAND_MISUSED;
    }
    const char *flags = call->count > 4 ? call->arguments[4] : PROPERTY_OF_THIS_RUN;
    int32_t status = property_set(name, call->arguments[3], flags);
    return status < 0 ? fail(call, name, status) : 0;
}

static int delete(struct call *call, const char *name)
{
    int32_t status = property_delete(name);
    return status < 0 ? fail(call, name, status) : 0;
}

static void print_property(struct call *call, const struct property *property)
{
    struct property shown = *property;
    call_print(call, "%s = %s%s%s%s\n", string_tame(shown.name, true),
               shown.is_deleted ? "(deleted)" : string_tame(shown.value, true),
               shown.flags[0] ? "  [" : "", string_tame(shown.flags, true), shown.flags[0] ? "]" : "");
}

static bool print_entry(void *argument, const struct property *property)
{
    print_property(argument, property);
    return !call_cancelled(argument);
}

static int list(struct call *call, const char *patterns)
{
    int32_t status = property_list(patterns, print_entry, call);
    return status < 0 ? fail(call, patterns, status) : call_cancelled(call) ? COMMAND_CANCELLED : 0;
}

/* Seconds as typed; what is no number is for ever. */
static uint64_t read_seconds(const char *text)
{
    uint64_t seconds = 0;
    if (!*text)
        return WAIT_FOREVER;
    while (*text >= '0' && *text <= '9' && seconds < SECONDS_MOST)
        seconds = seconds * 10 + (uint64_t)(*text++ - '0');
    return *text ? WAIT_FOREVER : seconds * SECOND;
}

static int wait(struct call *call, const char *patterns)
{
    struct property property;
    uint64_t changed = 0;
    uint64_t limit = call->count > 3 ? read_seconds(call->arguments[3]) : WAIT_FOREVER;
    int32_t status = property_wait(patterns, &changed, limit, &property);
    if (status < 0)
        return fail(call, patterns, status);
    print_property(call, &property);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(struct call *call, const char *what);
    int most; /* arguments behind it */
    const char *otherwise; /* where nothing is typed; NULL: something must be */
} actions[] = {
    { "get", get, 1, NULL },
    { "set", set, 3, NULL },
    { "delete", delete, 1, NULL },
    { "list", list, 1, "" },
    { "wait", wait, 2, "" },
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static int run_prop(struct call *call)
{
    for (size_t i = 0; i < ACTIONS; i++) {
        if (!string_is(call->arguments[1], actions[i].name) || call->count - 2 > actions[i].most)
            continue;
        const char *what = call->count > 2 ? call->arguments[2] : actions[i].otherwise;
        if (what)
            return actions[i].run(call, what);
    }
    call_complain(call, "get NAME, set NAME VALUE [FLAGS], delete NAME, list [PATTERNS] or wait [PATTERNS [SECONDS]]");
    return COMMAND_MISUSED;
}

static void complete_prop(struct completion *completion, int argument)
{
    for (size_t i = 0; i < ACTIONS && argument == 1; i++)
        completion_offer(completion, actions[i].name, ' ');
}

void property_commands_add(void)
{
    static struct command prop = {
        .name = "prop",
        .usage = "get|set|delete|list|wait ...",
        .help = "reads and writes the notes that host and guest leave for each other",
        .least = 1,
        .most = 4,
        .run = run_prop,
        .complete = complete_prop,
    };
    commands_add(&prop, 1);
}
