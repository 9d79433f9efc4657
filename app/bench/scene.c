#include "bench/scene.h"

#include <errno.h>
#include <libswscale/swscale.h>
#include <limits.h>
#include <linux/videodev2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include "app_config.h"
#include "base/clamp.h"
#include "common/place.h"
#include "mien/detector.h"
#include "video/video.h"

#define PORTRAIT "portrait-hopper-usn.jpg"
#define ROOM 1.5   /* side of what is cut out, in sides of the face */
#define SWING 0.01 /* of the width, either way */
#define TILE 0.9   /* of its place, so that it may swing */
enum { QUALITY = 85, NOISE = 4 };

/* ---- the face ---- */

static const char *bundled(struct mien_error *error)
{
    static _Thread_local char path[PATH_MAX];
    if (place_find(path, sizeof path, MIEN_DATA "/samples", PORTRAIT))
        return path;
    mien_error_set(error, ENOENT, "%s cannot be read; name a picture with --picture", path);
    return NULL;
}

/* The square around the box, pushed back into the picture. */
static struct mien_box room_around(const struct mien_box *box, const struct mien_picture *picture)
{
    int least = picture->width < picture->height ? picture->width : picture->height;
    int side = (int)(box->width * ROOM);
    side = side < least ? side : least;
    int x = box->x + (box->width - side) / 2, y = box->y + (box->height - side) / 2;
    x = x < 0 ? 0 : x > picture->width - side ? picture->width - side : x;
    y = y < 0 ? 0 : y > picture->height - side ? picture->height - side : y;
    return (struct mien_box){x, y, side, side};
}

static int cut_face(struct mien_picture *face, const struct mien_frame *frame, const char *path,
                    struct mien_error *error)
{
    struct mien_detector *detector = NULL;
    struct mien_box box;
    int result = mien_detector_create(&detector, NULL, error);
    if (result)
        return result;
    result = mien_detector_find(detector, &frame->gray, &box, 1, error);
    mien_detector_destroy(&detector);
    if (result < 0)
        return result;
    if (result == 0)
        return mien_error_set(error, ENOENT, "%s: no face is found in it", path);
    box = room_around(&box, &frame->color);
    struct mien_picture part = {MIEN_BGRX32, box.width, box.height, frame->color.stride,
                                frame->color.data + box.y * frame->color.stride + 4 * box.x};
    return mien_picture_copy(face, &part, error);
}

int scene_read_face(struct mien_picture *face, const char *path, struct mien_error *error)
{
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    if (!path && !(path = bundled(error)))
        return -ENOENT;
    int result = mien_reader_open(&reader, path, error);
    if (result)
        return result;
    result = mien_reader_next(reader, &frame, error);
    result = result > 0 ? cut_face(face, &frame, path, error) : result ? result : -ENOENT;
    mien_reader_close(&reader);
    return result;
}

/* ---- composing ---- */

static uint32_t random_bits(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static void paint_wall(struct mien_picture *canvas)
{
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            uint8_t *pixel = canvas->data + y * canvas->stride + 4 * x;
            int shade = 24 * y / canvas->height - 24 * x / canvas->width;
            pixel[0] = (uint8_t)(0xad + shade);
            pixel[1] = (uint8_t)(0xa3 + shade);
            pixel[2] = (uint8_t)(0x9a + shade);
        }
}

static void add_noise(struct mien_picture *canvas, uint32_t seed)
{
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            uint8_t *pixel = canvas->data + y * canvas->stride + 4 * x;
            int noise = (int)(random_bits(&seed) % (2 * NOISE + 1)) - NOISE;
            for (int c = 0; c < 3; c++)
                pixel[c] = (uint8_t)clamp_int(pixel[c] + noise, 0, 255);
        }
}

/* Faces stand in a square of 1, 2, 3 or 4 places a side. */
static void place_faces(struct mien_picture *canvas, const struct mien_picture *tile, int faces,
                        int columns, int swing)
{
    for (int i = 0; i < faces; i++) {
        int x = (2 * (i % columns) + 1) * canvas->width / (2 * columns) - tile->width / 2 + swing;
        int y = (2 * (i / columns) + 1) * canvas->height / (2 * columns) - tile->height / 2;
        struct mien_picture place = {MIEN_BGRX32, tile->width, tile->height, canvas->stride,
                                     canvas->data + y * canvas->stride + 4 * x};
        mien_picture_copy(&place, tile, NULL);
    }
}

