/* Chapter 19: who has something to put away before the machine starts anew? */
#include "kernel/commands/leave.h"
#include "kernel/core/port.h"
#include "kernel/time/task.h"

enum { /* IBM PC AT: the keyboard controller holds the processor's reset line */
       CONTROLLER_COMMAND = 0x64,
       PULSE_RESET = 0xfe,
       RESET_TAKES = 1000 * 1000, /* microseconds, at most */
};

static struct leave_function *newest;

void leave_add(struct leave_function *function)
{
    function->next = newest;
    newest = function;
}

void leave_all(void)
{
    while (newest) {
        struct leave_function *function = newest;
        newest = function->next;
        function->leave();
    }
}

void leave_and_reset(void)
{
    leave_all();
    port_write8(CONTROLLER_COMMAND, PULSE_RESET);
    wait_for(RESET_TAKES);
}
