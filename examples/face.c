/* Says what the faces in a picture express: face MODEL.safetensors PICTURE.pgm (8 bits, no
 * comments) */
#include <mien/recogniser.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct mien_error error = {""};
    struct mien_picture gray = {MIEN_GRAY8, 0, 0, 0, NULL};
    struct mien_recogniser_options options = mien_recogniser_defaults();
    struct mien_recogniser *recogniser = NULL;
    static struct mien_faces faces; /* zeros: none yet */
    FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
    int width, height, status = EXIT_FAILURE;
    if (!file || fscanf(file, "P5 %d %d 255%*c", &width, &height) != 2) {
        fprintf(stderr, "Usage: face MODEL.safetensors PICTURE.pgm\n");
        return status;
    }
    options.model = argv[1];
    options.still = 1;
    if (mien_picture_alloc(&gray, MIEN_GRAY8, width, height, &error) == 0 &&
        mien_recogniser_create(&recogniser, &options, &error) == 0) {
        for (int y = 0; y < height; y++)
            if (fread(gray.data + y * gray.stride, 1, (size_t)width, file) != (size_t)width)
                mien_error_set(&error, 1, "the picture ends early");
        if (mien_recogniser_run(recogniser, &gray, 0, &faces, &error) == 0)
            status = EXIT_SUCCESS;
    }
    for (int i = 0; i < faces.count; i++)
        printf("%s %.0f %%\n", mien_recogniser_model(recogniser)->labels[faces.list[i].label],
               faces.list[i].confidence * 100.0);
    fputs(error.text, stderr);
    mien_faces_free(&faces);
    mien_recogniser_destroy(&recogniser);
    mien_picture_free(&gray);
    fclose(file);
    return status;
}
