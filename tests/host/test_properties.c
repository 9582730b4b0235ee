/* Chapter 21: notes for the host, orders from it, and hosts that answer with anything. */
// sources: drivers/guest/properties.c drivers/guest/hgcm.c drivers/guest/events.c drivers/guest/vmmdev.c kernel/leave.c
// sources: kernel/notes.c kernel/property_commands.c kernel/interrupts.c kernel/task.c kernel/task_switch.asm
// sources: kernel/pages.c kernel/memory_map.c lib/format.c tests/host/fake/services.c tests/host/fake/hgcm.c
// sources: tests/host/fake/hgcm_properties.c tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/properties.h"
#include "drivers/guest/hgcm.h"
#include "drivers/guest/session.h"
#include "kernel/leave.h"
#include "kernel/main.h"
#include "kernel/notes.h"
#include "kernel/pages.h"
#include "kernel/shell.h"
#include "kernel/task.h"
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
static char orders[65536];
static const char *output;
static int ends;

void command_add(struct command *command) { prop = command; }
void completion_offer(struct completion *completion, const char *text, char after)
{
    (void)after;
    strcat((char *)completion, text);
    strcat((char *)completion, " ");
}

static void keep_text(struct stream *stream, const char *text, size_t length);
int shell_run(const char *line, struct stream *stream)
{
    strncat(orders, line, sizeof orders - strlen(orders) - 2);
    strcat(orders, ";");
    if (output)
        stream->write(stream, output, strlen(output));
    wait_for(1000);
    return ends;
}

/* The command `prop`, as a person types it. */

static char said[65536];
static volatile bool cancelled;
static struct stream screen = { NULL, keep_text };

static void keep_text(struct stream *stream, const char *text, size_t length)
{
    (void)stream;
    strncat(said, text, length);
}

void call_print(struct call *call, const char *pattern, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(text, sizeof text, pattern, arguments);
    va_end(arguments);
    call->output->write(call->output, text, strlen(text));
}

void call_complain(struct call *call, const char *pattern, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(text, sizeof text, pattern, arguments);
    va_end(arguments);
    call_print(call, "%s: %s\n", call->arguments[0], text);
}

bool call_cancelled(struct call *call)
{
    wait_for(0);
    return *call->cancelled;
}

static int type(int count, ...)
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

static const char *boot(void)
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

static void expect_whole(void)
{
    EXPECT(pages_allocated(), ==, pages_before);
    EXPECT_TEXT(host.complaints, "");
}

static void order(const char *line)
{
    fake_properties_set(&host, "/Guestbook/Command", line, 0);
    machine_pass(100000);
}

static const char *status(void) { return fake_properties_get("/Guestbook/Status"); }
static const char *answer(void) { return fake_properties_get("/Guestbook/Answer"); }

/* The five functions. */

TEST(what_is_set_can_be_had)
{
    boot();
    struct property property;
    EXPECT(property_set("/Guestbook/Moon", "full", "TRANSIENT"), ==, 0);
    EXPECT_TEXT(fake_properties_get("/Guestbook/Moon"), "full");
    EXPECT(fake_properties_flags("/Guestbook/Moon"), ==, FAKE_TRANSIENT);
    EXPECT(property_get("/Guestbook/Moon", &property), >=, 0);
    EXPECT_TEXT(property.name, "/Guestbook/Moon");
    EXPECT_TEXT(property.value, "full");
    EXPECT_TEXT(property.flags, "TRANSIENT");
    EXPECT(property.changed, ==, fake_properties.now);
    EXPECT(property_delete("/Guestbook/Moon"), ==, 0);
    EXPECT(property_get("/Guestbook/Moon", &property), ==, PROPERTIES_ABSENT);
    EXPECT_TEXT(property.value, "");
    EXPECT(property_delete("/Guestbook/Moon"), ==, 0);
    expect_whole();
}

