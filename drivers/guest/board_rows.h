/* Chapter 18: how is everybody? */
#pragma once

/* Starts the chapter: the clock and the health, and the board that shows all since chapter 12. */
const char *board_start(void);
