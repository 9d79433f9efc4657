#include "runner.h"
#include "score/idx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char path[] = "/tmp/mien-test-idx-XXXXXX";

static const uint8_t two_pictures[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                                       0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static void write_plain(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void reads_plain_and_gzipped(void)
{
    for (int gzipped = 0; gzipped < 2; gzipped++) {
        if (gzipped) {
            gzFile file = gzopen(path, "wb");
            gzwrite(file, two_pictures, sizeof two_pictures);
            gzclose(file);
        } else {
            write_plain(two_pictures, sizeof two_pictures);
        }
        struct idx idx = {0};
        struct mien_error error = {""};
        CU_ASSERT_EQUAL_FATAL(idx_read(&idx, path, &error), 0);
        CU_ASSERT_EQUAL(idx.count, 2);
        CU_ASSERT_EQUAL(idx.rows, 2);
        CU_ASSERT_EQUAL(idx.columns, 3);
        CU_ASSERT_EQUAL(idx.bytes[11], 12);
        idx_free(&idx);
    }
}

static void refuses(const void *bytes, size_t size, int code, const char *word)
{
    struct idx idx = {.count = 77};
    struct mien_error error = {""};
    write_plain(bytes, size);
    CU_ASSERT_EQUAL(idx_read(&idx, path, &error), -code);
    CU_ASSERT_EQUAL(idx.count, 77);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, word));
}

static void refuses_broken_files(void)
{
    uint8_t bytes[sizeof two_pictures + 1] = {0};
    refuses(bytes, 0, EINVAL, "too short");
    refuses("not an idx file at all", 22, EINVAL, "no IDX file");
    for (size_t size = 8; size < sizeof two_pictures; size++)
        refuses(two_pictures, size, EINVAL, size < 16 ? "cut short" : "truncated");
    memcpy(bytes, two_pictures, sizeof two_pictures);
    refuses(bytes, sizeof bytes, EINVAL, "more bytes");
}

static void lying_headers_cost_no_memory(void)
{
    uint8_t bytes[sizeof two_pictures];
    memcpy(bytes, two_pictures, sizeof bytes);
    memset(bytes + 4, 0xff, 4);
    refuses(bytes, sizeof bytes, EFBIG, "more than is supported");
    const uint8_t large[] = {0, 0, 8, 3, 0, 0, 0x10, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 2, 3};
    refuses(large, sizeof large, EINVAL, "truncated: 3 of");
}

static void names_a_missing_file(void)
{
    struct idx idx;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(idx_read(&idx, "/nonexistent/x.idx", &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/nonexistent/x.idx: No such file"));
}

int main(void)
{
    int file = mkstemp(path);
    if (file < 0)
        return 99;
    close(file);
    const struct test tests[] = {
        {"reads plain and gzipped files", reads_plain_and_gzipped},
        {"refuses broken files", refuses_broken_files},
        {"lying headers cost no memory", lying_headers_cost_no_memory},
        {"names a missing file", names_a_missing_file},
        {NULL, NULL},
    };
    int code = run_tests("idx", tests);
    unlink(path);
    return code;
}
