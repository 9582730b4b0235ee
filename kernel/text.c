/* Chapter 7: how does text find its place on a screen?
 *
 * A write has three steps: it changes the cells, then draws those that changed into
 * the back buffer, then presents the smallest rectangle that holds them. So a write of
 * one character costs one character, and a write of a thousand lines one screen.
 *
 * A handler may log while a task writes. The first two steps run with interrupts off,
 * so cells and back buffer agree whenever anybody looks; the third, the slow one, lets
 * interrupts in after every few rows of pixels (kernel/screen.c). */
#include "kernel/text.h"
#include "kernel/cpu.h"
#include "kernel/pages.h"
#include "lib/font.h"
#include "lib/memory.h"
#include "lib/number.h"

#define LINE_GOES_ON (1u << 31) /* beside the character in a row's last cell */
#define CHARACTER    (~LINE_GOES_ON)

/* What a write did: cells that differ, [left, right) x [top, bottom), after rows moved up. */
struct change {
    struct rectangle cells;
    uint32_t scrolled;
};

static const struct change NO_CHANGE = { { INT32_MAX, INT32_MAX, 0, 0 }, 0 };

static uint16_t *character_memory; /* text mode alone */
static uint32_t character_columns;

static void add_cells(struct change *change, uint32_t row, uint32_t from, uint32_t to)
{
    struct rectangle *cells = &change->cells;
    cells->left = minimum(cells->left, from);
    cells->right = maximum(cells->right, to);
    cells->top = minimum(cells->top, row);
    cells->bottom = maximum(cells->bottom, row + 1);
}

static uint32_t *row_cells(const struct text_region *region, uint32_t row)
{
    return region->cells + (size_t)row * region->columns;
}

static void set_cell(struct text_region *region, uint32_t row, uint32_t column, uint32_t character,
                     struct change *change)
{
    uint32_t *cell = row_cells(region, row) + column;
    if (*cell == character)
        return;
    *cell = character;
    add_cells(change, row, column, column + 1);
}

static void blank(uint32_t *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cells[i] = ' ';
}

static void scroll_cells(struct text_region *region, struct change *change)
{
    uint32_t *last = row_cells(region, region->rows - 1);
    memmove(region->cells, row_cells(region, 1), (size_t)(last - region->cells) * sizeof *last);
    blank(last, region->columns);
    change->scrolled++;
    if (change->cells.top > 0 && change->cells.top != INT32_MAX)
        change->cells.top--;
    if (change->cells.bottom > 0)
        change->cells.bottom--;
    add_cells(change, region->rows - 1, 0, region->columns);
}

static void begin_row(struct text_region *region, struct change *change)
{
    region->column = 0;
    if (region->row + 1 < region->rows)
        region->row++;
    else
        scroll_cells(region, change);
}

static void put_printable(struct text_region *region, uint32_t character, struct change *change)
{
    if (region->column == region->columns) {
        row_cells(region, region->row)[region->columns - 1] |= LINE_GOES_ON;
        begin_row(region, change);
    }
    set_cell(region, region->row, region->column++, character, change);
}

static size_t count_cells(const struct text_region *region) { return (size_t)region->columns * region->rows; }

static void clear(struct text_region *region, struct change *change)
{
    blank(region->cells, count_cells(region));
    region->column = region->row = 0;
    add_cells(change, 0, 0, region->columns);
    add_cells(change, region->rows - 1, 0, region->columns);
}

static void put(struct text_region *region, uint32_t character, struct change *change)
{
    if (character == '\n') {
        begin_row(region, change);
    } else if (character == '\r') {
        region->column = 0;
    } else if (character == '\b') {
        region->column -= region->column ? 1 : 0;
    } else if (character == '\t') {
        region->column = minimum((region->column / TEXT_TAB + 1) * TEXT_TAB, region->columns - 1);
    } else if (character == '\f') {
        clear(region, change);
    } else {
        put_printable(region, character, change);
    }
}

/* The end of a character may come with the next write. */
static void put_byte(struct text_region *region, char byte, struct change *change)
{
    uint32_t character;
    size_t bytes;
    region->pending[region->pending_bytes++] = byte;
    while ((bytes = utf8_read(region->pending, region->pending_bytes, &character)) > 0) {
        put(region, character, change);
        region->pending_bytes -= (uint8_t)bytes;
        memmove(region->pending, region->pending + bytes, region->pending_bytes);
    }
}

/* The cell that is drawn in reverse. */
static uint32_t cursor_column(const struct text_region *region)
{
    return minimum(region->column, region->columns - 1);
}

static bool is_cursor(const struct text_region *region, int32_t row, int32_t column)
{
    return region->shows_cursor && (uint32_t)row == region->row && (uint32_t)column == cursor_column(region);
}

static void add_cursor(const struct text_region *region, struct change *change)
{
    if (region->shows_cursor)
        add_cells(change, region->row, cursor_column(region), cursor_column(region) + 1);
}

