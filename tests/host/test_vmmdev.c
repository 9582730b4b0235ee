/* Chapter 12: the guest introduces itself to a strict host, an absent one and bad ones. */
// sources: drivers/guest/vmmdev.c lib/format.c kernel/machine/interrupts.c kernel/time/task.c
// sources: kernel/time/task_switch.asm tests/host/fake/vmmdev.c tests/host/fake/machine.c
#include "drivers/guest/vmmdev.h"
#include "drivers/pci/pci.h"
#include "kernel/core/log.h"
#include "tests/host/fake/machine.h"
#include "tests/host/test.h"

static struct log_output *host_log;
void log_join(struct log_output *output) { host_log = output; }

static const char absent[] = "no VMMDev here (not VirtualBox?): no guest additions, PS/2 alone";
static const char mute[] = "VMMDev does not answer: no guest additions, PS/2 alone";
static const char refused[] = "the host refuses this guest: no guest additions, PS/2 alone";

/* What chapter 12 says of the host that it met. */
static const char *greeting(void)
{
    static char text[64];
    const struct host_release *release = host_profile->release;
    snprintf(text, sizeof text, "VirtualBox %s r%u", release->version, release->revision);
    return text;
}

TEST(the_handshake_is_these_accesses_and_no_others)
{
    machine_start();
    EXPECT_TEXT(vmmdev_start(), greeting());
    EXPECT_TEXT(fake_vmmdev_trace(&host, 0), "request 4, 40 bytes: 0\n"
                                             "request 58, 168 bytes: 0\n"
                                             "request 50, 32 bytes: 0\n"
                                             "fetch: 0x0\n"
                                             "request 56, 32 bytes: 0\n"
                                             "request 59, 36 bytes: 0\n");
    EXPECT_TEXT(host.complaints, "");
    EXPECT_TEXT(fake_log, "");
    EXPECT(vmmdev.present, ==, true);
    EXPECT(fake_access_count, ==, host.accesses); /* no port but VMMDev's is touched */
}

TEST(the_host_knows_who_we_are)
{
    char name[64];
    snprintf(name, sizeof name, "%s_Guestbook", host_profile->release->version);
    machine_start();
    vmmdev_start();
    EXPECT_TEXT(host.guest_name, name);
    EXPECT(host.interface_version, ==, 0x10004);
    EXPECT(host.operating_system, ==, 0x100); /* unknown, 64 bits */
    EXPECT(host.fills_requestor, ==, true);
    EXPECT(host.capabilities, ==, 0);
    EXPECT(host.facility_count, ==, 1);
    EXPECT(host.facilities[0].facility, ==, 20);
    EXPECT(host.facilities[0].status, ==, 50);
}

TEST(without_the_fast_port_an_old_host_is_acknowledged_by_request)
{
    machine_start();
    host.features = 0;
    vmmdev_start();
    EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_FETCH, 0), ==, 0);
    EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, 41), ==, 1);
}

TEST(a_fast_port_that_is_not_there_is_replaced_by_the_request)
{
    machine_start();
    host.lies.no_event_port = true;
    vmmdev_start();
    EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_FETCH, 0), ==, 1);
    EXPECT(fake_vmmdev_count(&host, FAKE_VMMDEV_REQUEST, 41), ==, 1);
}

TEST(what_an_earlier_kernel_left_is_forgotten)
{
    machine_start();
    vmmdev_start();
    host.mask = 0x204;
    host.capabilities = 4;
    fake_vmmdev_raise(&host, 0x204);
    vmmdev_start(); /* started again, without a reset of the machine */
    EXPECT(host.events & host.mask, ==, 0);
    EXPECT(host.capabilities, ==, 0);
    EXPECT(host.line, ==, false);
    EXPECT_TEXT(host.complaints, "");
}

TEST(a_machine_without_the_device_says_so_and_touches_nothing)
{
    machine.without_device = true;
    machine_start();
    EXPECT_TEXT(vmmdev_start(), absent);
    EXPECT(vmmdev.present, ==, false);
    EXPECT(fake_access_count, ==, 0);
}

TEST(a_device_without_ports_is_no_device)
{
    machine_start();
    pci_find(0x80ee, 0xcafe)->bars[0].kind = PCI_BAR_MEMORY;
    EXPECT_TEXT(vmmdev_start(), absent);
    EXPECT(fake_access_count, ==, 0);
}

