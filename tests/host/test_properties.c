/* Chapter 21: the five functions for properties, and the command `prop` that lets a person use them. */
#include "tests/host/notes.h"

/* The functions. */

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
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, &property), ==, HGCM_TIME_OUT);
    EXPECT(property_set("/Moon/Phase", "new", "TRANSIENT"), ==, 0);
    EXPECT(property_get("/Moon/Phase", &property), >=, 0);
    changed = property.changed; /* what is later than that has been kept for us */
    fake_properties_set(&host, "/Sun/Phase", "none", 0);
    fake_properties_set(&host, "/Moon/Phase", "full", 0);
    fake_properties_delete(&host, "/Moon/Phase");
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, &property), ==, 0);
    EXPECT_TEXT(property.value, "full");
    EXPECT(property.is_deleted, ==, false); /* it was not then, though it is by now */
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, &property), ==, 0);
    EXPECT_TEXT(property.value, "");
    EXPECT(property.is_deleted, ==, host_profile->release->tells_deleted);
    EXPECT(changed, ==, fake_properties.now);
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, &property), ==, HGCM_TIME_OUT);
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
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, &property), ==, PROPERTIES_MISSED);
    EXPECT_TEXT(property.value, "oldest");
    EXPECT(property_wait("/Moon/*", &changed, SERVICES_SECOND, &property), ==, 0);
    EXPECT_TEXT(property.value, "other");
    expect_whole();
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
    task_current()->cancelled = &cancelled; /* as the shell does it */
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

TEST(an_empty_word_is_no_number_of_seconds)
{
    boot();
    services_task(wait_at_the_desk, "");
    machine_pass(SERVICES_SECOND);
    EXPECT_TEXT(said, "");
    fake_properties_set(&host, "/Moon/Phase", "new", FAKE_TRANSIENT);
    machine_settle();
    EXPECT_TEXT(said, "/Moon/Phase = new  [TRANSIENT]\n!");
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