/* The part of the screen that so many cells fill, in its units. */
static struct rectangle place_of_cells(const struct text_region *region, struct rectangle cells)
{
    int32_t width = region->screen ? GLYPH_WIDTH : 1, height = region->screen ? GLYPH_HEIGHT : 1;
    return (struct rectangle){ region->left + cells.left * width, region->top + cells.top * height,
                               region->left + cells.right * width, region->top + cells.bottom * height };
}

/* On their background, which is there. */
static void draw_characters(const struct text_region *region, struct rectangle cells)
{
    struct screen *screen = region->screen;
    uint32_t background = screen_color(screen, region->background), text = screen_color(screen, region->text);
    for (int32_t row = cells.top; row < cells.bottom; row++)
        for (int32_t column = cells.left; column < cells.right; column++) {
            uint32_t character = row_cells(region, (uint32_t)row)[column] & CHARACTER;
            bool reverse = is_cursor(region, row, column);
            if (character != ' ' || reverse)
                surface_draw_glyph(&screen->back, region->left + column * GLYPH_WIDTH, region->top + row * GLYPH_HEIGHT,
                                   character, reverse ? background : text, reverse ? text : background);
        }
}

static void fill(const struct text_region *region, struct rectangle place)
{
    surface_fill(&region->screen->back, place, screen_color(region->screen, region->background));
}

/* The upper half of Latin-1 in VGA's character set (code page 437). */
static const uint8_t latin[] = {
    ' ', 0xad, 0x9b, 0x9c,  '?', 0x9d,  '?',  '?',  '?',  '?', 0xa6, 0xae, 0xaa,  '?',  '?',  '?',
    0xf8, 0xf1, 0xfd,  '?',  '?', 0xe6,  '?', 0xfa,  '?',  '?', 0xa7, 0xaf, 0xac, 0xab,  '?', 0xa8,
    '?',  '?',  '?',  '?', 0x8e, 0x8f, 0x92, 0x80,  '?', 0x90,  '?',  '?',  '?',  '?',  '?',  '?',
    '?', 0xa5,  '?',  '?',  '?',  '?', 0x99,  '?',  '?',  '?',  '?',  '?', 0x9a,  '?',  '?', 0xe1,
    0x85, 0xa0, 0x83,  '?', 0x84, 0x86, 0x91, 0x87, 0x8a, 0x82, 0x88, 0x89, 0x8d, 0xa1, 0x8c, 0x8b,
    '?', 0xa4, 0x95, 0xa2, 0x93,  '?', 0x94, 0xf6,  '?', 0x97, 0xa3, 0x96, 0x81,  '?',  '?', 0x98,
};

/* A character as text mode has it. */
static uint8_t text_mode_character(uint32_t character)
{
    if (character >= ' ' && character <= '~')
        return (uint8_t)character;
    return character >= 0xa0 && character <= 0xff ? latin[character - 0xa0] : '?';
}

static void write_characters(const struct text_region *region, struct rectangle cells)
{
    uint8_t reversed = (uint8_t)(region->attribute << 4 | region->attribute >> 4);
    for (int32_t row = cells.top; row < cells.bottom; row++) {
        const uint32_t *line = row_cells(region, (uint32_t)row);
        uint16_t *to = character_memory + (size_t)(region->top + row) * character_columns + region->left;
        for (int32_t column = cells.left; column < cells.right; column++) {
            uint8_t attribute = is_cursor(region, row, column) ? reversed : region->attribute;
            to[column] = (uint16_t)(attribute << 8 | text_mode_character(line[column] & CHARACTER));
        }
    }
}

static struct rectangle all_cells(const struct text_region *region)
{
    return (struct rectangle){ 0, 0, (int32_t)region->columns, (int32_t)region->rows };
}

/* Brings the back buffer up to the cells; returns what is to be presented. */
static struct rectangle draw(const struct text_region *region, const struct change *change)
{
    if (!change->scrolled && rectangle_is_empty(change->cells))
        return (struct rectangle){ 0 };
    if (!region->screen) {
        write_characters(region, change->scrolled ? all_cells(region) : change->cells);
        return (struct rectangle){ 0 };
    }
    struct rectangle all = place_of_cells(region, all_cells(region));
    if (change->scrolled && change->scrolled < region->rows)
        surface_move_up(&region->screen->back, all, (int32_t)change->scrolled * GLYPH_HEIGHT);
    if (!rectangle_is_empty(change->cells)) {
        fill(region, place_of_cells(region, change->cells));
        draw_characters(region, change->cells);
    }
    return change->scrolled ? all : place_of_cells(region, change->cells);
}

static void present(const struct text_region *region, struct rectangle place)
{
    if (region->screen)
        screen_present(region->screen, place);
}

