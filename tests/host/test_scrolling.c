/* Chapter 19: what nobody can see is not drawn, and what one should see is. */
// sources: kernel/terminal/terminal.c kernel/screen/text.c kernel/screen/screen.c kernel/screen/console.c
// sources: kernel/time/task.c kernel/time/task_switch.asm kernel/terminal/keyboard.c kernel/terminal/keyboard_layouts.c
// sources: kernel/desktop/input.c kernel/core/log.c kernel/core/serial.c kernel/screen/font.c lib/utf8.c lib/format.c
// sources: tests/host/fake/machine.c tests/host/fake/vmmdev.c
#include "tests/host/test.h"
#include "kernel/core/log.h"
#include "kernel/machine/interrupts.h"
#include "kernel/memory/pages.h"
#include "kernel/screen/console.h"
#include "kernel/screen/font.h"
#include "kernel/terminal/terminal.h"
#include "kernel/time/task.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/screen.h"

enum { WIDTH = 640, HEIGHT = 480, CELL = GLYPH_WIDTH * GLYPH_HEIGHT };
enum { LINE_TIME = 200 }; /* microseconds: what VirtualBox takes where it interprets */

static uint32_t video[HEIGHT][WIDTH], back[HEIGHT][WIDTH];
static uint64_t screen_time = 150 * 1000; /* the same, of drawing all */
static uint64_t presented, seen_at, longest; /* pixels; microseconds */

struct boot_information boot_information;
const char *interrupts_start(void) { return ""; }
struct interrupt_line interrupt_isa_line(uint8_t irq) { return (struct interrupt_line){ irq, false, false }; }
void boot_say(const char *text) { (void)text; }

bool interrupt_attach(struct interrupt_line line, struct interrupt_handler *which)
{
    (void)line, (void)which;
    return false;
}

void pages_free(void *start, size_t count)
{
    (void)count;
    free(start);
}

/* To draw takes its time. */
static void see(size_t number, struct rectangle area)
{
    uint64_t pixels = (uint64_t)(area.right - area.left) * (uint64_t)(area.bottom - area.top);
    EXPECT(number, ==, 0);
    presented += pixels;
    fake_time += pixels * screen_time / (WIDTH * HEIGHT);
    longest = fake_time - seen_at > longest ? fake_time - seen_at : longest;
    seen_at = fake_time;
}

static struct screen screen = { SCREEN_OF(video, back), .update = see };

static void set_up(void)
{
    screens = &screen;
    machine_start();
    console_place(&screen, (struct rectangle){ 0, 0, WIDTH, HEIGHT });
    terminal_start();
    machine_settle();
    presented = longest = 0;
    seen_at = fake_time;
}

static void say(const char *text) { terminal_write(text, strlen(text)); }

/* Whether video memory shows a text at the beginning of a row. */
static bool shows(uint32_t row, const char *text)
{
    uint32_t ink = screen_color(&screen, console.text);
    for (size_t i = 0; i < strlen(text) * CELL; i++) {
        size_t column = i / CELL, x = i % CELL % GLYPH_WIDTH, y = i % CELL / GLYPH_WIDTH;
        bool set = font_glyph((uint32_t)text[column])[y] & 0x80 >> x;
        if (set != (video[console.top + row * GLYPH_HEIGHT + y][console.left + column * GLYPH_WIDTH + x] == ink))
            return false;
    }
    return true;
}

TEST(fifteen_hundred_lines_cost_a_few_screens)
{
    char line[40];
    set_up();
    for (int i = 0; i < 1500; i++) {
        snprintf(line, sizeof line, "name-%04d\n", i);
        say(line);
        fake_time += LINE_TIME;
        wait_for(0);
    }
    EXPECT(presented, <, 5 * WIDTH * HEIGHT);
    machine_pass(1000 * 1000);
    EXPECT(presented, <, 6 * WIDTH * HEIGHT);
    for (uint32_t row = 0; row + 1 < console.rows; row++) {
        snprintf(line, sizeof line, "name-%04d", 1500 - (int)console.rows + 1 + (int)row);
        EXPECT(shows(row, line), ==, true);
    }
    EXPECT(text_is_old(&console), ==, false);
}

TEST(whoever_reads_along_waits_half_a_second_and_a_drawing)
{
    set_up();
    screen_time = 1000 * 1000;
    for (int i = 0; i < 50000; i++) {
        say("another line\n");
        fake_time += LINE_TIME;
        wait_for(0);
    }
    EXPECT(longest, <=, screen_time + 500 * 1000 + LINE_TIME);
}

TEST(what_is_typed_is_seen_at_once)
{
    set_up();
    terminal_show_cursor(true);
    machine_settle();
    for (int i = 0; i < 10; i++) {
        presented = 0;
        say("x");
        wait_for(2000);
        EXPECT(presented, ==, 2 * CELL); /* and the cursor behind it */
    }
    EXPECT(shows(0, "xxxxxxxxxx"), ==, true);
}

TEST(what_is_typed_behind_a_long_list_is_seen_at_once)
{
    set_up();
    for (int i = 0; i < 100; i++)
        say("another line\n");
    wait_for(0); /* it is drawn, and the next of its kind has to wait */
    EXPECT(presented, >, WIDTH * HEIGHT / 2);
    presented = 0;
    say("x");
    wait_for(1000);
    EXPECT(presented, ==, CELL);
    say("\ny");
    wait_for(1000);
    EXPECT(presented, ==, CELL);
    machine_pass(1000 * 1000);
    EXPECT(shows(console.rows - 2, "x"), ==, true);
    EXPECT(shows(console.rows - 1, "y"), ==, true);
}

TEST(what_a_command_says_before_it_waits_is_seen)
{
    set_up();
    say("asking the host");
    machine_settle();
    EXPECT(shows(0, "asking the host"), ==, true);
    uint64_t sleeps = machine.sleeps;
    machine_pass(100 * 1000 * 1000);
    EXPECT(machine.sleeps - sleeps, <, 5); /* nothing periodic */
}

TEST(the_log_is_seen_before_anybody_waits)
{
    set_up();
    say("half of a command's answer\n");
    log_text("    Something is odd\n");
    EXPECT(shows(0, "half of a command's answer"), ==, true);
    EXPECT(shows(1, "    Something is odd"), ==, true);
}
