/* Chapter 19: what is typed on either side arrives, and no byte is left in a port that calls on an edge. */
// sources: kernel/terminal/terminal.c kernel/core/serial.c kernel/terminal/keyboard.c
// sources: kernel/terminal/keyboard_layouts.c kernel/desktop/input.c lib/utf8.c
#include "tests/host/test.h"
#include "kernel/core/log.h"
#include "kernel/core/serial.h"
#include "kernel/desktop/input.h"
#include "kernel/machine/interrupts.h"
#include "kernel/screen/console.h"
#include "kernel/terminal/terminal.h"
#include "kernel/time/task.h"

enum { COM1 = 0x3f8, LSR = 5, IER = 1, IIR = 2, SCRATCH = 7 };

struct text_region console;
static struct interrupt_handler *handler;
void (*log_before)(void);

void log_join(struct log_output *output) { (void)output; }
struct interrupt_line interrupt_isa_line(uint8_t irq) { return (struct interrupt_line){ irq, false, false }; }

bool interrupt_attach(struct interrupt_line line, struct interrupt_handler *which)
{
    EXPECT(line.number, ==, SERIAL_IRQ);
    handler = which;
    return true;
}

static char on_screen[256];

void text_put(struct text_region *region, const char *text, size_t length)
{
    EXPECT(region == &console, ==, true);
    strncat(on_screen, text, length);
}

void text_show_cursor(struct text_region *region, bool shown) { region->shows_cursor = shown; }
void text_show(struct text_region *region) { (void)region; }
bool text_is_old(const struct text_region *region) { return !region; }

void task_create(struct task *task, const char *name, void (*function)(void *), void *argument)
{
    (void)task, (void)name, (void)function, (void)argument;
}

void wait_for(uint64_t microseconds) { (void)microseconds; }

bool wait_until(bool (*condition)(void *), void *argument, uint64_t microseconds)
{
    (void)microseconds;
    return condition(argument);
}

/* A port that is sent more while it is read, as VirtualBox's, and calls when its line goes up. */
static const char *coming;
static size_t to_come;
static uint8_t scratch, enabled;
static bool line_was_up;
static int edges;
static char sent[256];
static bool has_fifo;
static int held, looks; /* bytes that the transmitter has; how often it was asked whether it has any */

static bool line_is_up(void) { return enabled & 1 && to_come; }

static void look_at_line(void)
{
    edges += line_is_up() && !line_was_up;
    line_was_up = line_is_up();
}

static uint32_t read_port(uint16_t port, int bytes)
{
    uint32_t value = 0;
    EXPECT(bytes, ==, 1);
    if (port == COM1 + LSR) {
        value = (held ? 0 : 0x60) | (to_come ? 1 : 0);
        held = 0; /* they are gone when it is asked again */
        looks++;
    } else if (port == COM1 + IIR)
        value = has_fifo ? 0xc1 : 0x01;
    else if (port == COM1 + SCRATCH)
        value = scratch;
    else if (port == COM1 && to_come)
        value = (uint8_t)coming[0], coming++, to_come--;
    look_at_line();
    return value;
}

static void write_port(uint16_t port, uint32_t value, int bytes)
{
    EXPECT(bytes, ==, 1);
    if (port == COM1 + SCRATCH)
        scratch = (uint8_t)value;
    if (port == COM1 + IER)
        enabled = (uint8_t)value;
    if (port == COM1) {
        EXPECT(held, <, has_fifo ? 16 : 1);
        held++;
        strncat(sent, (char *)&value, 1);
    }
    look_at_line();
}

static struct fake_device port = { COM1, COM1 + 7, read_port, write_port, NULL };

static void set_up(void)
{
    fake_plug(&port);
    serial_start();
    EXPECT(terminal_start(), ==, true);
    terminal_disturbed = false;
    sent[0] = 0;
}

static void send(const char *text, size_t length)
{
    coming = text;
    to_come = length;
    for (look_at_line(); edges > 0;) {
        edges--;
        EXPECT(handler->handle(), ==, true);
    }
}

static const char *typed(void)
{
    static char text[20000];
    size_t length = 0;
    while (terminal_take(&text[length]))
        length++;
    text[length] = 0;
    EXPECT(terminal_has_typed(), ==, false);
    return text;
}

TEST(a_paste_of_any_length_arrives_whole)
{
    static char paste[8001];
    set_up();
    for (size_t length = 0; length <= 8000; length += length < 300 ? 1 : 700) {
        for (size_t i = 0; i < length; i++)
            paste[i] = (char)('a' + i % 26);
        paste[length] = 0;
        send(paste, length);
        EXPECT(to_come, ==, 0);
        EXPECT_TEXT(typed(), paste);
    }
}

