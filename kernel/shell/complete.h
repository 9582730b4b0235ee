/* Chapter 19: how could this word go on? */
#pragma once
#include "kernel/shell/shell.h"

/* Finishes the word before the cursor of the line being typed (kernel/terminal/line.h) as far as
 * there is one way to go on; where there are several at once, shows them below the line.
 * Paths are completed in call->folder; `call` is one that does not run. Task context. */
void complete_word(struct call *call);
