/* A chapter of the tests, the last: the display adapter's driver alone, without a desktop.
 *
 * The space bar sets the next scene, T paints a bar on each screen at a new place, B paints a thousand
 * small ones on each. What is asked for is said on the serial line; the host says what came of it. */
#include "kernel/desktop/display.h"
#include "drivers/display/display_adapters.h"
#include "drivers/display/display_screens.h"
#include "kernel/core/cpu.h"
#include "kernel/core/main.h"
#include "kernel/core/print.h"
#include "kernel/desktop/input.h"
#include "kernel/memory/page_tables.h"

const char *scenes_start(void);

enum { KEY_SPACE = 0x39, KEY_T = 0x14, KEY_B = 0x30 }; /* scan codes, set 1 */

#define ON(width, height, left, top) { true, left, top, width, height }
#define OFF { 0 }
static const struct scene {
    size_t count;
    struct display_mode modes[DISPLAY_SCREENS];
} scenes[] = {
    { 1, { ON(1280, 800, 0, 0) } },
    { 1, { ON(1366, 768, 0, 0) } },
    { 1, { ON(801, 603, 0, 0) } },
    { 1, { ON(0, 0, 0, 0) } },
    { 1, { ON(100000, 1, 0, 0) } },
    { 1, { ON(16384, 16384, 0, 0) } },
    { 1, { ON(640, 480, 0, 0) } },
    { 2, { ON(640, 480, 0, 0), ON(800, 600, 640, 0) } },
    { 2, { ON(640, 480, 0, 0), OFF } },
    { 2, { ON(640, 480, 411, 0), ON(411, 303, 0, 20) } }, /* the second is the left one */
    { 4, { ON(640, 480, 0, 0), ON(640, 480, 640, 0), ON(320, 480, 0, 480), ON(800, 240, 320, 480) } },
    { 4, { ON(640, 480, 0, 0), OFF, ON(320, 480, 0, 480), OFF } },
    { 1, { ON(1024, 768, 0, 0) } },
};
enum { SCENES = sizeof scenes / sizeof scenes[0] };

static struct surface shown[DISPLAY_SCREENS];
static size_t next_scene;
static int32_t ticks;

static void paint_box(size_t i, struct rectangle box, uint32_t pixel)
{
    struct rectangle whole = { 0, 0, (int32_t)shown[i].width, (int32_t)shown[i].height };
    surface_fill(&shown[i], box, pixel);
    if (display.update && !rectangle_is_empty(rectangle_intersect(box, whole)))
        display.update(i, rectangle_intersect(box, whole));
}

/* White edges, a colour of its own, and as many yellow squares as its number says. */
static void paint(size_t i)
{
    static const uint32_t colors[DISPLAY_SCREENS] = { 0x204080, 0x802040, 0x408020, 0x804080 };
    int32_t width = (int32_t)shown[i].width, height = (int32_t)shown[i].height;
    paint_box(i, (struct rectangle){ 0, 0, width, height }, 0xffffff);
    paint_box(i, (struct rectangle){ 1, 1, width - 1, height - 1 }, colors[i]);
    for (int32_t n = 0; n <= (int32_t)i; n++)
        paint_box(i, (struct rectangle){ 10 + 30 * n, 10, 30 + 30 * n, 30 }, 0xffff00);
}

static void use(size_t i, const struct boot_framebuffer *video)
{
    void *pixels = map_device(video->address, (size_t)video->pitch * video->height, CACHE_WRITE_COMBINING);
    if (!pixels)
        return;
    shown[i] = (struct surface){ pixels, video->width, video->height, video->pitch };
    paint(i);
}

static void play(void)
{
    const struct scene *scene = &scenes[next_scene];
    struct boot_framebuffer video[DISPLAY_SCREENS] = { 0 };
    bool possible = scene->count <= display.screens;
    bool done = possible && display.set(scene->modes, scene->count, video);
    for (size_t i = 0; i < DISPLAY_SCREENS && (done || possible); i++) {
        const struct display_mode *mode = &scene->modes[i];
        shown[i].pixels = NULL;
        if (!done || !mode->on)
            continue;
        print("screen %zu: %ux%u at %d,%d\n", i, mode->width, mode->height, mode->left, mode->top);
        use(i, &video[i]);
    }
    print("scene %zu: %s\n", next_scene, done ? "set" : possible ? "refused" : "too many screens");
    next_scene = (next_scene + 1) % SCENES;
}

static void tick(void)
{
    int32_t left = 40 + 8 * (ticks++ % 30);
    for (size_t i = 0; i < DISPLAY_SCREENS; i++)
        if (shown[i].pixels)
            paint_box(i, (struct rectangle){ left, 60, left + 6, 120 }, 0x00ff00);
    print("tick %d done\n", ticks);
}

static void burst(void)
{
    for (int32_t n = 0; n < 1000; n++)
        for (size_t i = 0; i < DISPLAY_SCREENS; i++)
            if (shown[i].pixels)
                paint_box(i, (struct rectangle){ n % 300, 150 + n % 7, n % 300 + 4, 170 }, 0xffffff);
    print("burst done\n");
}

static void step(void)
{
    struct input_event event;
    while (input_take(&event)) {
        if (event.kind != INPUT_KEY || !event.pressed)
            continue;
        if (event.key == KEY_SPACE)
            play();
        else if (event.key == KEY_T)
            tick();
        else if (event.key == KEY_B)
            burst();
    }
    cpu_interrupts_off(); /* or an event could come between the look and the sleep */
    if (input_waiting())
        cpu_interrupts_on();
    else
        cpu_interrupts_on_and_halt();
}

const char *scenes_start(void)
{
    if (!display_find())
        return "no adapter";
    if (screens)
        screens->video = screens->back; /* the console draws no more */
    if (!vbva_start())
        svga_screens_start();
    print("adapter: %s, %zu screens\n", display.name, display.screens);
    idle_step = step;
    return "listening";
}
