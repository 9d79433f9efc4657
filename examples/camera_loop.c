/* Follows the faces in pictures that keep coming, as a camera's do: raw 8-bit gray pictures on
 * standard input, one after the other. For example
 *
 *   ffmpeg -i /dev/video0 -f rawvideo -pix_fmt gray -s 640x480 - |
 *     camera_loop MODEL.safetensors 640 480 30
 *
 * Prints a line when a face appears and when its label changes. */
#include <mien/log.h>
#include <mien/recogniser.h>
#include <stdio.h>
#include <stdlib.h>

/* What was last printed of the faces in view; the oldest is forgotten. */
enum { SHOWN = 64 };
static struct {
    uint32_t id;
    int label;
} shown[SHOWN];

static void print_changes(const struct mien_faces *faces, const char *const *labels, double time)
{
    for (int i = 0; i < faces->count; i++) {
        const struct mien_face *face = &faces->list[i];
        uint32_t place = face->id % SHOWN;
        if (shown[place].id == face->id && shown[place].label == face->label)
            continue;
        shown[place].id = face->id;
        shown[place].label = face->label;
        printf("%.2f s: face %u at %d,%d: %s%s\n", time, (unsigned)face->id, face->box.x,
               face->box.y, labels[face->label], face->uncertain ? " (uncertain)" : "");
    }
    fflush(stdout);
}

static int read_picture(const struct mien_picture *gray)
{
    for (int y = 0; y < gray->height; y++)
        if (fread(gray->data + y * gray->stride, 1, (size_t)gray->width, stdin) !=
            (size_t)gray->width)
            return 0;
    return 1;
}

static int loop(struct mien_recogniser *recogniser, const struct mien_picture *gray, double fps,
                struct mien_error *error)
{
    static struct mien_faces faces; /* zeros: none yet, and no memory */
    int result = 0;
    for (long number = 0; result == 0 && read_picture(gray); number++) {
        double time = (double)number / fps;
        result = mien_recogniser_run(recogniser, gray, time, &faces, error);
        if (result == 0)
            print_changes(&faces, mien_recogniser_model(recogniser)->labels, time);
    }
    mien_faces_free(&faces);
    return result;
}

static void write_log(void *data, enum mien_log_level level, const char *text)
{
    (void)level;
    fprintf((FILE *)data, "%s\n", text);
}

int main(int argc, char **argv)
{
    struct mien_error error = {""};
    struct mien_picture gray = {MIEN_GRAY8, 0, 0, 0, NULL};
    struct mien_recogniser_options options = mien_recogniser_defaults();
    struct mien_recogniser *recogniser = NULL;
    if (argc != 5) {
        fprintf(stderr, "Usage: camera_loop MODEL.safetensors WIDTH HEIGHT FPS <PICTURES\n");
        return EXIT_FAILURE;
    }
    mien_log_set_callback(write_log, stderr);
    options.model = argv[1];
    int result = mien_picture_alloc(&gray, MIEN_GRAY8, atoi(argv[2]), atoi(argv[3]), &error);
    if (result == 0)
        result = mien_recogniser_create(&recogniser, &options, &error);
    if (result == 0)
        result = loop(recogniser, &gray, atof(argv[4]), &error);
    if (result < 0)
        fprintf(stderr, "camera_loop: %s\n", error.text);
    mien_recogniser_destroy(&recogniser);
    mien_picture_free(&gray);
    return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
