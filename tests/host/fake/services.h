/* A machine with a host that has services: VMMDev with its HGCM part, real tasks, and the real allocator. */
#pragma once
#include "tests/host/fake/hgcm.h"
#include "tests/host/fake/machine.h"

enum { SERVICES_SECOND = 1000000 };

/* Power-on. Afterwards `host`, `fake_hgcm` and services may be changed. */
void services_machine(void);
/* Chapters 12, 13 and 20, with power-on if that was not. Returns the line of chapter 20. */
const char *services_start(void);

/* Starts a task that runs `work` once. */
void services_task(void (*work)(void *argument), void *argument);
