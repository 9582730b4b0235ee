/* Chapter 17: several screens, whatever tells the host of them. */
#pragma once
#include "kernel/desktop/display.h"

/* Have `display` drive the further screens that the machine has; they are off until
 * display.set. The first is for VBoxVGA, where VBE registers set modes, the second for VMSVGA
 * and VBoxSVGA. False: there are none, and all is as it was. Task context. */
bool vbva_start(void);
bool svga_screens_start(void);

/* What the host was told of each screen last. A mode that is off is all zeros. */
struct display_shown {
    bool known; /* else it must be told, whatever it is */
    struct display_mode mode;
    struct boot_framebuffer video;
};
extern struct display_shown display_shown[DISPLAY_SCREENS];

/* Nobody knows what the host has heard: the next time it is told everything. */
void display_forget(void);

/* The last part of display.set: has `change` tell the host of each screen that is to be
 * another, those beyond `count` off. One that stays as it is is left alone: it would flicker.
 * `video` is from display_lay_out; `change` may correct its own. False: a change failed. */
bool display_change(const struct display_mode *modes, size_t count, struct boot_framebuffer *video,
                    bool (*change)(uint32_t screen, const struct display_mode *mode, struct boot_framebuffer *video));
