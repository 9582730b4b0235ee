/* Chapter 19: which character does a key mean?
 *
 * A scan code is a place on the keyboard; what is printed there differs from country to
 * country. What no country changes (Return, arrows, the keypad) is here, the rest in
 * kernel/terminal/keyboard_layouts.c. Keys without a character send what a terminal sends. */
#include "kernel/terminal/keyboard.h"
#include "lib/utf8.h"

/* Scan codes of set 1; Andries Brouwer, "Keyboard scancodes". */
enum {
    CONTROL = 0x1d,
    LEFT_SHIFT = 0x2a,
    RIGHT_SHIFT = 0x36,
    CAPS_LOCK = 0x3a,
    RIGHT_CONTROL = 0xe01d,
    ALT_GR = 0xe038,
};

static const struct {
    uint8_t first, keys;
} rows[] = { { 0x02, 12 }, { 0x10, 12 }, { 0x1e, 11 }, { 0x29, 1 }, { 0x2b, 1 }, { 0x2c, 10 }, { 0x56, 1 } };

/* ECMA-48 as xterm sends it ("XTerm Control Sequences", PC-style function keys). */
static const struct {
    uint16_t key;
    const char *plain, *with_control;
} fixed[] = {
    { 0x01, "\x1b", NULL },      { 0x0e, "\x7f", "\x17" },     { 0x0f, "\t", NULL },
    { 0x1c, "\r", NULL },        { 0x39, " ", NULL },          { 0xe01c, "\r", NULL },
    { 0xe035, "/", NULL },       { 0x37, "*", NULL },          { 0x4a, "-", NULL },
    { 0x4e, "+", NULL },         { 0x47, "7", NULL },          { 0x48, "8", NULL },
    { 0x49, "9", NULL },         { 0x4b, "4", NULL },          { 0x4c, "5", NULL },
    { 0x4d, "6", NULL },         { 0x4f, "1", NULL },          { 0x50, "2", NULL },
    { 0x51, "3", NULL },         { 0x52, "0", NULL },          { 0x53, ".", NULL },
    { 0xe048, "\x1b[A", NULL },  { 0xe050, "\x1b[B", NULL },   { 0xe04d, "\x1b[C", "\x1b[1;5C" },
    { 0xe04b, "\x1b[D", "\x1b[1;5D" }, { 0xe047, "\x1b[H", NULL }, { 0xe04f, "\x1b[F", NULL },
    { 0xe053, "\x1b[3~", NULL },
};

/* Dead keys: the accent, itself on a blank, and pairs of a letter and what becomes of it. */
static const struct {
    uint32_t accent, alone;
    const uint32_t *pairs;
} accents[] = {
    { 0x300, '`', U"aàeèiìoòuùAÀEÈIÌOÒUÙ" },   { 0x301, 0xb4, U"aáeéiíoóuúyýAÁEÉIÍOÓUÚYÝ" },
    { 0x302, '^', U"aâeêiîoôuûAÂEÊIÎOÔUÛ" },   { 0x303, '~', U"aãnñoõAÃNÑOÕ" },
    { 0x308, 0xa8, U"aäeëiïoöuüyÿAÄEËIÏOÖUÜ" },
};

enum { ACCENTS = sizeof accents / sizeof accents[0] };

const struct keyboard_layout *keyboard_layout = keyboard_layouts;

static struct {
    bool left_shift, right_shift, left_control, right_control, alt_gr, caps;
} held;
static size_t dead = ACCENTS; /* the accent that waits for its letter */

const struct keyboard_layout *keyboard_find(const char *name)
{
    for (size_t i = 0; i < keyboard_layout_count; i++) {
        const char *is = keyboard_layouts[i].name, *wanted = name;
        while (*is && *is == *wanted)
            is++, wanted++;
        if (!*is && (!*wanted || *wanted == ' '))
            return &keyboard_layouts[i];
    }
    return NULL;
}

/* A key's place in a level's string; KEYBOARD_KEYS: it has none. */
static size_t place_of(uint16_t key)
{
    size_t place = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; place += rows[i++].keys)
        if (key >= rows[i].first && key < rows[i].first + rows[i].keys)
            return place + key - rows[i].first;
    return KEYBOARD_KEYS;
}

/* Whether two characters are one letter, small and capital; in Latin-1 they are 32 apart. */
static bool is_letter(uint32_t small, uint32_t capital)
{
    return ((small >= 'a' && small <= 'z') || (small >= 0xe0 && small <= 0xfe)) && capital == small - 0x20;
}

static uint32_t character_of(size_t place)
{
    uint32_t plain = keyboard_layout->levels[0][place], shifted = keyboard_layout->levels[1][place];
    bool shift = held.left_shift || held.right_shift;
    if (held.alt_gr)
        return keyboard_layout->levels[2][place];
    return shift != (held.caps && is_letter(plain, shifted)) ? shifted : plain;
}

static void put_text(const char *text, void (*put)(char byte))
{
    while (*text)
        put(*text++);
}

static void put_character(uint32_t character, void (*put)(char byte))
{
    char bytes[UTF8_BYTES];
    size_t length = utf8_write(bytes, character);
    for (size_t i = 0; i < length; i++)
        put(bytes[i]);
}

static size_t find_accent(uint32_t character)
{
    size_t i = 0;
    while (i < ACCENTS && accents[i].accent != character)
        i++;
    return i;
}

/* What waits and this become one character, or two. */
static void put_with_accent(uint32_t character, void (*put)(char byte))
{
    size_t accent = dead;
    dead = ACCENTS;
    for (const uint32_t *pair = accents[accent].pairs; *pair; pair += 2)
        if (pair[0] == character) {
            put_character(pair[1], put);
            return;
        }
    put_character(accents[accent].alone, put);
    if (character != ' ' && character != accents[accent].accent)
        put_character(character, put);
}

/* Some hosts press control whenever AltGr is held. */
static bool has_control(void) { return (held.left_control || held.right_control) && !held.alt_gr; }

static void type(uint32_t character, void (*put)(char byte))
{
    bool control = has_control();
    if (control && ((character >= 'a' && character <= 'z') || (character >= '@' && character <= '_')))
        put((char)(character & 0x1f));
    else if (dead < ACCENTS)
        put_with_accent(character, put);
    else if (find_accent(character) < ACCENTS)
        dead = find_accent(character);
    else if (!control)
        put_character(character, put);
}

static bool hold(uint16_t key, bool pressed)
{
    bool *one = key == LEFT_SHIFT      ? &held.left_shift
                : key == RIGHT_SHIFT   ? &held.right_shift
                : key == CONTROL       ? &held.left_control
                : key == RIGHT_CONTROL ? &held.right_control
                : key == ALT_GR        ? &held.alt_gr
                                       : NULL;
    if (one)
        *one = pressed;
    if (key == CAPS_LOCK && pressed)
        held.caps = !held.caps;
    return one || key == CAPS_LOCK;
}

void keyboard_key(uint16_t key, bool pressed, void (*put)(char byte))
{
    if (hold(key, pressed) || !pressed)
        return;
    size_t place = place_of(key);
    if (place < KEYBOARD_KEYS) {
        uint32_t character = character_of(place);
        if (character != ' ')
            type(character, put);
        return;
    }
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        bool control = has_control() && fixed[i].with_control;
        if (fixed[i].key != key)
            continue;
        if (dead < ACCENTS && fixed[i].plain[0] == ' ')
            put_with_accent(' ', put);
        else
            put_text(control ? fixed[i].with_control : fixed[i].plain, put);
        dead = ACCENTS;
    }
}
