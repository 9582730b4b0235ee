/* Guest properties as VirtualBox keeps them. */
#include "tests/host/fake/hgcm_properties.h"
#include "lib/utf8.h"
#include "tests/host/fake/fake.h"
#include "tests/host/fake/machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { GET = 1, SET = 2, SET_VALUE = 3, DELETE = 4, LIST = 5, WAIT = 6 };
enum { NAME_MOST = 64, VALUE_MOST = 1024, PATTERNS_MOST = 1024, FLAGS_MOST = 64 };
enum {
    PERMISSION_DENIED = -10,
    INTERRUPTED = -39,
    OVERFLOW = -41,
    TOO_MUCH_DATA = -42,
    NOT_FOUND = -78,
    MISSED = 78,
};

struct fake_properties fake_properties;
static struct fake_call *waiting[16];

/* Texts. */

/* As the host's library has it, which knows neither U+FFFE nor U+FFFF. */
static bool is_utf8(const char *text)
{
    return utf8_is_valid(text) && !strstr(text, "\xef\xbf\xbe") && !strstr(text, "\xef\xbf\xbf");
}

/* A parameter that is text; NULL: it is not. */
static const char *text_of(const struct fake_call *call, uint32_t index)
{
    const struct fake_parameter *parameter = &call->parameters[index];
    if (parameter->kind != FAKE_BYTES || !parameter->size || parameter->data[parameter->size - 1])
        return NULL;
    return is_utf8((const char *)parameter->data) ? (const char *)parameter->data : NULL;
}

static bool is_name(const struct fake_call *call)
{
    const char *name = text_of(call, 0);
    uint32_t size = call->parameters[0].size;
    return name && size >= 2 && size <= NAME_MOST && strlen(name) + 1 == size && !strpbrk(name, "*?|");
}

/* Of one alternative, up to | or the end. */
static bool matches_one(const char *pattern, const char *end, const char *name)
{
    if (pattern == end)
        return !*name;
    if (*pattern == '*')
        return matches_one(pattern + 1, end, name) || (*name && matches_one(pattern, end, name + 1));
    return *name && (*pattern == '?' || *pattern == *name) && matches_one(pattern + 1, end, name + 1);
}

static bool matches(const char *patterns, const char *name)
{
    if (!*patterns)
        return true;
    for (const char *at = patterns;; at++) {
        const char *end = strchr(at, '|');
        end = end ? end : at + strlen(at);
        if (matches_one(at, end, name))
            return true;
        if (!*end)
            return false;
        at = end;
    }
}

static const struct {
    const char *word;
    uint32_t bits;
} words[] = { { "TRANSIENT", FAKE_TRANSIENT },
              { "RDONLYGUEST", FAKE_NOT_FOR_GUEST },
              { "RDONLYHOST", FAKE_NOT_FOR_HOST },
              { "READONLY", FAKE_NOT_FOR_GUEST | FAKE_NOT_FOR_HOST },
              { "TRANSRESET", FAKE_TRANSRESET } };

static bool read_flags(const char *text, uint32_t *flags)
{
    for (*flags = 0; *text;) {
        size_t length = strcspn(text, ", "), i = 0;
        while (i < 5 && (strlen(words[i].word) != length || strncasecmp(words[i].word, text, length) != 0))
            i++;
        if (i == 5)
            return false;
        *flags |= words[i].bits;
        text += length;
        text += strspn(text, ", ");
    }
    return true;
}

static const char *write_flags(char *text, uint32_t flags)
{
    text[0] = 0;
    for (size_t i = 0; i < 5; i++)
        if ((words[i].bits == 12 || (flags & 12) != 12 || !(words[i].bits & 12)) &&
            (flags & words[i].bits) == words[i].bits)
            sprintf(text + strlen(text), "%s%s", *text ? ", " : "", words[i].word);
    return text;
}

