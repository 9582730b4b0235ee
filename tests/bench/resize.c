/* What does a change of the window's size cost, and a line on the console, before the fake VMMDev?
 *
 * The kernel's own sources from the hint to the pixels, and an adapter in memory that takes every mode and clears
 * nothing. Prints one JSON object; tests/bench/bench.py reads it. */
#include "drivers/guest/screens/window_size.h"
#include "kernel/memory/page_tables.h"
#include "kernel/memory/pages.h"
#include "tests/host/screens.h"

enum { WIDEST = 2560, HIGHEST = 1440, POOL = 64 << 20, LINE = 64, BURST = 1500 };

static uint32_t video[WIDEST * HIGHEST];
static uint8_t pool[POOL] __attribute__((aligned(PAGE_BYTES)));
static size_t pool_used;
static uint64_t presented, written; /* pixels; bytes, by whole runs */
static uint32_t width, height;

void *map_device(uint64_t physical, size_t bytes, enum cache cache)
{
    (void)bytes, (void)cache;
    return (void *)(uintptr_t)physical;
}

void *pages_allocate(size_t count, enum zone zone)
{
    (void)zone;
    pool_used += count * PAGE_BYTES;
    return pool_used <= POOL ? pool + pool_used - count * PAGE_BYTES : NULL;
}

void pages_free(void *start, size_t count) { (void)start, (void)count; }

/* The linker puts this in the way of the text's calls (--wrap). */
uint64_t __real_screen_present(struct screen *screen, struct rectangle area);
uint64_t __wrap_screen_present(struct screen *screen, struct rectangle area);
uint64_t __wrap_screen_present(struct screen *screen, struct rectangle area)
{
    uint64_t pixels = __real_screen_present(screen, area);
    presented += pixels;
    return pixels;
}

/* And these in the way of everybody's. */
void *__real_memcpy(void *to, const void *from, size_t bytes);
void *__real_memset(void *to, int value, size_t bytes);
void *__wrap_memcpy(void *to, const void *from, size_t bytes);
void *__wrap_memset(void *to, int value, size_t bytes);
void *__wrap_memcpy(void *to, const void *from, size_t bytes)
{
    written += bytes;
    return __real_memcpy(to, from, bytes);
}

void *__wrap_memset(void *to, int value, size_t bytes)
{
    written += bytes;
    return __real_memset(to, value, bytes);
}

static bool set(const struct display_mode *modes, size_t count, struct boot_framebuffer *pictures)
{
    (void)count;
    *pictures = picture_at((uintptr_t)video, modes->width, modes->height);
    return true;
}

bool display_find(void)
{
    display = (struct display_adapter){ "memory", (uintptr_t)video, sizeof video, WIDEST, 1, set, NULL };
    return true;
}

static void say(const char *text) { text_write(&console, text, strlen(text)); }

static void change(void)
{
    fake_vmmdev_wish(&host, 0, width, height);
    machine_settle();
}

static void measure(const char *name, uint32_t wide, uint32_t high)
{
    width = wide;
    height = high;
    written = presented = 0;
    change();
    printf("\"%s\": {\"written\": %lu, \"screen\": %u},\n", name, written, wide * high * 4);
}

static uint64_t bytes_of(const char *text)
{
    presented = 0;
    say(text);
    return presented * 4;
}

TEST(resize)
{
    boot_with(picture_at((uintptr_t)video, 800, 600));
    window_size_start();
    machine_pass(1000 * 1000);
    for (int i = 0; i < 20; i++)
        say("A line of the log as it is in most chapters, about as long, yes\n");
    printf("{");
    measure("1024x768", 1024, 768);
    measure("2560x1440", 2560, 1440);
    width = 1024;
    height = 768;
    host.accesses = 0;
    change();
    printf("\"exits\": %zu, \"trace\": \"", host.accesses);
    for (size_t i = 0; i < host.accesses; i++)
        printf("%s%s", i ? ", " : "", host.trace[i].kind == FAKE_VMMDEV_FETCH ? "IN" : "OUT");
    char line[LINE + 1];
    memset(line, 'x', LINE);
    line[LINE] = 0;
    uint64_t of_line = bytes_of(line);
    for (int i = 0; i < 100; i++)
        say("\n");
    uint64_t of_scroll = bytes_of("\n");
    for (int i = 0; i < BURST; i++)
        text_put(&console, "a name\n", 7);
    uint64_t of_burst = bytes_of("");
    printf("\", \"line\": %lu, \"line_characters\": %d, \"scroll\": %lu, \"burst\": %lu, \"screen\": %u}\n", of_line,
           LINE, of_scroll, of_burst, 1024 * 768 * 4);
}
