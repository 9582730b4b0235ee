/* Chapter 19: what can be asked that needs no files? */
#pragma once

/* Adds help, echo and the others that need no files. */
void builtins_add(void);
