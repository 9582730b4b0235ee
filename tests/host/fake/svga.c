/* A VMSVGA, for the host tests. Numbers and order of checks: VirtualBox's own device. */
// sources: tests/host/fake/video_memory.c
#define _GNU_SOURCE
#include "tests/host/fake/svga.h"
#include "tests/host/test.h"
#include <stdarg.h>
#include <sys/mman.h>

enum { PORT = 0xd010 };
enum {
    REG_ID = 0,
    REG_ENABLE = 1,
    REG_WIDTH = 2,
    REG_HEIGHT = 3,
    REG_MAX_WIDTH = 4,
    REG_MAX_HEIGHT = 5,
    REG_BITS_PER_PIXEL = 7,
    REG_BYTES_PER_LINE = 12,
    REG_VRAM_SIZE = 15,
    REG_MEM_SIZE = 19,
    REG_CONFIG_DONE = 20,
    REG_SYNC = 21,
    REG_BUSY = 22,
    REG_NUM_DISPLAYS = 31,
    REG_PITCHLOCK = 32,
};
enum { FIFO_MIN, FIFO_MAX, FIFO_NEXT, FIFO_STOP, FIFO_CAPABILITIES, FIFO_PITCHLOCK = 8 };
static const uint32_t UNKNOWN = 0xffffffff;

struct fake_svga fake_svga;

void fake_svga_complain(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    fake_append(fake_svga.complaints, sizeof fake_svga.complaints, pattern, arguments);
    va_end(arguments);
}

/* The thread. */

static void take_away(struct fake_svga_screen *screen)
{
    screen->taken_away += screen->on;
    screen->on = false;
}

static void change_mode(void)
{
    struct fake_svga *svga = &fake_svga;
    svga->mode_has_changed = false;
    if (!svga->by_registers) {
        svga->width = svga->height = UNKNOWN;
        return;
    }
    for (size_t i = 1; i < FAKE_SVGA_SCREENS; i++)
        take_away(&svga->screens[i]);
    unsigned int taken_away = svga->screens[0].taken_away;
    svga->screens[0] = (struct fake_svga_screen){ true, 0, 0, svga->width, svga->height, 0, svga->pitch, taken_away };
}

static void define_screen(const uint32_t *words)
{
    struct fake_svga *svga = &fake_svga;
    uint32_t id = words[1], flags = words[2], width = words[3], height = words[4], offset = words[8];
    uint32_t pitch = words[9] ? words[9] : width * 4;
    if (id >= svga->monitors || width > svga->side_maximum || height > svga->height_maximum || pitch < width * 4 ||
        offset >= svga->memory_bytes || height > (svga->memory_bytes - offset) / pitch || !width || !height)
        return fake_svga_complain("screen %u of %ux%u at offset %u was ignored\n", id, width, height, offset);
    if (words[0] != 44 || !(flags & 1) || flags & ~3u || words[7] != 0xfffffffe || words[10])
        fake_svga_complain("screen %u has odd words\n", id);
    take_away(&svga->screens[id]);
    unsigned int taken_away = svga->screens[id].taken_away;
    svga->screens[id] = (struct fake_svga_screen){ true,   (int32_t)words[5], (int32_t)words[6], width, height,
                                                   offset, pitch,             taken_away };
    svga->by_registers = false;
    change_mode();
}

static void destroy_screen(uint32_t id)
{
    if (id >= FAKE_SVGA_SCREENS)
        return fake_svga_complain("screen %u was destroyed\n", id);
    take_away(&fake_svga.screens[id]);
}

