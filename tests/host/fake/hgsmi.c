/* HGSMI and VBVA for the host tests. */
#include "tests/host/fake/hgsmi.h"
#include "tests/host/fake/vbe.h"
#include "tests/host/test.h"

struct fake_hgsmi fake_hgsmi;

static uint32_t get(uint32_t offset)
{
    uint32_t value;
    memcpy(&value, fake_vbe.memory + offset, 4);
    return value;
}

static void put(uint32_t offset, uint32_t value) { memcpy(fake_vbe.memory + offset, &value, 4); }

/* One at a time, by Bob Jenkins. */
uint32_t fake_checksum(const uint8_t *bytes, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += bytes[i];
        sum += sum << 10;
        sum ^= sum >> 6;
    }
    sum += sum << 3;
    sum ^= sum >> 11;
    sum += sum << 15;
    return sum;
}

static void show(struct fake_screen *screen, uint32_t left, uint32_t top, uint32_t right, uint32_t bottom)
{
    for (uint32_t y = top; y < bottom; y++)
        for (uint32_t x = left; x < right; x++)
            screen->window[y * screen->width + x] = get(screen->offset + y * screen->pitch + x * 4);
}

bool fake_window_is_true(size_t number)
{
    const struct fake_screen *screen = &fake_hgsmi.screens[number];
    if (screen->disabled || !screen->window)
        return false;
    for (uint32_t y = 0; y < screen->height; y++)
        if (memcmp(screen->window + y * screen->width, fake_vbe.memory + screen->offset + y * screen->pitch,
                   screen->width * 4))
            return false;
    return true;
}

/* The ring: 72 dwords, then the bytes of the records. */
enum {
    EVENTS = 0,
    DATA = 8,
    FREE_DATA = 12,
    LENGTHS = 16,
    FIRST = 272,
    FREE = 276,
    THRESHOLD = 280,
    DATA_BYTES = 284,
    BYTES = 288
};

static void disable_all(const char *why)
{
    fake_vbe_complain("VBVA: disabling, %s\n", why);
    for (size_t i = 0; i < FAKE_MONITORS; i++)
        if (fake_hgsmi.screens[i].ring_on) {
            fake_hgsmi.screens[i].ring_on = false;
            put(fake_hgsmi.screens[i].ring + EVENTS, 0);
        }
}

static void repaint(struct fake_screen *screen, const int16_t place[2], const uint16_t size[2])
{
    int32_t left = place[0] - screen->left, top = place[1] - screen->top;
    screen->records++;
    if (left < 0 || top < 0 || left + size[0] > (int32_t)screen->width || top + size[1] > (int32_t)screen->height)
        screen->too_large++;
    else if (!screen->disabled && screen->window)
        show(screen, (uint32_t)left, (uint32_t)top, (uint32_t)left + size[0], (uint32_t)top + size[1]);
}

static void take_record(struct fake_screen *screen)
{
    uint32_t ring = screen->ring, first = get(ring + FIRST), bytes = get(ring + DATA_BYTES), at = get(ring + DATA);
    uint32_t length = get(ring + LENGTHS + 4 * first);
    if (length & 0x80000000 || length < 8 || length > bytes) {
        disable_all("length of a record");
        return;
    }
    uint8_t record[8];
    for (uint32_t i = 0; i < 8; i++)
        record[i] = fake_vbe.memory[ring + BYTES + (at + i) % bytes];
    int16_t place[2];
    uint16_t size[2];
    memcpy(place, record, 4);
    memcpy(size, record + 4, 4);
    put(ring + DATA, (at + length) % bytes);
    put(ring + FIRST, (first + 1) % 64);
    repaint(screen, place, size);
}

static void drain(struct fake_screen *screen)
{
    while (screen->ring_on && get(screen->ring + FREE) != get(screen->ring + FIRST)) {
        if (get(screen->ring + FREE) >= 64)
            disable_all("index of a record");
        else
            take_record(screen);
    }
    if (screen->ring_on && get(screen->ring + FREE_DATA) != get(screen->ring + DATA))
        fake_vbe_complain("an empty ring has bytes\n");
}

void fake_hgsmi_tick(void)
{
    for (size_t i = 0; i < FAKE_MONITORS && !fake_hgsmi.never_empties; i++)
        drain(&fake_hgsmi.screens[i]);
}

static int32_t enable(uint32_t flags, uint32_t ring, uint32_t number)
{
    if (number >= fake_hgsmi.monitors || number >= FAKE_MONITORS || (flags & 12) != 12)
        return -2;
    struct fake_screen *screen = &fake_hgsmi.screens[number];
    if ((flags & 3) == 2) {
        screen->ring_on = false;
        return 0;
    }
    if (ring > fake_vbe.memory_bytes - BYTES || (flags & 3) != 1)
        return -2;
    if (screen->ring_on) {
        put(ring + EVENTS, 0);
        return -79;
    }
    uint32_t bytes = get(ring + DATA_BYTES), threshold = get(ring + THRESHOLD);
    if (!bytes || bytes > fake_vbe.memory_bytes - BYTES - ring || !threshold || threshold >= bytes)
        return -2;
    for (uint32_t at = 0; at < THRESHOLD; at += 4)
        if (get(ring + at))
            fake_vbe_complain("a new ring is not empty\n");
    if (fake_hgsmi.ring_result)
        return fake_hgsmi.ring_result;
    screen->ring_on = true;
    screen->ring = ring;
    put(ring + EVENTS, !fake_hgsmi.forgets_to_accept);
    return 0;
}

