#include "put.h"

#include <math.h>
#include <stdint.h>

void put_number(FILE *file, double value, int places)
{
    int64_t unit = 1;
    for (int i = 0; i < places; i++)
        unit *= 10;
    if (!isfinite(value) || fabs(value) > 1e12)
        value = 0;
    int64_t whole = llround(fabs(value) * (double)unit), rest = whole % unit;
    fprintf(file, "%s%lld", value < 0 && whole ? "-" : "", (long long)(whole / unit));
    if (!rest)
        return;
    for (; rest % 10 == 0; rest /= 10)
        places--;
    fprintf(file, ".%0*lld", places, (long long)rest);
}

/* Length of the well-formed UTF-8 character at `text`; 0 when it is none. */
static size_t utf8_length(const unsigned char *text)
{
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

void put_json_string(FILE *file, const char *string)
{
    const unsigned char *text = (const unsigned char *)string;
    putc('"', file);
    while (*text) {
        size_t length = utf8_length(text);
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else if (*text < 0x20 || *text == '<')
            fprintf(file, "\\u%04x", *text);
        else if (length)
            fwrite(text, 1, length, file);
        else
            fputs("\xef\xbf\xbd", file);
        text += length ? length : 1;
    }
    putc('"', file);
}

void put_xml(FILE *file, const char *string)
{
    for (const char *text = string; *text; text++) {
        if (*text == '<')
            fputs("&lt;", file);
        else if (*text == '&')
            fputs("&amp;", file);
        else if (*text == '"')
            fputs("&quot;", file);
        else if ((unsigned char)*text >= 0x20)
            putc(*text, file);
    }
}
