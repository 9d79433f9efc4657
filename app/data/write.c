#include "write.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

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

void write_utc(FILE *file, int64_t ns)
{
    char text[32];
    struct tm utc;
    time_t seconds = (time_t)(ns / 1000000000);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
    fprintf(file, "\"%s.%06dZ\"", text, (int)(ns % 1000000000 / 1000));
}

/* Writes the character at `text`, or U+FFFD for a byte that is no UTF-8. Returns its length. */
static size_t write_character(FILE *file, const char *text)
{
    size_t length = mien_utf8_length(text);
    if (length)
        fwrite(text, 1, length, file);
    else
        fputs("\xef\xbf\xbd", file);
    return length ? length : 1;
}

static bool is_control(char byte)
{
    return (unsigned char)byte < 0x20 || byte == 0x7f;
}

void write_json_string(FILE *file, const char *string)
{
    putc('"', file);
    for (const char *text = string; *text;) {
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text++);
        else if ((unsigned char)*text < 0x20 || *text == '<')
            fprintf(file, "\\u%04x", (unsigned char)*text++);
        else
            text += write_character(file, text);
    }
    putc('"', file);
}

void write_xml(FILE *file, const char *string)
{
    for (const char *text = string; *text;) {
        static const char special[] = "<>&\"";
        static const char *const names[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
        const char *found = strchr(special, *text);
        if (found)
            fputs(names[found - special], file);
        if (found || is_control(*text))
            text++;
        else
            text += write_character(file, text);
    }
}

void write_plain(FILE *file, const char *string)
{
    for (const char *text = string; *text;)
        if (is_control(*text))
            text++;
        else
            text += write_character(file, text);
}

void write_csv_cell(FILE *file, const char *string)
{
    bool defused = *string && strchr("=+-@\t\r\n", *string);
    bool quoted = string[strcspn(string, "\",\r\n")] != '\0';
    fputs(quoted ? "\"" : "", file);
    fputs(defused ? "'" : "", file);
    for (const char *text = string; *text;) {
        if (*text == '"')
            putc('"', file);
        text += write_character(file, text);
    }
    fputs(quoted ? "\"" : "", file);
}
