/* Chapter 19: every key of every layout in every level, and nothing that nobody pressed.
 *
 * The tables are written from pictures of the keyboards, key by key, and know nothing of
 * how the kernel keeps them. */
// sources: kernel/terminal/keyboard.c kernel/terminal/keyboard_layouts.c lib/utf8.c
#include "tests/host/test.h"
#include "kernel/terminal/keyboard.h"

enum { SHIFT = 0x2a, RIGHT_SHIFT = 0x36, CONTROL = 0x1d, ALT_GR = 0xe038, CAPS = 0x3a, SPACE = 0x39 };

static char typed[256];

static void put(char byte)
{
    size_t length = strlen(typed);
    EXPECT(length, <, sizeof typed - 1);
    if (!byte) /* Ctrl-@ */
        return;
    typed[length] = byte;
    typed[length + 1] = 0;
}

static void press(uint16_t key) { keyboard_key(key, true, put); }
static void let_go(uint16_t key) { keyboard_key(key, false, put); }
static void stroke(uint16_t key)
{
    press(key);
    let_go(key);
}

static void expect(const char *text)
{
    EXPECT_TEXT(typed, text);
    typed[0] = 0;
}

/* A dead key is seen by what it makes of a blank. */
struct key {
    uint16_t code;
    const char *plain, *shift, *alt_gr;
};

static const struct key us[] = {
    { 0x02, "1", "!", "" }, { 0x03, "2", "@", "" }, { 0x04, "3", "#", "" }, { 0x05, "4", "$", "" },
    { 0x06, "5", "%", "" }, { 0x07, "6", "^", "" }, { 0x08, "7", "&", "" }, { 0x09, "8", "*", "" },
    { 0x0a, "9", "(", "" }, { 0x0b, "0", ")", "" }, { 0x0c, "-", "_", "" }, { 0x0d, "=", "+", "" },
    { 0x10, "q", "Q", "" }, { 0x11, "w", "W", "" }, { 0x12, "e", "E", "" }, { 0x13, "r", "R", "" },
    { 0x14, "t", "T", "" }, { 0x15, "y", "Y", "" }, { 0x16, "u", "U", "" }, { 0x17, "i", "I", "" },
    { 0x18, "o", "O", "" }, { 0x19, "p", "P", "" }, { 0x1a, "[", "{", "" }, { 0x1b, "]", "}", "" },
    { 0x1e, "a", "A", "" }, { 0x1f, "s", "S", "" }, { 0x20, "d", "D", "" }, { 0x21, "f", "F", "" },
    { 0x22, "g", "G", "" }, { 0x23, "h", "H", "" }, { 0x24, "j", "J", "" }, { 0x25, "k", "K", "" },
    { 0x26, "l", "L", "" }, { 0x27, ";", ":", "" }, { 0x28, "'", "\"", "" }, { 0x29, "`", "~", "" },
    { 0x2b, "\\", "|", "" }, { 0x2c, "z", "Z", "" }, { 0x2d, "x", "X", "" }, { 0x2e, "c", "C", "" },
    { 0x2f, "v", "V", "" }, { 0x30, "b", "B", "" }, { 0x31, "n", "N", "" }, { 0x32, "m", "M", "" },
    { 0x33, ",", "<", "" }, { 0x34, ".", ">", "" }, { 0x35, "/", "?", "" }, { 0x56, "<", ">", "" },
};

static const struct key de[] = {
    { 0x02, "1", "!", "" }, { 0x03, "2", "\"", "\u00b2" }, { 0x04, "3", "\u00a7", "\u00b3" }, { 0x05, "4", "$", "" },
    { 0x06, "5", "%", "" }, { 0x07, "6", "&", "" }, { 0x08, "7", "/", "{" }, { 0x09, "8", "(", "[" },
    { 0x0a, "9", ")", "]" }, { 0x0b, "0", "=", "}" }, { 0x0c, "\u00df", "?", "\\" }, { 0x0d, "\u00b4", "`", "" },
    { 0x10, "q", "Q", "@" }, { 0x11, "w", "W", "" }, { 0x12, "e", "E", "\u20ac" }, { 0x13, "r", "R", "" },
    { 0x14, "t", "T", "" }, { 0x15, "z", "Z", "" }, { 0x16, "u", "U", "" }, { 0x17, "i", "I", "" },
    { 0x18, "o", "O", "" }, { 0x19, "p", "P", "" }, { 0x1a, "\u00fc", "\u00dc", "" }, { 0x1b, "+", "*", "~" },
    { 0x1e, "a", "A", "" }, { 0x1f, "s", "S", "" }, { 0x20, "d", "D", "" }, { 0x21, "f", "F", "" },
    { 0x22, "g", "G", "" }, { 0x23, "h", "H", "" }, { 0x24, "j", "J", "" }, { 0x25, "k", "K", "" },
    { 0x26, "l", "L", "" }, { 0x27, "\u00f6", "\u00d6", "" }, { 0x28, "\u00e4", "\u00c4", "" },
    { 0x29, "^", "\u00b0", "" }, { 0x2b, "#", "'", "" }, { 0x2c, "y", "Y", "" }, { 0x2d, "x", "X", "" },
    { 0x2e, "c", "C", "" }, { 0x2f, "v", "V", "" }, { 0x30, "b", "B", "" }, { 0x31, "n", "N", "" },
    { 0x32, "m", "M", "\u00b5" }, { 0x33, ",", ";", "" }, { 0x34, ".", ":", "" }, { 0x35, "-", "_", "" },
    { 0x56, "<", ">", "|" },
};

