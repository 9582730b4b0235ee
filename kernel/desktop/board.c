/* Chapter 18: how is everybody?
 *
 * A board over the console, or on the second screen where there is one: a row for each
 * thing that the host offers, with a mark where it is in use. Each row is asked once a
 * second and drawn only when it says something else. Folded away, it asks nobody. */
#include "kernel/desktop/board.h"
#include "kernel/desktop/desktop.h"
#include "kernel/desktop/pointer_zones.h"
#include "kernel/faults/panic.h"
#include "kernel/screen/font.h"
#include "kernel/screen/text.h"
#include "kernel/time/clock.h"
#include "kernel/time/task.h"
#include "kernel/time/wall_clock.h"
#include "lib/format.h"

enum { /* 0xRRGGBB */
       TITLE_INK = 0xffffff,
       TITLE_PAPER = 0x3b5b7a,
       PAPER = 0x232b36,
       NAME_INK = 0x8fbcbb,
       MARK_INK = 0x9ecb75,
       VALUE_INK = 0xd8dee9,
};

enum { NAME_COLUMNS = 16, MARK_COLUMNS = 4 };

enum { /* pixels */
       EDGE = 8,         /* around the board */
       MARGIN_X = 8,
       MARGIN_Y = 4,
       NARROW = 480,     /* a room that is smaller has no board, */
       CONSOLE_LEAST = 112, /* nor one that leaves less for console (four rows) and status row */
};

enum { REFRESH = 1000 * 1000 /* microseconds */, VALUE_BYTES = 160, ROWS_MOST = 32 };

bool board_is_open = true;
static struct board_row *rows, **last_row = &rows;
static size_t row_count;
static struct said {
    bool in_use;
    char text[VALUE_BYTES];
} said[ROWS_MOST]; /* by each row, when it was shown last */
static struct text_region title = { .text = TITLE_INK, .background = TITLE_PAPER };
static struct text_region names = { .text = NAME_INK, .background = PAPER };
static struct text_region marks = { .text = MARK_INK, .background = PAPER };
static struct text_region values = { .text = VALUE_INK, .background = PAPER };
static bool is_open;  /* board_open was called */
static bool is_shown; /* and there is room, and nobody has folded it */
static struct task task;

static bool is_same_text(const char *one, const char *other)
{
    while (*one && *one == *other) {
        one++;
        other++;
    }
    return *one == *other;
}

/* Most rows say the same each second, and asking costs less than comparing with what is on the screen. */
static void show_row(const struct board_row *row, uint32_t line, bool anew)
{
    struct said now = { 0 };
    now.in_use = row->tell(now.text, sizeof now.text);
    if (!anew && now.in_use == said[line].in_use && is_same_text(now.text, said[line].text))
        return;
    said[line] = now;
    text_set_row(&names, line, row->name);
    text_set_row(&marks, line, now.in_use ? "on" : "--");
    text_set_row(&values, line, now.text);
}

/* anew: whatever stood there is gone. */
static void show_rows(bool anew)
{
    uint32_t line = 0;
    for (const struct board_row *row = rows; row; row = row->next)
        show_row(row, line++, anew);
}

static bool must_show(void *unused)
{
    (void)unused;
    return is_shown;
}

static void run_board(void *unused)
{
    (void)unused;
    for (;;) {
        wait_until(must_show, NULL, WAIT_FOREVER);
        show_rows(false);
        if (clock_wake_after(REFRESH))
            wait_for(wall_clock_span(REFRESH - wall_clock_now() % REFRESH)); /* when the second changes */
        else
            wait_for(WAIT_FOREVER); /* without a timer it would never sleep; the next arrangement asks anew */
    }
}

/* Takes the upper `height` pixels off a room. */
static struct rectangle take_top(struct rectangle *room, int32_t height)
{
    struct rectangle taken = { room->left, room->top, room->right, room->top + height };
    room->top += height;
    return taken;
}

static struct rectangle take_left(struct rectangle *room, int32_t width)
{
    struct rectangle taken = { room->left, room->top, room->left + width, room->bottom };
    room->left += width;
    return taken;
}

static void place_rows(struct screen *screen, struct rectangle board)
{
    text_place(&names, screen, take_left(&board, MARGIN_X + NAME_COLUMNS * GLYPH_WIDTH), MARGIN_X, MARGIN_Y);
    text_place(&marks, screen, take_left(&board, MARK_COLUMNS * GLYPH_WIDTH), 0, MARGIN_Y);
    text_place(&values, screen, board, 0, MARGIN_Y);
}

static const struct screen *home(void) { return screens->next ? screens->next : screens; }

static void place(struct screen *screen, struct rectangle *room)
{
    if (screen != home())
        return;
    int32_t title_height = GLYPH_HEIGHT + 2 * MARGIN_Y;
    int32_t rows_height = (int32_t)row_count * GLYPH_HEIGHT + 2 * MARGIN_Y;
    bool fits = room->right - room->left >= NARROW &&
                room->bottom - room->top >= 2 * EDGE + title_height + rows_height + CONSOLE_LEAST;
    is_shown = fits && board_is_open;
    if (!is_shown)
        place_rows(screen, (struct rectangle){ 0 });
    if (!fits) {
        text_place(&title, screen, (struct rectangle){ 0 }, 0, 0);
        return;
    }
    struct rectangle board = take_top(room, 2 * EDGE + title_height + (is_shown ? rows_height : 0));
    board = (struct rectangle){ board.left + EDGE, board.top + EDGE, board.right - EDGE, board.bottom - EDGE };
    desktop_claim(screen, board);
    text_place(&title, screen, take_top(&board, title_height), MARGIN_X, MARGIN_Y);
    text_set_row(&title, 0, is_shown ? "[-] What the host offers, and what this guest makes of it"
                                     : "[+] What the host offers, and what this guest makes of it");
    if (is_shown) {
        place_rows(screen, board);
        show_rows(true);
    }
}

static void fold(uint32_t column, uint32_t row)
{
    (void)column;
    (void)row;
    board_is_open = !board_is_open;
    desktop_arrange();
}

static struct desktop_part part = { place, NULL };
static struct pointer_zone zone = { &title, &pointer_hand, fold, NULL };

void board_add(struct board_row *row)
{
    check(row_count, <, ROWS_MOST);
    *last_row = row;
    last_row = &row->next;
    row_count++;
    if (is_open)
        desktop_arrange();
}

void board_open(void)
{
    if (!screens)
        return;
    is_open = true;
    desktop_add(&part);
    pointer_add_zone(&zone);
    task_create(&task, "board", run_board, NULL);
}
