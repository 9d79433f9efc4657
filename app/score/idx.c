#include "idx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIDE_MAX = 4096, COUNT_MAX = 10000000 };
static const size_t bytes_max = (size_t)2 << 30;

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int read_header(gzFile file, struct idx *idx, const char *path, struct mien_error *error)
{
    uint8_t head[16] = {0};
    if (gzread(file, head, 8) != 8)
        return mien_error_set(error, EINVAL, "%s: too short for an IDX file", path);
    uint32_t magic = big_endian(head), count = big_endian(head + 4), rows = 1, columns = 1;
    if (magic != 0x801 && magic != 0x803)
        return mien_error_set(error, EINVAL,
                              "%s: no IDX file of bytes (it starts with %#x, not 0x801 or 0x803)",
                              path, magic);
    if (magic == 0x803) {
        if (gzread(file, head + 8, 8) != 8)
            return mien_error_set(error, EINVAL, "%s: the IDX header is cut short", path);
        rows = big_endian(head + 8);
        columns = big_endian(head + 12);
    }
    if (count > COUNT_MAX || rows < 1 || columns < 1 || rows > SIDE_MAX || columns > SIDE_MAX)
        return mien_error_set(error, EFBIG, "%s: %u pictures of %u×%u are more than is supported",
                              path, count, columns, rows);
    *idx = (struct idx){(int)count, (int)rows, (int)columns, NULL};
    return 0;
}

/* Reads up to `wanted` bytes in growing steps, so that a lying header costs no memory. */
static int read_body(gzFile file, size_t wanted, uint8_t **bytes, size_t *got)
{
    size_t capacity = 0;
    *got = 0;
    while (*got < wanted) {
        if (*got == capacity) {
            capacity = capacity ? capacity * 2 : (size_t)1 << 20;
            if (capacity > wanted)
                capacity = wanted;
            uint8_t *larger = realloc(*bytes, capacity);
            if (!larger)
                return -ENOMEM;
            *bytes = larger;
        }
        size_t step = capacity - *got;
        int count = gzread(file, *bytes + *got, step > 1 << 20 ? 1 << 20 : (unsigned)step);
        if (count <= 0)
            break;
        *got += (size_t)count;
    }
    return 0;
}

static int read_file(gzFile file, struct idx *idx, const char *path, struct mien_error *error)
{
    int status = read_header(file, idx, path, error);
    if (status)
        return status;
    size_t wanted = (size_t)idx->count * (size_t)idx->rows * (size_t)idx->columns, got;
    if (wanted > bytes_max)
        return mien_error_set(error, EFBIG, "%s: larger than is supported", path);
    if (read_body(file, wanted, &idx->bytes, &got))
        return mien_error_set(error, ENOMEM, "%s: no memory for its pictures", path);
    char extra;
    if (got < wanted)
        return mien_error_set(error, EINVAL, "%s: truncated: %zu of %zu bytes are there", path, got,
                              wanted);
    if (gzread(file, &extra, 1) != 0)
        return mien_error_set(error, EINVAL, "%s: more bytes than its header says, or damaged",
                              path);
    return 0;
}

int idx_read(struct idx *idx, const char *path, struct mien_error *error)
{
    gzFile file = gzopen(path, "rb");
    if (!file) {
        int code = errno ? errno : ENOMEM;
        return mien_error_set(error, code, "%s: %s", path, strerror(code));
    }
    struct idx read = {0};
    int status = read_file(file, &read, path, error);
    gzclose_r(file);
    if (status)
        idx_free(&read);
    else
        *idx = read;
    return status;
}

void idx_free(struct idx *idx)
{
    free(idx->bytes);
    *idx = (struct idx){0};
}