TEST(ports_that_cannot_be_ports_are_not_used)
{
    machine_start();
    pci_find(0x80ee, 0xcafe)->bars[0].address = 0x1d020;
    EXPECT_TEXT(vmmdev_start(), absent);
    pci_find(0x80ee, 0xcafe)->bars[0].address = MACHINE_PORT;
    pci_find(0x80ee, 0xcafe)->bars[0].bytes = 8;
    EXPECT_TEXT(vmmdev_start(), absent);
    EXPECT(fake_access_count, ==, 0);
}

TEST(a_silent_host_is_asked_once)
{
    machine_start();
    host.lies.silent = true;
    EXPECT_TEXT(vmmdev_start(), mute);
    EXPECT(vmmdev.present, ==, false);
    EXPECT_TEXT(fake_vmmdev_trace(&host, 0), "request 4, 40 bytes: -225\n");
    EXPECT_TEXT(fake_log, "    VMMDev: request 4: no answer, status -225\n");
}

TEST(a_host_that_refuses_the_guest_is_left_alone)
{
    machine_start();
    host.lies.refused = 50;
    host.lies.status = -11;
    EXPECT_TEXT(vmmdev_start(), refused);
    EXPECT(vmmdev.present, ==, false);
    EXPECT(host.trace[host.accesses - 1].type, ==, 50);
    EXPECT_LOGGED("VMMDev: request 50: refused, status -11");
}

TEST(a_host_too_old_for_our_name_is_used_all_the_same)
{
    machine_start();
    host.lies.refused = 58;
    host.lies.status = -12;
    EXPECT_TEXT(vmmdev_start(), greeting());
    EXPECT(vmmdev.present, ==, true);
    EXPECT_LOGGED("VMMDev: request 58: refused, status -12");
}

TEST(a_positive_status_is_success)
{
    machine_start();
    host.lies.refused = 59;
    host.lies.status = 2903;
    vmmdev_start();
    EXPECT_TEXT(fake_log, "");
}

TEST(every_status_of_every_request_ends_the_handshake_in_order)
{
    static const int32_t statuses[] = { -1, -2, -11, -12, -37, -54, -225, INT32_MIN, 1, INT32_MAX };
    static const uint32_t types[] = { 4, 50, 56, 58, 59, ALL_REQUESTS };
    machine_start();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        for (size_t k = 0; k < sizeof statuses / sizeof statuses[0]; k++) {
            fake_vmmdev_reset(&host);
            vmmdev = (struct vmmdev){ 0 };
            host.lies.refused = types[i];
            host.lies.status = statuses[k];
            vmmdev_start();
            bool needed = types[i] == 4 || types[i] == 50 || types[i] == (uint32_t)ALL_REQUESTS;
            EXPECT(vmmdev.present, ==, !needed || statuses[k] > 0);
        }
}

TEST(a_refusal_is_logged_once_a_type)
{
    machine_start();
    vmmdev_start();
    static struct vmmdev_events request;
    for (int i = 0; i < 3; i++)
        vmmdev_send(&request.header, VMMDEV_ACKNOWLEDGE_EVENTS, sizeof request - 4);
    EXPECT_TEXT(fake_log, "    VMMDev: request 41: refused, status -2\n");
}

TEST(noise_in_place_of_answers_is_survived)
{
    machine_start();
    host.lies.noise = true;
    for (uint32_t seed = 0; seed < 1000; seed++) {
        fake_vmmdev_reset(&host);
        vmmdev = (struct vmmdev){ 0 };
        host.noise_state = seed;
        vmmdev_start();
        size_t length = strlen(host.guest_name);
        EXPECT(length, <, 128);
    }
}

TEST(memory_that_makes_no_sense_is_not_used)
{
    static const struct {
        uint32_t version, size;
        bool used;
    } cases[] = { { 1, 0x3ffd28, true },  { 1, 32, true },        { 1, 0x400000, true },
                  { 1, 31, false },       { 1, 0x400001, false }, { 1, 0xffffffff, false },
                  { 0, 0x3ffd28, false }, { 2, 0x3ffd28, false }, { 0xffffffff, 0xffffffff, false } };
    machine_start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        host.memory_version = cases[i].version;
        host.memory_size = cases[i].size;
        fake_vmmdev_reset(&host);
        vmmdev = (struct vmmdev){ 0 };
        vmmdev_start();
        EXPECT(vmmdev.present, ==, true);
        EXPECT(vmmdev.memory != NULL, ==, cases[i].used);
    }
    EXPECT_LOGGED("VMMDev: memory of version 2, 4193576 bytes; not used");
}