TEST(names_and_values_have_limits)
{
    boot();
    struct property property;
    static char text[3000];
    memset(text, 'n', 63);
    EXPECT(property_set(text, "longest name", ""), ==, 0);
    text[63] = 'n';
    EXPECT(property_set(text, "a byte more", ""), ==, -2);
    EXPECT(property_get("", &property), ==, -2);
    EXPECT(property_get("/a*", &property), ==, -2);
    memset(text, 'v', 1023);
    EXPECT(property_set("/longest", text, "READONLY, TRANSIENT, TRANSRESET"), ==, 0);
    EXPECT(property_get("/longest", &property), >=, 0);
    EXPECT_TEXT(property.value, text);
    EXPECT_TEXT(property.flags, "TRANSIENT, READONLY, TRANSRESET");
    text[1023] = 'v';
    EXPECT(property_set("/longer", text, ""), ==, -42);
    memset(text, 'v', 2999);
    EXPECT(property_set("/longer", text, text), ==, HGCM_TOO_LARGE);
    EXPECT(property_set("/flags", "a", "FAST"), ==, -2);
    EXPECT(property_set("/longest", "b", ""), ==, PROPERTIES_REFUSED);
    EXPECT(property_set("/VirtualBox/HostInfo/VBoxVer", "b", ""), ==, PROPERTIES_REFUSED);
    expect_whole();
}

static size_t listed;
static char names[20000];

static bool keep_name(void *argument, const struct property *property)
{
    EXPECT_TEXT(argument, "argument");
    strcat(strcat(names, property->name), " ");
    return ++listed < 250;
}

TEST(a_list_has_all_that_match)
{
    boot();
    fake_properties_set(&host, "/Moon/Phase", "full", 0);
    fake_properties_set(&host, "/Moon/Distance", "", FAKE_TRANSIENT);
    fake_properties_set(&host, "/Sun/Distance", "far", 0);
    EXPECT(property_list("/Moon/*|/Sun/?istance", keep_name, "argument"), ==, 0);
    EXPECT_TEXT(names, "/Moon/Phase /Moon/Distance /Sun/Distance ");
    EXPECT(property_list("/Mars/*", keep_name, "argument"), ==, 0);
    EXPECT(listed, ==, 3);
    expect_whole();
}

/* 240 properties of 1 KiB do not fit into the first buffer. */
TEST(a_list_that_is_large_is_listed)
{
    boot();
    static char value[1024], name[64];
    memset(value, 'v', 1023);
    for (int i = 0; i < 240; i++) {
        sprintf(name, "/Large/%d", i);
        fake_properties_set(&host, name, value, 0);
    }
    EXPECT(property_list("/Large/*", keep_name, "argument"), ==, 0);
    EXPECT(listed, ==, 240);
    expect_whole();
}

TEST(a_wait_ends_with_the_change)
{
    boot();
    uint64_t changed = 0;
    struct property property;
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, NULL, &property), ==, HGCM_TIME_OUT);
    EXPECT(property_set("/Moon/Phase", "new", "TRANSIENT"), ==, 0);
    EXPECT(property_get("/Moon/Phase", &property), >=, 0);
    changed = property.changed; /* what is later than that has been kept for us */
    fake_properties_set(&host, "/Sun/Phase", "none", 0);
    fake_properties_set(&host, "/Moon/Phase", "full", 0);
    fake_properties_delete(&host, "/Moon/Phase");
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, NULL, &property), ==, 0);
    EXPECT_TEXT(property.value, "full");
    EXPECT(property.is_deleted, ==, false);
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, NULL, &property), ==, 0);
    EXPECT(property.is_deleted, ==, true);
    EXPECT(changed, ==, fake_properties.now);
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, NULL, &property), ==, HGCM_TIME_OUT);
    expect_whole();
}

TEST(many_changes_since_are_said_to_be_missed)
{
    boot();
    struct property property;
    EXPECT(property_set("/Moon/Phase", "new", ""), ==, 0);
    EXPECT(property_get("/Moon/Phase", &property), >=, 0);
    uint64_t changed = property.changed;
    for (int i = 0; i < 300; i++)
        fake_properties_set(&host, "/Moon/Phase", i == 44 ? "oldest" : "other", 0);
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, NULL, &property), ==, PROPERTIES_MISSED);
    EXPECT_TEXT(property.value, "oldest");
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, NULL, &property), ==, 0);
    EXPECT_TEXT(property.value, "other");
    expect_whole();
}