/* Steps two and three; `flags` are from before step one. */
static void show(const struct text_region *region, const struct change *change, uint64_t flags)
{
    struct rectangle place = draw(region, change);
    cpu_interrupts_restore(flags);
    present(region, place);
}

void text_write(struct text_region *region, const char *text, size_t length)
{
    if (!region->columns)
        return;
    struct change change = NO_CHANGE;
    uint64_t flags = cpu_interrupts_save();
    add_cursor(region, &change);
    for (size_t i = 0; i < length; i++)
        put_byte(region, text[i], &change);
    add_cursor(region, &change);
    show(region, &change, flags);
}

/* The next character of text that ends in 0; a blank at its end. */
static uint32_t take_character(const char **text)
{
    uint32_t character = ' ';
    size_t length = 0;
    while (length < UTF8_BYTES && (*text)[length])
        length++;
    if (length) {
        size_t bytes = utf8_read(*text, length, &character);
        *text += bytes ? bytes : length;
    }
    return character;
}

void text_set_row(struct text_region *region, uint32_t row, const char *text)
{
    if (row >= region->rows)
        return;
    struct change change = NO_CHANGE;
    uint64_t flags = cpu_interrupts_save();
    for (uint32_t column = 0; column < region->columns; column++)
        set_cell(region, row, column, take_character(&text), &change);
    show(region, &change, flags);
}

void text_show_cursor(struct text_region *region, bool shown)
{
    struct change change = NO_CHANGE;
    uint64_t flags = cpu_interrupts_save();
    bool changes = region->columns && region->shows_cursor != shown;
    region->shows_cursor = true;
    if (changes)
        add_cursor(region, &change);
    region->shows_cursor = shown;
    show(region, &change, flags);
}

/* With the margins. */
static void show_all(const struct text_region *region)
{
    if (!region->columns)
        return;
    uint64_t flags = cpu_interrupts_save();
    if (region->screen) {
        fill(region, region->area);
        draw_characters(region, all_cells(region));
    } else {
        write_characters(region, all_cells(region));
    }
    cpu_interrupts_restore(flags);
    present(region, region->area);
}

/* Writes what `old` holds, up to its cursor, into `region`. A line that had wrapped is whole again on the way. */
static void flow(struct text_region *region, const struct text_region *old)
{
    struct change ignored = NO_CHANGE;
    for (uint32_t row = 0; row <= old->row; row++) {
        const uint32_t *line = row_cells(old, row);
        bool has_cursor = row == old->row, goes_on = line[old->columns - 1] & LINE_GOES_ON;
        uint32_t length = has_cursor ? old->column : old->columns;
        while (!has_cursor && !goes_on && length && line[length - 1] == ' ')
            length--;
        for (uint32_t column = 0; column < length; column++)
            put(region, line[column] & CHARACTER, &ignored);
        if (!has_cursor && !goes_on)
            put(region, '\n', &ignored);
    }
}

/* Puts `new` in the place of a region, with the text that it holds. */
static void replace(struct text_region *region, struct text_region new)
{
    size_t cells = count_cells(&new);
    new.cells = cells ? pages_allocate(pages_for(cells * sizeof *new.cells), ZONE_ANY) : NULL;
    new.column = new.row = 0;
    if (new.cells)
        blank(new.cells, cells);
    else
        new.columns = new.rows = 0;
    uint64_t flags = cpu_interrupts_save();
    struct text_region old = *region;
    if (old.columns && new.columns)
        flow(&new, &old);
    *region = new;
    cpu_interrupts_restore(flags);
    if (old.columns)
        pages_free(old.cells, pages_for(count_cells(&old) * sizeof *old.cells));
    show_all(region);
}

static uint32_t fit(int32_t room, int32_t margin, int32_t size)
{
    return room - 2 * margin >= size ? (uint32_t)((room - 2 * margin) / size) : 0;
}

void text_place(struct text_region *region, struct screen *screen, struct rectangle area, int32_t margin_x,
                int32_t margin_y)
{
    const struct surface *back = &screen->back;
    struct text_region new = *region;
    area = rectangle_intersect(area, (struct rectangle){ 0, 0, (int32_t)back->width, (int32_t)back->height });
    new.screen = screen;
    new.area = area;
    new.left = area.left + margin_x;
    new.top = area.top + margin_y;
    new.columns = fit(area.right - area.left, margin_x, GLYPH_WIDTH);
    new.rows = fit(area.bottom - area.top, margin_y, GLYPH_HEIGHT);
    replace(region, new);
}

void text_place_characters(struct text_region *region, uint16_t *memory, uint32_t columns, struct rectangle area)
{
    struct text_region new = *region;
    character_memory = memory;
    character_columns = columns;
    new.screen = NULL;
    new.area = area;
    new.left = area.left;
    new.top = area.top;
    new.columns = fit(area.right - area.left, 0, 1);
    new.rows = fit(area.bottom - area.top, 0, 1);
    replace(region, new);
}
