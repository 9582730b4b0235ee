/* Chapter 18: asking the host for the time. */
#pragma once
#include <stdbool.h>

/* Asks, and corrects the wall clock. False: the host does not say. Task context. */
bool host_time_read(void);

/* Asks again even if the host has refused before: it may be another one by now. */
void host_time_forget(void);
