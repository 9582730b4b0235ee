/* Chapter 19: what is typed, and where does the answer appear? */
#include "kernel/terminal/terminal.h"
#include "kernel/core/cpu.h"
#include "kernel/core/log.h"
#include "kernel/core/serial.h"
#include "kernel/desktop/input.h"
#include "kernel/machine/interrupts.h"
#include "kernel/screen/console.h"
#include "kernel/terminal/keyboard.h"
#include "kernel/time/clock.h"
#include "kernel/time/task.h"
#include "lib/number.h"

enum {
    TYPED_BYTES = 8192, /* a paste of two long lines */
    SERIAL_COLUMNS = 80,
    BYTES_IN_A_ROW = 64, /* of one interrupt; VirtualBox fills its 16 up while they are read */
    INTERRUPT = 3,       /* Ctrl-C */
    SHARE_OF_OTHERS = 4,      /* parts of the time, beside one for drawing */
    UNSEEN_MOST = 500 * 1000, /* microseconds */
};

volatile bool terminal_interrupted, terminal_disturbed;

/* `used` bytes from `oldest` on. Interrupts are off wherever these change. */
static char typed[TYPED_BYTES];
static size_t oldest, used;

void terminal_type(char byte)
{
    uint64_t flags = cpu_interrupts_save();
    if (byte == INTERRUPT) {
        terminal_interrupted = true;
        used = 0; /* what was typed ahead was meant for what is interrupted */
    }
    if (used < TYPED_BYTES)
        typed[(oldest + used++) % TYPED_BYTES] = byte;
    cpu_interrupts_restore(flags);
}

bool terminal_take(char *byte)
{
    uint64_t flags = cpu_interrupts_save();
    bool found = used > 0;
    if (found) {
        *byte = typed[oldest];
        oldest = (oldest + 1) % TYPED_BYTES;
        used--;
    }
    cpu_interrupts_restore(flags);
    return found;
}

bool terminal_end_interruption(void)
{
    uint64_t flags = cpu_interrupts_save();
    bool was_interrupted = terminal_interrupted;
    if (was_interrupted && used > 0 && typed[oldest] == INTERRUPT) { /* it forgot all that was before it */
        oldest = (oldest + 1) % TYPED_BYTES;
        used--;
    }
    terminal_interrupted = false;
    cpu_interrupts_restore(flags);
    return was_interrupted;
}

bool terminal_has_typed(void) { return used > 0; }

void terminal_write(const char *text, size_t length)
{
    text_put(&console, text, length);
    serial_write(text, length);
}

size_t terminal_columns(void) { return console.columns ? minimum(console.columns, SERIAL_COLUMNS) : SERIAL_COLUMNS; }

void terminal_show_cursor(bool shown) { text_show_cursor(&console, shown); }

static bool is_old(void *unused)
{
    (void)unused;
    return text_is_old(&console);
}

/* One row, as when somebody types. */
static bool is_cheap(void *unused)
{
    return is_old(unused) && !console.scrolled && console.changed.bottom - console.changed.top == 1;
}

/* What is cheap to draw is seen at once. After each drawing of another kind, the next waits several times as
 * long as it took: where thousands of lines come, nobody draws those that nobody could read. */
static void show_console(void *unused)
{
    (void)unused;
    for (uint64_t next = 0;;) {
        wait_until(is_old, NULL, WAIT_FOREVER);
        uint64_t before = clock_now();
        bool cheap = before < next && wait_until(is_cheap, NULL, next - before);
        before = clock_now();
        text_show(&console);
        if (!cheap)
            next = clock_now() + minimum(SHARE_OF_OTHERS * (clock_now() - before), UNSEEN_MOST);
    }
}

static void hear_key(uint16_t key, bool pressed) { keyboard_key(key, pressed, terminal_type); }

static bool hear_serial(void)
{
    char byte;
    int heard = 0;
    while (heard < BYTES_IN_A_ROW && serial_take(&byte)) {
        terminal_type(byte);
        heard++;
    }
    if (heard == BYTES_IN_A_ROW)
        serial_listen(); /* there may be more, and the line would stay up */
    return heard;
}

/* The log is about to speak: below the line that is being typed, on a row of its own. */
static void make_room(void)
{
    bool first = !terminal_disturbed;
    terminal_disturbed = true;
    if (first && console.shows_cursor)
        terminal_write("\n", 1);
}

bool terminal_start(void)
{
    static struct interrupt_handler handler = { "serial line", hear_serial, NULL };
    static struct task task;
    input_key = hear_key;
    log_before = make_room;
    task_create(&task, "terminal", show_console, NULL);
    return interrupt_attach(interrupt_isa_line(SERIAL_IRQ), &handler) && serial_listen();
}
