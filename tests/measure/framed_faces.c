/* Does the path of a camera picture (detector, crop, network) do as well as ready-made crops?
 *
 *     framed_faces MODEL IMAGES LABELS [COUNT]
 *
 * Pastes each of the first COUNT (500) faces of an IDX set, enlarged to 192×192, on a gray canvas
 * of 640×480, and compares the accuracy on the faces found with that of the crops themselves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mien/crop.h"
#include "mien/detector.h"
#include "mien/network.h"
#include "score/idx.h"

enum { WIDTH = 640, HEIGHT = 480, FACE = 192, LEFT = 224, TOP = 144, SIDE_MAX = 256 };

struct bench {
    struct idx images, labels;
    struct mien_model *model;
    struct mien_network *network;
    struct mien_context *context;
    struct mien_detector *detector;
    struct mien_picture canvas;
};

struct counts {
    int faces, found, others, right_direct, right_framed, same;
    double width, offset;
};

static int open_all(struct bench *b, char **arguments, struct mien_error *error)
{
    return mien_model_open(&b->model, arguments[1], error) < 0 ||
                   mien_network_create(&b->network, b->model, NULL, error) < 0 ||
                   mien_context_create(&b->context, b->network, error) < 0 ||
                   mien_detector_create(&b->detector, NULL, error) < 0 ||
                   mien_picture_alloc(&b->canvas, MIEN_GRAY8, WIDTH, HEIGHT, error) < 0 ||
                   idx_read(&b->images, arguments[2], error) < 0 ||
                   idx_read(&b->labels, arguments[3], error) < 0
               ? -1
               : 0;
}

static int check(const struct bench *b, struct mien_error *error)
{
    const struct mien_model_info *info = mien_model_info(b->model);
    if (info->width > SIDE_MAX || info->height > SIDE_MAX)
        return mien_error_set(error, EINVAL, "the model's input is larger than %d", SIDE_MAX);
    if (b->images.count != b->labels.count)
        return mien_error_set(error, EINVAL, "there are not as many labels as images");
    return 0;
}

static void close_all(struct bench *b)
{
    idx_free(&b->labels);
    idx_free(&b->images);
    mien_picture_free(&b->canvas);
    mien_detector_destroy(&b->detector);
    mien_context_destroy(&b->context);
    mien_network_destroy(&b->network);
    mien_model_close(&b->model);
}

static void paste(struct mien_picture *canvas, const struct mien_picture *face)
{
    uint8_t large[FACE * FACE];
    mien_crop(face, &(struct mien_box){0, 0, face->width, face->height}, large, FACE, FACE);
    for (int y = 0; y < HEIGHT; y++)
        memset(canvas->data + y * canvas->stride, 128, WIDTH);
    for (int y = 0; y < FACE; y++)
        memcpy(canvas->data + (TOP + y) * canvas->stride + LEFT, large + y * FACE, FACE);
}

static int classify(struct bench *b, const struct mien_picture *gray, const struct mien_box *box)
{
    const struct mien_model_info *info = mien_model_info(b->model);
    uint8_t crop[SIDE_MAX * SIDE_MAX];
    float logits[MIEN_LABELS_MAX];
    mien_crop(gray, box, crop, info->width, info->height);
    mien_context_run(b->context, crop, info->width, logits);
    int best = 0;
    for (int i = 1; i < info->label_count; i++)
        if (logits[i] > logits[best])
            best = i;
    return best;
}

static void measure(struct bench *b, int index, struct counts *counts)
{
    int rows = b->images.rows, columns = b->images.columns;
    struct mien_picture face = {MIEN_GRAY8, columns, rows, columns,
                                b->images.bytes + (ptrdiff_t)index * rows * columns};
    struct mien_box boxes[16];
    paste(&b->canvas, &face);
    counts->faces++;
    int found = mien_detector_find(b->detector, &b->canvas, boxes, 16, NULL);
    if (found < 1)
        return;
    int direct = classify(b, &face, &(struct mien_box){0, 0, columns, rows});
    int framed = classify(b, &b->canvas, &boxes[0]);
    counts->found++;
    counts->others += found - 1;
    counts->right_direct += direct == b->labels.bytes[index];
    counts->right_framed += framed == b->labels.bytes[index];
    counts->same += direct == framed;
    counts->width += (double)boxes[0].width / FACE;
    counts->offset += (double)(boxes[0].x * 2 + boxes[0].width - WIDTH) / (2 * FACE);
}

static void print(const struct counts *c)
{
    double found = c->found ? c->found : 1;
    printf("faces                 %d\n", c->faces);
    printf("found                 %.1f %%, and %d boxes beside them\n", 100.0 * c->found / c->faces,
           c->others);
    printf("accuracy, crops       %.1f %% of those found\n", 100 * c->right_direct / found);
    printf("accuracy, framed      %.1f %% of those found\n", 100 * c->right_framed / found);
    printf("same answer           %.1f %%\n", 100 * c->same / found);
    printf("mean width of the box %.3f of the frame, offset %.3f\n", c->width / found,
           c->offset / found);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    struct mien_error error = {""};
    struct counts counts = {0};
    int count = argc > 4 ? atoi(argv[4]) : 500;
    if (argc < 4 || count < 1) {
        fputs("Usage: framed_faces MODEL IMAGES LABELS [COUNT]\n", stderr);
        return 1;
    }
    int status = open_all(&bench, argv, &error);
    if (status == 0)
        status = check(&bench, &error);
    if (status < 0)
        fprintf(stderr, "framed_faces: %s\n", error.text);
    for (int i = 0; status == 0 && i < count && i < bench.images.count; i++)
        measure(&bench, i, &counts);
    if (status == 0)
        print(&counts);
    close_all(&bench);
    return status ? 2 : 0;
}
