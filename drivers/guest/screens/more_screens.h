/* Chapter 17: more than one window. */
#pragma once

const char *more_screens_start(void);
