/* Chapter 17: what does each of several screens show?
 *
 * Two ways to tell the host of a screen have one record of what it was told. */
#include "drivers/display/display_screens.h"
#include "lib/memory.h"

struct display_shown display_shown[DISPLAY_SCREENS];

void display_forget(void) { memset(display_shown, 0, sizeof display_shown); }

/* The first may have rows of another length than was laid out; where it begins counts. */
static bool is_shown(const struct display_shown *shown, const struct display_mode *mode,
                     const struct boot_framebuffer *video)
{
    return shown->known && display_modes_are_same(&shown->mode, mode) && shown->video.address == video->address;
}

bool display_change(const struct display_mode *modes, size_t count, struct boot_framebuffer *video,
                    bool (*change)(uint32_t screen, const struct display_mode *mode, struct boot_framebuffer *video))
{
    for (uint32_t i = 0; i < display.screens; i++) {
        struct display_shown next = { .known = true };
        if (i < count && modes[i].on) {
            next.mode = modes[i];
            next.video = video[i];
        }
        if (!is_shown(&display_shown[i], &next.mode, &next.video)) {
            if (!change(i, &next.mode, &next.video)) {
                display_forget();
                return false;
            }
            display_shown[i] = next;
        }
        if (i < count)
            video[i] = display_shown[i].video;
    }
    return true;
}