TEST(a_machine_without_device_memory_gets_along_by_port)
{
    machine.without_memory = true;
    machine_start();
    EXPECT_TEXT(vmmdev_start(), greeting());
    EXPECT(vmmdev.memory == NULL, ==, true);
}

TEST(a_request_above_4_gib_stops_the_kernel)
{
    machine_start();
    vmmdev_start();
    EXPECT_PANIC("1ull << 32", vmmdev_send((struct vmmdev_request *)0xfffffff0, VMMDEV_GET_HOST_VERSION, 40));
}

TEST(the_log_reaches_the_host_byte_by_byte)
{
    machine_start();
    vmmdev_start();
    size_t before = fake_access_count;
    host_log->write("hi\n", 3);
    EXPECT(fake_access_count - before, ==, 3);
    EXPECT(fake_accesses[before].port, ==, 0x504);
    EXPECT(fake_accesses[before].bytes, ==, 1);
    EXPECT(fake_accesses[before + 2].value, ==, '\n');
}

/* The fake itself: is it as strict as the host? */

static int32_t send(uint32_t type, const uint32_t *body, size_t words)
{
    static uint32_t request[64];
    memset(request, 0, sizeof request);
    request[0] = (uint32_t)(24 + 4 * words);
    request[1] = 0x10001;
    request[2] = type;
    request[3] = (uint32_t)-225;
    request[5] = 3;
    memcpy(request + 6, body, 4 * words);
    fake_vmmdev_write(&host, 0, (uint32_t)(uintptr_t)request, 4);
    return (int32_t)request[3];
}

static int32_t send_name(uint16_t major, uint16_t minor, uint32_t build, const char *name)
{
    uint32_t body[36] = { major | (uint32_t)minor << 16, build, 0, 1 };
    memcpy(body + 4, name, strlen(name) + 1);
    return send(58, body, 36);
}

