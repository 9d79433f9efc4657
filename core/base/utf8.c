#include "utf8.h"

#include <stdbool.h>
#include <string.h>

size_t mien_utf8_length(const char *string)
{
    const unsigned char *text = (const unsigned char *)string;
    size_t length = text[0] < 0x80    ? 1
                    : text[0] < 0xc2  ? 0
                    : text[0] < 0xe0  ? 2
                    : text[0] < 0xf0  ? 3
                    : text[0] <= 0xf4 ? 4
                                      : 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates and what lies behind U+10FFFF. */
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    return length;
}

/* C1 characters stand behind c2 80 to c2 9f. */
bool mien_utf8_is_control(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    return byte[0] < 0x20 || byte[0] == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0);
}

char *mien_utf8_make_plain(char *text)
{
    for (char *next = text; *next;) {
        size_t length = mien_utf8_length(next);
        bool plain = length && !mien_utf8_is_control(next);
        length = length ? length : 1;
        if (!plain)
            memset(next, '?', length);
        next += length;
    }
    return text;
}
