/* Chapter 19: what is printed on the keys?
 *
 * In each level seven rows: the digits, three rows of letters without their last keys, the
 * key on the left of the digits, the one beside Return, the letters' last row, and the key
 * beside the left shift. The strings are joined; a line is a row or two. */
#include "kernel/terminal/keyboard.h"

#define NO_ROWS_BEHIND_THE_SECOND "           " " " " " "          " " "

const struct keyboard_layout keyboard_layouts[] = {
    { "us",
      { U"1234567890-=" "qwertyuiop[]"
        "asdfghjkl;'" "`" "\\" "zxcvbnm,./" "<",
        U"!@#$%^&*()_+" "QWERTYUIOP{}"
        "ASDFGHJKL:\"" "~" "|" "ZXCVBNM<>?" ">",
        U"            " "            "
        NO_ROWS_BEHIND_THE_SECOND } },
    { "de",
      { U"1234567890ß\u0301" "qwertzuiopü+"
        "asdfghjklöä" "\u0302" "#" "yxcvbnm,.-" "<",
        U"!\"§$%&/()=?\u0300" "QWERTZUIOPÜ*"
        "ASDFGHJKLÖÄ" "°" "'" "YXCVBNM;:_" ">",
        U" ²³   {[]}\\ " "@ €        ~"
        "           " " " " " "      µ   " "|" } },
    { "fr",
      { U"&é\"'(-è_çà)=" "azertyuiop\u0302$"
        "qsdfghjklmù" "²" "*" "wxcvbn,;:!" "<",
        U"1234567890°+" "AZERTYUIOP\u0308£"
        "QSDFGHJKLM%" " " "µ" "WXCVBN?./§" ">",
        U" \u0303#{[|\u0300\\^@]}" "  €        ¤"
        NO_ROWS_BEHIND_THE_SECOND } },
};

const size_t keyboard_layout_count = sizeof keyboard_layouts / sizeof keyboard_layouts[0];
