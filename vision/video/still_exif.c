/* What stands before the pixels of a JPEG. The file is hostile: each place is checked. */
#include <string.h>

#include "still_kinds.h"

enum { START_OF_SCAN = 0xda, APP1 = 0xe1, COMMENT = 0xfe };
enum { ORIENTATION = 0x112, SHORT = 3, ENTRY_BYTES = 12 };

/* The TIFF file within, whose numbers have an order of bytes of their own. */
struct tiff {
    const uint8_t *data;
    size_t size;
    bool big;
};

/* Zero beyond the end. */
static uint32_t number(const struct tiff *tiff, size_t at, int bytes)
{
    uint32_t value = 0;
    if (at > tiff->size || tiff->size - at < (size_t)bytes)
        return 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | tiff->data[at + (size_t)(tiff->big ? i : bytes - 1 - i)];
    return value;
}

static int orientation_of_tiff(struct tiff tiff)
{
    if (tiff.size < 8 || (memcmp(tiff.data, "II*\0", 4) && memcmp(tiff.data, "MM\0*", 4)))
        return 0;
    tiff.big = tiff.data[0] == 'M';
    size_t at = number(&tiff, 4, 4);
    uint32_t count = number(&tiff, at, 2);
    at += 2;
    for (uint32_t i = 0; i < count && at < tiff.size; i++, at += ENTRY_BYTES)
        if (number(&tiff, at, 2) == ORIENTATION && number(&tiff, at + 2, 2) == SHORT)
            return (int)number(&tiff, at + 8, 2);
    return 0;
}

/* FFmpeg writes this where luma goes from 16 to 235. */
static bool is_of_video(const uint8_t *comment, size_t size)
{
    static const char words[] = "CS=ITU601";
    return size >= sizeof words - 1 && !memcmp(comment, words, sizeof words - 1);
}

int still_orientation(const uint8_t *data, size_t size)
{
    static const uint8_t exif[6] = "Exif\0";
    int orientation = 0;
    size_t at = 2; /* behind the start of the image */
    while (at + 4 <= size && data[at] == 0xff && data[at + 1] != START_OF_SCAN) {
        const uint8_t *content = data + at + 4;
        size_t length = (size_t)(data[at + 2] << 8 | data[at + 3]);
        if (data[at + 1] == 0xff) { /* filling */
            at++;
            continue;
        }
        if (length < 2 || length > size - at - 2)
            break;
        if (data[at + 1] == COMMENT && is_of_video(content, length - 2))
            return -1;
        if (data[at + 1] == APP1 && length >= 8 && !memcmp(content, exif, sizeof exif))
            orientation = orientation_of_tiff((struct tiff){content + 6, length - 8, false});
        at += 2 + length;
    }
    return orientation >= 1 && orientation <= 8 ? orientation : 0;
}
