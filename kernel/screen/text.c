/* Chapter 7: how does text find its place on a screen?
 *
 * Text has three steps: it changes the cells, then those that changed are drawn into the
 * back buffer, then the smallest rectangle that holds them is presented. Whoever writes
 * much takes the first step often and the other two seldom: so a character costs one
 * character, and a thousand lines one screen.
 *
 * A handler may log while a task writes. Cells change with interrupts off, and a row is
 * drawn with interrupts off: in between, whoever comes finds what is left to draw in the
 * region, and draws it. The third step lets interrupts in as well (kernel/screen/screen.c). */
#include "kernel/screen/text.h"
#include "kernel/core/cpu.h"
#include "kernel/memory/pages.h"
#include "kernel/screen/font.h"
#include "lib/memory.h"
#include "lib/number.h"

#define LINE_GOES_ON (1u << 31) /* beside the character in a row's last cell */
#define CHARACTER    (~LINE_GOES_ON)

static uint16_t *character_memory; /* text mode alone */
static uint32_t character_columns;

static void add_cells(struct text_region *region, uint32_t row, uint32_t from, uint32_t to)
{
    struct rectangle cells = { (int32_t)from, (int32_t)row, (int32_t)to, (int32_t)row + 1 };
    region->changed = rectangle_enclose(region->changed, cells);
}

static uint32_t *row_cells(const struct text_region *region, uint32_t row)
{
    uint32_t behind = region->rows - region->first; /* rows before the ring begins anew */
    return region->cells + (size_t)(row < behind ? region->first + row : row - behind) * region->columns;
}

static void set_cell(struct text_region *region, uint32_t row, uint32_t column, uint32_t character)
{
    uint32_t *cell = row_cells(region, row) + column;
    if (*cell == character)
        return;
    *cell = character;
    add_cells(region, row, column, column + 1);
}

/* A row of blanks, behind those of the ring: to copy it is one instruction. */
static uint32_t *blank_cells(const struct text_region *region)
{
    return region->cells + (size_t)region->rows * region->columns;
}

static void blank_row(struct text_region *region, uint32_t row)
{
    memcpy(row_cells(region, row), blank_cells(region), region->columns * sizeof *region->cells);
    add_cells(region, row, 0, region->columns);
}

/* The uppermost row becomes the lowest, and blank. */
static void scroll(struct text_region *region)
{
    region->first = region->first + 1 < region->rows ? region->first + 1 : 0;
    region->scrolled++;
    region->changed.top = maximum(region->changed.top - 1, 0);
    region->changed.bottom = maximum(region->changed.bottom - 1, 0);
    blank_row(region, region->rows - 1);
}

static void begin_row(struct text_region *region)
{
    region->column = 0;
    if (region->row + 1 < region->rows)
        region->row++;
    else
        scroll(region);
}

static void put_printable(struct text_region *region, uint32_t character)
{
    if (region->column == region->columns) {
        row_cells(region, region->row)[region->columns - 1] |= LINE_GOES_ON;
        begin_row(region);
    }
    set_cell(region, region->row, region->column++, character);
}

static void clear(struct text_region *region)
{
    for (uint32_t row = 0; row < region->rows; row++)
        blank_row(region, row);
    region->column = region->row = 0;
}

static void put(struct text_region *region, uint32_t character)
{
    if (character == '\n') {
        begin_row(region);
    } else if (character == '\r') {
        region->column = 0;
    } else if (character == '\b') {
        region->column -= region->column ? 1 : 0;
    } else if (character == '\t') {
        region->column = minimum((region->column / TEXT_TAB + 1) * TEXT_TAB, region->columns - 1);
    } else if (character == '\f') {
        clear(region);
    } else {
        put_printable(region, character);
    }
}

/* The end of a character may come with the next write. */
static void put_byte(struct text_region *region, char byte)
{
    uint32_t character;
    size_t bytes;
    if (!region->pending_bytes && (uint8_t)byte < 0x80) {
        put(region, (uint32_t)byte);
        return;
    }
    region->pending[region->pending_bytes++] = byte;
    while ((bytes = utf8_read(region->pending, region->pending_bytes, &character)) > 0) {
        put(region, character);
        region->pending_bytes -= (uint8_t)bytes;
        memmove(region->pending, region->pending + bytes, region->pending_bytes);
    }
}