static const struct key fr[] = {
    { 0x02, "&", "1", "" }, { 0x03, "\u00e9", "2", "~" }, { 0x04, "\"", "3", "#" }, { 0x05, "'", "4", "{" },
    { 0x06, "(", "5", "[" }, { 0x07, "-", "6", "|" }, { 0x08, "\u00e8", "7", "`" }, { 0x09, "_", "8", "\\" },
    { 0x0a, "\u00e7", "9", "^" }, { 0x0b, "\u00e0", "0", "@" }, { 0x0c, ")", "\u00b0", "]" }, { 0x0d, "=", "+", "}" },
    { 0x10, "a", "A", "" }, { 0x11, "z", "Z", "" }, { 0x12, "e", "E", "\u20ac" }, { 0x13, "r", "R", "" },
    { 0x14, "t", "T", "" }, { 0x15, "y", "Y", "" }, { 0x16, "u", "U", "" }, { 0x17, "i", "I", "" },
    { 0x18, "o", "O", "" }, { 0x19, "p", "P", "" }, { 0x1a, "^", "\u00a8", "" }, { 0x1b, "$", "\u00a3", "\u00a4" },
    { 0x1e, "q", "Q", "" }, { 0x1f, "s", "S", "" }, { 0x20, "d", "D", "" }, { 0x21, "f", "F", "" },
    { 0x22, "g", "G", "" }, { 0x23, "h", "H", "" }, { 0x24, "j", "J", "" }, { 0x25, "k", "K", "" },
    { 0x26, "l", "L", "" }, { 0x27, "m", "M", "" }, { 0x28, "\u00f9", "%", "" }, { 0x29, "\u00b2", "", "" },
    { 0x2b, "*", "\u00b5", "" }, { 0x2c, "w", "W", "" }, { 0x2d, "x", "X", "" }, { 0x2e, "c", "C", "" },
    { 0x2f, "v", "V", "" }, { 0x30, "b", "B", "" }, { 0x31, "n", "N", "" }, { 0x32, ",", "?", "" },
    { 0x33, ";", ".", "" }, { 0x34, ":", "/", "" }, { 0x35, "!", "\u00a7", "" }, { 0x56, "<", ">", "" },
};

static const struct {
    const char *name;
    const struct key *keys;
    size_t count;
} layouts[] = { { "us", us, sizeof us / sizeof us[0] },
                { "de", de, sizeof de / sizeof de[0] },
                { "fr", fr, sizeof fr / sizeof fr[0] } };
enum { LAYOUTS = sizeof layouts / sizeof layouts[0] };

static void choose(const char *name)
{
    keyboard_layout = keyboard_find(name);
    EXPECT(keyboard_layout != NULL, ==, true);
}

/* A blank behind the key takes a dead one out of its waiting; behind another it is one. */
static void expect_key(uint16_t key, const char *text)
{
    static const char *const dead[] = { "^", "`", "~", "\u00b4", "\u00a8" };
    stroke(key);
    bool waits = !*typed && *text;
    if (!waits) {
        expect(text);
        return;
    }
    bool may_wait = false;
    for (size_t i = 0; i < sizeof dead / sizeof dead[0]; i++)
        may_wait |= strcmp(dead[i], text) == 0;
    EXPECT(may_wait, ==, true);
    keyboard_key(ALT_GR, false, put);
    keyboard_key(SHIFT, false, put);
    stroke(SPACE);
    expect(text);
}

TEST(every_key_of_every_layout_in_every_level)
{
    for (size_t i = 0; i < LAYOUTS; i++) {
        choose(layouts[i].name);
        EXPECT(layouts[i].count, ==, KEYBOARD_KEYS);
        for (size_t k = 0; k < layouts[i].count; k++) {
            const struct key *key = &layouts[i].keys[k];
            expect_key(key->code, key->plain);
            press(SHIFT);
            expect_key(key->code, key->shift);
            let_go(SHIFT);
            press(ALT_GR);
            expect_key(key->code, key->alt_gr);
            let_go(ALT_GR);
        }
    }
}

