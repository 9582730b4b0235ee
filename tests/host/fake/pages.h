/* Pages that are counted, and come to an end. */
#pragma once
#include "kernel/pages.h"

extern size_t fake_pages_now, fake_pages_most; /* allocated; and how many there are, without end unless a test says so */