TEST(fake_a_stranger_may_ask_little)
{
    static const uint32_t zeros[36];
    machine_start();
    static const struct {
        uint32_t type;
        size_t words;
        int32_t status;
    } cases[] = { { 1, 3, -37 }, { 2, 3, -37 },  { 41, 1, -37 },  { 42, 2, -37 }, { 56, 2, -37 },  { 59, 3, -37 },
                  { 4, 4, 0 },   { 58, 36, -2 }, { 218, 1, -38 }, { 50, 2, -11 }, { 223, 6, -37 }, { 9999, 0, -37 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        EXPECT(send(cases[i].type, zeros, cases[i].words), ==, cases[i].status);
}

TEST(fake_sizes_are_exact_and_types_known)
{
    static const uint32_t zeros[36];
    machine_start();
    EXPECT(send(50, (uint32_t[]){ 0x10004, 0x100 }, 2), ==, 0);
    EXPECT(send(1, zeros, 2), ==, -2);
    EXPECT(send(1, zeros, 4), ==, -2);
    EXPECT(send(223, zeros, 5), ==, -2);
    EXPECT(send(9999, zeros, 1), ==, -12);
    EXPECT(send(50, (uint32_t[]){ 0x10005, 0x100 }, 2), ==, -11);
    EXPECT(send(59, (uint32_t[]){ 20, 0x10000, 0 }, 3), ==, -37); /* a refused guest is a stranger again */
    EXPECT(send(50, (uint32_t[]){ 0x10004, 0x100 }, 2), ==, 0);
    EXPECT(send(59, (uint32_t[]){ 20, 0x10000, 0 }, 3), ==, -54);
    EXPECT(send(59, (uint32_t[]){ 0, 50, 0 }, 3), ==, -2);
}

TEST(fake_names_follow_the_host_s_rules)
{
    machine_start();
    EXPECT(send_name(7, 2, 22, "7.2.22"), ==, 0);
    EXPECT(send_name(7, 2, 22, "7.2.22_Guestbook"), ==, 0);
    EXPECT(send_name(7, 2, 22, "7.2.22_RC1_Guestbook"), ==, 0);
    EXPECT(send_name(7, 2, 22, "7.2.22_BETA"), ==, 0);
    EXPECT(send_name(7, 2, 22, "7.2.22_Guest book"), ==, -2);
    EXPECT(send_name(7, 2, 22, "7.2.22_Guest/book"), ==, -2);
    EXPECT(send_name(7, 2, 22, "7.2.22_Guest_book"), ==, -2);
    EXPECT(send_name(7, 2, 22, "7.2.22_RC999_x"), ==, -2);
    EXPECT(send_name(7, 2, 22, "7.2.22Guestbook"), ==, -2);
    EXPECT(send_name(7, 2, 22, "7.2.21_Guestbook"), ==, -2);
    EXPECT(send_name(7, 2, 22, "7.2.22_"), ==, -2);
    EXPECT(send_name(2, 2, 22, "2.2.22"), ==, -2);
    EXPECT(send_name(7, 2, 0x10000, "7.2.65536"), ==, -54);
}

TEST(fake_bad_headers_are_dropped_in_silence)
{
    static uint32_t request[10] = { 23, 0x10001, 4, (uint32_t)-225 };
    machine_start();
    fake_vmmdev_write(&host, 0, (uint32_t)(uintptr_t)request, 4);
    EXPECT((int32_t)request[3], ==, -225);
    request[0] = 40;
    request[1] = 0x10002;
    fake_vmmdev_write(&host, 0, (uint32_t)(uintptr_t)request, 4);
    EXPECT((int32_t)request[3], ==, -225);
    EXPECT_TEXT(host.complaints, "a request of 23 bytes and version 0x10001: dropped\n"
                                 "a request of 40 bytes and version 0x10002: dropped\n");
}

TEST(fake_a_mask_changes_with_the_next_acknowledge_while_events_wait)
{
    machine_start();
    send(50, (uint32_t[]){ 0x10004, 0x100 }, 2);
    send(42, (uint32_t[]){ 0x200, 0 }, 2);
    fake_vmmdev_raise(&host, 0x201);
    EXPECT(host.line, ==, true);
    EXPECT(host.memory[8], ==, 1);
    send(42, (uint32_t[]){ 0x001, 0 }, 2);
    EXPECT(host.mask, ==, 0x200);
    EXPECT(fake_vmmdev_read(&host, 8, 4), ==, 0x201);
    EXPECT(host.memory[8], ==, 0);
    EXPECT(host.line, ==, false);
    fake_vmmdev_raise(&host, 0x004); /* recorded, and heard of as soon as it is asked for */
    EXPECT(host.line, ==, false);
    send(42, (uint32_t[]){ 0x004, 0 }, 2);
    EXPECT(host.line, ==, true);
}

TEST(fake_the_event_port_is_for_guests_of_interface_1_04_in_dwords)
{
    machine_start();
    EXPECT(fake_vmmdev_read(&host, 8, 4), ==, 0xffffffff);
    send(50, (uint32_t[]){ 0x10003, 0x100 }, 2);
    EXPECT(fake_vmmdev_read(&host, 8, 4), ==, 0xffffffff);
    send(50, (uint32_t[]){ 0x10004, 0x100 }, 2);
    EXPECT(fake_vmmdev_read(&host, 8, 4), ==, 0);
    EXPECT_TEXT(host.complaints, "interface 0x10003 loses events\n");
    fake_vmmdev_read(&host, 8, 2);
    EXPECT(strstr(host.complaints, "2 bytes read at port +8") != NULL, ==, true);
}

TEST_ON(fake_the_front_end_hears_of_bits_4_and_7_only_with_bit_0, "7.")
{
    machine_start();
    send(50, (uint32_t[]){ 0x10004, 0x100 }, 2);
    send(2, (uint32_t[]){ 0x01, 0, 0 }, 3);
    EXPECT(host.mouse & 2, ==, 2);
    send(2, (uint32_t[]){ 0x91, 0, 0 }, 3);
    EXPECT(host.front_end_mouse, ==, 0x01);
    EXPECT_TEXT(host.complaints, "the front end never hears of mouse features 0x91\n");
}
