/* Text out that is the same in every locale, and safe in its surroundings. */
#ifndef APP_WRITE_H
#define APP_WRITE_H

#include <stdint.h>
#include <stdio.h>

/* `value` with at most `places` decimals, without trailing zeros. Not a number becomes 0. */
void write_number(FILE *file, double value, int places);

/* A time in ns since 1970 (UTC) as RFC 3339 has it, in quotes, to the microsecond. */
void write_utc(FILE *file, int64_t ns);

/* A JSON string with its quotes, which may also stand in a script element of HTML. Bytes that are
 * no UTF-8 become U+FFFD. */
void write_json_string(FILE *file, const char *string);

/* Text of an XML or HTML element or attribute, or of a WebVTT cue. Bytes that are no UTF-8 become
 * U+FFFD; control characters are left out. */
void write_xml(FILE *file, const char *string);

/* The same without names for `<`, `>`, `&` and `"`. */
void write_plain(FILE *file, const char *string);

/* A cell of a table (RFC 4180). Bytes that are no UTF-8 become U+FFFD. Text that begins with
 * =, +, -, @, a tab or a line end, which spreadsheets take for formulas, gets a ' before it. */
void write_csv_cell(FILE *file, const char *string);

#endif