/* What is published. */

TEST(the_host_finds_what_its_tools_look_for)
{
    EXPECT_TEXT(boot(), "9 published, orders by /Guestbook/Command");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestAdd/Version"), "7.2.22");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestAdd/VersionExt"), "7.2.22_Guestbook");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestAdd/Revision"), "175245");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestInfo/OS/Product"), "Guestbook");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestInfo/OS/Release"), "2 chapters");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestInfo/OS/Version"), "x86_64");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestInfo/OS/NoLoggedInUsers"), "false");
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestInfo/OS/LoggedInUsers"), "1");
    EXPECT(strncmp(fake_properties_get("/Guestbook/Boot"), "2 Notes for the host, 3", 23), ==, 0);
    EXPECT_TEXT(status(), "0 ready");
    for (size_t i = 0; i < fake_properties.count; i++)
        EXPECT(fake_properties.all[i].flags, ==, FAKE_TRANSIENT | FAKE_TRANSRESET);
    expect_whole();
}

TEST(after_a_restore_all_is_published_again)
{
    boot();
    session.restores++;
    fake_properties.count = 0; /* on another host */
    fake_properties_restore(&host);
    machine_settle();
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestInfo/OS/Product"), "Guestbook");
    expect_whole();
}

/* Orders. */

TEST(an_order_is_carried_out_and_answered)
{
    boot();
    output = "one\ntwo\n";
    ends = 3;
    order("count to two");
    EXPECT_TEXT(orders, "count to two;");
    EXPECT_TEXT(answer(), "one\ntwo");
    EXPECT_TEXT(status(), "1 ended 3");
    output = NULL;
    ends = 0;
    order("say nothing");
    EXPECT_TEXT(answer(), "");
    EXPECT_TEXT(status(), "2 ended 0");
    expect_whole();
}

TEST(while_it_runs_the_host_can_see_it)
{
    boot();
    fake_properties_set(&host, "/Guestbook/Command", "sleep", 0);
    machine_settle();
    EXPECT_TEXT(status(), "1 running");
    machine_pass(100000);
    EXPECT_TEXT(status(), "1 ended 0");
}

TEST(orders_that_come_faster_than_they_are_carried_out_wait)
{
    boot();
    static const char *const lines[] = { "a", "b", "c", "a" };
    for (int i = 0; i < 4; i++)
        fake_properties_set(&host, "/Guestbook/Command", lines[i], 0);
    machine_pass(100000);
    EXPECT_TEXT(orders, "a;b;c;a;");
    EXPECT_TEXT(status(), "4 ended 0");
    expect_whole();
}

TEST(what_is_empty_or_deleted_is_no_order)
{
    boot();
    order("");
    fake_properties_delete(&host, "/Guestbook/Command");
    machine_pass(100000);
    order("a");
    machine_pass(SERVICES_SECOND);
    EXPECT_TEXT(orders, "a;");
}

TEST(an_order_from_before_is_not_carried_out)
{
    services_machine();
    fake_properties_set(&host, "/Guestbook/Command", "yesterday's", 0);
    boot();
    machine_pass(100000);
    EXPECT_TEXT(orders, "");
    EXPECT_TEXT(status(), "0 ready");
}

TEST(after_a_restore_old_orders_rest_and_new_ones_come)
{
    boot();
    order("old");
    session.restores++;
    fake_properties_restore(&host);
    machine_pass(100000);
    EXPECT_TEXT(orders, "old;");
    order("new");
    EXPECT_TEXT(orders, "old;new;");
    EXPECT_TEXT(status(), "2 ended 0");
    expect_whole();
}

/* A host whose list of changes has no such time as we were told: it begins with its oldest. */
TEST(what_a_restore_brings_up_again_is_not_carried_out)
{
    boot();
    order("old");
    for (size_t i = 0; i < fake_properties.change_count; i++)
        fake_properties.changes[i].changed -= 1000000;
    fake_hgcm_restore(&host);
    machine_pass(100000);
    EXPECT_TEXT(orders, "old;");
    order("new");
    machine_pass(SERVICES_SECOND);
    EXPECT_TEXT(orders, "old;new;");
}

