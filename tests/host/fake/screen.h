/* A screen whose video memory and back buffer are arrays of rows:
 *
 *     static struct screen screen = { SCREEN_OF(video, back) }; */
#pragma once
#include "kernel/screen/screen.h"

#define SURFACE_OF(rows) { rows[0], sizeof rows[0] / sizeof rows[0][0], sizeof rows / sizeof rows[0], sizeof rows[0] }
#define SCREEN_OF(video_rows, back_rows)                                                                               \
    .video = SURFACE_OF(video_rows), .back = SURFACE_OF(back_rows),                                                    \
    .red = { 16, 8 }, .green = { 8, 8 }, .blue = { 0, 8 }
