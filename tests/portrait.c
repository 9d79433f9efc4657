#include "portrait.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "video/video.h"

const struct portrait portrait_hopper = {
    "portrait-hopper-usn.jpg", {190, 165, 150, 130}, {130, 80, 270, 260}};
const struct portrait portrait_collins = {
    "portrait-collins-nasa.png", {192, 90, 65, 60}, {160, 50, 130, 130}};

static void copy(struct mien_picture *to, const struct mien_picture *from)
{
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(to, MIEN_GRAY8, from->width, from->height, NULL), 0);
    for (int y = 0; y < from->height; y++)
        memcpy(to->data + y * to->stride, from->data + y * from->stride, (size_t)from->width);
}

void portrait_load(const struct portrait *portrait, struct mien_picture *gray)
{
    char path[1024];
    const char *source = getenv("TEST_SOURCE");
    snprintf(path, sizeof path, "%s/tests/data/%s", source ? source : ".", portrait->file);
    struct mien_reader *reader = NULL;
    struct mien_error error = {""};
    struct mien_frame frame;
    if (mien_reader_open(&reader, path, &error) < 0 ||
        mien_reader_next(reader, &frame, &error) != 1)
        printf("# %s\n", error.text);
    else
        copy(gray, &frame.gray);
    mien_reader_close(&reader);
    CU_ASSERT_STRING_EQUAL_FATAL(error.text, "");
}