TEST(caps_lock_is_for_letters)
{
    choose("de");
    stroke(CAPS);
    stroke(0x1e), stroke(0x1a), stroke(0x0c), stroke(0x02);
    expect("A\u00dc\u00df1");
    press(RIGHT_SHIFT);
    stroke(0x1e), stroke(0x02);
    let_go(RIGHT_SHIFT);
    expect("a!");
    stroke(CAPS);
    stroke(0x1e);
    expect("a");
    choose("fr");
    stroke(CAPS);
    stroke(0x03), stroke(0x27);
    expect("\u00e9M");
}

TEST(either_shift_holds_until_both_are_up)
{
    press(SHIFT), press(RIGHT_SHIFT), let_go(SHIFT);
    stroke(0x1e);
    let_go(RIGHT_SHIFT);
    stroke(0x1e);
    expect("Aa");
}

TEST(dead_keys_join_their_letter_or_stand_beside_it)
{
    choose("de");
    stroke(0x0d), stroke(0x12);
    expect("\u00e9");
    stroke(0x29), press(SHIFT), stroke(0x18), let_go(SHIFT);
    expect("\u00d4");
    stroke(0x29), stroke(0x2d);
    expect("^x");
    stroke(0x29), stroke(0x29);
    expect("^");
    stroke(0x12);
    expect("e");
    choose("fr");
    press(SHIFT), stroke(0x1a), let_go(SHIFT), stroke(0x17);
    expect("\u00ef");
    stroke(0x1a), stroke(0x10);
    expect("\u00e2");
    press(ALT_GR), stroke(0x03), let_go(ALT_GR), stroke(0x31);
    expect("\u00f1");
    stroke(0x1a), stroke(0x1c), stroke(0x12); /* Return lets go of it */
    expect("\re");
}

TEST(control_makes_control_characters_where_the_layout_has_the_letter)
{
    choose("fr");
    press(CONTROL);
    stroke(0x10);
    expect("\x01");
    stroke(0x2e);
    expect("\x03");
    stroke(0x03); /* e with an accent: none */
    expect("");
    let_go(CONTROL);
    press(0xe01d);
    stroke(0x26);
    expect("\x0c");
    let_go(0xe01d);
    choose("de");
    press(CONTROL), press(ALT_GR); /* as some hosts press AltGr */
    stroke(0x10);
    expect("@");
    let_go(ALT_GR), let_go(CONTROL);
    press(CONTROL), stroke(0x0e), let_go(CONTROL); /* Backspace: a word */
    expect("\x17");
}

TEST(keys_without_characters_send_what_a_terminal_sends)
{
    static const struct {
        uint16_t key;
        const char *sent, *with_control;
    } keys[] = {
        { 0x01, "\x1b", "\x1b" },         { 0x0e, "\x7f", "\x17" },        { 0x0f, "\t", "\t" },
        { 0x1c, "\r", "\r" },             { 0xe01c, "\r", "\r" },          { SPACE, " ", " " },
        { 0xe048, "\x1b[A", "\x1b[A" },   { 0xe050, "\x1b[B", "\x1b[B" },  { 0xe04d, "\x1b[C", "\x1b[1;5C" },
        { 0xe04b, "\x1b[D", "\x1b[1;5D" }, { 0xe047, "\x1b[H", "\x1b[H" }, { 0xe04f, "\x1b[F", "\x1b[F" },
        { 0xe053, "\x1b[3~", "\x1b[3~" }, { 0x47, "7", "7" },              { 0x53, ".", "." },
        { 0x52, "0", "0" },               { 0xe035, "/", "/" },            { 0x37, "*", "*" },
        { 0x3b, "", "" },                 { 0x57, "", "" },                { 0xe05b, "", "" },
        { 0x38, "", "" },                 { 0x45, "", "" },                { 0x46, "", "" },
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        stroke(keys[i].key);
        expect(keys[i].sent);
        press(CONTROL);
        stroke(keys[i].key);
        expect(keys[i].with_control);
        let_go(CONTROL);
    }
}

TEST(layouts_are_found_by_their_whole_name)
{
    EXPECT(keyboard_find("de") != NULL, ==, true);
    EXPECT(keyboard_find("de quiet") == keyboard_find("de"), ==, true);
    EXPECT(keyboard_find("d") == NULL, ==, true);
    EXPECT(keyboard_find("deu") == NULL, ==, true);
    EXPECT(keyboard_find("") == NULL, ==, true);
    EXPECT_TEXT(keyboard_layout->name, "us");
}

TEST(any_keys_in_any_order_make_whole_characters)
{
    for (int round = 0; round < 200000; round++) {
        if (test_random() % 1000 == 0)
            choose(layouts[test_random() % LAYOUTS].name);
        uint16_t key = test_random() % 2 ? (uint16_t)(test_random() % 0x80) : (uint16_t)(0xe000 | test_random() % 0x80);
        static const uint16_t held[] = { SHIFT, ALT_GR, CONTROL, CAPS };
        if (test_random() % 4 == 0)
            key = held[test_random() % 4];
        typed[0] = 0;
        keyboard_key(key, test_random() % 2, put);
        EXPECT(strlen(typed), <=, 8);
    }
}
