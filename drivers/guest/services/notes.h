/* Chapter 21: what does the host know of us, and how does a script on it give orders? */
#pragma once

const char *notes_start(void);
