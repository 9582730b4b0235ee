/* Chapter 22: what picture is in these bytes?
 *
 * QOI says of each pixel how it differs from the one before. Its bytes come from anybody:
 * what the format does not allow is an error, not a guess. */
#include "kernel/screen/picture.h"
#include "lib/memory.h"

enum { HEADER_BYTES = 14, END_BYTES = 8 };

enum chunk { /* the first byte; the upper two bits, or all of it */
    CHUNK_INDEX = 0x00,
    CHUNK_DIFFERENCE = 0x40,
    CHUNK_LUMA = 0x80,
    CHUNK_RUN = 0xc0,
    CHUNK_KIND = 0xc0,
    CHUNK_RGB = 0xfe,
    CHUNK_RGBA = 0xff,
};

static uint32_t read_32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

const char *picture_begin(struct picture *picture, const uint8_t *bytes, size_t count)
{
    static const uint8_t end_mark[END_BYTES] = { [END_BYTES - 1] = 1 };
    if (count < HEADER_BYTES + END_BYTES || memcmp(bytes, "qoif", 4) != 0)
        return "not a QOI picture";
    if (memcmp(bytes + count - END_BYTES, end_mark, END_BYTES) != 0)
        return "the picture has no end";
    *picture = (struct picture){
        .width = read_32(bytes + 4),
        .height = read_32(bytes + 8),
        .at = bytes + HEADER_BYTES,
        .end = bytes + count - END_BYTES,
        .last = { .alpha = 255 },
    };
    picture->left = (uint64_t)picture->width * picture->height;
    bool has_size = picture->width - 1 < PICTURE_SIDE_MOST && picture->height - 1 < PICTURE_SIDE_MOST; /* 0 wraps */
    bool has_kind = (bytes[12] == 3 || bytes[12] == 4) && bytes[13] <= 1; /* channels, colour space: no matter which */
    return !has_size ? "a picture of an impossible size" : !has_kind ? "a picture of an unknown kind" : NULL;
}

/* How many bytes a chunk has, its first included. */
static size_t chunk_bytes(uint8_t first)
{
    return first == CHUNK_RGBA ? 5 : first == CHUNK_RGB ? 4 : (first & CHUNK_KIND) == CHUNK_LUMA ? 2 : 1;
}

/* What a chunk makes of the last pixel. All sums wrap, as the format says. */
static void change(struct picture *picture, const uint8_t *chunk)
{
    struct picture_pixel *pixel = &picture->last;
    uint8_t first = chunk[0];
    if (first >= CHUNK_RGB) {
        *pixel = (struct picture_pixel){ chunk[1], chunk[2], chunk[3], first == CHUNK_RGBA ? chunk[4] : pixel->alpha };
    } else if ((first & CHUNK_KIND) == CHUNK_RUN) {
        picture->run = first & 63;
    } else if ((first & CHUNK_KIND) == CHUNK_LUMA) {
        int green = (first & 63) - 32;
        pixel->red += (uint8_t)(green - 8 + (chunk[1] >> 4));
        pixel->green += (uint8_t)green;
        pixel->blue += (uint8_t)(green - 8 + (chunk[1] & 15));
    } else if ((first & CHUNK_KIND) == CHUNK_DIFFERENCE) {
        pixel->red += (uint8_t)((first >> 4 & 3) - 2);
        pixel->green += (uint8_t)((first >> 2 & 3) - 2);
        pixel->blue += (uint8_t)((first & 3) - 2);
    } else {
        *pixel = picture->index[first];
    }
    picture->index[(pixel->red * 3 + pixel->green * 5 + pixel->blue * 7 + pixel->alpha * 11) % PICTURE_INDEX] = *pixel;
}

static uint32_t over_black(struct picture_pixel pixel)
{
    if (pixel.alpha == 255)
        return (uint32_t)pixel.red << 16 | (uint32_t)pixel.green << 8 | pixel.blue;
    return (uint32_t)(pixel.red * pixel.alpha / 255) << 16 | (uint32_t)(pixel.green * pixel.alpha / 255) << 8 |
           (uint32_t)(pixel.blue * pixel.alpha / 255);
}

const char *picture_read(struct picture *picture, uint32_t *pixels, size_t count)
{
    for (size_t i = 0; i < count; i++, picture->left--) {
        if (!picture->left)
            return "no more pixels";
        if (picture->run) {
            picture->run--;
        } else {
            if (picture->at == picture->end || chunk_bytes(*picture->at) > (size_t)(picture->end - picture->at))
                return "the picture ends too early";
            change(picture, picture->at);
            picture->at += chunk_bytes(*picture->at);
        }
        pixels[i] = over_black(picture->last);
    }
    bool has_more = picture->run || picture->at != picture->end;
    return has_more && !picture->left ? "the picture has more than its pixels" : NULL;
}
