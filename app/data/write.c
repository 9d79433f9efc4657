#include "write.h"

#include <math.h>
#include <stdint.h>

#include "base/utf8.h"

void write_number(FILE *file, double value, int places)
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

void write_json_string(FILE *file, const char *string)
{
    const unsigned char *text = (const unsigned char *)string;
    putc('"', file);
    while (*text) {
        size_t length = mien_utf8_length((const char *)text);
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

void write_xml(FILE *file, const char *string)
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
