/* Chapter 16: which adapter is it? Its driver fills this in, and chapter 17's changes it; all others read. */
#include "kernel/desktop/display.h"

struct display_adapter display;
