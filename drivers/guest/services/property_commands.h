/* Chapter 21: how does a person read and write the notes? */
#pragma once

/* Adds prop. */
void property_commands_add(void);
