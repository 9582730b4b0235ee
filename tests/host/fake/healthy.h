/* A machine in which chapter 18 runs as a whole: VMMDev with its health part, real tasks, and the real allocator. */
#pragma once
#include "tests/host/fake/machine.h"
#include "tests/host/fake/vmmdev_health.h"

enum { SECOND = 1000000 };
extern size_t healthy_mib; /* memory; change it before healthy_machine */

/* Power-on. Afterwards `host` and `health` may be changed. */
void healthy_machine(void);
/* Chapters 12, 13 and 18; with power-on, if that was not. Returns the line of chapter 18. */
const char *healthy_boot(void);
/* And then the tasks run until all sleep. */
const char *healthy_start(void);

/* So many seconds pass, one by one. */
void healthy_pass(uint64_t seconds);

/* Requests of this type so far. */
size_t healthy_requests(uint32_t type);
