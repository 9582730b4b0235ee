/* Chapter 18: what the board says of chapters 12 to 18. */
#pragma once

/* Adds their rows, in the order of the book. */
void board_add_own_rows(void);
