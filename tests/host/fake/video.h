/* A screen for the host tests: video memory that notices when it is read.
 *
 * The pages cannot be touched. Each access faults; the processor says whether it was a
 * write (page-fault error code, SDM 3A 4.7), the page is opened for that one
 * instruction, and closed again by the single-step trap behind it. */
#pragma once
#include "kernel/memory/boot_information.h"
#include "kernel/screen/screen.h"
#include "tests/host/fake/pages.h"

/* A mode of this size with `padding` bytes behind every row. red, green, blue: 8 bits each, at 16, 8 and 0. */
struct boot_framebuffer fake_mode(uint32_t width, uint32_t height, uint32_t padding);

/* Closes or opens video memory; open, the test may look at it. */
void fake_video_watch(bool watch);
extern size_t fake_video_reads; /* instructions that read it while it was watched */
extern size_t fake_video_writes;

/* A pixel of video memory, and whether the bytes behind every row are as they were. */
uint32_t fake_video_pixel(uint32_t x, uint32_t y);
bool fake_video_padding_is_untouched(void);
/* Every byte of video memory to this. */
void fake_video_set(uint8_t byte);

extern bool fake_map_none; /* mapping fails */
