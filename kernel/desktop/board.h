/* Chapter 18: how is everybody? */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* One line of the board. `tell` writes what is so now, as format does; true: the host
 * and we do this at the moment, false: it is off or cannot be had. Any task. */
struct board_row {
    const char *name;
    bool (*tell)(char *text, size_t size);
    struct board_row *next;
};

/* Adds a row below those that are there, up to 32 in all, for good. Task context. */
void board_add(struct board_row *row);

/* A click on the title folds the board away, and opens it again. */
extern bool board_is_open;

/* Puts the board on the screens and keeps it true, once a second. */
void board_open(void);
