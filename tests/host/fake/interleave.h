/* A host beside the processor, which acts between any two accesses of the guest.
 *
 * The host's threads run on other processors while the guest runs on its own. Here the host acts only when the guest
 * touches something that both know: a port of VMMDev, the flag in BAR 1; or when it lets interrupts in. Between two
 * such moments the guest cannot tell when the host acted, so these are all the orders that there are. All are tried.
 */
#pragma once
#include "tests/host/fake/machine.h"

enum { INTERLEAVE_MOST = 4 };

/* One thing that the host does, at one moment. */
typedef void host_act(void);

/* Behind machine_start: from now on the host may act whenever the guest does. */
void interleave_plug(void);

/* Tries all orders: each time `begin`, the acts one after another, tasks until all sleep, `judge`. Returns how many. */
size_t interleave(void (*begin)(void), host_act *const acts[], size_t count, void (*judge)(void));

/* The same from the first instruction on: each order is tried in a process of its own, which begins with `boot`. */
size_t interleave_boots(void (*boot)(void), host_act *const acts[], size_t count, void (*judge)(void));
