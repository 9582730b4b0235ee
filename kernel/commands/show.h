/* Chapter 22: a picture on the desktop. */
#pragma once
#include "kernel/shell/shell.h"

/* The command of this name: shows a picture, or none. */
int show_run(struct call *call);
