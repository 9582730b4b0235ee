/* Instructions, counted one by one: see steps.h. */
#include "tests/bench/steps.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* The child's next stop; `breakpoint`: whether it was an int3 rather than a step. */
static void wait_for_stop(pid_t child, int *breakpoint)
{
    int status;
    siginfo_t signal;
    if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
        fail("the child does not stop");
    if (ptrace(PTRACE_GETSIGINFO, child, 0, &signal) < 0)
        fail("ptrace");
    *breakpoint = signal.si_code == SI_KERNEL;
}

uint64_t count_steps(void (*work)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        __asm__ volatile("int3");
        work();
        __asm__ volatile("int3");
        _exit(0);
    }
    int breakpoint;
    wait_for_stop(child, &breakpoint);
    uint64_t steps = 0;
    do {
        if (ptrace(PTRACE_SINGLESTEP, child, 0, 0) < 0)
            fail("ptrace");
        wait_for_stop(child, &breakpoint);
        steps++;
    } while (!breakpoint);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return steps - 1; /* the int3 at the end */
}
