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

int main(void)
{
    const struct test tests[] = {
        {"allocates aligned rows", allocates_aligned_rows},
        {"refuses absurd sides", refuses_absurd_sides},
        {NULL, NULL},
    };
    return run_tests("picture", tests);
}
