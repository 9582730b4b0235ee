/* Pages that are counted, and come to an end. */
#pragma once
#include "kernel/memory/pages.h"

extern size_t fake_pages_now;  /* allocated */
extern size_t fake_pages_most; /* no more than these; without end unless a test says so */
