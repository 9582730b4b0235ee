/* Chapter 7: where on the screen does the log appear?
 *
 * From here on the log is seen without a cable. In a panic the console stays as it is,
 * perhaps in the middle of a write: the panic has a region of its own over the top of
 * the screen, made beforehand, and takes the pointer off, whose picture may be what is
 * broken. */
#include "kernel/screen/console.h"
#include "kernel/core/log.h"
#include "kernel/core/print.h"
#include "kernel/memory/page_tables.h"
#include "kernel/screen/font.h"
#include "lib/format.h"
#include "lib/number.h"

enum { /* 0xRRGGBB */
       INK = 0xd8dee9,
       PAPER = 0x1b2028,
       STATUS_INK = 0x14181e,
       STATUS_PAPER = 0x8fbcbb,
       PANIC_INK = 0xffffff,
       PANIC_PAPER = 0xa3262f,
};

enum { /* the same in the 16 colours of VGA: background << 4 | text */
       ATTRIBUTE = 0x07,
       STATUS_ATTRIBUTE = 0x30,
       PANIC_ATTRIBUTE = 0x4f,
};

enum { /* pixels */
       MARGIN = 8,
       STATUS_MARGIN = 4,
       ROOMY_WIDTH = 320, /* a smaller screen has no margins */
       ROOMY_HEIGHT = 160,
};

enum {
    PANIC_COLUMNS = 160,
    PANIC_ROWS = 48,
    CHARACTER_BYTES = 2,
    CHARACTERS_MAXIMUM = 256, /* a side of a text mode; VGA itself ends at 132 x 60 */
};

struct text_region console = { .text = INK, .background = PAPER, .attribute = ATTRIBUTE };
struct text_region status_row = { .text = STATUS_INK, .background = STATUS_PAPER, .attribute = STATUS_ATTRIBUTE };

/* Cells of 0, which no text makes: so a row turns red when it is first set. */
static uint32_t panic_cells[(PANIC_ROWS + 1) * PANIC_COLUMNS];
static struct text_region panic_region = {
    .text = PANIC_INK, .background = PANIC_PAPER, .attribute = PANIC_ATTRIBUTE, .cells = panic_cells
};

static void console_write(const char *text, size_t length) { text_write(&console, text, length); }

/* A row ahead of the text is red already. What comes when the region is full is left
 * out: the first lines of a panic say the most. */
static void panic_write(const char *text, size_t length)
{
    static uint32_t red_rows;
    screen_overlay = NULL;
    if (panic_region.screen)
        panic_region.screen->held = false;
    for (size_t i = 0; i < length && panic_region.row + 1 < panic_region.rows; i++) {
        while (red_rows < panic_region.row + 2)
            text_set_row(&panic_region, red_rows++, "");
        if (panic_region.column == 0)
            panic_region.column = 1;
        text_write(&panic_region, text + i, 1);
    }
}

static void prepare_panic(struct screen *screen, uint32_t columns, uint32_t rows)
{
    panic_region.screen = screen;
    panic_region.columns = minimum(columns, PANIC_COLUMNS);
    panic_region.rows = minimum(rows, PANIC_ROWS);
}

static void join_log(void)
{
    static struct log_output output = { console_write, panic_write, NULL };
    static bool joined;
    if (!joined)
        log_join(&output);
    joined = true;
}

void console_place(struct screen *screen, struct rectangle area)
{
    int32_t width = area.right - area.left, height = area.bottom - area.top;
    bool roomy = width >= ROOMY_WIDTH && height >= ROOMY_HEIGHT;
    int32_t margin = roomy ? MARGIN : 0, status_margin = roomy ? STATUS_MARGIN : 0;
    int32_t status_top = area.bottom - (height >= 2 * GLYPH_HEIGHT ? GLYPH_HEIGHT + 2 * status_margin : 0);
    prepare_panic(screen, screen->back.width / GLYPH_WIDTH, screen->back.height / GLYPH_HEIGHT);
    text_place(&console, screen, (struct rectangle){ area.left, area.top, area.right, status_top }, margin, margin);
    text_place(&status_row, screen, (struct rectangle){ area.left, status_top, area.right, area.bottom }, margin,
               status_margin);
    join_log();
}

static bool start_text_mode(const struct boot_framebuffer *mode)
{
    uint32_t pitch = mode->pitch / CHARACTER_BYTES;
    bool sound = mode->width && mode->width <= CHARACTERS_MAXIMUM && mode->height > 1 &&
                 mode->height <= CHARACTERS_MAXIMUM && pitch >= mode->width && pitch <= CHARACTERS_MAXIMUM &&
                 mode->address && mode->address % CHARACTER_BYTES == 0;
    uint16_t *memory = sound ? map_device(mode->address, (size_t)mode->pitch * mode->height, CACHE_OFF) : NULL;
    if (!memory) {
        print("    Screen: a text mode of %ux%u at %p cannot be used; left out\n", mode->width, mode->height,
              (void *)(uintptr_t)mode->address);
        return false;
    }
    int32_t width = (int32_t)mode->width, last = (int32_t)mode->height - 1;
    prepare_panic(NULL, mode->width, mode->height);
    text_place_characters(&console, memory, pitch, (struct rectangle){ 0, 0, width, last });
    text_place_characters(&status_row, memory, pitch, (struct rectangle){ 0, last, width, last + 1 });
    join_log();
    return true;
}

const char *screen_start(void)
{
    static struct screen first;
    static char found[48];
    const struct boot_framebuffer *mode = &boot_information.framebuffer;
    if (mode->text_mode && start_text_mode(mode))
        return format(found, sizeof found, "%ux%u characters: no pictures", mode->width, mode->height);
    if (!mode->present || !screen_use_mode(&first, mode))
        return "no framebuffer: text goes to the serial port alone";
    screens = &first;
    console_place(&first, (struct rectangle){ 0, 0, (int32_t)mode->width, (int32_t)mode->height });
    return format(found, sizeof found, "%ux%u, 32 bits, write-combining", mode->width, mode->height);
}