static void update_screen(size_t number, struct rectangle area)
{
    const struct fake_svga_screen *screen = &fake_svga.screens[number];
    int32_t right = screen->left + (int32_t)screen->width, bottom = screen->top + (int32_t)screen->height;
    area.left = (area.left > screen->left ? area.left : screen->left) - screen->left;
    area.top = (area.top > screen->top ? area.top : screen->top) - screen->top;
    area.right = (area.right < right ? area.right : right) - screen->left;
    area.bottom = (area.bottom < bottom ? area.bottom : bottom) - screen->top;
    if (!screen->on || area.left >= area.right || area.top >= area.bottom)
        return;
    EXPECT(fake_svga.update_count, <, FAKE_SVGA_UPDATES);
    fake_svga.updates[fake_svga.update_count].screen = number;
    fake_svga.updates[fake_svga.update_count++].area = area;
}

static void update(uint32_t left, uint32_t top, uint32_t width, uint32_t height)
{
    if (left >= fake_svga.side_maximum || top >= fake_svga.height_maximum || width >= fake_svga.side_maximum ||
        height >= fake_svga.height_maximum)
        return fake_svga_complain("an update of %ux%u at %d,%d was ignored\n", width, height, (int)left, (int)top);
    struct rectangle area = { (int32_t)left, (int32_t)top, (int32_t)(left + width), (int32_t)(top + height) };
    for (size_t i = 0; i < FAKE_SVGA_SCREENS; i++)
        update_screen(i, area);
}

/* One word of the queue; what it finds there next time it will not find again. */
static uint32_t take_word(void)
{
    uint32_t *queue = fake_svga.queue, at = queue[FIFO_STOP] / 4, word = queue[at];
    if (queue[FIFO_STOP] == queue[FIFO_NEXT])
        fake_svga_complain("the queue ends within a command\n");
    queue[at] = 0xdeadbeef;
    queue[FIFO_STOP] += 4;
    if (queue[FIFO_STOP] >= queue[FIFO_MAX])
        queue[FIFO_STOP] = queue[FIFO_MIN];
    return word;
}

static void take_words(uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words[i] = take_word();
}

static void take_command(void)
{
    uint32_t words[11], command = take_word();
    fake_svga.commands++;
    switch (command) {
    case 1:
        take_words(words, 4);
        return update(words[0], words[1], words[2], words[3]);
    case 34:
        take_words(words, 11);
        return define_screen(words);
    case 35:
        return destroy_screen(take_word());
    default:
        fake_svga_complain("command %u is unknown\n", command);
    }
}

static bool queue_is_sound(void)
{
    const uint32_t *queue = fake_svga.queue;
    return queue[FIFO_MIN] >= 16 && queue[FIFO_MAX] > queue[FIFO_MIN] && queue[FIFO_MAX] <= fake_svga.queue_bytes &&
           !((queue[FIFO_MIN] | queue[FIFO_MAX] | queue[FIFO_STOP] | queue[FIFO_NEXT]) & 3) &&
           queue[FIFO_STOP] >= queue[FIFO_MIN] && queue[FIFO_STOP] < queue[FIFO_MAX] &&
           queue[FIFO_NEXT] >= queue[FIFO_MIN] && queue[FIFO_NEXT] < queue[FIFO_MAX];
}

void fake_svga_pass_time(void)
{
    uint32_t *queue = fake_svga.queue;
    if (fake_svga.takes_nothing || !fake_svga.enabled || !fake_svga.configured)
        return;
    if (!queue_is_sound())
        return fake_svga_complain("bad queue: %u to %u, next %u, stop %u\n", queue[FIFO_MIN], queue[FIFO_MAX],
                                  queue[FIFO_NEXT], queue[FIFO_STOP]);
    if (!fake_svga.woken && queue[FIFO_NEXT] == queue[FIFO_STOP])
        return; /* it sleeps */
    fake_svga.woken = false;
    if (fake_svga.mode_has_changed)
        change_mode();
    while (queue[FIFO_NEXT] != queue[FIFO_STOP])
        take_command();
    if (fake_svga.lies_about_stop)
        queue[FIFO_STOP] = 0x7fffffff;
}

