/* Chapter 22: what picture is in these bytes? QOI, "the quite OK image format" (qoiformat.org, version 1.0). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PICTURE_SIDE_MOST = 16384, /* pixels; more than any screen */
    PICTURE_INDEX = 64,        /* pixels that can be named again */
};

struct picture_pixel {
    uint8_t red, green, blue, alpha;
};

/* A picture that is being read. */
struct picture {
    uint32_t width, height;
    const uint8_t *at, *end; /* of what was not read yet; behind it is the end mark */
    uint64_t left;           /* pixels that are still to come */
    uint32_t run;            /* so many are like the last */
    struct picture_pixel last, index[PICTURE_INDEX];
};

/* Begins with a picture of `count` bytes, which stay as long as it is read. Returns what
 * is wrong with it; NULL: nothing. */
const char *picture_begin(struct picture *picture, const uint8_t *bytes, size_t count);

/* Reads the next `count` pixels, row by row, as 0xRRGGBB over black. Not more than there
 * are; with the last ones the bytes must be at their end, too. Returns what is wrong; NULL: nothing. */
const char *picture_read(struct picture *picture, uint32_t *pixels, size_t count);
