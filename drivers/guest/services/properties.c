/* Chapter 21: how do guest and host leave notes for each other?
 *
 * In the host's list of properties, by a service with five functions. What comes back is
 * text after text, each ending in 0, in a buffer whose last text may be missing. */
#include "drivers/guest/services/properties.h"
#include "drivers/guest/services/hgcm.h"
#include "kernel/memory/pages.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/string.h"

enum {
    ANSWER_TIME = 10 * 1000 * 1000, /* microseconds, for all but waits: the host has only to look */
    ANSWER_BYTES = PROPERTY_NAME_BYTES + PROPERTY_VALUE_BYTES + PROPERTY_FLAGS_BYTES + 64,
    LIST_PAGES = 16, /* at first; a list that is larger says how large */
    LIST_PAGES_MOST = 128,
    LIST_TRIES = 4, /* it may grow meanwhile */
};

uint64_t properties_published, properties_heard;
static struct hgcm_client client = { "VBoxGuestPropSvc", 0, NULL };

int32_t properties_connect(void) { return hgcm_connect(&client); }

/* With the 0 at its end: the service insists. */
static void give_text(struct hgcm_call *call, const char *text)
{
    hgcm_give_data(call, text, string_length(text) + 1);
}

/* Texts within an answer, one after the other. */
struct texts {
    const char *at;
    size_t left;
};

/* Copies the next text, cut off where the room ends; "" when there is none. Returns the bytes that it took of them. */
static size_t next_text(struct texts *texts, char *to, size_t size)
{
    const char *end = texts->at + texts->left, *at = texts->at;
    while (at < end && *at)
        at++;
    size_t length = (size_t)(at - texts->at);
    size_t kept = minimum(length, size - 1), skipped = minimum(length + 1, texts->left);
    memcpy(to, texts->at, kept);
    to[kept] = 0;
    texts->at += skipped;
    texts->left -= skipped;
    return skipped;
}

static struct texts texts_of(const struct hgcm_call *call, size_t index)
{
    struct texts texts;
    texts.at = hgcm_data(call, index, &texts.left);
    return texts;
}

static int32_t finish(struct hgcm_call *call)
{
    int32_t status = hgcm_finish(call, ANSWER_TIME);
    hgcm_end(call);
    return status;
}

int32_t property_get(const char *name, struct property *property)
{
    struct hgcm_call *call = hgcm_begin(&client, PROPERTIES_GET);
    give_text(call, name);
    hgcm_give_buffer(call, ANSWER_BYTES, HGCM_FROM_HOST);
    hgcm_give_64(call, 0);
    hgcm_give_32(call, 0);
    int32_t status = hgcm_finish(call, ANSWER_TIME);
    struct texts texts = texts_of(call, 1);
    *property = (struct property){ .changed = hgcm_number_64(call, 2) };
    memcpy(property->name, name, minimum(string_length(name), sizeof property->name - 1));
    next_text(&texts, property->value, sizeof property->value);
    next_text(&texts, property->flags, sizeof property->flags);
    hgcm_end(call);
    return status;
}

int32_t property_set(const char *name, const char *value, const char *flags)
{
    struct hgcm_call *call = hgcm_begin(&client, PROPERTIES_SET);
    give_text(call, name);
    give_text(call, value);
    give_text(call, flags);
    int32_t status = finish(call);
    properties_published += status >= 0;
    return status;
}

int32_t property_delete(const char *name)
{
    struct hgcm_call *call = hgcm_begin(&client, PROPERTIES_DELETE);
    give_text(call, name);
    return finish(call);
}

/* LIST into so many pages. *bytes: what it takes, or took. */
static int32_t list_into(const char *patterns, char *buffer, size_t pages, size_t *bytes)
{
    struct hgcm_call *call = hgcm_begin(&client, PROPERTIES_LIST);
    give_text(call, patterns);
    hgcm_lend(call, buffer, pages * PAGE_BYTES, HGCM_FROM_HOST);
    hgcm_give_32(call, 0);
    int32_t status = hgcm_finish(call, ANSWER_TIME);
    *bytes = hgcm_number_32(call, 2);
    hgcm_end(call);
    return status;
}

static uint64_t number_of(const char *text)
{
    uint64_t number = 0;
    while (*text >= '0' && *text <= '9')
        number = number * 10 + (uint64_t)(*text++ - '0');
    return number;
}

/* An empty name ends the list. */
static void walk(struct texts texts, property_entry *entry, void *argument)
{
    struct property property;
    char changed[32];
    while (next_text(&texts, property.name, sizeof property.name) > 1) {
        next_text(&texts, property.value, sizeof property.value);
        next_text(&texts, changed, sizeof changed);
        next_text(&texts, property.flags, sizeof property.flags);
        property.changed = number_of(changed);
        property.is_deleted = false;
        if (!entry(argument, &property))
            return;
    }
}

int32_t property_list(const char *patterns, property_entry *entry, void *argument)
{
    int32_t status = PROPERTIES_OVERFLOW;
    size_t pages = LIST_PAGES;
    for (int tries = 0; status == PROPERTIES_OVERFLOW && tries < LIST_TRIES; tries++) {
        size_t bytes = 0;
        char *buffer = pages_allocate_zeroed(pages, ZONE_ANY);
        if (!buffer)
            return HGCM_NO_MEMORY;
        status = list_into(patterns, buffer, pages, &bytes);
        if (status >= 0)
            walk((struct texts){ buffer, minimum(bytes, pages * PAGE_BYTES) }, entry, argument);
        hgcm_free(buffer, pages);
        pages = clamp(pages_for(bytes), LIST_PAGES, LIST_PAGES_MOST);
    }
    return status;
}

int32_t property_wait(const char *patterns, uint64_t *changed, uint64_t microseconds, struct property *property)
{
    struct hgcm_call *call = hgcm_begin(&client, PROPERTIES_WAIT);
    give_text(call, patterns);
    hgcm_give_64(call, *changed);
    hgcm_give_buffer(call, ANSWER_BYTES, HGCM_FROM_HOST);
    hgcm_give_32(call, 0);
    int32_t status = hgcm_finish(call, microseconds);
    if (status >= 0) {
        char deleted[2];
        struct texts texts = texts_of(call, 2);
        *changed = hgcm_number_64(call, 1);
        *property = (struct property){ .changed = *changed };
        next_text(&texts, property->name, sizeof property->name);
        next_text(&texts, property->value, sizeof property->value);
        next_text(&texts, property->flags, sizeof property->flags);
        next_text(&texts, deleted, sizeof deleted);
        property->is_deleted = deleted[0] == '1' && !property->value[0]; /* the host tells whether it is there now */
        properties_heard++;
    }
    hgcm_end(call);
    return status;
}