TEST(a_long_answer_is_cut_behind_a_whole_character)
{
    boot();
    static char text[3000];
    for (int shift = 0; shift < 2; shift++) {
        memset(text, 'a', sizeof text);
        for (size_t i = (size_t)shift; i + 2 < sizeof text; i += 2)
            memcpy(text + i, "\xc3\xa4", 2);
        text[sizeof text - 1] = 0;
        output = text;
        order("tell me all");
        size_t length = strlen(answer());
        EXPECT(length, <=, 1023);
        EXPECT(length, >=, 1021);
        EXPECT_TEXT(answer() + length - 6, " [cut]");
        EXPECT((uint8_t)answer()[length - 7], ==, 0xa4);
    }
    memset(text, 'b', 1023);
    text[1023] = 0;
    order("as long as may be");
    EXPECT_TEXT(answer(), text);
    expect_whole();
}

TEST(a_host_that_refuses_the_answer_hears_that_there_was_one)
{
    boot();
    fake_properties_set(&host, "/Guestbook/Answer", "the host's", FAKE_NOT_FOR_GUEST);
    output = "mine";
    order("a");
    EXPECT_TEXT(answer(), "the host's");
    EXPECT_TEXT(status(), "1 ended 0");
}

/* Services that fail. */

TEST(without_the_service_there_are_no_notes)
{
    services_start();
    EXPECT_TEXT(notes_start(), "the host keeps none (status -2900)");
    machine_pass(100 * SERVICES_SECOND);
    EXPECT(type(2, "get", "/a"), ==, COMMAND_FAILED);
    EXPECT_TEXT(said, "prop: /a: the host keeps no notes (status -2905)\n");
}

TEST(without_a_host_there_are_no_notes)
{
    services_machine();
    machine.without_device = true;
    EXPECT_TEXT(notes_start(), "no host, no notes");
    EXPECT(type(1, "list"), ==, COMMAND_FAILED);
}

TEST(a_service_that_refuses_is_asked_now_and_then)
{
    services_machine();
    fake_properties.refused = -12;
    EXPECT_TEXT(boot(), "the host does not take them (status -12)");
    uint64_t taken = fake_hgcm.taken;
    machine_pass(100 * SERVICES_SECOND);
    EXPECT(fake_hgcm.taken - taken, <=, 11);
    EXPECT(fake_hgcm.taken - taken, >=, 9);
    EXPECT_TEXT(fake_log, "    Notes: waiting for /Guestbook/Command fails, status -12; tried again every 10 s\n");
    fake_properties.refused = 0;
    machine_pass(20 * SERVICES_SECOND);
    order("a");
    EXPECT_TEXT(orders, "a;");
    EXPECT_TEXT(status(), "1 ended 0");
    EXPECT(pages_allocated(), ==, pages_before + 1); /* the call that waits */
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_service_that_never_answers_does_not_keep_the_kernel)
{
    services_machine();
    fake_properties.waits_for_ever = true;
    uint64_t before = fake_time;
    EXPECT_TEXT(boot(), "the host does not take them (status -40)");
    EXPECT(fake_time - before, <, 400 * SERVICES_SECOND);
    EXPECT(type(2, "get", "/a"), ==, COMMAND_FAILED);
    EXPECT_TEXT(said, "prop: /a: nothing came (status -40)\n");
    expect_whole();
}

TEST(clients_go_when_the_machine_is_left)
{
    boot();
    EXPECT(fake_hgcm.connected, ==, 1);
    leave_all();
    machine_settle();
    EXPECT(fake_hgcm.connected, ==, 0);
    EXPECT(fake_hgcm.pending, ==, 0);
    EXPECT_TEXT(fake_log, ""); /* the wait for orders has ended, as it should */
    uint64_t taken = fake_hgcm.taken;
    machine_pass(100 * SERVICES_SECOND);
    EXPECT(fake_hgcm.taken, ==, taken);
    EXPECT_TEXT(host.complaints, "");
}