/* Most text: characters of one byte that stand together, as far as the row goes. Returns how many. */
static size_t put_plain(struct text_region *region, const char *text, size_t length)
{
    uint32_t *cells = row_cells(region, region->row) + region->column;
    size_t room = minimum(length, region->columns - region->column), count = 0;
    for (; count < room && text[count] >= ' ' && text[count] <= '~'; count++)
        cells[count] = (uint32_t)text[count];
    if (count)
        add_cells(region, region->row, region->column, region->column + (uint32_t)count);
    region->column += (uint32_t)count;
    return count;
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

static void add_cursor(struct text_region *region)
{
    add_cells(region, region->row, cursor_column(region), cursor_column(region) + 1);
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

/* Moves up what has scrolled, or draws the uppermost row that changed. Returns what is to be presented; empty: the
 * back buffer is up to the cells. */
static struct rectangle draw_some(struct text_region *region)
{
    struct rectangle all = all_cells(region), row = region->changed;
    if (region->scrolled) {
        int32_t by = (int32_t)minimum(region->scrolled, region->rows) * GLYPH_HEIGHT;
        if (region->screen && region->scrolled < region->rows)
            surface_move_up(&region->screen->back, place_of_cells(region, all), by);
        else
            region->changed = all;
        region->scrolled = 0;
        return place_of_cells(region, all);
    }
    if (rectangle_is_empty(row))
        return (struct rectangle){ 0 };
    row.bottom = ++region->changed.top;
    if (region->screen) {
        fill(region, place_of_cells(region, row));
        draw_characters(region, row);
    } else {
        write_characters(region, row);
    }
    return place_of_cells(region, row);
}

static void present(const struct text_region *region, struct rectangle place)
{
    if (region->screen)
        screen_present(region->screen, place);
}

bool text_is_old(const struct text_region *region)
{
    return region->scrolled || !rectangle_is_empty(region->changed);
}

void text_show(struct text_region *region)
{
    struct rectangle place = { 0 };
    while (text_is_old(region)) {
        uint64_t flags = cpu_interrupts_save();
        place = rectangle_enclose(place, draw_some(region));
        cpu_interrupts_restore(flags);
    }
    present(region, place);
}

void text_put(struct text_region *region, const char *text, size_t length)
{
    if (!region->columns)
        return;
    uint64_t flags = cpu_interrupts_save();
    if (region->shows_cursor)
        add_cursor(region);
    for (size_t done = 0; done < length;) {
        size_t plain = region->pending_bytes ? 0 : put_plain(region, text + done, length - done);
        if (!plain)
            put_byte(region, text[done]);
        done += plain ? plain : 1;
    }
    if (region->shows_cursor)
        add_cursor(region);
    cpu_interrupts_restore(flags);
}

void text_write(struct text_region *region, const char *text, size_t length)
{
    text_put(region, text, length);
    text_show(region);
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
    uint64_t flags = cpu_interrupts_save();
    for (uint32_t column = 0; column < region->columns; column++)
        set_cell(region, row, column, take_character(&text));
    cpu_interrupts_restore(flags);
    text_show(region);
}

void text_show_cursor(struct text_region *region, bool shown)
{
    uint64_t flags = cpu_interrupts_save();
    if (region->columns && region->shows_cursor != shown)
        add_cursor(region);
    region->shows_cursor = shown;
    cpu_interrupts_restore(flags);
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
    for (uint32_t row = 0; row <= old->row; row++) {
        const uint32_t *line = row_cells(old, row);
        bool has_cursor = row == old->row, goes_on = line[old->columns - 1] & LINE_GOES_ON;
        uint32_t length = has_cursor ? old->column : old->columns;
        while (!has_cursor && !goes_on && length && line[length - 1] == ' ')
            length--;
        for (uint32_t column = 0; column < length; column++)
            put(region, line[column] & CHARACTER);
        if (!has_cursor && !goes_on)
            put(region, '\n');
    }
}

static size_t cell_pages(const struct text_region *region)
{
    return region->rows ? pages_for((size_t)region->columns * (region->rows + 1) * sizeof *region->cells) : 0;
}

/* Puts `new` in the place of a region, with the text that it holds. */
static void replace(struct text_region *region, struct text_region new)
{
    size_t pages = cell_pages(&new);
    new.cells = pages ? pages_allocate(pages, ZONE_ANY) : NULL;
    new.first = 0;
    if (!new.cells)
        new.columns = new.rows = 0;
    for (uint32_t column = 0; column < new.columns; column++)
        blank_cells(&new)[column] = ' ';
    clear(&new);
    uint64_t flags = cpu_interrupts_save();
    struct text_region old = *region;
    if (old.columns && new.columns)
        flow(&new, &old);
    new.changed = (struct rectangle){ 0 };
    new.scrolled = 0;
    *region = new;
    cpu_interrupts_restore(flags);
    if (old.columns)
        pages_free(old.cells, cell_pages(&old));
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