static int make_tile(struct mien_picture *tile, const struct mien_picture *face, int side,
                     struct mien_error *error)
{
    int result = mien_picture_alloc(tile, MIEN_BGRX32, side, side, error);
    if (result)
        return result;
    struct SwsContext *scaler = sws_getContext(face->width, face->height, AV_PIX_FMT_BGR0, side,
                                               side, AV_PIX_FMT_BGR0, SWS_AREA, NULL, NULL, NULL);
    if (!scaler)
        return mien_error_set(error, ENOMEM, "no memory for a picture");
    sws_scale(scaler, (const uint8_t *const[]){face->data}, (int[]){(int)face->stride}, 0,
              face->height, (uint8_t *[]){tile->data}, (int[]){(int)tile->stride});
    sws_freeContext(scaler);
    return 0;
}

/* ---- what a camera makes of it ---- */

static int encode_jpeg(struct scene *scene, int index, const struct mien_picture *canvas)
{
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle turbo = tjInitCompress();
    int result = turbo
                     ? tjCompress2(turbo, canvas->data, canvas->width, (int)canvas->stride,
                                   canvas->height, TJPF_BGRX, &jpeg, &size, TJSAMP_422, QUALITY, 0)
                     : -1;
    if (!result && (scene->data[index] = malloc(size)))
        memcpy(scene->data[index], jpeg, size);
    scene->sizes[index] = size;
    tjFree(jpeg);
    if (turbo)
        tjDestroy(turbo);
    return scene->data[index] ? 0 : -ENOMEM;
}

/* BT.601, luma 16…235; two pixels share their colour. */
static void pack_pair(const uint8_t *p, uint8_t *yuyv)
{
    int blue = p[0] + p[4], green = p[1] + p[5], red = p[2] + p[6];
    for (int i = 0; i < 2; i++)
        yuyv[2 * i] =
            (uint8_t)(16 + ((66 * p[4 * i + 2] + 129 * p[4 * i + 1] + 25 * p[4 * i]) >> 8));
    yuyv[1] = (uint8_t)(128 + ((112 * blue - 74 * green - 38 * red) >> 9));
    yuyv[3] = (uint8_t)(128 + ((112 * red - 94 * green - 18 * blue) >> 9));
}

static int encode_yuyv(struct scene *scene, int index, const struct mien_picture *canvas)
{
    size_t size = (size_t)canvas->width * (size_t)canvas->height * 2;
    uint8_t *to = scene->data[index] = malloc(size);
    scene->sizes[index] = size;
    if (!to)
        return -ENOMEM;
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x += 2, to += 4)
            pack_pair(canvas->data + y * canvas->stride + 4 * x, to);
    return 0;
}

static int make_pictures(struct scene *scene, struct mien_picture *canvas,
                         const struct mien_picture *tile, int faces, int columns)
{
    int result = 0;
    for (int i = 0; i < SCENE_PICTURES && !result; i++) {
        double phase = 2 * 3.14159265358979 * i / SCENE_PICTURES;
        paint_wall(canvas);
        place_faces(canvas, tile, faces, columns, (int)lrint(SWING * canvas->width * sin(phase)));
        add_noise(canvas, (uint32_t)i);
        result = scene->format.fourcc == V4L2_PIX_FMT_MJPEG ? encode_jpeg(scene, i, canvas)
                                                            : encode_yuyv(scene, i, canvas);
    }
    return result;
}

int scene_init(struct scene *scene, const struct mien_picture *face, int height, int faces,
               bool mjpeg, struct mien_error *error)
{
    int width = height * 16 / 9 / 2 * 2, columns = (int)ceil(sqrt(faces > 1 ? faces : 1));
    struct mien_picture canvas = {0}, tile = {0};
    *scene = (struct scene){
        .format = {mjpeg ? V4L2_PIX_FMT_MJPEG : V4L2_PIX_FMT_YUYV, width, height, 0, mjpeg, false}};
    int result = mien_picture_alloc(&canvas, MIEN_BGRX32, width, height, error);
    if (!result)
        result = make_tile(&tile, face, (int)(height * TILE) / columns, error);
    if (!result && make_pictures(scene, &canvas, &tile, faces, columns))
        result = mien_error_set(error, ENOMEM, "no memory for pictures of %d×%d", width, height);
    mien_picture_free(&canvas);
    mien_picture_free(&tile);
    return result;
}

void scene_finish(struct scene *scene)
{
    for (int i = 0; i < SCENE_PICTURES; i++)
        free(scene->data[i]);
}