TEST(what_nobody_takes_is_forgotten_at_the_end)
{
    static char paste[10000];
    set_up();
    memset(paste, 'x', sizeof paste);
    send(paste, sizeof paste);
    EXPECT(to_come, ==, 0);
    EXPECT(strlen(typed()), ==, 8192);
}

TEST(keys_are_typed_and_not_queued)
{
    set_up();
    input_put((struct input_event){ .kind = INPUT_KEY, .key = 0x1e, .pressed = true });
    EXPECT(input_waiting(), ==, false);
    EXPECT_TEXT(typed(), "a");
    input_put((struct input_event){ .kind = INPUT_RELATIVE, .source = INPUT_PS2_MOUSE, .x = 1 });
    EXPECT(input_waiting(), ==, true);
}

TEST(control_c_is_seen_at_once_and_what_was_typed_before_it_is_forgotten)
{
    set_up();
    send("abc", 3);
    EXPECT(terminal_interrupted, ==, false);
    send("\x03" "d", 2);
    EXPECT(terminal_interrupted, ==, true);
    EXPECT_TEXT(typed(), "\x03" "d");
}

TEST(an_interruption_ends_with_its_control_c_and_keeps_what_came_behind_it)
{
    char byte;
    set_up();
    EXPECT(terminal_end_interruption(), ==, false);
    send("ab\x03" "cd", 5);
    EXPECT(terminal_end_interruption(), ==, true);
    EXPECT(terminal_interrupted, ==, false);
    EXPECT_TEXT(typed(), "cd");
    send("\x03" "ef", 3);
    terminal_take(&byte); /* whoever read the line has taken it */
    EXPECT(terminal_end_interruption(), ==, true);
    EXPECT_TEXT(typed(), "ef");
    send("gh", 2);
    EXPECT(terminal_end_interruption(), ==, false);
    EXPECT_TEXT(typed(), "gh");
}

TEST(text_goes_to_both_sides_and_a_new_sheet_is_one_on_each)
{
    set_up();
    terminal_write("a\nb\fc", 5);
    EXPECT_TEXT(on_screen, "a\nb\fc");
    EXPECT_TEXT(sent, "a\r\nb\x1b[H\x1b[2Jc");
    EXPECT(terminal_columns(), ==, 80);
    console.columns = 40;
    EXPECT(terminal_columns(), ==, 40);
    console.columns = 200;
    EXPECT(terminal_columns(), ==, 80);
    terminal_show_cursor(true);
    EXPECT(console.shows_cursor, ==, true);
}

TEST(the_log_begins_a_row_below_the_line_that_is_being_typed)
{
    set_up();
    terminal_show_cursor(true);
    terminal_write("> ec", 4);
    log_before();
    EXPECT(terminal_disturbed, ==, true);
    EXPECT_TEXT(on_screen, "> ec\n");
    EXPECT_TEXT(sent, "> ec\r\n");
    log_before(); /* more of the same */
    EXPECT_TEXT(on_screen, "> ec\n");
    terminal_disturbed = false; /* the line was drawn again */
    log_before();
    EXPECT_TEXT(on_screen, "> ec\n\n");
}

TEST(what_a_command_says_is_not_torn_by_the_log)
{
    set_up();
    terminal_write("half", 4);
    log_before();
    EXPECT(terminal_disturbed, ==, true);
    EXPECT_TEXT(on_screen, "half");
}

TEST(a_transmitter_is_given_as_much_as_it_takes)
{
    static const char text[] = "more than sixteen bytes, which come in pieces\nof sixteen\n";
    for (int i = 0; i < 2; i++) {
        has_fifo = i;
        set_up();
        looks = 0;
        serial_write(text, sizeof text - 1);
        EXPECT_TEXT(sent, "more than sixteen bytes, which come in pieces\r\nof sixteen\r\n");
        EXPECT(looks, <=, i ? 8 : 2 * (int)sizeof text + 2);
    }
}

static void log_in_between(void)
{
    if (test_random() % 3)
        return;
    fake_interrupts_off = true; /* as in a handler */
    serial_write("log", 3);
    fake_interrupts_off = false;
}

TEST(a_handler_that_logs_overflows_no_transmitter)
{
    for (int i = 0; i < 2; i++) {
        has_fifo = i;
        set_up();
        fake_interrupts_allowed = log_in_between;
        serial_write("a text of more than sixteen bytes", 33);
        fake_interrupts_allowed = NULL;
    }
}

TEST(without_a_port_there_is_the_keyboard)
{
    serial_start();
    EXPECT(terminal_start(), ==, false);
    char byte;
    EXPECT(serial_take(&byte), ==, false);
    terminal_write("x", 1);
    EXPECT_TEXT(on_screen, "x");
}
