/* Chapter 3: what does the kernel say when it cannot go on?
 *
 * What happened, where, which chapter explains that place, and who called whom, to
 * every output that can still speak. A panic within a panic says less each time, so
 * that the first message always gets out. */
#include "kernel/faults/panic.h"
#include "kernel/core/cpu.h"
#include "kernel/core/log.h"
#include "kernel/core/main.h"
#include "kernel/core/port.h"
#include "kernel/core/print.h"
#include "kernel/faults/exceptions.h"
#include "kernel/faults/symbols.h"
#include "lib/format.h"

enum {
    BACKTRACE_LIMIT = 24,
    FRAME_LIMIT = 65536, /* no stack is larger, so no caller's frame is farther away */
    HOST_LOG_PORT = 0x504,
    PUSH_RBP = 0x55, /* the first instruction of a function that makes a frame */
};

void (*panic_farewell)(void);
static int depth;    /* panics begun */
static bool walking; /* from frame to frame, which may lead anywhere */

void host_log_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        port_write8(HOST_LOG_PORT, (uint8_t)text[i]);
}

static struct log_output host_log = { NULL, host_log_write, NULL };

void panic_start(void) { log_join(&host_log); }

static void print_place(uint64_t address)
{
    const struct symbol *symbol = symbol_find(address);
    if (symbol)
        print("  %p %s+0x%lx\n", (void *)address, symbol->name, address - symbol->address);
    else
        print("  %p outside the kernel's code\n", (void *)address);
}

/* The way back lies behind the call, perhaps already in the next function. */
static void print_caller(uint64_t way_back) { print_place(way_back - 1); }

/* The stack is a linked list: each frame holds the caller's frame and the way back. Returns
 * the way back and goes on to the caller's frame; 0: the list has ended. */
static uint64_t follow(uint64_t *frame_address)
{
    if (!*frame_address || *frame_address % 8)
        return 0;
    const uint64_t *frame = (const uint64_t *)*frame_address;
    uint64_t back = frame[1];
    bool goes_on = frame[0] > *frame_address && frame[0] - *frame_address <= FRAME_LIMIT;
    *frame_address = goes_on ? frame[0] : 0;
    return back;
}

/* A function that called itself is named once, so that its first caller is seen, too. */
static void print_backtrace(uint64_t frame_address)
{
    uint64_t place = 0, next;
    unsigned int again = 0;
    for (int lines = 0; lines < BACKTRACE_LIMIT && (next = follow(&frame_address)); place = next) {
        if (next == place) {
            again++;
            continue;
        }
        if (again)
            print("    and %u times more\n", again);
        again = 0;
        print_caller(next);
        lines++;
    }
}

static void print_chapter(uint64_t address)
{
    const struct symbol *symbol = symbol_find(address);
    if (symbol && symbol->chapter && symbol->chapter <= chapter_count)
        print("explained in chapter %u, %s\n", symbol->chapter, contents[symbol->chapter - 1].title);
}

static void print_registers(const struct interrupt_frame *frame)
{
    print("  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", frame->rax, frame->rbx, frame->rcx, frame->rdx);
    print("  rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", frame->rsi, frame->rdi, frame->rbp, frame->rsp);
    print("  r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", frame->r8, frame->r9, frame->r10, frame->r11);
    print("  r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", frame->r12, frame->r13, frame->r14, frame->r15);
    print("  rip %016lx flags %08lx cr2 %016lx\n", frame->rip, frame->rflags, cpu_read_cr2());
}

/* The first words of a panic. Returns only while it makes sense to say more. */
static void begin(const char *message)
{
    cpu_interrupts_off();
    depth++;
    if (depth == 1) {
        log_panic();
        print("\nPANIC: %s\n", message);
        return;
    }
    if (depth == 2 && walking)
        print("  and no further: the next frame cannot be read\nThe kernel has stopped.\n");
    else if (depth == 2) {
        boot_say("\nPANIC within a panic: ");
        boot_say(message);
        boot_say("\n");
    }
    cpu_stop();
}

/* `caller`: who is named before those of the frames; 0: nobody. */
static void __attribute__((noreturn)) finish(uint64_t place, uint64_t caller, uint64_t frame)
{
    print_chapter(place);
    print("called from\n");
    if (caller)
        print_place(caller);
    walking = true;
    print_backtrace(frame);
    walking = false;
    print("The kernel has stopped.\n");
    if (panic_farewell)
        panic_farewell();
    cpu_stop();
}

void panic_at(const char *file, int line, const char *pattern, ...)
{
    char message[200], place[240];
    va_list arguments;
    va_start(arguments, pattern);
    format_list(message, sizeof message, pattern, arguments);
    va_end(arguments);
    begin(format(place, sizeof place, "%s:%d: %s", file, line, message));
    finish((uintptr_t)__builtin_return_address(0) - 1, 0, (uintptr_t)__builtin_frame_address(0));
}

static bool makes_frame(uint64_t place)
{
    const struct symbol *symbol = symbol_find(place);
    return symbol && *(const uint8_t *)(uintptr_t)symbol->address == PUSH_RBP;
}

/* A function that needs no stack makes no frame, and what is not code of ours has none that we
 * know: then the way back is still where the call left it, on top of the stack. 0: it is not. */
static uint64_t find_caller(const struct interrupt_frame *frame)
{
    bool same_stack = frame->rsp % 8 == 0 && frame->rbp - frame->rsp <= FRAME_LIMIT;
    if (makes_frame(frame->rip) || !same_stack)
        return 0;
    walking = true;
    uint64_t back = *(const uint64_t *)frame->rsp;
    return symbol_find(back) ? back - 1 : 0;
}

void panic_in(const struct interrupt_frame *frame, const char *pattern, ...)
{
    char message[200];
    va_list arguments;
    va_start(arguments, pattern);
    begin(format_list(message, sizeof message, pattern, arguments));
    va_end(arguments);
    print_registers(frame);
    print("in\n");
    print_place(frame->rip);
    uint64_t caller = find_caller(frame);
    finish(symbol_find(frame->rip) ? frame->rip : caller, caller, frame->rbp);
}
