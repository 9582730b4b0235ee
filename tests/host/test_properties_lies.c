/* Chapter 21: properties and notes of hosts that answer with anything. */
#include "tests/host/notes.h"

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
    property_wait("/Guestbook/*", &changed, SERVICES_SECOND, &property);
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
        property_wait("/Moon/*", &changed, SERVICES_SECOND, &property);
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
