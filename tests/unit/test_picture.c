#include "mien/picture.h"
#include "runner.h"

#include <errno.h>
#include <string.h>

static void allocates_aligned_rows(void)
{
    struct mien_picture picture = {0};
    CU_ASSERT_EQUAL(mien_picture_alloc(&picture, MIEN_BGRX32, 33, 7, NULL), 0);
    CU_ASSERT_EQUAL(picture.stride % 64, 0);
    CU_ASSERT(picture.stride >= 33 * 4);
    CU_ASSERT_EQUAL((uintptr_t)picture.data % 64, 0);
    mien_picture_free(&picture);
    CU_ASSERT_PTR_NULL(picture.data);
    mien_picture_free(&picture);
}

static void refuses_absurd_sides(void)
{
    struct mien_picture picture = {.width = 5};
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(mien_picture_alloc(&picture, MIEN_GRAY8, 0, 10, &error), -EINVAL);
    CU_ASSERT_EQUAL(mien_picture_alloc(&picture, MIEN_GRAY8, 10, 1 << 20, &error), -EINVAL);
    CU_ASSERT_EQUAL(picture.width, 5);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "1048576"));
}

static void copies_into_its_own_or_new_memory(void)
{
    struct mien_picture from = {0}, to = {0};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&from, MIEN_BGRX32, 21, 9, NULL), 0);
    for (int i = 0; i < 9 * (int)from.stride; i++)
        from.data[i] = (uint8_t)(i * 7);
    CU_ASSERT_EQUAL_FATAL(mien_picture_copy(&to, &from, NULL), 0);
    const uint8_t *memory = to.data;
    memset(to.data, 0, (size_t)to.stride * 9);
    CU_ASSERT_EQUAL_FATAL(mien_picture_copy(&to, &from, NULL), 0);
    CU_ASSERT_PTR_EQUAL(to.data, memory);
    for (int y = 0; y < 9; y++)
        CU_ASSERT(!memcmp(to.data + y * to.stride, from.data + y * from.stride, 21 * 4));
    struct mien_picture half = from; /* a view of the left half */
    half.width = 10;
    CU_ASSERT_EQUAL_FATAL(mien_picture_copy(&to, &half, NULL), 0);
    CU_ASSERT_EQUAL(to.width, 10);
    CU_ASSERT(!memcmp(to.data + 8 * to.stride, from.data + 8 * from.stride, 10 * 4));
    mien_picture_free(&from);
    mien_picture_free(&to);
}

/* Planes of half the size lie behind the luma, none over another's values. */
static void has_three_planes(void)
{
    struct mien_picture picture = {0}, copy = {0}, planes[3], copied[3];
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_YUV420, 65, 7, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_picture_planes(&picture, planes), 3);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(planes[i].pixels, MIEN_GRAY8);
        CU_ASSERT_EQUAL(planes[i].width, i ? 33 : 65);
        CU_ASSERT_EQUAL(planes[i].height, i ? 4 : 7);
        memset(planes[i].data, 50 + i, (size_t)(planes[i].stride * planes[i].height));
    }
    CU_ASSERT_EQUAL_FATAL(mien_picture_copy(&copy, &picture, NULL), 0);
    mien_picture_planes(&copy, copied);
    for (int i = 0; i < 3; i++)
        for (int y = 0; y < planes[i].height; y++)
            for (int x = 0; x < planes[i].width; x++)
                CU_ASSERT_EQUAL(copied[i].data[y * copied[i].stride + x], 50 + i);
    mien_picture_free(&copy);
    mien_picture_free(&picture);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_BGRX32, 5, 5, NULL), 0);
    CU_ASSERT_EQUAL(mien_picture_planes(&picture, planes), 1);
    CU_ASSERT_EQUAL(planes[0].data, picture.data);
    mien_picture_free(&picture);
}

int main(void)
{
    const struct test tests[] = {
        {"allocates aligned rows", allocates_aligned_rows},
        {"refuses absurd sides", refuses_absurd_sides},
        {"copies into its own or new memory", copies_into_its_own_or_new_memory},
        {"has three planes", has_three_planes},
        {NULL, NULL},
    };
    return run_tests("picture", tests);
}
