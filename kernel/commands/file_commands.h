/* Chapter 19: what does one do with files? */
#pragma once

/* Adds ls, cat, cp and the others that work on files. */
void file_commands_add(void);
