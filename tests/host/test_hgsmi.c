/* Chapter 17: commands in video memory, before a host that checks every byte of them. */
// sources: drivers/display/hgsmi.c tests/host/fake/vbe.c tests/host/fake/hgsmi.c
#include "drivers/display/hgsmi.h"
#include "tests/host/fake/hgsmi.h"
#include "tests/host/fake/vbe.h"
#include "tests/host/test.h"

enum { MIB = 1 << 20, OFFSET = 0x00ff0000 };

static void plug(void)
{
    fake_vbe_plug(16 * MIB);
    fake_hgsmi_plug(2);
}

static bool start(void) { return hgsmi_start(fake_vbe.memory + OFFSET, OFFSET); }

TEST(the_fake_knows_the_hash)
{
    EXPECT(fake_checksum((const uint8_t *)"a", 1), ==, 0xca2e9442); /* published with the algorithm */
    uint8_t flags_location[24] = { 0, 0, 0xff, 0, 8, 0, 0, 0, 0, 1 };
    EXPECT(fake_checksum(flags_location, sizeof flags_location), ==, 0x32d52e83);
}

TEST(a_question_has_the_checksum_that_the_host_expects)
{
    plug();
    EXPECT(start(), ==, true);
    EXPECT(fake_hgsmi.last_checksum, ==, 0x8228766e); /* channel 2, command 1, 8 bytes at 0xff0000 */
    EXPECT_TEXT(fake_vbe.complaints, "");
}

TEST(a_question_is_answered)
{
    plug();
    start();
    EXPECT(hgsmi_ask(HGSMI_MONITORS, 1), ==, 2);
    EXPECT(hgsmi_ask(77, 1234), ==, 1234); /* unknown */
    EXPECT_TEXT(fake_vbe.complaints, "");
}

TEST(a_deaf_host_is_no_host)
{
    plug();
    fake_hgsmi.deaf = true;
    EXPECT(start(), ==, false);
    EXPECT(hgsmi_ask(HGSMI_MONITORS, 1), ==, 1);
}

TEST(the_port_of_another_adapter_is_not_written_to)
{
    plug();
    fake_vbe.without_hgsmi = true;
    EXPECT(start(), ==, false);
    EXPECT(fake_hgsmi.commands, ==, 0);
}

TEST(nobody_sends_in_between)
{
    plug();
    start();
    hgsmi_ask(HGSMI_MONITORS, 1);
    EXPECT(fake_hgsmi.interrupts_were_on, ==, false);
    EXPECT(fake_interrupts_off, ==, false);
    fake_interrupts_off = true; /* in a handler */
    hgsmi_ask(HGSMI_MONITORS, 1);
    EXPECT(fake_interrupts_off, ==, true);
}

TEST(payloads_of_every_size_arrive)
{
    plug();
    start();
    fake_hgsmi.svga = true; /* commands are checked, not carried out */
    for (size_t bytes = 0; bytes <= HGSMI_PAYLOAD_MAXIMUM; bytes++) {
        uint8_t payload[HGSMI_PAYLOAD_MAXIMUM];
        memset(payload, (int)bytes, sizeof payload);
        hgsmi_send(HGSMI_FLUSH, payload, bytes);
        EXPECT_TEXT(fake_vbe.complaints, "");
        EXPECT(fake_hgsmi.last_command, ==, 5);
        for (size_t i = 0; i < bytes; i++)
            EXPECT(fake_vbe.memory[OFFSET + 16 + i], ==, bytes);
    }
    for (size_t i = OFFSET + HGSMI_BUFFER_BYTES; i < 16 * MIB; i++)
        EXPECT(fake_vbe.memory[i], ==, 0xa5);
}

TEST(a_payload_too_large_is_a_mistake_of_the_kernel)
{
    plug();
    start();
    uint8_t payload[HGSMI_PAYLOAD_MAXIMUM + 1] = { 0 };
    EXPECT_PANIC("bytes", hgsmi_send(HGSMI_FLUSH, payload, sizeof payload));
}

TEST(noise_for_an_answer_stays_in_the_payload)
{
    plug();
    start();
    fake_hgsmi.noise = true;
    uint8_t payload[16 + 8];
    memset(payload, 0x3c, sizeof payload);
    hgsmi_send(HGSMI_ENABLE, payload, 16);
    for (size_t i = 16; i < sizeof payload; i++)
        EXPECT(payload[i], ==, 0x3c);
}
