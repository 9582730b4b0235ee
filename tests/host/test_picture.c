/* Chapter 22: pictures, whole ones and broken ones. */
// sources: kernel/screen/picture.c
#include "kernel/screen/picture.h"
#include "tests/host/test.h"

enum { MOST = 4096 };
static uint8_t bytes[MOST];
static size_t count;
static struct picture picture;
static uint32_t pixels[MOST];

static void add(const void *more, size_t size)
{
    memcpy(bytes + count, more, size);
    count += size;
}
#define ADD(...) add((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void add_head(uint32_t width, uint32_t height)
{
    count = 0;
    ADD('q', 'o', 'i', 'f', (uint8_t)(width >> 24), (uint8_t)(width >> 16), (uint8_t)(width >> 8), (uint8_t)width,
        (uint8_t)(height >> 24), (uint8_t)(height >> 16), (uint8_t)(height >> 8), (uint8_t)height, 4, 0);
}

static void add_end(void) { ADD(0, 0, 0, 0, 0, 0, 0, 1); }

/* "": it is whole. */
static const char *read_all(size_t at_once)
{
    const char *wrong = picture_begin(&picture, bytes, count);
    for (uint64_t done = 0, all = wrong ? 0 : picture.left; done < all && !wrong; done += at_once)
        wrong = picture_read(&picture, pixels + done % MOST, all - done < at_once ? all - done : at_once);
    return wrong ? wrong : "";
}

TEST(every_kind_of_chunk)
{
    static const uint32_t expected[] = {
        0x000000, 0x000000, 0x000000, /* a run of the first pixel, which is black */
        0x123456,                     /* in full */
        0x113458,                     /* -1, 0, +2 wraps to one of four: -2 to 1 */
        0x000000,                     /* the first again, by its index */
        0x123456,
        0x0a2a4a,                     /* luma */
        0x400000,                     /* half transparent over black */
        0x400000,
    };
    add_head(5, 2);
    ADD(0xc0 | 2);                         /* three of them */
    ADD(0xfe, 0x12, 0x34, 0x56);
    ADD(0xfe, 0x11, 0x34, 0x58);
    ADD((255 * 11) % 64);                  /* 0, 0, 0, 255 */
    ADD((0x12 * 3 + 0x34 * 5 + 0x56 * 7 + 255 * 11) % 64);
    ADD(0x80 | (32 - 10), (8 + 2) << 4 | (8 - 2)); /* green -10; red -10 + 2, blue -10 - 2 */
    ADD(0xff, 0x80, 0, 0, 0x80);
    ADD(0xc0);
    add_end();
    for (size_t at_once = 1; at_once <= 10; at_once++) {
        EXPECT_TEXT(read_all(at_once), "");
        for (size_t i = 0; i < 10; i++)
            EXPECT(pixels[i], ==, expected[i]);
    }
}

TEST(differences_wrap)
{
    add_head(3, 1);
    ADD(0x40 | 1 << 4 | 2 << 2 | 3);       /* -1, 0, +1 of black */
    ADD(0x40 | 3 << 4 | 0 << 2 | 2);       /* +1, -2, 0 */
    ADD(0x80 | 63, 15 << 4 | 0);           /* green +31, red +38, blue +23 */
    add_end();
    EXPECT_TEXT(read_all(3), "");
    EXPECT(pixels[0], ==, 0xff0001);
    EXPECT(pixels[1], ==, 0x00fe01);
    EXPECT(pixels[2], ==, 0x261d18);
}

TEST(what_is_no_picture_says_why)
{
    for (size_t size = 0; size < 22; size++) {
        add_head(1, 1);
        count = size;
        EXPECT_TEXT(read_all(1), "not a QOI picture");
    }
    static const uint32_t sizes[][2] = { { 0, 1 }, { 1, 0 }, { PICTURE_SIDE_MOST + 1, 1 }, { 1, PICTURE_SIDE_MOST + 1 },
                                         { UINT32_MAX, UINT32_MAX }, { 0x80000000, 2 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        add_head(sizes[i][0], sizes[i][1]);
        add_end();
        EXPECT_TEXT(read_all(1), "a picture of an impossible size");
    }
    for (int at = 12; at < 14; at++) {
        add_head(1, 1);
        bytes[at] = 5;
        ADD(0xc0);
        add_end();
        EXPECT_TEXT(read_all(1), "a picture of an unknown kind");
    }
}

TEST(a_picture_ends_where_its_pixels_end)
{
    add_head(2, 2);
    ADD(0xc0 | 3);
    add_end();
    EXPECT_TEXT(read_all(4), "");
    bytes[count - 1] = 0;
    EXPECT_TEXT(read_all(4), "the picture has no end");
    add_head(2, 2);
    ADD(0xc0 | 2);
    add_end();
    EXPECT_TEXT(read_all(4), "the picture ends too early");
    add_head(2, 2);
    ADD(0xc0 | 2, 0xfe, 1, 2);
    add_end();
    EXPECT_TEXT(read_all(4), "the picture ends too early");
    add_head(2, 2);
    ADD(0xc0 | 4);
    add_end();
    EXPECT_TEXT(read_all(4), "the picture has more than its pixels");
    add_head(2, 2);
    ADD(0xc0 | 3, 0xc0);
    add_end();
    EXPECT_TEXT(read_all(4), "the picture has more than its pixels");
}

TEST(noise_is_read_within_its_bounds)
{
    for (int round = 0; round < 3000; round++) {
        add_head(1 + (uint32_t)test_random() % 64, 1 + (uint32_t)test_random() % 64);
        size_t size = test_random() % 2000;
        for (size_t i = 0; i < size; i++)
            ADD((uint8_t)test_random());
        add_end();
        uint8_t *exact = malloc(count); /* so that the sanitizer sees what lies behind */
        memcpy(exact, bytes, count);
        const char *wrong = picture_begin(&picture, exact, count);
        EXPECT(wrong == NULL, ==, true);
        wrong = picture_read(&picture, pixels, picture.left);
        EXPECT(picture.left <= MOST && picture.at <= picture.end, ==, true);
        free(exact);
    }
}