bool fake_svga_pixel_is_seen(size_t number, int32_t x, int32_t y, size_t first)
{
    const struct fake_svga_screen *screen = &fake_svga.screens[number];
    if (number == 0 && fake_svga.traces && screen->offset == 0 && screen->pitch == screen->width * 4)
        return true;
    for (size_t i = first; i < fake_svga.update_count; i++) {
        struct rectangle area = fake_svga.updates[i].area;
        bool is_within = x >= area.left && x < area.right && y >= area.top && y < area.bottom;
        if (fake_svga.updates[i].screen == number && is_within)
            return true;
    }
    return false;
}

/* The registers. */

static uint32_t sane_lock(uint32_t lock) { return lock >= 200 && lock <= 32768 ? lock : 0; }

static void update_pitch(void)
{
    struct fake_svga *svga = &fake_svga;
    bool short_queue = svga->queue[FIFO_MIN] / 4 <= FIFO_PITCHLOCK;
    uint32_t queue_lock = short_queue ? 0 : sane_lock(svga->queue[FIFO_PITCHLOCK]), lock = sane_lock(svga->pitch_lock);
    svga->pitch = lock ? lock : queue_lock ? queue_lock : svga->width * 4;
    if (short_queue)
        svga->pitch_lock = svga->pitch;
}

/* Width, height, depth: a new value, if it is one and within its limit. */
static void change(uint32_t *value, uint32_t wish, uint32_t limit, bool with_pitch)
{
    fake_svga.by_registers = true;
    if (wish > limit)
        return fake_svga_complain("register %u: %u was ignored\n", fake_svga.index, wish);
    if (*value == wish)
        return;
    *value = wish;
    if (with_pitch)
        update_pitch();
    fake_svga.mode_has_changed |= fake_svga.enabled;
}

static void enable(uint32_t value)
{
    struct fake_svga *svga = &fake_svga;
    if (value != 1)
        return fake_svga_complain("switched off: the BIOS's picture comes back\n");
    if (!svga->enabled)
        memset(svga->memory, 0, FAKE_SVGA_BIOS_BYTES);
    svga->enabled = !svga->refuses_enable;
    if (svga->width == UNKNOWN && svga->height == UNKNOWN) {
        svga->width = svga->screens[0].width;
        svga->height = svga->screens[0].height;
        update_pitch();
    }
    svga->mode_has_changed = true;
}

static void write_register(uint32_t value)
{
    struct fake_svga *svga = &fake_svga;
    switch (svga->index) {
    case REG_ID:
        if (value < 0x90000000 || value > 0x90000003)
            fake_svga_complain("identity %x\n", value);
        else if (!svga->other_version)
            svga->id = value;
        break;
    case REG_ENABLE:
        return enable(value);
    case REG_WIDTH:
        return change(&svga->width, svga->rounds_width ? value / svga->rounds_width * svga->rounds_width : value,
                      svga->side_maximum, true);
    case REG_HEIGHT:
        return change(&svga->height, value, svga->height_maximum, false);
    case REG_BITS_PER_PIXEL:
        return change(&svga->bits, value, 32, true);
    case REG_CONFIG_DONE:
        svga->configured = value;
        if (!value)
            svga->traces = true;
        break;
    case REG_SYNC:
        svga->woken |= svga->enabled && svga->configured;
        break;
    default:
        fake_svga_complain("register %u was written\n", svga->index);
    }
}

