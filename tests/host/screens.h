/* What the tests of chapters 16 to 18 share: a kernel that has come as far as the pointer, on an adapter in memory. */
// sources: kernel/desktop/desktop.c kernel/screen/screen.c kernel/screen/text.c kernel/screen/console.c
// sources: kernel/screen/font.c lib/format.c lib/utf8.c kernel/desktop/pointer.c kernel/desktop/pointer_zones.c
// sources: kernel/desktop/input.c drivers/guest/mouse/mouse.c drivers/guest/mouse/mouse_integration.c
// sources: drivers/guest/screens/display_hints.c drivers/guest/screens/window_size.c drivers/guest/events.c
// sources: drivers/guest/vmmdev.c kernel/machine/interrupts.c kernel/time/task.c kernel/time/task_switch.asm
// sources: tests/host/fake/vmmdev.c tests/host/fake/vmmdev_display.c tests/host/fake/display.c
// sources: tests/host/fake/machine.c
#pragma once
#include "drivers/guest/mouse/mouse_integration.h"
#include "drivers/guest/events.h"
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/desktop/desktop.h"
#include "kernel/desktop/pointer.h"
#include "kernel/screen/console.h"
#include "tests/host/fake/display.h"
#include "tests/host/fake/machine.h"
#include "tests/host/fake/vmmdev_display.h"
#include "tests/host/ps2_beside.h"
#include "tests/host/test.h"

enum { MIB = 1 << 20, WIDTH = 1024, HEIGHT = 768 };

struct boot_information boot_information;

void log_join(struct log_output *output) { (void)output; }

static inline struct boot_framebuffer picture_at(uint64_t address, uint32_t width, uint32_t height)
{
    return (struct boot_framebuffer){
        .present = true, .address = address, .width = width, .height = height, .pitch = width * 4,
        .red = { 16, 8 }, .green = { 8, 8 }, .blue = { 0, 8 },
    };
}

/* Chapters 7 to 15, with what GRUB left. */
static inline void boot_with(struct boot_framebuffer framebuffer)
{
    boot_information.framebuffer = framebuffer;
    screen_start();
    machine_start();
    plug_ps2_mouse();
    fake_vmmdev_display_add(&host);
    vmmdev_start();
    events_start();
    mouse_integration_start();
}

static inline void boot_on_adapter(uint32_t memory_bytes, size_t screens_at_all)
{
    fake_display_plug(memory_bytes, screens_at_all);
    boot_with(picture_at(display.memory, WIDTH, HEIGHT));
}