static void set_view(uint32_t at)
{
    uint32_t number = get(at), offset = get(at + 4), bytes = get(at + 8), maximum = get(at + 12);
    if (number >= fake_hgsmi.monitors || number >= FAKE_MONITORS || offset > fake_vbe.memory_bytes ||
        bytes > fake_vbe.memory_bytes - offset || maximum > bytes)
        fake_vbe_complain("view %u: %u bytes at %u\n", number, bytes, offset);
    else
        memcpy(&fake_hgsmi.screens[number].view, fake_vbe.memory + at + 4, 12);
}

static void set_screen(uint32_t at)
{
    uint32_t number = get(at), start = get(at + 12), pitch = get(at + 16), width = get(at + 20), height = get(at + 24);
    uint32_t bits = get(at + 28) & 0xffff, flags = get(at + 28) >> 16;
    if (number >= fake_hgsmi.monitors || number >= FAKE_MONITORS) {
        fake_vbe_complain("screen %u\n", number);
        return;
    }
    struct fake_screen *screen = &fake_hgsmi.screens[number];
    screen->messages++;
    screen->disabled = flags & 2;
    if (screen->disabled)
        return;
    uint64_t bytes = (uint64_t)pitch * height;
    if (bits != 32 || flags != 1 || !width || !height || width > 65535 || height > 65535 || pitch > 262140 ||
        width > pitch / 4 || bytes > screen->view.maximum || start + bytes > screen->view.bytes) {
        fake_vbe_complain("screen %u: %ux%u, %u bytes a row, %u bits, flags %u\n", number, width, height, pitch, bits,
                          flags);
        return;
    }
    screen->left = (int32_t)get(at + 4);
    screen->top = (int32_t)get(at + 8);
    screen->offset = screen->view.offset + start;
    screen->pitch = pitch;
    screen->width = width;
    screen->height = height;
    free(screen->window);
    screen->window = malloc((size_t)width * height * 4);
    show(screen, 0, 0, width, height);
}

static void answer(uint32_t at)
{
    uint32_t question = get(at);
    if (question == 0)
        put(at + 4, fake_hgsmi.monitors);
    else if (question == 0xffffffff)
        put(at + 4, 0xffffffff);
}

static void carry_out(uint16_t command, uint32_t at, uint32_t bytes)
{
    fake_hgsmi.last_command = command;
    if (command == 1 && bytes == 8)
        answer(at);
    else if (fake_hgsmi.svga)
        return; /* without a word */
    else if (command == 3 && bytes == 16)
        set_view(at);
    else if (command == 5 && bytes == 4) {
        fake_hgsmi.flushes++;
        fake_hgsmi_tick();
    } else if (command == 6 && bytes == 32)
        set_screen(at);
    else if (command == 7 && bytes == 16)
        put(at + 8, (uint32_t)enable(get(at), get(at + 4), get(at + 12)));
    else
        fake_vbe_complain("command %u with %u bytes\n", command, bytes);
}

/* What is wrong here the real one drops without a word. */
static void submit(uint16_t port, uint32_t offset, int bytes)
{
    fake_hgsmi.commands++;
    fake_hgsmi.interrupts_were_on |= !fake_interrupts_off;
    if (port != 0x3d0 || bytes != 4 || offset > fake_vbe.memory_bytes - 24 ||
        get(offset) > fake_vbe.memory_bytes - 24 - offset) {
        fake_vbe_complain("no command: %u at port %x, %d bytes\n", offset, port, bytes);
        return;
    }
    uint32_t size = get(offset), word = get(offset + 4);
    uint8_t covered[24];
    memcpy(covered, &offset, 4);
    memcpy(covered + 4, fake_vbe.memory + offset, 16);
    memcpy(covered + 20, fake_vbe.memory + offset + 16 + size, 4);
    fake_hgsmi.last_checksum = get(offset + 20 + size);
    if (fake_hgsmi.last_checksum != fake_checksum(covered, 24))
        fake_vbe_complain("checksum %x of command %u\n", fake_hgsmi.last_checksum, word >> 16);
    else if ((word & 0xffff) != 2 << 8 || get(offset + 8) || get(offset + 12) || get(offset + 16 + size))
        fake_vbe_complain("header of command %u\n", word >> 16);
    else if (!fake_hgsmi.deaf)
        carry_out((uint16_t)(word >> 16), offset + 16, size);
    for (uint32_t i = 0; i < size && fake_hgsmi.noise; i++)
        fake_vbe.memory[offset + 16 + i] = (uint8_t)test_random();
}

void fake_hgsmi_plug(uint32_t monitors)
{
    static struct fake_device port = { 0x3d0, 0x3d3, NULL, submit, 0 };
    fake_hgsmi = (struct fake_hgsmi){ .monitors = monitors };
    for (size_t i = 1; i < FAKE_MONITORS; i++)
        fake_hgsmi.screens[i].disabled = true;
    fake_plug(&port);
}