static bool keep_any(void *argument, const struct property *property)
{
    EXPECT(strnlen(property->name, sizeof property->name), <, sizeof property->name);
    EXPECT(strnlen(property->value, sizeof property->value), <, sizeof property->value);
    EXPECT(strnlen(property->flags, sizeof property->flags), <, sizeof property->flags);
    (*(size_t *)argument)++;
    return true;
}

TEST(texts_without_an_end_end_where_the_buffer_does)
{
    boot();
    struct property property;
    size_t count = 0;
    uint64_t changed = 0;
    fake_properties.unterminated = true;
    EXPECT(property_get("/Guestbook/Boot", &property), >=, 0);
    EXPECT(strlen(property.value), ==, sizeof property.value - 1);
    fake_properties.claimed = 0x7fffffff;
    EXPECT(property_list("", keep_any, &count), ==, 0);
    EXPECT(count, ==, 1);
    order("a");
    EXPECT_TEXT(orders, ""); /* no name, no value: nothing to run */
    property_wait("/Guestbook/*", &changed, SERVICES_SECOND, NULL, &property);
    expect_whole();
}

TEST(a_list_that_always_needs_more_ends)
{
    boot();
    size_t count = 0;
    fake_properties.claimed = 0xffffffff;
    EXPECT(property_list("", keep_any, &count), ==, PROPERTIES_OVERFLOW);
    EXPECT(count, ==, 0);
    expect_whole();
}

TEST(hosts_that_lie_harm_nobody)
{
    boot();
    struct property property;
    size_t count = 0;
    for (int i = 0; i < 100; i++) {
        fake_hgcm.lies = (struct fake_hgcm_lies){ .too_large = i % 4 == 0, .retyped = i % 4 == 1, .noise = i % 4 == 2,
                                                  .twice = i % 4 == 3 };
        property_get("/Guestbook/Boot", &property);
        property_set("/Guestbook/Moon", "full", "");
        property_list("", keep_any, &count);
        order("a");
    }
    fake_hgcm.lies = (struct fake_hgcm_lies){ 0 };
    EXPECT(property_get("/Guestbook/Boot", &property), >=, 0);
    EXPECT(strncmp(property.value, "2 Notes", 7), ==, 0);
    machine_pass(20 * SERVICES_SECOND); /* until it is asked again, and waits */
    expect_whole();
}

static void lie_at_random(void)
{
    uint64_t coins = test_random();
    fake_hgcm.lies = (struct fake_hgcm_lies){
        .without_done = !(coins & 0x1f),
        .done_at_once = !(coins & 0x300),
        .twice = !(coins & 0xc00),
        .too_large = !(coins & 0x3000),
        .retyped = !(coins & 0xc000),
        .noise = !(coins & 0x30000),
        .deaf = !(coins & 0xf00000),
    };
    fake_properties.unterminated = !(coins & 0x7000000);
    fake_properties.claimed = coins & 0x38000000 ? 0 : (uint32_t)test_random();
    fake_properties.refused = coins >> 32 & 7 ? 0 : -(int32_t)(test_random() % 3000);
    host.lies.noise = !(coins >> 40 & 0x3f);
    host.lies.refused = coins >> 48 & 0x1f ? 0 : 63;
    host.lies.status = (int32_t)test_random();
}

TEST(whatever_a_service_answers_is_survived)
{
    boot();
    struct property property;
    size_t count = 0;
    uint64_t changed = 0;
    for (int i = 0; i < 60; i++) {
        lie_at_random();
        property_get("/Guestbook/Boot", &property);
        property_set("/Guestbook/Moon", "full", "");
        property_list("", keep_any, &count);
        property_wait("/Moon/*", &changed, SERVICES_SECOND, NULL, &property);
        order("a");
        type(2, "list", "*");
    }
    fake_hgcm.lies = (struct fake_hgcm_lies){ 0 };
    host.lies = (struct fake_vmmdev_lies){ 0 };
    fake_properties.unterminated = false;
    fake_properties.claimed = 0;
    fake_properties.refused = 0;
    EXPECT(property_set("/Guestbook/Moon", "new", ""), ==, 0);
    EXPECT(property_get("/Guestbook/Moon", &property), >=, 0);
    EXPECT_TEXT(property.value, "new");
    EXPECT(hgcm_counts.waiting, <=, 1);
}

