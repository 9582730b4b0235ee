/* Chapter 19: what is printed on the keys?
 *
 * In each level seven rows: the digits, three rows of letters without their last keys, the
 * key on the left of the digits, the one beside Return, the letters' last row, and the key
 * beside the left shift. The strings are joined; a line is a row or two. */
#include "kernel/terminal/keyboard.h"

#define NO_ROWS_BEHIND_THE_SECOND "           " " " " " "          " " "

const struct keyboard_layout keyboard_layouts[] = {
    { "us",
      { "1234567890-=" "qwertyuiop[]"
        "asdfghjkl;'" "`" "\\" "zxcvbnm,./" "<",
        "!@#$%^&*()_+" "QWERTYUIOP{}"
        "ASDFGHJKL:\"" "~" "|" "ZXCVBNM<>?" ">",
        "            " "            "
        NO_ROWS_BEHIND_THE_SECOND } },
    { "de",
      { "1234567890ß\u0301" "qwertzuiopü+"
        "asdfghjklöä" "\u0302" "#" "yxcvbnm,.-" "<",
        "!\"§$%&/()=?\u0300" "QWERTZUIOPÜ*"
        "ASDFGHJKLÖÄ" "°" "'" "YXCVBNM;:_" ">",
        " ²³   {[]}\\ " "@ €        ~"
        "           " " " " " "      µ   " "|" } },
    { "fr",
      { "&é\"'(-è_çà)=" "azertyuiop\u0302$"
        "qsdfghjklmù" "²" "*" "wxcvbn,;:!" "<",
        "1234567890°+" "AZERTYUIOP\u0308£"
        "QSDFGHJKLM%" " " "µ" "WXCVBN?./§" ">",
        " \u0303#{[|\u0300\\^@]}" "  €        ¤"
        NO_ROWS_BEHIND_THE_SECOND } },
};

const size_t keyboard_layout_count = sizeof keyboard_layouts / sizeof keyboard_layouts[0];
