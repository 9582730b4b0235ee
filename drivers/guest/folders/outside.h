/* Chapter 22: what is in the host's folders can be seen. */
#pragma once

/* Starts the chapter: the host's folders, and the commands show and watch. */
const char *outside_start(void);
