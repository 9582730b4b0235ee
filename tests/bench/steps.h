/* How many instructions does a piece of work take on this computer?
 *
 * A child process does it, one instruction at a time (ptrace), so the number is exact, needs no
 * counter of the processor's, and the caller's memory stays as it was. A repeated string
 * instruction counts once per repetition. */
#pragma once
#include <stdint.h>

uint64_t count_steps(void (*work)(void));
