/* Chapter 21: what does the host know of us, and how does a script on it give orders?
 *
 * It reads what we have published, and writes a line for the shell into one property; the
 * answer is in another, and in a third how far we are. No network is needed. */
#include "drivers/guest/services/notes.h"
#include "drivers/guest/health/session.h"
#include "drivers/guest/services/hgcm.h"
#include "drivers/guest/services/properties.h"
#include "drivers/guest/services/property_commands.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/main.h"
#include "kernel/core/print.h"
#include "kernel/desktop/board.h"
#include "kernel/shell/shell.h"
#include "kernel/time/clock.h"
#include "kernel/time/task.h"
#include "lib/format.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/utf8.h"

#define ORDER "/Guestbook/Command"
#define ANSWER "/Guestbook/Answer"
#define STATUS "/Guestbook/Status" /* "0 ready", "1 running", "1 ended 0", "2 running" ... */
#define CUT_MARK " [cut]"

enum { /* microseconds */
       MILLISECOND = 1000,
       PAUSE_TIME = 100 * MILLISECOND, /* after an answer that is no order: a host may have many of those */
       RETRY_TIME = 10 * 1000 * MILLISECOND,
       WATCH_AFTER = 2000 * MILLISECOND, /* most orders have ended by then */
};

static int32_t publish(const char *name, const char *value) { return property_set(name, value, PROPERTY_OF_THIS_RUN); }

/* Publishing. */

/* What the host's tools look for, as the guest additions of other systems have it. There is
 * one person, whoever sits at the desk, and nobody has to log in. Returns a status. */
static int32_t publish_all(void)
{
    char version[32], full[48], revision[16], chapters[24], boot[96];
    format(version, sizeof version, "%u.%u.%u", vmmdev.host_major, vmmdev.host_minor, vmmdev.host_build);
    format(full, sizeof full, "%s_Guestbook", version);
    format(revision, sizeof revision, "%u", vmmdev.host_revision);
    format(chapters, sizeof chapters, "%u chapters", chapter_count);
    format(boot, sizeof boot, "%u %s, %lu ms", chapter_now, contents[chapter_now - 1].title, clock_now() / MILLISECOND);
    const struct {
        const char *name, *value;
    } notes[] = {
        { "/VirtualBox/GuestAdd/Version", version },
        { "/VirtualBox/GuestAdd/VersionExt", full },
        { "/VirtualBox/GuestAdd/Revision", revision },
        { "/VirtualBox/GuestInfo/OS/Product", "Guestbook" },
        { "/VirtualBox/GuestInfo/OS/Release", chapters },
        { "/VirtualBox/GuestInfo/OS/Version", "x86_64" },
        { "/VirtualBox/GuestInfo/OS/LoggedInUsers", "1" },
        { "/VirtualBox/GuestInfo/OS/NoLoggedInUsers", "false" },
        { "/Guestbook/Boot", boot },
    };
    int32_t status = 0;
    for (size_t i = 0; status >= 0 && i < sizeof notes / sizeof notes[0]; i++)
        status = publish(notes[i].name, notes[i].value);
    return status;
}

static uint64_t restores_told;

static bool has_news(void *unused)
{
    (void)unused;
    return session.restores != restores_told;
}

static bool is_booted(void *unused)
{
    (void)unused;
    return boot_is_over;
}

/* Once more when all chapters have been started; and after a restore, which may be on
 * another host. */
static void keep_published(void *unused)
{
    (void)unused;
    wait_until(is_booted, NULL, WAIT_FOREVER);
    for (;;) {
        publish_all();
        wait_until(has_news, NULL, WAIT_FOREVER);
        restores_told = session.restores;
    }
}

/* Orders. */

static unsigned int orders;
static uint64_t last_ordered; /* the time of the order that runs, or ran last */
static volatile bool is_at_rest = true, is_taken_back;

static struct {
    struct stream stream;
    char bytes[PROPERTY_VALUE_BYTES + 1]; /* two more than a property holds, for a line's end: full, it was too much */
    size_t length;
} answer;

static void write_answer(struct stream *stream, const char *text, size_t length)
{
    (void)stream;
    size_t kept = minimum(length, sizeof answer.bytes - answer.length);
    memcpy(answer.bytes + answer.length, text, kept);
    answer.length += kept;
}

/* What comes next in the answer, as a property can hold it: a character, or the number of a byte that is none.
 * Returns the bytes that it took. */
static size_t show_next(char *shown, size_t size, const char *bytes, size_t left)
{
    uint32_t character;
    size_t taken = utf8_read(bytes, left, &character);
    if (!taken || !character || character >= UTF8_MISTAKE || character == 0xfffe || character == 0xffff) {
        format(shown, size, "\\x%02x", (uint8_t)bytes[0]); /* the host refuses U+FFFE and U+FFFF as well */
        return 1;
    }
    memcpy(shown, bytes, taken);
    shown[taken] = 0;
    return taken;
}

