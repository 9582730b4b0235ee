/* Chapter 21: notes for the host, and orders from it, while its service is there and when it is not. */
#include "tests/host/notes.h"

/* What is published. */

TEST(the_board_counts_notes_and_orders)
{
    char text[160];
    boot();
    order("a");
    EXPECT(board_row->tell(text, sizeof text), ==, true);
    EXPECT_TEXT(text, "22 left for the host, 1 came from it, 1 of them orders");
}

TEST(the_host_finds_what_its_tools_look_for)
{
    EXPECT_TEXT(boot(), "9 published, orders by /Guestbook/Command");
    const struct host_release *release = host_profile->release;
    char name[64], revision[16];
    snprintf(name, sizeof name, "%s_Guestbook", release->version);
    snprintf(revision, sizeof revision, "%u", release->revision);
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestAdd/Version"), release->version);
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestAdd/VersionExt"), name);
    EXPECT_TEXT(fake_properties_get("/VirtualBox/GuestAdd/Revision"), revision);
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

/* Taking an order back. */

static void delete_order(void) { fake_properties_delete(&host, "/Guestbook/Command"); }
static void empty_order(void) { fake_properties_set(&host, "/Guestbook/Command", "", 0); }

TEST(an_order_that_never_ends_is_taken_back)
{
    static void (*const ways[])(void) = { delete_order, empty_order };
    boot();
    for (int i = 0; i < 2; i++) {
        output = "so far";
        order("for ever");
        machine_pass(100 * SERVICES_SECOND);
        EXPECT_TEXT(status(), i ? "3 running" : "1 running");
        ways[i]();
        machine_pass(100000);
        EXPECT_TEXT(status(), i ? "3 ended 130" : "1 ended 130");
        EXPECT_TEXT(answer(), "so far");
        output = NULL;
        order("a");
        EXPECT_TEXT(status(), i ? "4 ended 0" : "2 ended 0");
    }
    EXPECT_TEXT(orders, "for ever;a;for ever;a;");
    EXPECT_TEXT(fake_log, "");
}

TEST(one_that_is_taken_back_at_once_ends_soon)
{
    boot();
    order("for ever");
    delete_order();
    machine_pass(3 * SERVICES_SECOND);
    EXPECT_TEXT(status(), "1 ended 130");
}

TEST(orders_behind_one_that_is_taken_back_are_carried_out)
{
    boot();
    order("for ever");
    order("for ever");
    order("b");
    delete_order();
    machine_pass(3 * SERVICES_SECOND);
    EXPECT_TEXT(status(), "2 running");
    machine_pass(10 * SERVICES_SECOND);
    EXPECT_TEXT(status(), "2 running");
    fake_properties_set(&host, "/Guestbook/Command", "c", 0);
    delete_order();
    machine_pass(3 * SERVICES_SECOND);
    EXPECT_TEXT(orders, "for ever;for ever;b;c;");
    EXPECT_TEXT(status(), "4 ended 0");
}

TEST(what_was_taken_back_before_it_began_is_no_business_of_the_next)
{
    boot();
    order("a");
    delete_order();
    order("for ever");
    machine_pass(10 * SERVICES_SECOND);
    EXPECT_TEXT(status(), "2 running");
}

TEST(an_order_that_lasts_over_a_restore_can_be_taken_back)
{
    boot();
    order("for ever");
    machine_pass(10 * SERVICES_SECOND);
    session.restores++;
    fake_properties_restore(&host);
    machine_pass(20 * SERVICES_SECOND);
    EXPECT_TEXT(status(), "1 running");
    delete_order();
    machine_pass(20 * SERVICES_SECOND);
    EXPECT_TEXT(status(), "1 ended 130");
    EXPECT_TEXT(orders, "for ever;");
}

TEST(a_quick_order_costs_no_second_wait)
{
    boot();
    order("a");
    uint64_t taken = fake_hgcm.taken;
    order("b");
    EXPECT(fake_hgcm.taken - taken, ==, 4); /* two words about it, its answer, and the wait for the next */
}

TEST(ready_is_said_when_all_chapters_have_started)
{
    services_machine();
    fake_properties_start();
    services_start();
    notes_start();
    machine_pass(10 * SERVICES_SECOND);
    EXPECT_TEXT(status(), "");
    order("too early");
    boot_is_over = true;
    machine_settle();
    EXPECT_TEXT(status(), "0 ready");
    order("a");
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
    memcpy(text + 1023, "\n", 2);
    order("the same, as a line");
    text[1023] = 0;
    EXPECT_TEXT(answer(), text);
    expect_whole();
}

/* The host takes no others; how the bytes come in pieces is of no account. */
TEST(bytes_that_are_no_characters_are_numbers_in_an_answer)
{
    static const struct {
        const char *said, *heard;
    } cases[] = {
        { "K\xf6ln\n", "K\\xf6ln" },
        { "K\xc3\xb6ln \xe6\xbc\xa2 \xf0\x9f\x98\x80", "K\xc3\xb6ln \xe6\xbc\xa2 \xf0\x9f\x98\x80" },
        { "half \xe6\xbc", "half \\xe6\\xbc" },
        { "\xff\xfe\x80", "\\xff\\xfe\\x80" },
        { "a slash \xc0\xaf, a surrogate \xed\xa0\x80", "a slash \\xc0\\xaf, a surrogate \\xed\\xa0\\x80" },
        { "\xef\xbf\xbd, \xef\xbf\xbe and \xef\xbf\xbf", "\xef\xbf\xbd, \\xef\\xbf\\xbe and \\xef\\xbf\\xbf" },
    };
    boot();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        output = cases[i].said;
        order("say it");
        EXPECT_TEXT(answer(), cases[i].heard);
    }
    expect_whole();
}

TEST(an_answer_that_is_too_long_as_numbers_is_cut_behind_a_whole_one)
{
    static char bytes[256], text[1024];
    boot();
    for (size_t length = 253; length < 256; length++) { /* 1023 bytes have room for 255 numbers, and three more */
        memset(bytes, 0xe4, length);
        output = bytes;
        order("say it");
        text[0] = 0;
        for (size_t i = 0; i < length; i++)
            strcat(text, "\\xe4");
        EXPECT_TEXT(answer(), text);
    }
    static char more[300];
    memset(more, 0xe4, 256);
    output = more;
    order("say more");
    EXPECT(strlen(answer()), ==, 1016 + 6);
    EXPECT_TEXT(answer() + 1012, "\\xe4 [cut]");
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