/* The page of the call is lost, and the memory lent with it: nobody else may have it. */
TEST(a_list_that_is_lost_takes_its_memory_along)
{
    boot();
    fake_properties.waits_for_ever = fake_hgcm.lies.deaf = true;
    size_t count = 0;
    EXPECT(property_list("", keep_any, &count), ==, HGCM_TIME_OUT);
    EXPECT(pages_allocated(), ==, pages_before + 1 + 16);
}

/* The command. */

TEST(a_person_reads_and_writes)
{
    boot();
    EXPECT(type(3, "set", "/Moon/Phase", "full"), ==, 0);
    EXPECT_TEXT(said, "");
    EXPECT(fake_properties_flags("/Moon/Phase"), ==, FAKE_TRANSIENT | FAKE_TRANSRESET);
    EXPECT(type(2, "get", "/Moon/Phase"), ==, 0);
    EXPECT_TEXT(said, "full\n");
    EXPECT(type(4, "set", "/Moon/Name", "Luna\x1b[2J", ""), ==, 0);
    EXPECT(type(2, "list", "/Moon/*"), ==, 0);
    EXPECT_TEXT(said, "/Moon/Phase = full  [TRANSIENT, TRANSRESET]\n/Moon/Name = Luna?[2J\n");
    EXPECT(type(2, "delete", "/Moon/Phase"), ==, 0);
    EXPECT(type(2, "get", "/Moon/Phase"), ==, COMMAND_FAILED);
    EXPECT_TEXT(said, "prop: /Moon/Phase: there is none (status -78)\n");
    EXPECT(type(3, "set", "/VirtualBox/HostInfo/A", "b"), ==, COMMAND_FAILED);
    EXPECT_TEXT(said, "prop: /VirtualBox/HostInfo/A: not ours to change (status -10)\n");
    expect_whole();
}

TEST(what_makes_no_sense_is_explained)
{
    boot();
    EXPECT(type(1, "get"), ==, COMMAND_MISUSED);
    EXPECT(type(1, "fly"), ==, COMMAND_MISUSED);
    EXPECT(type(2, "set", "/a"), ==, COMMAND_MISUSED);
    EXPECT(type(4, "get", "/a", "/b", "/c"), ==, COMMAND_MISUSED);
    EXPECT_TEXT(said, "prop: get NAME, set NAME VALUE [FLAGS], delete NAME, list [PATTERNS] or wait [PATTERNS "
                      "[SECONDS]]\n");
}

static int wait_ended;

static void wait_at_the_desk(void *seconds)
{
    wait_ended = type(seconds ? 3 : 2, "wait", "/Moon/*", seconds);
    strcat(said, "!");
}

TEST(a_person_waits)
{
    boot();
    services_task(wait_at_the_desk, NULL);
    machine_settle();
    fake_properties_set(&host, "/Moon/Phase", "new", FAKE_TRANSIENT);
    machine_settle();
    EXPECT_TEXT(said, "/Moon/Phase = new  [TRANSIENT]\n!");
    EXPECT(wait_ended, ==, 0);
}

TEST(a_person_waits_so_long_and_no_longer)
{
    boot();
    services_task(wait_at_the_desk, "2");
    machine_pass(SERVICES_SECOND);
    EXPECT_TEXT(said, "");
    machine_pass(2 * SERVICES_SECOND);
    EXPECT_TEXT(said, "prop: /Moon/*: nothing came (status -40)\n!");
}

TEST(control_c_ends_a_wait)
{
    boot();
    services_task(wait_at_the_desk, NULL);
    machine_settle();
    cancelled = true;
    machine_settle();
    EXPECT(wait_ended, ==, COMMAND_CANCELLED);
    EXPECT_TEXT(said, "!");
    EXPECT(fake_hgcm.pending, ==, 1); /* the one for orders */
}