/* Without a line's end at the end; or, if it has no room, with a mark behind what has. */
static void read_answer(char *text, size_t size)
{
    char shown[8];
    size_t used = 0, fits = 0, taken = 0;
    while (answer.length && answer.length < sizeof answer.bytes && answer.bytes[answer.length - 1] == '\n')
        answer.length--;
    for (size_t at = 0; at < answer.length && used < size; at += taken) {
        taken = show_next(shown, sizeof shown, answer.bytes + at, answer.length - at);
        fits = used + sizeof CUT_MARK <= size ? used : fits;
        for (const char *from = shown; *from; from++, used++)
            if (used < size)
                text[used] = *from;
    }
    text[used < size ? used : fits] = 0;
    if (used >= size)
        format_append(text, size, "%s", CUT_MARK);
}

static void carry_out(const char *line, uint64_t ordered)
{
    static char text[PROPERTY_VALUE_BYTES];
    char status[32];
    publish(STATUS, format(status, sizeof status, "%u running", ++orders));
    answer.stream.write = write_answer;
    answer.length = 0;
    last_ordered = ordered;
    is_taken_back = is_at_rest = false;
    int ended = shell_run(line, &answer.stream, &is_taken_back);
    is_at_rest = true;
    read_answer(text, sizeof text);
    if (publish(ANSWER, text) < 0)
        publish(ANSWER, "[no text]");
    publish(STATUS, format(status, sizeof status, "%u ended %d", orders, ended));
}

/* The time of a note of our own: what changes later than that was meant for us. */
static uint64_t say_ready(void)
{
    static struct property ready;
    publish(STATUS, "0 ready");
    return property_get(STATUS, &ready) >= 0 ? ready.changed : 0;
}

/* The next order, or what takes one back: a deletion, or no text. `changed` is told to the host with each wait, so that
 * none is missed in between. A host that does not know it (after a restore, or 256 changes) answers with its oldest
 * change, which may be one that we know. False: it was, or *status is a failure. */
static bool wait_for_order(uint64_t *changed, struct property *order, int32_t *status)
{
    uint64_t before = *changed;
    *status = property_wait(ORDER, changed, WAIT_FOREVER, order);
    return *status >= 0 && (*status != PROPERTIES_MISSED || *changed > before);
}

static bool takes_back(const struct property *order) { return !order->value[0]; }

static void take_orders(void *unused)
{
    (void)unused;
    static struct property order;
    bool failed = false;
    int32_t status;
    wait_until(is_booted, NULL, WAIT_FOREVER);
    for (uint64_t changed = say_ready();;) {
        bool is_new = wait_for_order(&changed, &order, &status);
        if (status < 0 && status != PROPERTIES_ENDED && !failed)
            print("    Notes: waiting for %s fails, status %d; tried again every %u s\n", ORDER, status,
                  RETRY_TIME / 1000 / MILLISECOND);
        failed = status < 0;
        if (is_new && !takes_back(&order))
            carry_out(order.value, changed);
        else
            wait_for(failed ? RETRY_TIME : PAUSE_TIME);
    }
}

static bool runs(void *unused)
{
    (void)unused;
    return !is_at_rest;
}

static bool rests(void *unused)
{
    (void)unused;
    return is_at_rest;
}

/* While an order runs nobody else waits for the next: here it is seen whether it is taken back. */
static void watch_order(void *unused)
{
    (void)unused;
    static struct property news;
    int32_t status;
    task_current()->cancelled = &is_at_rest;
    for (uint64_t changed = 0;;) {
        wait_until(runs, NULL, WAIT_FOREVER);
        changed = maximum(changed, last_ordered);
        wait_until(rests, NULL, WATCH_AFTER);
        while (!is_at_rest && !is_taken_back)
            if (wait_for_order(&changed, &news, &status))
                is_taken_back = takes_back(&news);
            else
                wait_until(rests, NULL, status < 0 ? RETRY_TIME : PAUSE_TIME);
        wait_until(rests, NULL, WAIT_FOREVER);
    }
}

static bool tell_notes(char *text, size_t size)
{
    format(text, size, "%lu left for the host, %lu came from it, %u of them orders", properties_published,
           properties_heard, orders);
    return properties_published;
}

const char *notes_start(void)
{
    static struct task publisher, taker, watcher;
    static struct board_row row = { "Notes", tell_notes, NULL };
    static char found[80];
    property_commands_add();
    board_add(&row);
    if (!vmmdev.present)
        return "no host, no notes";
    int32_t status = properties_connect();
    if (status < 0)
        return format(found, sizeof found, "the host keeps none (status %d)", status);
    status = publish_all();
    restores_told = session.restores;
    task_create(&publisher, "publisher", keep_published, NULL);
    task_create(&taker, "orders", take_orders, NULL);
    task_create(&watcher, "watch", watch_order, NULL);
    if (status < 0)
        return format(found, sizeof found, "the host does not take them (status %d)", status);
    return format(found, sizeof found, "%lu published, orders by %s", properties_published, ORDER);
}
