/* Chapter 19: what else can be asked at the desk? */
#pragma once

/* Adds help, echo and the others that need no files. */
void desk_commands_add(void);

/* How the last line ended; for the prompt. */
extern int desk_status;
