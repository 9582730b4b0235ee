/* Chapter 19: what is typed, and where does the answer appear?
 *
 * Keyboard and serial line, console and serial line: one terminal. What comes in are
 * bytes as a terminal sends them, from the keyboard too. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Keeps a byte that was typed. Ctrl-C also sets terminal_interrupted. Any context. */
void terminal_type(char byte);

/* The oldest byte typed; false: none. Task context. */
bool terminal_take(char *byte);
bool terminal_has_typed(void);

/* Ctrl-C was typed. What was typed before it and not taken is gone. Whoever takes Ctrl-C clears it. */
extern volatile bool terminal_interrupted;

/* Clears it, and takes Ctrl-C if nobody has. Returns whether it was set. Task context. */
bool terminal_end_interruption(void);

/* The log has written to the terminal, and the row that it is in is empty. Whoever redraws clears it. */
extern volatile bool terminal_disturbed;

/* Shows UTF-8 text: \n, \r, \b; and \f, which clears. On the screen it is seen once others may run. Task context. */
void terminal_write(const char *text, size_t length);

/* Characters of a row on the narrowest of its screens. */
size_t terminal_columns(void);

/* Shows where the next character goes, on the console. While it is shown, a line is being typed:
 * what the log says then begins a row of its own. */
void terminal_show_cursor(bool shown);

/* Listens to keyboard and serial line. Returns whether there is a serial line. */
bool terminal_start(void);
