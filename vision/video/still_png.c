/* PNG, by libpng: 8 bits a channel, or a palette. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "still_kinds.h"

enum { SIGNATURE = 8, CHUNK_BYTES = 12 };

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* An animation, other colours and an orientation are FFmpeg's to know, as is a file cut short. */
static bool is_common(const uint8_t *data, size_t size)
{
    static const char unusual[][5] = {"acTL", "cICP", "eXIf"};
    for (size_t at = SIGNATURE; size - at >= CHUNK_BYTES;) {
        uint32_t length = big_endian(data + at);
        if (!memcmp(data + at + 4, "IEND", 4))
            return true;
        for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++)
            if (!memcmp(data + at + 4, unusual[i], 4))
                return false;
        if (length > size - at - CHUNK_BYTES)
            return false;
        at += CHUNK_BYTES + length;
    }
    return false;
}

/* libpng jumps back where it fails, so what is to be freed then lies in memory. */
struct decoder {
    png_structp png;
    png_infop info;
    const uint8_t *data;
    size_t left;
    struct mien_picture color;
    png_bytep *rows;
};

static void take(png_structp png, png_bytep to, size_t size)
{
    struct decoder *decoder = png_get_io_ptr(png);
    if (size > decoder->left)
        png_error(png, "cut short");
    memcpy(to, decoder->data, size);
    decoder->data += size;
    decoder->left -= size;
}

static void give_up(png_structp png, png_const_charp words)
{
    (void)words;
    png_longjmp(png, 1);
}

static void be_silent(png_structp png, png_const_charp words)
{
    (void)png, (void)words;
}

static bool is_supported(const struct decoder *decoder)
{
    int bits = png_get_bit_depth(decoder->png, decoder->info);
    return bits == 8 || png_get_color_type(decoder->png, decoder->info) == PNG_COLOR_TYPE_PALETTE;
}

/* Colours whatever it holds; alpha is left out. */
static void ask_for_color(const struct decoder *decoder)
{
    png_structp png = decoder->png;
    int type = png_get_color_type(png, decoder->info);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if (type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_GRAY_ALPHA)
        png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_bgr(png);
    png_set_filler(png, 0xff, PNG_FILLER_AFTER);
    png_set_interlace_handling(png);
    png_read_update_info(png, decoder->info);
}

static bool make_room(struct decoder *decoder)
{
    int width = (int)png_get_image_width(decoder->png, decoder->info);
    int height = (int)png_get_image_height(decoder->png, decoder->info);
    if (png_get_rowbytes(decoder->png, decoder->info) != (size_t)width * 4 ||
        mien_picture_alloc(&decoder->color, MIEN_BGRX32, width, height, NULL))
        return false;
    decoder->rows = malloc((size_t)height * sizeof *decoder->rows);
    for (int y = 0; y < height && decoder->rows; y++)
        decoder->rows[y] = decoder->color.data + y * decoder->color.stride;
    return decoder->rows;
}

/* Has no variables of its own, which a jump back would spoil. */
static bool decode(struct decoder *decoder)
{
    if (setjmp(png_jmpbuf(decoder->png)))
        return false;
    png_set_user_limits(decoder->png, MIEN_PICTURE_SIDE_MAX, MIEN_PICTURE_SIDE_MAX);
    png_set_read_fn(decoder->png, decoder, take);
    png_read_info(decoder->png, decoder->info);
    if (!is_supported(decoder))
        return false;
    ask_for_color(decoder);
    if (!make_room(decoder))
        return false;
    png_read_image(decoder->png, decoder->rows);
    return true;
}

static bool run(struct decoder *decoder)
{
    decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, give_up, be_silent);
    decoder->info = decoder->png ? png_create_info_struct(decoder->png) : NULL;
    bool done = decoder->info && decode(decoder);
    png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
    free(decoder->rows);
    if (!done)
        mien_picture_free(&decoder->color);
    return done;
}

/* Luma of BT.601. */
static uint8_t gray_of(const uint8_t bgr[3])
{
    return (uint8_t)((bgr[0] * 7471 + bgr[1] * 38470 + bgr[2] * 19595 + (1 << 15)) >> 16);
}

static bool make_gray(const struct mien_picture *color, struct mien_picture *gray)
{
    if (mien_picture_alloc(gray, MIEN_GRAY8, color->width, color->height, NULL))
        return false;
    for (int y = 0; y < color->height; y++) {
        const uint8_t *from = color->data + y * color->stride;
        uint8_t *to = gray->data + y * gray->stride;
        for (int x = 0; x < color->width; x++)
            to[x] = gray_of(from + 4 * x);
    }
    return true;
}

bool still_png(struct mien_still *still, const uint8_t *data, size_t size, bool in_color)
{
    struct decoder decoder = {.data = data, .left = size};
    if (size < SIGNATURE || memcmp(data, "\x89PNG\r\n\x1a\n", SIGNATURE) ||
        !is_common(data, size) || !run(&decoder))
        return false;
    bool done = make_gray(&decoder.color, &still->gray);
    if (done && in_color)
        still->color = decoder.color;
    else
        mien_picture_free(&decoder.color);
    return done;
}
