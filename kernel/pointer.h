/* Chapter 14: a pointer that follows. */
#pragma once

const char *pointer_start(void);
