/* VMMDev's requests in which a guest says who it is, what it can do, and how it is, and is told who the host is. */
#include "tests/host/fake/vmmdev_part.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static int32_t answer_version(struct fake_vmmdev *device, uint8_t *request)
{
    fake_put(request, FAKE_BODY, device->major | (uint32_t)device->minor << 16);
    fake_put(request, FAKE_BODY + 4, device->build);
    fake_put(request, FAKE_BODY + 8, device->revision);
    fake_put(request, FAKE_BODY + 12, device->features);
    return 0;
}

static int32_t answer_info(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t version = fake_get(request, FAKE_BODY);
    device->guest_known = version >> 16 == 1 && (version & 0xffff) <= 4;
    if (!device->guest_known)
        return FAKE_ERROR_VERSION;
    if (version < 0x10004)
        fake_vmmdev_complain(device, "interface 0x%x loses events\n", version);
    device->interface_version = version;
    device->operating_system = fake_get(request, FAKE_BODY + 4);
    fake_vmmdev_lower(device);
    return 0;
}

static bool is_publisher(const char *text)
{
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("()[]{}+-.,", *at))
            return false;
    return *text;
}

static bool is_tag(const char *text, size_t length)
{
    static const char *const tags[] = { "RC", "BETA", "ALPHA" };
    for (size_t i = 0; i < 3; i++) {
        size_t known = strlen(tags[i]), digits = known;
        if (length < known || strncmp(text, tags[i], known) != 0)
            continue;
        while (digits < length && isdigit((unsigned char)text[digits]))
            digits++;
        return digits == length && digits - known <= 3 && atoi(text + known) <= 255;
    }
    return false;
}

/* major.minor.build[_TAG][_PUBLISHER] */
static bool is_guest_name(const char *name, uint32_t major, uint32_t minor, uint32_t build)
{
    char start[48];
    snprintf(start, sizeof start, "%u.%u.%u", major, minor, build);
    if (strncmp(name, start, strlen(start)) != 0)
        return false;
    const char *rest = name + strlen(start);
    if (!*rest)
        return true;
    if (*rest++ != '_')
        return false;
    const char *second = strchr(rest, '_');
    return second ? is_tag(rest, (size_t)(second - rest)) && is_publisher(second + 1) : is_publisher(rest);
}

static int32_t answer_info2(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t major = fake_get16(request, FAKE_BODY), minor = fake_get16(request, FAKE_BODY + 2);
    uint32_t build = fake_get(request, FAKE_BODY + 4);
    const char *name = (const char *)request + 40;
    if (!memchr(name, 0, 128) || major < 3 || major > 255 || minor > 255)
        return FAKE_ERROR_PARAMETER;
    if (build > 0xffff)
        return FAKE_ERROR_RANGE;
    if (!is_guest_name(name, major, minor, build))
        return FAKE_ERROR_PARAMETER;
    memcpy(device->guest_name, name, 128);
    device->fills_requestor = fake_get(request, FAKE_BODY + 12) & 1;
    fake_vmmdev_lower(device);
    return 0;
}

static int32_t answer_capabilities(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t set = fake_get(request, FAKE_BODY);
    if (set & ~7u)
        fake_vmmdev_complain(device, "request 56 claims unknown capabilities 0x%x\n", set);
    device->capabilities = (device->capabilities | set) & ~fake_get(request, FAKE_BODY + 4);
    return 0;
}

static int32_t answer_status(struct fake_vmmdev *device, uint8_t *request)
{
    uint32_t facility = fake_get(request, FAKE_BODY), status = fake_get(request, FAKE_BODY + 4);
    if (status > 0xffff)
        return FAKE_ERROR_RANGE;
    if (facility == 0 || facility > 0x7ffffffe)
        return FAKE_ERROR_PARAMETER;
    size_t i = 0;
    while (i < device->facility_count && device->facilities[i].facility != facility)
        i++;
    if (i == FAKE_VMMDEV_FACILITIES)
        return FAKE_ERROR_FULL;
    device->facilities[i].facility = facility;
    device->facilities[i].status = status;
    if (i == device->facility_count)
        device->facility_count++;
    return 0;
}

static int32_t refuse_core_dump(struct fake_vmmdev *device, uint8_t *request)
{
    (void)device;
    (void)request;
    return FAKE_ERROR_DENIED;
}

static const struct fake_vmmdev_request requests[] = {
    { 4, 40, .for_strangers = true, .answer = answer_version },
    { 50, 32, .for_strangers = true, .answer = answer_info },
    { 56, 32, .answer = answer_capabilities },
    { 58, 168, .for_strangers = true, .answer = answer_info2 },
    { 59, 36, .answer = answer_status },
    { 218, 28, .for_strangers = true, .answer = refuse_core_dump },
    { 0 },
};

struct fake_vmmdev_part fake_vmmdev_introductions = { .requests = requests };