static uint32_t read_register(void)
{
    struct fake_svga *svga = &fake_svga;
    switch (svga->index) {
    case REG_ID:
        return svga->id;
    case REG_ENABLE:
        return svga->enabled;
    case REG_WIDTH:
        return svga->width;
    case REG_HEIGHT:
        return svga->height;
    case REG_MAX_WIDTH:
        return svga->side_maximum;
    case REG_MAX_HEIGHT:
        return svga->height_maximum;
    case REG_BITS_PER_PIXEL:
        return svga->claimed_bits ? svga->claimed_bits : svga->bits;
    case REG_BYTES_PER_LINE:
        return svga->claimed_pitch ? svga->claimed_pitch : svga->pitch;
    case REG_VRAM_SIZE:
        return svga->claimed_bytes;
    case REG_MEM_SIZE:
        return svga->claimed_queue_bytes;
    case REG_NUM_DISPLAYS:
        return svga->monitors;
    case REG_BUSY:
        fake_svga_complain("sleeps in \"busy\", and nobody wakes it\n");
        return 0;
    default:
        fake_svga_complain("register %u was read\n", svga->index);
        return 0;
    }
}

static bool is_expected(uint16_t port, int bytes, const char *what)
{
    if (bytes == 4 && (port == PORT || port == PORT + 1) && fake_svga.decodes_ports)
        return true;
    fake_svga_complain("port +%d %s with %d bytes\n", port - PORT, what, bytes);
    return false;
}

static void write_port(uint16_t port, uint32_t value, int bytes)
{
    if (!is_expected(port, bytes, "was written"))
        return;
    if (port == PORT)
        fake_svga.index = value;
    else
        write_register(value);
}

static uint32_t read_port(uint16_t port, int bytes)
{
    if (!is_expected(port, bytes, "was read"))
        return 0xffffffff;
    return port == PORT ? fake_svga.index : read_register();
}

/* The largest side of which a square fits into memory, in steps of 256. */
static uint32_t side_for(uint32_t memory_bytes)
{
    uint32_t side = 0;
    while (4ull * (side + 256) * (side + 256) <= memory_bytes)
        side += 256;
    return side;
}

void fake_svga_plug(uint32_t memory_bytes, uint32_t monitors)
{
    enum { QUEUE_BYTES = 2 << 20 };
    static struct fake_device ports = { PORT, PORT + 15, read_port, write_port, 0 };
    uint8_t *memory = fake_video_memory(memory_bytes);
    uint32_t *queue = mmap(NULL, QUEUE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    queue[FIFO_CAPABILITIES] = 0x355;
    fake_svga = (struct fake_svga){
        .pci = { .bars = { { PCI_BAR_PORTS, PORT, 16 },
                           { PCI_BAR_MEMORY, (uintptr_t)memory, memory_bytes },
                           { PCI_BAR_MEMORY, (uintptr_t)queue, QUEUE_BYTES } } },
        .memory = memory,
        .memory_bytes = memory_bytes,
        .claimed_bytes = memory_bytes,
        .queue = queue,
        .queue_bytes = QUEUE_BYTES,
        .claimed_queue_bytes = QUEUE_BYTES,
        .side_maximum = side_for(memory_bytes),
        .height_maximum = side_for(memory_bytes),
        .monitors = monitors,
        .width = UNKNOWN,
        .height = UNKNOWN,
        .bits = 32,
        .screens[0] = { .on = true, .width = 1024, .height = 768, .pitch = 4096 },
    };
    fake_plug(&ports);
    fake_time_passes = fake_svga_pass_time;
}

void pci_enable(const struct pci_device *device, uint16_t command_bits)
{
    EXPECT(device == &fake_svga.pci, ==, true);
    fake_svga.decodes_ports = command_bits & PCI_COMMAND_PORTS;
    fake_svga.decodes_memory = command_bits & PCI_COMMAND_MEMORY;
}

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    if (fake_map_fails || !fake_svga.decodes_memory)
        return NULL;
    if (physical == (uintptr_t)fake_svga.queue) {
        if (cache != CACHE_OFF || bytes > fake_svga.queue_bytes)
            fake_svga_complain("the queue is mapped as %d, %zu bytes\n", cache, bytes);
        return fake_svga.queue;
    }
    fake_video_memory_mapped(physical - (uintptr_t)fake_svga.memory, bytes, fake_svga.memory_bytes, cache,
                             fake_svga_complain);
    return (void *)(uintptr_t)physical;
}