static bool is_hosts_own(const char *name)
{
    static const char *const starts[] = { "/VirtualBox/GuestAdd/VBoxService/", "/VirtualBox/GuestAdd/PAM/",
                                          "/VirtualBox/GuestAdd/Greeter/", "/VirtualBox/GuestAdd/SharedFolders/",
                                          "/VirtualBox/HostInfo/", "/VirtualBox/VMInfo/" };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (strncmp(name, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

/* The list. */

static struct fake_property *find(const char *name)
{
    for (size_t i = 0; i < fake_properties.count; i++)
        if (strcmp(fake_properties.all[i].name, name) == 0)
            return &fake_properties.all[i];
    return NULL;
}

/* Texts for an answer; too large: its size, and nothing else. */
static int32_t put_answer(struct fake_call *call, uint32_t buffer, uint32_t size, const uint8_t *bytes, size_t length)
{
    call->parameters[size].number = length;
    if (length > call->parameters[buffer].size)
        return OVERFLOW;
    memcpy(call->parameters[buffer].data, bytes, length);
    if (fake_properties.unterminated)
        memset(call->parameters[buffer].data, 'x', length = call->parameters[buffer].size);
    call->parameters[buffer].size = (uint32_t)length;
    return 0;
}

static size_t add_text(uint8_t *to, size_t at, const char *text)
{
    memcpy(to + at, text, strlen(text) + 1);
    return at + strlen(text) + 1;
}

static int32_t tell_change(struct fake_call *call, const struct fake_property *change)
{
    uint8_t bytes[2048];
    char flags[FLAGS_MOST];
    size_t length = add_text(bytes, 0, change->name);
    length = add_text(bytes, length, change->value);
    length = add_text(bytes, length, write_flags(flags, change->flags));
    if (host_profile->release->tells_deleted) /* now, however old the change is */
        length = add_text(bytes, length, find(change->name) ? "0" : "1");
    call->parameters[1].number = change->changed;
    return put_answer(call, 2, 3, bytes, length);
}

static void remember(const struct fake_property *change)
{
    if (fake_properties.change_count == FAKE_CHANGES) {
        memmove(fake_properties.changes, fake_properties.changes + 1, sizeof *change * (FAKE_CHANGES - 1));
        fake_properties.change_count--;
    }
    fake_properties.changes[fake_properties.change_count++] = *change;
    for (size_t i = 0; i < 16; i++) {
        struct fake_call *call = waiting[i];
        if (!call || !matches(text_of(call, 0), change->name))
            continue;
        waiting[i] = NULL;
        fake_hgcm_complete(&host, call, tell_change(call, change));
    }
}

static void change(const char *name, const char *value, uint32_t flags)
{
    struct fake_property *property = find(name);
    if (!property)
        property = &fake_properties.all[fake_properties.count++];
    snprintf(property->name, sizeof property->name, "%s", name);
    snprintf(property->value, sizeof property->value, "%s", value);
    property->flags = flags;
    property->changed = ++fake_properties.now;
    struct fake_property copy = *property;
    remember(&copy);
}

static void delete(const char *name)
{
    struct fake_property *property = find(name);
    if (!property)
        return;
    struct fake_property copy = *property;
    *property = fake_properties.all[--fake_properties.count];
    copy.value[0] = 0;
    copy.changed = ++fake_properties.now;
    remember(&copy);
}

/* Functions. */

static int32_t get(struct fake_call *call)
{
    if (!fake_parameters_are(call, "pp84") || !is_name(call))
        return FAKE_ERROR_PARAMETER;
    const struct fake_property *property = find(text_of(call, 0));
    if (!property)
        return NOT_FOUND;
    uint8_t bytes[2048];
    char flags[FLAGS_MOST];
    size_t length = add_text(bytes, 0, property->value);
    length = add_text(bytes, length, write_flags(flags, property->flags));
    call->parameters[2].number = property->changed;
    return put_answer(call, 1, 3, bytes, length);
}

static int32_t set(struct fake_call *call)
{
    uint32_t flags = 0;
    if (!(fake_parameters_are(call, "ppp") || fake_parameters_are(call, "pp")) || !is_name(call) || !text_of(call, 1))
        return FAKE_ERROR_PARAMETER;
    if (call->parameters[1].size > VALUE_MOST)
        return TOO_MUCH_DATA;
    if (call->count == 3 && (!text_of(call, 2) || !read_flags(text_of(call, 2), &flags)))
        return FAKE_ERROR_PARAMETER;
    const struct fake_property *property = find(text_of(call, 0));
    if (is_hosts_own(text_of(call, 0)) || (property && property->flags & FAKE_NOT_FOR_GUEST))
        return PERMISSION_DENIED;
    if (!property && fake_properties.count == FAKE_PROPERTIES)
        return TOO_MUCH_DATA;
    change(text_of(call, 0), text_of(call, 1), flags);
    return 0;
}

static int32_t remove_one(struct fake_call *call)
{
    if (!fake_parameters_are(call, "p") || !is_name(call))
        return FAKE_ERROR_PARAMETER;
    const struct fake_property *property = find(text_of(call, 0));
    if (is_hosts_own(text_of(call, 0)) || (property && property->flags & FAKE_NOT_FOR_GUEST))
        return PERMISSION_DENIED;
    delete(text_of(call, 0));
    return 0;
}

static int32_t list(struct fake_call *call)
{
    if (!fake_parameters_are(call, "pp4") || !text_of(call, 0) || call->parameters[0].size > PATTERNS_MOST)
        return FAKE_ERROR_PARAMETER;
    uint8_t *bytes = malloc(FAKE_PROPERTIES * 1200 + 4);
    size_t length = 0;
    for (size_t i = 0; i < fake_properties.count; i++) {
        const struct fake_property *property = &fake_properties.all[i];
        char number[24], flags[FLAGS_MOST];
        if (!matches(text_of(call, 0), property->name))
            continue;
        sprintf(number, "%lu", property->changed);
        length = add_text(bytes, length, property->name);
        length = add_text(bytes, length, property->value);
        length = add_text(bytes, length, number);
        length = add_text(bytes, length, write_flags(flags, property->flags));
    }
    memset(bytes + length, 0, 4);
    int32_t status = put_answer(call, 1, 2, bytes, length + 4);
    free(bytes);
    if (fake_properties.claimed) {
        call->parameters[2].number = fake_properties.claimed;
        status = fake_properties.claimed > call->parameters[1].size && !fake_properties.unterminated ? OVERFLOW : 0;
    }
    return status;
}

/* The first change behind the one at `after` that matches; NULL: there is none yet. */
static const struct fake_property *find_change(const char *patterns, uint64_t after, bool *is_known)
{
    size_t at = fake_properties.change_count;
    while (at && fake_properties.changes[at - 1].changed != after)
        at--;
    *is_known = at;
    for (; at < fake_properties.change_count; at++)
        if (matches(patterns, fake_properties.changes[at].name))
            return &fake_properties.changes[at];
    return NULL;
}

static int32_t wait(struct fake_call *call)
{
    if (!fake_parameters_are(call, "p8p4") || !text_of(call, 0) || call->parameters[0].size > PATTERNS_MOST)
        return FAKE_ERROR_PARAMETER;
    fake_properties.waits++;
    uint64_t after = call->parameters[1].number;
    bool is_known = false;
    const struct fake_property *older = after ? find_change(text_of(call, 0), after, &is_known) : NULL;
    if (older) {
        int32_t status = tell_change(call, older);
        return status < 0 ? status : is_known ? 0 : MISSED;
    }
    size_t place = 16;
    for (size_t i = 0; i < 16; i++) {
        if (waiting[i] && waiting[i]->client == call->client && !strcmp(text_of(waiting[i], 0), text_of(call, 0))) {
            struct fake_call *first = waiting[i];
            waiting[i] = NULL;
            fake_hgcm_complete(&host, first, INTERRUPTED);
        }
        place = waiting[i] ? place : i;
    }
    waiting[place] = call;
    return FAKE_LATER;
}

/* What was taken back meanwhile waits no more. */
static void clean(void)
{
    for (size_t i = 0; i < 16; i++) {
        const struct fake_call *call = fake_hgcm.calls;
        while (call && call != waiting[i])
            call = call->next;
        if (!call)
            waiting[i] = NULL;
    }
}

static int32_t answer(struct fake_call *call)
{
    static int32_t (*const functions[])(struct fake_call *) = { NULL, get, set, set, remove_one, list, wait };
    clean();
    if (fake_properties.refused)
        return fake_properties.refused;
    if (fake_properties.waits_for_ever)
        return FAKE_LATER;
    return call->function >= 1 && call->function <= WAIT ? functions[call->function](call) : -12;
}

static void disconnect(uint32_t client)
{
    clean();
    for (size_t i = 0; i < 16; i++)
        if (waiting[i] && waiting[i]->client == client) {
            struct fake_call *call = waiting[i];
            waiting[i] = NULL;
            fake_hgcm_complete(&host, call, INTERRUPTED);
        }
}

static void forget_waits(void) { memset(waiting, 0, sizeof waiting); }

/* The host's side. */

void fake_properties_set(struct fake_vmmdev *device, const char *name, const char *value, uint32_t flags)
{
    (void)device;
    clean();
    change(name, value, flags);
}

void fake_properties_delete(struct fake_vmmdev *device, const char *name)
{
    (void)device;
    clean();
    delete(name);
}

const char *fake_properties_get(const char *name) { return find(name) ? find(name)->value : ""; }
uint32_t fake_properties_flags(const char *name) { return find(name) ? find(name)->flags : 0; }

void fake_properties_restore(struct fake_vmmdev *device)
{
    fake_properties.change_count = 0;
    fake_hgcm_restore(device);
}

void fake_properties_start(void)
{
    static struct fake_service service = {
        .name = "VBoxGuestPropSvc",
        .most_calls = 16,
        .disconnect = disconnect,
        .call = answer,
        .restore = forget_waits,
    };
    fake_properties.now = 1795381445000000000;
    fake_hgcm_offer(&service);
}
